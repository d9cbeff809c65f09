"""What is read off the ledger and off the model, in one shape; and what must always be."""

import copy
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID, uuid5

from shared.messages import (
    BookingGranted,
    HoldExtended,
    HoldGranted,
    SeatGivenBack,
    SlotRef,
    SomeResult,
)
from tests.model.model import Model

SLOT_FIELDS = ("capacity", "remaining", "withheld", "closed")
CLAIM_FIELDS = ("seat", "state", "wrong_tries", "reschedules")
ENDED = {"released": "hold.released", "expired": "hold.expired", "cancelled": "booking.cancelled"}


def shape(result: SomeResult) -> tuple[Any, ...]:
    """Write an answer as the model does."""
    match result:
        case HoldGranted():
            return ("hold", result.hold_id)
        case BookingGranted():
            return ("booking", result.hold_id, int(result.queue_number.removeprefix("A-")))
        case SeatGivenBack():
            return ("back", result.hold_id)
        case HoldExtended():
            return ("longer", result.hold_id)
    more = () if result.tries_left is None else (result.tries_left,)
    return (result.code.value, *more)


def shown(model: Model) -> Any:
    """Show what the model has as what is read off the ledger."""
    slots = {}
    for ref, slot in model.slots.items():
        back = sum(x["slot"] == ref and x["back"] > 0 for x in model.claims.values())
        if slot["seats"] is not None:
            left = slot["seats"] - len(model.taken(ref))
            slots[ref.key] = (slot["seats"], left, back, slot["closed"])
    claims = {
        x["id"]: (
            *(x["slot"].key, x["seat"], x["state"], x["tries"], x["moves"]),
            x["expires"] - model.now if x["state"] == "held" else None,
        )
        for x in model.claims.values()
    }
    return slots, claims, dict(model.codes)


def seen(
    refs: Sequence[SlotRef], rows: tuple[Any, Any, Any], codes: Collection[str]
) -> tuple[Any, Any, Any]:
    """Show what is read off the ledger."""
    slots, claims, _ = rows
    key = {ref.slot_id: ref.key for ref in refs}
    return (
        {key[s["id"]]: tuple(s[name] for name in SLOT_FIELDS) for s in slots},
        {
            c["id"]: (
                *(key[c["slot_id"]], *(c[name] for name in CLAIM_FIELDS)),
                round(c["minutes_left"]) if c["state"] == "held" else None,
            )
            for c in claims
        },
        {c["code"]: c["id"] for c in claims if c["code"] in codes},
    )


def check_slots(slots: Sequence[Any], events: Sequence[Any]) -> None:
    """Hold every slot against I1, I2 and I6: seats add up, events have no gap and tell the truth.

    By the rows alone, whatever the model believes.
    """
    for slot in slots:
        ours = sorted(
            (event for event in events if event["slot_id"] == slot["id"]),
            key=lambda event: event["slotsequence"],
        )
        assert 0 <= slot["remaining"] <= slot["capacity"]
        assert slot["capacity"] == slot["remaining"] + slot["active"] + slot["withheld"]
        assert slot["withheld"] == slot["kept"]
        assert [event["slotsequence"] for event in ours] == [*range(1, slot["seq"] + 1)]
        told = [event["data"] for event in ours if event["type"].startswith("slot.")]
        if told:
            said = (told[-1]["capacity"], told[-1]["remaining"])
            assert said == (slot["capacity"], slot["remaining"])


def check_events(events: Sequence[Any], claims: Sequence[Any]) -> None:
    """Hold the events against I6: ids that follow from their cause, one of a kind, none missing."""
    about: Counter[tuple[str, str]] = Counter()
    for event in events:
        data, kind = event["data"], event["type"]
        if kind.startswith("slot."):
            continue
        cause = data["hold_id"] if kind == "hold.expired" else data["command_id"]
        assert event["id"] == uuid5(UUID(cause), kind)
        about[data.get("hold_id", cause), kind] += 1
    for claim in claims:
        began = "booking.rescheduled" if claim["reschedules"] else "hold.placed"
        assert about[str(claim["id"]), began]
        # A correction takes over that a hold was extended; it was told of the hold before.
        assert about[str(claim["id"]), "hold.extended"] <= claim["extended"]
        for state, kind in ENDED.items():
            assert bool(about[str(claim["id"]), kind]) == (claim["state"] == state)


def copy_of(model: Model) -> Model:
    """Copy a model for one of several orders in which things may have happened."""
    other = copy.copy(model)
    other.slots = {ref: dict(slot) for ref, slot in model.slots.items()}
    other.claims = {key: dict(claim) for key, claim in model.claims.items()}
    other.codes, other.done = dict(model.codes), dict(model.done)
    return other


def resize(model: Model, ref: SlotRef, seats: int) -> None:
    """Open, raise or cut, as the operator does: never below what is taken, never what is closed."""
    slot = model.slots[ref]
    if not slot["closed"] and seats >= len(model.taken(ref)):
        slot["seats"] = seats


def close(model: Model, refs: Sequence[SlotRef], *, closed: bool) -> None:
    """Close slots or open them again."""
    for ref in refs:
        model.slots[ref]["closed"] = closed


def end_visits(model: Model) -> None:
    """Let bookings rest whose session is over."""
    for claim in model.claims.values():
        if claim["state"] == "confirmed" and model.slots[claim["slot"]]["ends"] <= model.now:
            claim["state"] = "visited"

"""A seat is set aside: for somebody new, or once more for one whose data were wrong."""

from datetime import date, timedelta
from typing import Any

from services.booking import rules
from services.booking.desk import Desk
from services.booking.rules import Claim, Slot
from shared.messages import EventType, HoldGranted, PlaceHold, Refusal, Refused

Person = dict[str, str]  # name and birth date


def place_hold(desk: Desk, command: PlaceHold) -> HoldGranted | Refused:
    """Set a seat aside, or say why not."""
    asked = desk.asked[command.id]
    slot = desk.slots.get(asked.slot_id) if asked.slot_id else None
    if slot is None:
        return desk.refuse_missing(command.slot)
    old = _replaced(desk, command)
    first = _corrects(desk, old, slot, command) if old else None
    keeps_seat = first is not None
    if command.keeps_seat and not keeps_seat:
        return _not_kept(desk, command, slot, stands=old is not None)
    owner = old.owner if old else asked.owner
    refused = rules.refuse_person(
        slot,
        has_active=desk.has_active(
            command.slot.service, (asked.person_key, asked.nik_key), but=old
        ),
        active_of_owner=desk.active_of_owner[owner] - (old is not None),
    ) or rules.refuse_slot(slot, desk.now, has_seat=keeps_seat)
    if refused:
        return refused
    claim = _new_claim(desk, command, slot, owner, first)
    if old is not None:
        _give_up(desk, command, old, keeps_seat=keeps_seat)
    if keeps_seat and old is not None:
        # A correction does not prolong the hold, or it could be held for ever.
        claim.seat, claim.expires_at, claim.extended = old.seat, old.expires_at, old.extended
    else:
        claim.seat = slot.take()
    desk.add(claim)
    before = {"previous_hold_id": old.id} if old else {}
    desk.tell(EventType.HOLD_PLACED, command, claim, expires_at=claim.expires_at, **before)
    return HoldGranted(hold_id=claim.id, slot=slot.ref, expires_at=claim.expires_at)


def _new_claim(
    desk: Desk, command: PlaceHold, slot: Slot, owner: bytes, first: Person | None
) -> Claim:
    """Describe the claim that a command asks for; it has no seat yet."""
    asked = desk.asked[command.id]
    person = _person(command) | ({"first": first} if first else {})
    return Claim(
        id=command.id,
        slot_id=slot.id,
        service=command.slot.service,
        seat=0,
        state="held",
        owner=owner,
        person_key=asked.person_key,
        nik_key=asked.nik_key,
        person=desk.tools.keys.seal(person, f"hold/{command.id}"),
        channel=command.channel.value,
        wrong_tries=0,
        reschedules=0,
        held_at=desk.now,
        expires_at=desk.now + timedelta(minutes=slot.office.hold_minutes),
    )


def _replaced(desk: Desk, command: PlaceHold) -> Claim | None:
    """Find the hold that a command corrects, while it still stands and is theirs."""
    old = desk.theirs(command.replaces, command.owner) if command.replaces else None
    stands = old is not None and old.state == "held" and old.expires_at > desk.now
    return old if stands else None


def _corrects(desk: Desk, old: Claim, slot: Slot, command: PlaceHold) -> Person | None:
    """Say for whom a seat was taken at first, if the same person is meant and it may be kept."""
    if old.slot_id != slot.id:
        return None
    before = desk.tools.keys.unseal(old.person, f"hold/{old.id}")
    first: Person = before.get("first") or {key: before[key] for key in ("name", "birth_date")}
    was = (first["name"], date.fromisoformat(first["birth_date"]))
    who = command.applicant
    return first if rules.is_correction(was, (who.name, who.birth_date)) else None


def _not_kept(desk: Desk, command: PlaceHold, slot: Slot, *, stands: bool) -> Refused:
    """Say why a hold's seat cannot be kept: it is another person's, or the hold is no more."""
    old = desk.theirs(command.replaces, command.owner) if command.replaces else None
    if old is None:
        return Refused(code=Refusal.NOT_FOUND)
    code = Refusal.SEAT_NOT_KEPT if stands else Refusal.HOLD_EXPIRED
    if old.state == "confirmed":
        code = Refusal.ALREADY_BOOKED
    return Refused(code=code, slot=slot.ref)


def _give_up(desk: Desk, command: PlaceHold, old: Claim, *, keeps_seat: bool) -> None:
    """End a hold that was corrected."""
    desk.end(old, "released", keeps_seat=keeps_seat)
    desk.tell(EventType.HOLD_RELEASED, command, old, command=command.kind)


def _person(command: PlaceHold) -> dict[str, Any]:
    """Gather what is sealed in the hold's row: whom to call at the counter and whom to tell."""
    who, contact = command.applicant, command.contact
    name = {"name": who.name, "birth_date": who.birth_date.isoformat()}
    return name | {"phone": contact.phone, "bsuid": contact.bsuid, "language": contact.language}

"""The desk: slots, claims and persons in memory while one batch is decided, and what changed.

Everything is loaded under the slots' locks, changed here in order of arrival, and written
afterwards with one statement per table.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from services.booking.arriving import Prepared
from services.booking.rules import Claim, Slot, refuse_missing, release_delay
from shared.keys import Keys
from shared.messages import Command, EventType, Refused, SeatsTold, SlotRef, SlotSeats, quick_uuid5

Facts = dict[str, Any]  # the fields of an EventBody: made into one where it is read


@dataclass(frozen=True, slots=True)
class Happened:
    """An event that is to be written; `slot_id` and `seq` are None where no slot exists."""

    id: UUID
    type: EventType
    slot_id: UUID | None
    seq: int | None
    subject: str | None
    data: Facts


@dataclass(frozen=True, slots=True)
class Withheld:
    """A freed seat and the time from which anybody may have it."""

    hold_id: UUID
    slot_id: UUID
    seat: int
    release_at: datetime


@dataclass(frozen=True, slots=True)
class Tools:
    """What a decision needs besides the ledger: keys, and the two kinds of chance."""

    keys: Keys
    new_code: Callable[[], str]
    chance: Callable[[], float]


@dataclass(slots=True)
class Changes:
    """What is to be written: claims that began and that changed, and what belongs to them."""

    added: list[Claim] = field(default_factory=list)
    altered: dict[UUID, Claim] = field(default_factory=dict)
    booked: dict[str, Claim] = field(default_factory=dict)
    withheld: list[Withheld] = field(default_factory=list)
    events: list[Happened] = field(default_factory=list)


@dataclass(slots=True)
class Desk:
    """The ledger's part that one batch touches."""

    tools: Tools
    now: datetime
    slots: dict[UUID, Slot]
    claims: dict[UUID, Claim] = field(default_factory=dict)
    claim_of_code: dict[str, UUID] = field(default_factory=dict)
    asked: dict[UUID, Prepared] = field(default_factory=dict)
    persons: dict[tuple[str, bytes], UUID] = field(default_factory=dict)
    active_of_owner: Counter[bytes] = field(default_factory=Counter)
    services: dict[str, frozenset[str]] = field(default_factory=dict)
    closures: frozenset[str] = frozenset()
    changes: Changes = field(default_factory=Changes)

    def take_changes(self) -> Changes:
        """Hand over what changed since the last time, to be written."""
        taken, self.changes = self.changes, Changes()
        return taken

    def add(self, claim: Claim) -> None:
        """Take up a new claim on a seat that was just taken."""
        self.claims[claim.id] = claim
        self.changes.added.append(claim)
        self.active_of_owner[claim.owner] += 1
        for key in filter(None, (claim.person_key, claim.nik_key)):
            self.persons[claim.service, key] = claim.id

    def alter(self, claim: Claim) -> None:
        """Remember that a claim's state, its time or its count of wrong tries changed."""
        self.changes.altered[claim.id] = claim

    def has_active(
        self, service: str, keys: Iterable[bytes | None], but: Claim | None = None
    ) -> bool:
        """Whether any of an applicant's keys has another hold or booking for this service."""
        found = {self.persons.get((service, key)) for key in keys if key}
        return bool(found - {None, but.id if but else None})

    def end(self, claim: Claim, state: str, *, keeps_seat: bool = False) -> None:
        """End a claim and free its seat by the office's release rule, unless it is handed on."""
        claim.state, claim.ended_at = state, self.now
        self.alter(claim)
        self.active_of_owner[claim.owner] -= 1
        for key in filter(None, (claim.person_key, claim.nik_key)):
            if self.persons.get((claim.service, key)) == claim.id:
                del self.persons[claim.service, key]
        if keeps_seat:
            return
        slot = self.slots[claim.slot_id]
        if slot.office.release_after_max_s == 0:
            slot.put_back(claim.seat)
            return
        delay = release_delay(slot.office, self.tools.chance())
        slot.withheld += 1
        slot.changed = True
        self.changes.withheld.append(Withheld(claim.id, slot.id, claim.seat, self.now + delay))

    def release_withheld(self, slot_id: UUID, seat: int) -> None:
        """Make a withheld seat free for anybody."""
        slot = self.slots[slot_id]
        slot.withheld -= 1
        slot.put_back(seat)

    def say(self, event_type: EventType, cause: UUID, slot: Slot | None, data: Facts) -> None:
        """Write down what happened; `cause` (a command or claim) makes the event's id stable."""
        seq = self._next_seq(slot) if slot else None
        slot_id, subject = (slot.id, slot.key) if slot else (None, None)
        self.changes.events.append(
            Happened(
                id=quick_uuid5(cause, event_type.value),
                type=event_type,
                slot_id=slot_id,
                seq=seq,
                subject=subject,
                data=data,
            )
        )

    def tell(self, kind: EventType, cause: Command, claim: Claim, **more: Any) -> None:
        """Write down what a command did to a claim."""
        slot = self.slots[claim.slot_id]
        more |= {"hold_id": claim.id, "channel": cause.channel, "command_id": cause.id}
        self.say(kind, cause.id, slot, at(slot.ref) | more)

    def say_changes(self) -> None:
        """Tell once of every slot whose seats changed in this batch."""
        for slot in self.slots.values():
            if slot.changed:
                seats = {"capacity": slot.capacity, "remaining": slot.remaining}
                data = at(slot.ref) | seats
                cause = uuid5(slot.id, str(slot.seq + 1))
                self.say(EventType.SLOT_CHANGED, cause, slot, data)

    def seats_told(self) -> SeatsTold | None:
        """Say all at once which slots changed, for whoever remembers them; None where none did.

        It is to be sent once the batch is committed, and to be called when its events are said.
        """
        slots = tuple(
            SlotSeats(slot_id=s.id, seq=s.seq, capacity=s.capacity, remaining=s.remaining)
            for s in self.slots.values()
            if s.changed
        )
        return SeatsTold(at=self.now, slots=slots) if slots else None

    def _next_seq(self, slot: Slot) -> int:
        slot.seq += 1
        return slot.seq

    def refuse_missing(self, ref: SlotRef) -> Refused:
        """Say why a slot that was never opened cannot be held."""
        services = self.services.get(ref.office)
        return refuse_missing(ref, services, is_closed=ref.key in self.closures)

    def theirs(self, claim_id: UUID, owner: str) -> Claim | None:
        """Find a claim, in whatever state, if it is theirs."""
        claim = self.claims.get(claim_id)
        return claim if claim is not None and claim.owner.hex() == owner else None


def at(ref: SlotRef) -> Facts:
    """Give the fields of an event that say where and when."""
    return {"office": ref.office, "service": ref.service, "date": ref.date, "session": ref.session}

"""What is known of all slots: pure state, changed by whoever reads the ledger or hears of it.

A slot's seats are absolute and numbered, so that what is heard twice, or late, changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from heapq import nsmallest
from typing import Any, Literal, TypeVar
from uuid import UUID

from shared.messages import Event, EventType, Session, SlotRef

State = Literal["open", "full", "closed", "unreleased", "not_offered"]
When = tuple[date, Session]
Wake = Callable[[], None]
Value = TypeVar("Value")

NEVER = datetime.max.replace(tzinfo=UTC)
FIRST_FREE = 2
SHARED = ("starts", "ends", "opens_at", "closes_at")


@dataclass(slots=True, eq=False)
class Seats:
    """One slot as it was when last heard of; `seq` numbers its capacity and its seats."""

    offer: "Offer"
    when: When
    starts: time
    ends: time
    opens_at: datetime
    closes_at: datetime
    capacity: int
    remaining: int
    closed: bool
    seq: int

    def turns_at(self, now: datetime) -> datetime:
        """Tell the next moment at which time alone changes its state."""
        ahead = (self.opens_at, self.closes_at) if not self.closed else ()
        return min((moment for moment in ahead if moment > now), default=NEVER)


def state_of(seats: Seats, now: datetime) -> State:
    """Say whether a seat can be held; a seat that remains is no promise."""
    if seats.closed or now >= seats.closes_at:
        return "closed"
    if now < seats.opens_at:
        return "unreleased"
    return "open" if seats.remaining > 0 else "full"


@dataclass(slots=True, eq=False)
class Offer:
    """The slots of one service at one office; `version` grows with everything that changes."""

    office: str
    service: str
    version: int = 0
    seats: dict[When, Seats] = field(default_factory=dict)
    wakes: list[Wake] = field(default_factory=list)
    _free: tuple[Seats, ...] = ()
    _opens: tuple[datetime, int] | None = None
    _looked_at: int = -1
    _looks_so_from: datetime = NEVER
    _looks_so_until: datetime = NEVER

    def changed(self) -> None:
        """Count a change, and wake whoever watches."""
        self.version += 1
        for wake in self.wakes:
            wake()

    def free(self, now: datetime) -> tuple[Seats, ...]:
        """Give the first two slots that have a seat now, the next day first."""
        self._look(now)
        return self._free

    def opens(self, now: datetime) -> tuple[datetime, int] | None:
        """Tell the next moment at which quota opens, and how many seats then; None: not known."""
        self._look(now)
        return self._opens

    def turns_at(self, now: datetime) -> datetime:
        """Tell when time alone next changes the state of a slot."""
        self._look(now)
        return self._looks_so_until

    def _look(self, now: datetime) -> None:
        """Go through all slots, but not twice while nothing can have changed."""
        if self._looked_at == self.version and self._looks_so_from <= now < self._looks_so_until:
            return
        free, ahead, until = [], [], NEVER
        for seats in self.seats.values():
            if seats.closed or now >= seats.closes_at:
                continue
            until = min(until, seats.closes_at)
            if now < seats.opens_at:
                until = min(until, seats.opens_at)
                ahead.append(seats)
            elif seats.remaining > 0:
                free.append(seats)
        self._free = tuple(nsmallest(FIRST_FREE, free, key=_order))
        self._opens = _next_opening(ahead)
        self._looked_at, self._looks_so_from, self._looks_so_until = self.version, now, until

    def put(self, when: When, row: Mapping[str, Any]) -> bool:
        """Take over a slot as it was read; True where it was another, or none.

        Only reading tells hours, opening and closing, so what is read later says them. Its seats
        may have been heard of meanwhile.
        """
        known = self.seats.get(when)
        fixed = (row["starts"], row["ends"], row["opens_at"], row["closes_at"])
        seats = (row["capacity"], row["remaining"])
        if known is None:
            closed, seq = row["closed"], row["seq"]
            self.seats[when] = Seats(self, when, *fixed, *seats, closed=closed, seq=seq)
            self.changed()
            return True
        before = _shown(known)
        known.starts, known.ends, known.opens_at, known.closes_at = fixed
        known.closed = row["closed"]
        if row["seq"] >= known.seq:
            (known.capacity, known.remaining), known.seq = seats, row["seq"]
        is_other = _shown(known) != before
        if is_other:
            self.changed()
        return is_other


def _next_opening(ahead: Iterable[Seats]) -> tuple[datetime, int] | None:
    seats: dict[datetime, int] = {}
    for one in ahead:
        if one.remaining > 0:
            seats[one.opens_at] = seats.get(one.opens_at, 0) + one.remaining
    return min(seats.items(), default=None)


def _order(seats: Seats) -> tuple[date, time]:
    return (seats.when[0], seats.starts)


def _shown(seats: Seats) -> tuple[Any, ...]:
    fixed = (seats.starts, seats.ends, seats.opens_at, seats.closes_at, seats.closed)
    return (*fixed, seats.capacity, seats.remaining)


class Memory:
    """All slots by their ids, and what is offered by office and service.

    `is_live` is true while it is certain to hear of every change; else it proves nothing.
    """

    def __init__(self) -> None:
        self.is_live = False
        self._slots: dict[int, Seats] = {}
        self._offers: dict[tuple[str, str], Offer] = {}
        self._same: dict[Any, Any] = {}

    def __len__(self) -> int:
        """Count the slots."""
        return len(self._slots)

    def offer(self, office: str, service: str) -> Offer:
        """Give the slots of a service at an office, which must be known to offer it."""
        key = (office, service)
        found = self._offers.get(key)
        if found is None:
            found = self._offers[key] = Offer(office, service)
        return found

    def offers(self, service: str | None) -> Iterator[Offer]:
        """Go through what is offered of one service, or of all."""
        every = self._offers.values()
        return iter(every) if service is None else (o for o in every if o.service == service)

    def find(self, ref: SlotRef) -> Seats | None:
        """Find a slot by its name."""
        offer = self._offers.get((ref.office, ref.service))
        return offer.seats.get((ref.date, ref.session)) if offer else None

    def load(self, rows: Iterable[Mapping[str, Any]]) -> list[int]:
        """Take over slots as they were read; returns the ids of those that were others, or new."""
        return [row["id"].int for row in rows if self._put(row)]

    def learn(self, slot_id: UUID, seq: int, capacity: int, remaining: int) -> bool:
        """Hear of a slot's seats; False where the slot is not known.

        It never goes back: what is known by a later number, or by the same, stays.
        """
        seats = self._slots.get(slot_id.int)
        if seats is None:
            return False
        if seq > seats.seq:
            is_other = (capacity, remaining) != (seats.capacity, seats.remaining)
            seats.capacity, seats.remaining, seats.seq = capacity, remaining, seq
            if is_other:
                seats.offer.changed()
        return True

    def is_news(self, slot_id: UUID, seq: int) -> bool:
        """Whether what has this number is not known yet."""
        seats = self._slots.get(slot_id.int)
        return seats is None or seq > seats.seq

    def apply(self, event: Event) -> bool:
        """Take over what an event says; False where the slot must be read instead.

        A booking changes seats alone. What an operator does may change everything, and says so
        by `opens_at`.
        """
        said = event.data
        if event.event_type != EventType.SLOT_CHANGED or said.opens_at is not None:
            return False
        seats = (event.slotsequence, said.capacity, said.remaining)
        if None in seats or event.partitionkey is None:
            return False
        return self.learn(UUID(event.partitionkey), *seats)  # type: ignore[arg-type]  # none is None

    def forget_before(self, day: date) -> None:
        """Forget the slots of days that are over."""
        over = [key for key, seats in self._slots.items() if seats.when[0] < day]
        for key in over:
            seats = self._slots.pop(key)
            del seats.offer.seats[seats.when]
            seats.offer.changed()
        self._same.clear()

    def _put(self, row: Mapping[str, Any]) -> bool:
        when = self._one((self._one(row["date"]), Session(row["session"])))
        values = {name: row[name] for name in ("capacity", "remaining", "closed", "seq")}
        values |= {name: self._one(row[name]) for name in SHARED}
        offer = self.offer(row["office_id"], row["service_id"])
        is_other = offer.put(when, values)
        self._slots.setdefault(row["id"].int, offer.seats[when])
        return is_other

    def _one(self, value: Value) -> Value:
        """Give the one copy of a value that many slots share: a hundred thousand stay small."""
        found: Value = self._same.setdefault(value, value)
        return found

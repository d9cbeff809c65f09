"""Slot, claim and office, and every judgement about them. Quota itself is counted in `desk`."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from difflib import SequenceMatcher
from heapq import heapify, heappop, heappush
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.keys import normal_name
from shared.messages import Refusal, Refused, SlotRef

ACTIVE = frozenset({"held", "confirmed"})
ALIKE = 0.8  # of two names, by difflib


@dataclass(frozen=True, slots=True)
class Office:
    """The rules of one office; data, not code."""

    id: str
    timezone: str
    hold_minutes: int
    extend_minutes: int
    phone_cap: int
    code_tries: int
    reschedule_days_before: int
    reschedule_limit: int
    release_after_min_s: int
    release_after_max_s: int


@dataclass(slots=True)
class Slot:
    """One slot, locked, as it changes while a batch is decided."""

    id: UUID
    ref: SlotRef
    office: Office
    starts: time
    ends: time
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    window_minutes: int
    queue_letter: str
    capacity: int
    remaining: int
    withheld: int
    next_seat: int
    free_seats: list[int]  # a heap: thousands may have come back at once
    closed: bool
    seq: int
    changed: bool = field(default=False)
    written: int = field(init=False)  # the `seq` that the row has
    key: str = field(init=False)

    def __post_init__(self) -> None:
        self.written, self.key = self.seq, self.ref.key
        heapify(self.free_seats)

    def take(self) -> int:
        """Take the lowest free seat; the caller has seen that one remains."""
        if self.free_seats and self.free_seats[0] <= self.capacity:
            seat = heappop(self.free_seats)
        else:
            seat = self.next_seat
            self.next_seat += 1
        self.remaining -= 1
        self.changed = True
        return seat

    def put_back(self, seat: int) -> None:
        """Make a seat free for anybody again."""
        heappush(self.free_seats, seat)
        self.remaining += 1
        self.changed = True


@dataclass(slots=True)
class Claim:
    """One claim on one seat, from hold to visit; `code` and what follows once it is confirmed."""

    id: UUID
    slot_id: UUID
    service: str
    seat: int
    state: str
    owner: bytes
    person_key: bytes
    nik_key: bytes | None
    person: bytes
    channel: str
    wrong_tries: int
    reschedules: int
    held_at: datetime
    expires_at: datetime
    extended: bool = False
    ended_at: datetime | None = None
    code: str | None = None
    service_hour: str | None = None
    queue_number: str | None = None


def refuse_slot(slot: Slot, now: datetime, *, has_seat: bool = False) -> Refused | None:
    """Say why nobody may take a seat of this slot now, or None where there is one to take.

    Who has a seat there already needs none that is free.
    """
    if slot.closed or now >= slot.closes_at:
        return Refused(code=Refusal.SLOT_CLOSED, slot=slot.ref)
    if now < slot.opens_at:
        return Refused(code=Refusal.NOT_OPEN_YET, slot=slot.ref, opens_at=slot.opens_at)
    if slot.remaining <= 0 and not has_seat:
        return Refused(code=Refusal.SLOT_FULL, slot=slot.ref)
    return None


def is_correction(was: tuple[str, date], now: tuple[str, date]) -> bool:
    """Whether two pairs of name and birth date are one person's, one of them with a mistake.

    `was` is what a seat was first taken for: step by step, everybody is everybody else.

    The same name with another birth date, or the same birth date with a name that is nearly the
    same; a seat must not go from one person to another.
    """
    old, new = normal_name(was[0]), normal_name(now[0])
    alike = SequenceMatcher(None, old, new).ratio() >= ALIKE
    return old == new or (was[1] == now[1] and alike)


def refuse_missing(ref: SlotRef, services: frozenset[str] | None, *, is_closed: bool) -> Refused:
    """Say why a slot that was never opened cannot be held.

    `services` are those that the office offers, None where there is no such office.
    """
    if services is None:
        return Refused(code=Refusal.UNKNOWN_OFFICE, slot=ref)
    if ref.service not in services:
        return Refused(code=Refusal.NOT_OFFERED, slot=ref)
    code = Refusal.SLOT_CLOSED if is_closed else Refusal.UNKNOWN_SLOT
    return Refused(code=code, slot=ref)


def refuse_person(slot: Slot, *, has_active: bool, active_of_owner: int) -> Refused | None:
    """Say why this applicant or this phone may hold no further seat, or None."""
    if has_active:
        return Refused(code=Refusal.ALREADY_BOOKED, slot=slot.ref)
    if active_of_owner >= slot.office.phone_cap:
        return Refused(code=Refusal.TOO_MANY_FOR_PHONE, slot=slot.ref)
    return None


def refuse_extension(slot: Slot, expires_at: datetime, *, is_extended: bool) -> Refused | None:
    """Say why a hold that stands may not stand longer: once was enough, or the office lets none.

    Who extends it once more, as on a second device, is told until when it stands.
    """
    if is_extended:
        return Refused(code=Refusal.ALREADY_EXTENDED, slot=slot.ref, expires_at=expires_at)
    if slot.office.extend_minutes == 0:
        return Refused(code=Refusal.NOT_EXTENDABLE, slot=slot.ref)
    return None


def refuse_cancel(slot: Slot, now: datetime) -> Refused | None:
    """Say why a booking can no longer be cancelled: its session has begun."""
    return Refused(code=Refusal.TOO_LATE, slot=slot.ref) if now >= slot.starts_at else None


def refuse_reschedule(slot: Slot, reschedules: int, now: datetime) -> Refused | None:
    """Say why a booking may not be moved: until so many local days before it, so many times."""
    today = now.astimezone(ZoneInfo(slot.office.timezone)).date()
    last_day = slot.ref.date - timedelta(days=slot.office.reschedule_days_before)
    if today > last_day or now >= slot.starts_at:
        return Refused(code=Refusal.TOO_LATE, slot=slot.ref)
    if reschedules >= slot.office.reschedule_limit:
        return Refused(code=Refusal.TOO_MANY_RESCHEDULES, slot=slot.ref)
    return None


def release_delay(office: Office, chance: float) -> timedelta:
    """How long a freed seat is withheld; `chance` is uniform in [0, 1).

    Random, so that who frees a seat cannot say who gets it.
    """
    span = office.release_after_max_s - office.release_after_min_s
    return timedelta(seconds=office.release_after_min_s + span * chance)


def service_hour(slot: Slot, seat: int) -> str:
    """Give a seat its arrival window, by its place among the slot's seats: `09:00-09:30`."""
    starts = slot.starts.hour * 60 + slot.starts.minute
    ends = slot.ends.hour * 60 + slot.ends.minute
    windows = max(1, (ends - starts) // slot.window_minutes)
    first = starts + (seat - 1) * windows // max(slot.capacity, seat) * slot.window_minutes
    return f"{_clock(first)}-{_clock(min(first + slot.window_minutes, ends))}"


def queue_number(slot: Slot, seat: int) -> str:
    """Write a seat as people see it: the slot's letter and the seat, `A-017`."""
    return f"{slot.queue_letter}-{seat:03d}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"

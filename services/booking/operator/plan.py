"""What an opening would do, worked out before it is done. Pure."""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.messages import Session, SlotRef

WEEKDAYS = ("mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays", "sundays")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
LONGEST = timedelta(days=400)
MOST_SEATS = 100_000  # the constraint on the table
SHORTEST = 3  # letters that name a day or a month: mon, jan
SEATS = re.compile(r"(\d+)\s+(morning|afternoon)")
SENTENCE = re.compile(
    r"^\s*(?P<seats>\d+\s+(?:morning|afternoon)(?:\s*(?:and|,)\s*\d+\s+(?:morning|afternoon))?)"
    r"\s+seats?\s+at\s+(?P<office>[a-z0-9-]+)\s+on\s+(?P<days>[a-z, ]+?)\s+(?:of|in)\s+"
    r"(?P<month>[a-z]+)(?:\s+(?P<year>\d{4}))?\s*\.?\s*$",
    re.IGNORECASE,
)


class PlanError(ValueError):
    """What was asked cannot be understood; the text says what would be."""


class RefusedError(Exception):
    """What was asked is understood and cannot be done; the text says why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Seats per session on these days, of one service at one office."""

    office: str
    service: str
    days: tuple[date, ...]
    seats: Mapping[Session, int]
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """What an operator said in one sentence."""

    office: str
    days: str
    month: int
    year: int | None
    seats: dict[Session, int]

    def span(self, today: date) -> tuple[date, date]:
        """Give the first and last day; without a year the next such month, this one included."""
        year = self.year if self.year is not None else today.year + (self.month < today.month)
        if not MINYEAR <= year <= MAXYEAR:
            raise PlanError(f"{year:04d} is no year")
        last = monthrange(year, self.month)[1]
        return date(year, self.month, 1), date(year, self.month, last)


@dataclass(frozen=True, slots=True)
class Closure:
    """A day on which an office is closed, or one session of it."""

    office: str
    date: date
    session: str | None = None

    @property
    def shown(self) -> dict[str, Any]:
        """Give it for the audit trail."""
        return {"office": self.office, "date": str(self.date), "session": self.session}


@dataclass(frozen=True, slots=True)
class Existing:
    """A slot that is there already."""

    capacity: int
    remaining: int
    withheld: int
    opens_at: datetime | None = None

    @property
    def taken(self) -> int:
        """Count the seats that somebody has and those that are withheld."""
        return self.capacity - self.remaining


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one slot: `new`, `raise`, `cut`, `move`, `same`, `closed` or `refused`.

    `move` leaves the seats as they are and changes from when they may be held.
    `taken` counts the seats that somebody has and those that are withheld.
    """

    ref: SlotRef
    what: str
    before: int
    after: int
    taken: int = 0


def preview(
    plan: Plan, existing: Mapping[str, Existing], closed: Sequence[tuple[date, str | None]]
) -> list[Change]:
    """Say what the plan would do to each slot; a cut below what is taken is refused."""
    changes = []
    for day in plan.days:
        for session, seats in plan.seats.items():
            ref = SlotRef(office=plan.office, service=plan.service, date=day, session=session)
            is_closed = (day, None) in closed or (day, session.value) in closed
            slot = existing.get(ref.key)
            if is_closed:
                changes.append(Change(ref, "closed", slot.capacity if slot else 0, seats))
            elif slot is None:
                changes.append(Change(ref, "new", 0, seats))
            else:
                what = _what(slot, seats, plan.opens_at)
                changes.append(Change(ref, what, slot.capacity, seats, slot.taken))
    return changes


def _what(slot: Existing, seats: int, opens_at: datetime | None) -> str:
    if seats < slot.taken:
        return "refused"
    if seats == slot.capacity:
        return "same" if opens_at in {None, slot.opens_at} else "move"
    return "raise" if seats > slot.capacity else "cut"


def days_between(first: date, last: date, days: str) -> tuple[date, ...]:
    """List the days from first to last that `weekdays`, `all` or `mon,tue` names."""
    if last < first:
        raise PlanError("--to lies before --from")
    if last - first > LONGEST:
        raise PlanError("more than 400 days at once")
    wanted = _weekdays(days)
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    found = tuple(day for day in every if day.weekday() in wanted)
    if not found:
        raise PlanError(f"there is no {days} between {first} and {last}")
    return found


def read_sentence(sentence: str) -> Sentence:
    """Read `40 morning and 40 afternoon seats at jakarta-pusat on weekdays of January`."""
    match = SENTENCE.match(sentence)
    if match is None:
        raise PlanError(
            "write it like this: 40 morning and 40 afternoon seats at jakarta-pusat on weekdays "
            "of January"
        )
    return Sentence(
        office=match["office"].lower(),
        days=match["days"].strip().lower(),
        month=_month(match["month"]),
        year=int(match["year"]) if match["year"] else None,
        seats=_seats(SEATS.findall(match["seats"].lower())),
    )


def moment(text: str, timezone: str, now: datetime) -> datetime:
    """Read `2026-12-30 09:00` in an office's own time zone, or `now`."""
    if text == "now":
        return now
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise PlanError(f"{text!r} is no time; write 2026-12-30 09:00, or now") from None
    return local if local.tzinfo else local.replace(tzinfo=ZoneInfo(timezone))


def local_moment(day: date, clock: time, timezone: str) -> datetime:
    """Give the instant of a local day and time at an office."""
    return datetime.combine(day, clock, ZoneInfo(timezone))


def queue_letter(ordinal: int, session: Session) -> str:
    """Give each service and session of an office a letter of its own: A, B, C and so on."""
    return chr(ord("A") + 2 * ordinal + (session is Session.AFTERNOON))


def _seats(pairs: Sequence[tuple[str, str]]) -> dict[Session, int]:
    seats = {Session(session): int(number) for number, session in pairs}
    if len(seats) < len(pairs):
        raise PlanError(f"{pairs[0][1]} is said twice")
    if max(seats.values()) > MOST_SEATS:
        raise PlanError(f"seats are 0 to {MOST_SEATS:,}")
    return seats


def _weekdays(days: str) -> set[int]:
    names = re.split(r"[,\s]+", days.strip().lower())
    found = {number for name in names if name != "and" for number in _days_of(name)}
    if not found:
        raise PlanError(f"{days!r} names no day; use weekdays, all, or mon,tue,wed")
    return found


def _days_of(name: str) -> Sequence[int]:
    if name in {"all", "days"}:
        return range(7)
    if name in {"weekday", "weekdays"}:
        return range(5)
    found = [number for number, day in enumerate(WEEKDAYS) if day.startswith(name)]
    if not found or len(name) < SHORTEST:
        raise PlanError(f"{name!r} is no day; use weekdays, all, or mon,tue,wed")
    return found


def _month(name: str) -> int:
    found = [n for n, month in enumerate(MONTHS, 1) if month.startswith(name.lower())]
    if len(found) != 1 or len(name) < SHORTEST:
        raise PlanError(f"{name!r} is no month; write January to December")
    return found[0]

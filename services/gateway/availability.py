"""What citizens see of an office's seats, and why a slot cannot be held: pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.gateway.bodies import Availability, DayState, SessionState
from services.gateway.memory import Offer, Seats, State, state_of
from shared.messages import Refusal, Refused, Session, SlotRef

BACK, AHEAD = timedelta(days=7), timedelta(days=401)  # as far as quota can be opened

Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Place:
    """An office as citizens know it."""

    id: str
    name: str
    short_name: str
    address: str
    province: str
    timezone: str
    lat: float | None
    lon: float | None
    phone: str
    services: tuple[str, ...]

    def today(self, now: datetime) -> date:
        """Tell the date at the office."""
        return now.astimezone(ZoneInfo(self.timezone)).date()


@dataclass(frozen=True, slots=True)
class Calendar:
    """When an office is open at all: its half days, morning first, and when it is closed."""

    hours: dict[Session, tuple[time, time]]
    closures: frozenset[tuple[date, Session | None]]


NO_CALENDAR = Calendar({}, frozenset())


@dataclass(frozen=True, slots=True)
class Board:
    """Everything of one service at one office at one moment."""

    calendar: Calendar
    offer: Offer
    as_of: datetime


def describe(place: Place, service: str, board: Board, span: Span, now: datetime) -> Availability:
    """Write the days of a span, each with all half days of the office."""
    return Availability(
        office=place.id,
        service=service,
        as_of=board.as_of,
        days=[
            DayState(
                date=day, sessions=[_session(board, day, s, now) for s in board.calendar.hours]
            )
            for day in days_of(span)
        ],
    )


def days_of(span: Span) -> list[date]:
    """List the days of a span, the last one included."""
    first, last = span
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def refuse(seats: Seats | None, ref: SlotRef, now: datetime) -> Refused | None:
    """Say why a slot certainly could not be held a moment ago, or None where it may be."""
    if seats is None:
        return None
    state = state_of(seats, now)
    if state == "unreleased":
        return Refused(code=Refusal.NOT_OPEN_YET, slot=ref, opens_at=seats.opens_at)
    codes = {"closed": Refusal.SLOT_CLOSED, "full": Refusal.SLOT_FULL}
    return Refused(code=codes[state], slot=ref) if state in codes else None


def _session(board: Board, day: date, session: Session, now: datetime) -> SessionState:
    seats = board.offer.seats.get((day, session))
    starts, ends = (seats.starts, seats.ends) if seats else board.calendar.hours[session]
    hours = f"{starts:%H:%M}-{ends:%H:%M}"
    if seats is None:
        shut = {(day, None), (day, session)} & board.calendar.closures
        state: State = "closed" if shut else "not_offered"
        return SessionState(
            session=session, hours=hours, state=state, capacity=0, remaining=0, opens_at=None
        )
    return SessionState(
        session=session,
        hours=hours,
        state=state_of(seats, now),
        capacity=seats.capacity,
        remaining=seats.remaining,
        opens_at=seats.opens_at,
    )

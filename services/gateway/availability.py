"""Seats that remain, read at most once a second per office and service; readers lock nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from services.gateway import views
from services.gateway.bodies import Availability, DayState, NextAvailable, SessionState
from services.gateway.fresh import Fresh
from shared.db import Pool, Row
from shared.messages import Alternative, Refusal, Refused, Session, SlotRef

LIFE_S = 1.0
POOL_WAIT_S = 2.0
BACK, AHEAD = timedelta(days=7), timedelta(days=401)  # as far as quota can be opened
OTHER_OFFICES = 3

State = Literal["open", "full", "closed", "unreleased", "not_offered"]


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
class Seats:
    """One slot as it was a moment ago."""

    starts: time
    ends: time
    opens_at: datetime
    closes_at: datetime
    capacity: int
    remaining: int
    closed: bool


@dataclass(frozen=True, slots=True)
class Board:
    """Everything of one service at one office at one moment."""

    hours: dict[Session, tuple[time, time]]
    slots: dict[tuple[date, Session], Seats]
    closures: frozenset[tuple[date, Session | None]]
    as_of: datetime


def state_of(seats: Seats, now: datetime) -> State:
    """Say whether a seat can be held; a seat that remains is no promise."""
    if seats.closed or now >= seats.closes_at:
        return "closed"
    if now < seats.opens_at:
        return "unreleased"
    return "open" if seats.remaining > 0 else "full"


def describe(
    place: Place, service: str, board: Board, span: tuple[date, date], now: datetime
) -> Availability:
    """Write the days of a span, each with all half days of the office."""
    first, last = span
    days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    return Availability(
        office=place.id,
        service=service,
        as_of=board.as_of,
        days=[
            DayState(date=day, sessions=[_session(board, day, s, now) for s in board.hours])
            for day in days
        ],
    )


def refuse(board: Board, ref: SlotRef, now: datetime) -> Refused | None:
    """Say why a slot certainly could not be held a moment ago, or None where it may be."""
    seats = board.slots.get((ref.date, ref.session))
    if seats is None:
        return None
    state = state_of(seats, now)
    if state == "unreleased":
        return Refused(code=Refusal.NOT_OPEN_YET, slot=ref, opens_at=seats.opens_at)
    codes = {"closed": Refusal.SLOT_CLOSED, "full": Refusal.SLOT_FULL}
    return Refused(code=codes[state], slot=ref) if state in codes else None


def _session(board: Board, day: date, session: Session, now: datetime) -> SessionState:
    seats = board.slots.get((day, session))
    starts, ends = (seats.starts, seats.ends) if seats else board.hours[session]
    hours = f"{starts:%H:%M}-{ends:%H:%M}"
    if seats is None:
        shut = {(day, None), (day, session)} & board.closures
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


class Catalogue:
    """Offices and seats, from memory where it is fresh enough."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._places = Fresh(self._load_places, LIFE_S)
        self._next = Fresh(self._load_next, LIFE_S)
        self._boards = Fresh(self._load_board, LIFE_S)
        self._alternatives = Fresh(self._load_alternatives, LIFE_S)

    async def places(self) -> dict[str, Place]:
        """Give every office, in order of name."""
        return await self._places.get(None)

    async def next_free(self, service: str | None) -> dict[str, NextAvailable]:
        """Give each office's first session with a seat."""
        return await self._next.get(service)

    async def board(self, place: Place, service: str) -> Board:
        """Give the seats of one service at one office; none of one that it does not offer."""
        if service in place.services:
            return await self._boards.get((place, service))
        # Whatever is asked for, only what is offered is loaded and kept.
        board = await self._boards.get((place, next(iter(place.services), "")))
        return replace(board, slots={})

    async def alternatives(self, office: str, service: str) -> list[Alternative]:
        """Give where else there is quota."""
        return await self._alternatives.get((office, service))

    async def _load_places(self, _key: None) -> dict[str, Place]:
        async with self._pool.acquire(timeout=POOL_WAIT_S) as db:
            rows = await views.list_offices(db)
        return {r["id"]: Place(**{**dict(r), "services": tuple(r["services"])}) for r in rows}

    async def _load_next(self, service: str | None) -> dict[str, NextAvailable]:
        async with self._pool.acquire(timeout=POOL_WAIT_S) as db:
            rows = await views.list_next_free(db, service)
        return {
            r["office_id"]: NextAvailable(
                date=r["date"], session=Session(r["session"]), remaining=r["remaining"]
            )
            for r in rows
        }

    async def _load_board(self, key: tuple[Place, str]) -> Board:
        place, service = key
        now = datetime.now(UTC)
        first, last = place.today(now) - BACK, place.today(now) + AHEAD
        async with self._pool.acquire(timeout=POOL_WAIT_S) as db:
            sessions = await views.list_sessions(db, place.id)
            slots = await views.list_slots(db, place.id, service, first, last)
            closures = await views.list_closures(db, place.id, first, last)
        return Board(
            hours={Session(r["session"]): (r["starts"], r["ends"]) for r in sessions},
            slots={(r["date"], Session(r["session"])): _seats(r) for r in slots},
            closures=_closures((r["date"], r["session"]) for r in closures),
            as_of=now,
        )

    async def _load_alternatives(self, key: tuple[str, str]) -> list[Alternative]:
        async with self._pool.acquire(timeout=POOL_WAIT_S) as db:
            rows = await views.list_alternatives(db, *key, OTHER_OFFICES)
        return [Alternative.model_validate(dict(row)) for row in rows]


def _seats(row: Row) -> Seats:
    return Seats(**{name: row[name] for name in Seats.__slots__})


def _closures(rows: Iterable[tuple[date, str | None]]) -> frozenset[tuple[date, Session | None]]:
    return frozenset((day, Session(session) if session else None) for day, session in rows)

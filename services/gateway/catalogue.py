"""Offices and their seats: from memory while it is certain, else read at most once a second."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time

from services.gateway import clock, nearby, views
from services.gateway.availability import AHEAD, BACK, NO_CALENDAR, Board, Calendar, Place
from services.gateway.bodies import NextAvailable
from services.gateway.fresh import Fresh
from services.gateway.memory import Memory, Offer
from services.gateway.prepared import Shelf
from shared.db import Pool, Row
from shared.messages import Alternative, Session

LIFE_S = 1.0
CALENDAR_S = 5.0  # it shows only why a day has no slot; that a slot is closed is heard of at once
POOL_WAIT_S = 1.5  # what then follows fits into two seconds
OTHER_OFFICES = 3

Opening = tuple[datetime, dict[str, int]] | None  # a moment, and the seats of each office then


class Catalogue:
    """What everybody may know; its readers lock nothing."""

    def __init__(self, pool: Pool, memory: Memory) -> None:
        self._pool, self.memory = pool, memory
        self.shelf = Shelf()
        self._places = Fresh(self._load_places, LIFE_S)
        self._calendars = Fresh(self._load_calendars, CALENDAR_S)
        self._next = Fresh(self._load_next, LIFE_S)
        self._openings = Fresh(self._load_opening, LIFE_S)
        self._offers = Fresh(self._load_offer, LIFE_S)
        self._alternatives = Fresh(self._load_alternatives, LIFE_S)

    async def places(self) -> dict[str, Place]:
        """Give every office, in order of name."""
        return await self._places.get_soon(None)

    async def next_free(self, service: str | None) -> dict[str, NextAvailable]:
        """Give each office's first session with a seat."""
        return await self._next.get(service)

    async def next_opening(self, office: str | None, service: str | None) -> Opening:
        """Give the next moment at which quota opens, of one office and service or of all."""
        return await self._openings.get((office, service))

    async def board(self, place: Place, service: str) -> Board:
        """Give the seats of one service at one office; none of one that it does not offer."""
        calendars = await self._calendars.get_soon(None)
        calendar = calendars.get(place.id, NO_CALENDAR)
        if service not in place.services:
            # Whatever is asked for, only what is offered is loaded and kept.
            return Board(calendar, Offer(place.id, service), clock.now())
        if self.memory.is_live:
            offer = self.memory.offer(place.id, service)
            return Board(calendar, offer, clock.now())
        offer, as_of = await self._offers.get((place, service))
        return Board(calendar, offer, as_of)

    async def alternatives(self, office: str, service: str) -> list[Alternative]:
        """Give where else there is quota."""
        return await self._alternatives.get((office, service))

    async def _load_places(self, _key: None) -> dict[str, Place]:
        async with self._pool.acquire(timeout=POOL_WAIT_S) as db:
            rows = await views.list_offices(db)
        return {r["id"]: Place(**{**dict(r), "services": tuple(r["services"])}) for r in rows}

    async def _load_calendars(self, _key: None) -> dict[str, Calendar]:
        today = clock.now().date()
        async with self._pool.acquire(timeout=POOL_WAIT_S) as db:
            sessions = await views.list_sessions(db)
            closures = await views.list_closures(db, today - BACK, today + AHEAD)
        hours: defaultdict[str, dict[Session, tuple[time, time]]] = defaultdict(dict)
        for row in sessions:
            hours[row["office_id"]][Session(row["session"])] = (row["starts"], row["ends"])
        shut = _closures(closures)
        return {office: Calendar(kept, frozenset(shut[office])) for office, kept in hours.items()}

    async def _load_next(self, service: str | None) -> dict[str, NextAvailable]:
        if self.memory.is_live:
            return nearby.next_free(self.memory.offers(service), clock.now())
        async with self._pool.acquire(timeout=POOL_WAIT_S) as db:
            rows = await views.list_next_free(db, service)
        return {
            r["office_id"]: NextAvailable(
                date=r["date"], session=Session(r["session"]), remaining=r["remaining"]
            )
            for r in rows
        }

    async def _load_opening(self, key: tuple[str | None, str | None]) -> Opening:
        office, service = key
        if self.memory.is_live:
            return nearby.next_opening(self.memory.offers(service), office, clock.now())
        async with self._pool.acquire(timeout=POOL_WAIT_S) as db:
            rows = await views.list_next_opening(db, office, service)
        seats = {row["office_id"]: row["seats"] for row in rows}
        return (rows[0]["opens_at"], seats) if rows else None

    async def _load_offer(self, key: tuple[Place, str]) -> tuple[Offer, datetime]:
        place, service = key
        now = clock.now()
        first, last = place.today(now) - BACK, place.today(now) + AHEAD
        async with self._pool.acquire(timeout=POOL_WAIT_S) as db:
            rows = await views.list_slots(db, place.id, service, first, last)
        offer = Offer(place.id, service)
        for row in rows:
            offer.put((row["date"], Session(row["session"])), row)
        return offer, now

    async def _load_alternatives(self, key: tuple[str, str]) -> list[Alternative]:
        if self.memory.is_live:
            places, now = await self.places(), clock.now()
            return nearby.alternatives(self.memory, places, key, OTHER_OFFICES, now)
        async with self._pool.acquire(timeout=POOL_WAIT_S) as db:
            rows = await views.list_alternatives(db, *key, OTHER_OFFICES)
        return [Alternative.model_validate(dict(row)) for row in rows]


def _closures(rows: Iterable[Row]) -> defaultdict[str, set[tuple[date, Session | None]]]:
    found: defaultdict[str, set[tuple[date, Session | None]]] = defaultdict(set)
    for row in rows:
        session = Session(row["session"]) if row["session"] else None
        found[row["office_id"]].add((row["date"], session))
    return found

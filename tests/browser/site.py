"""The pages with everything behind them, and offices that each belong to one test."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.booking.operator import quota
from services.booking.operator.plan import Plan
from shared.db import Pool
from shared.messages import Session, SlotRef
from tests.system_fixtures import Person, System

FIRST_DAY, DAYS = 5, 3


@dataclass(frozen=True, slots=True)
class Place:
    """An office with seats on some days, which no other test uses."""

    site: "Site"
    office: str
    name: str
    timezone: str
    service: str
    days: list[date]

    def slot(self, day: int = 0, session: Session = Session.MORNING) -> SlotRef:
        """Name one of its half days."""
        return SlotRef(
            office=self.office, service=self.service, date=self.days[day], session=session
        )

    async def bookings(self, state: str = "confirmed") -> list[str]:
        """Ask the ledger which of its bookings stand: codes without hyphens."""
        rows = await self.site.pool.fetch(
            """
            SELECT booking.code FROM booking.booking AS booking
              JOIN booking.hold AS hold ON hold.id = booking.hold_id
              JOIN booking.slot AS slot ON slot.id = hold.slot_id
             WHERE slot.office_id = $1 AND hold.state = $2 ORDER BY booking.confirmed_at
            """,
            self.office,
            state,
        )
        return [row["code"] for row in rows]

    async def held_until(self) -> datetime:
        """Ask the ledger until when the one seat that is held there is held."""
        found: datetime = await self.site.pool.fetchval(
            """
            SELECT hold.expires_at FROM booking.hold AS hold
              JOIN booking.slot AS slot ON slot.id = hold.slot_id
             WHERE slot.office_id = $1 AND hold.state = 'held'
            """,
            self.office,
        )
        return found

    async def holds(self, state: str = "held") -> int:
        """Count the holds there that are in a state."""
        found: int = await self.site.pool.fetchval(
            """
            SELECT count(*) FROM booking.hold AS hold
              JOIN booking.slot AS slot ON slot.id = hold.slot_id
             WHERE slot.office_id = $1 AND hold.state = $2
            """,
            self.office,
            state,
        )
        return found


@dataclass(slots=True)
class Site:
    """A running stack whose gateway shows the pages; `pool` reads and writes as booking does."""

    system: System
    pool: Pool
    offices: Iterator[Any] = field(default_factory=lambda: iter(()))

    @property
    def url(self) -> str:
        return self.system.gateway

    def person(self) -> Person:
        """Somebody new, with a phone of their own."""
        return self.system.person()

    async def place(
        self,
        morning: int = 5,
        afternoon: int = 4,
        *,
        days: int = DAYS,
        first: int = FIRST_DAY,
        service: str = "passport",
        opens_at: datetime | None = None,
        hold_minutes: int = 10,
    ) -> Place:
        """Open seats on days in a row at an office that no other test uses.

        `first` is how many days from now the first is; all are of the time zone of Jakarta.
        """
        row = next(self.offices)
        today = (datetime.now(UTC) + timedelta(hours=7)).date()
        on = [today + timedelta(days=first + day) for day in range(days)]
        seats = {Session.MORNING: morning, Session.AFTERNOON: afternoon}
        plan = Plan(row["id"], service, tuple(on), seats, opens_at)
        async with self.pool.acquire() as db, db.transaction():
            rule = "UPDATE booking.office SET hold_minutes = $2 WHERE id = $1"
            await db.execute(rule, row["id"], hold_minutes)
            opened = await quota.open_quota(db, plan, "test", dry=False, partial=False)
        assert opened.done, opened.changes
        place = Place(self, row["id"], row["name"], row["timezone"], service, on)
        if morning + afternoon > 0:
            await self._until_known(place, "open" if opens_at is None else "unreleased")
        return place

    async def _until_known(self, place: Place, state: str) -> None:
        """Wait until the gateway has heard of the seats."""
        path = f"/v1/offices/{place.office}/availability?service={place.service}"
        async with asyncio.timeout(60):
            while True:
                _, told = await self.system.call("GET", path)
                halves = [half for day in told["days"] for half in day["sessions"]]
                if any(half["state"] == state for half in halves):
                    return
                await asyncio.sleep(0.05)

    async def find_offices(self) -> None:
        """Learn which offices there are; the one that people write to by default is left out."""
        rows = await self.pool.fetch(
            """
            SELECT office.id, office.name, office.timezone FROM booking.office AS office
              JOIN booking.office_service AS offered ON offered.office_id = office.id
             WHERE offered.service_id = 'passport' AND office.timezone = 'Asia/Jakarta'
               AND office.id <> 'jakarta-pusat'
             ORDER BY office.id
            """
        )
        self.offices = iter(rows)

"""An office of an example's own on the real ledger: made, looked at, and made older.

Rows are moved into the past instead of a clock into the future: the database's clock is
everybody's, and to whoever looks at it afterwards both are the same.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from services.booking import sweeper
from services.booking.batch import Batches
from services.booking.operator import quota
from services.booking.operator.plan import Closure, Plan
from shared.db import Pool
from shared.messages import Session, SlotRef

ZONE = ZoneInfo("Asia/Jakarta")
MORNING, AFTERNOON = Session.MORNING, Session.AFTERNOON
HOURS = {MORNING: (time(8), time(12)), AFTERNOON: (time(13), time(16))}
RULES = {"minutes": 10, "longer": 5, "cap": 2, "tries": 2, "moves": 1, "withheld": 75}
ALWAYS, FAR = -1440, 30 * 1440
# Service, days ahead, session, and the minutes at which it opens, closes, starts and ends.
SLOTS = (
    (0, 10, MORNING, ALWAYS, FAR, FAR, FAR + 240),
    (0, 10, AFTERNOON, ALWAYS, FAR, FAR, FAR + 240),
    (1, 10, MORNING, ALWAYS, FAR, FAR, FAR + 240),
    (0, 11, MORNING, ALWAYS, 60, 90, 150),
    (0, 0, MORNING, ALWAYS, 40, 40, 100),
    (0, 12, MORNING, 30, FAR, FAR, FAR + 240),
    (0, 13, MORNING, 0, FAR, FAR, FAR + 240),  # not there until the operator opens it
)


@dataclass(slots=True)
class Office:
    """Its slots in the order of `SLOTS`, and the two ways to the ledger."""

    batches: Batches
    admin: Pool
    name: str = field(default_factory=lambda: f"uji-{uuid4().hex}")
    today: date = field(default_factory=lambda: datetime.now(ZONE).date())
    refs: list[SlotRef] = field(init=False)

    def __post_init__(self) -> None:
        self.refs = [
            SlotRef(
                office=self.name,
                service=f"{self.name}-{service}",  # nobody's neighbour
                date=self.today + timedelta(days),
                session=session,
            )
            for service, days, session, *_ in SLOTS
        ]

    async def found(self, seats: list[int | None], *, withholds: bool) -> None:
        """Make the office and its slots; one without seats is not opened."""
        opened = [
            (ref.slot_id, ref.service, ref.date, ref.session.value, *HOURS[ref.session], *at, n)
            for ref, (_, _, _, *at), n in zip(self.refs, SLOTS, seats, strict=True)
            if n is not None
        ]
        release = (1800, 7200) if withholds else (0, 0)  # chance is always in the middle
        services = sorted({ref.service for ref in self.refs})
        columns = [list(column) for column in zip(*opened, strict=True)]
        await self.admin.execute(FOUND, self.name, *release, services, *columns)

    async def let_pass(self, minutes: int, holds: list[Any]) -> None:
        """Make everything here older by so many minutes."""
        await self.admin.execute(OLDER, self.name, timedelta(minutes=minutes), holds)

    async def sweep(self) -> None:
        async with self.batches.pool.acquire() as db, db.transaction():
            await sweeper.sweep(db, self.batches.tools)

    async def end_visits(self) -> None:
        async with self.batches.pool.acquire() as db, db.transaction():
            await sweeper.end_visits(db)

    async def resize(self, ref: SlotRef, seats: int) -> None:
        """Open, raise or cut a slot as the operator's command does."""
        plan = Plan(self.name, ref.service, (ref.date,), {ref.session: seats})
        async with self.batches.pool.acquire() as db, db.transaction():
            await quota.open_quota(db, plan, "rina", dry=False, partial=False)

    async def close(self, day: date, session: Session | None, *, again: bool) -> None:
        """Close a day or a session, or open it `again`."""
        closure = Closure(self.name, day, session.value if session else None)
        async with self.batches.pool.acquire() as db, db.transaction():
            if again:
                await quota.reopen_quota(db, closure, "rina")
            else:
                await quota.close_quota(db, closure, "libur", "rina")

    async def look(self, holds: list[Any], events: list[Any]) -> tuple[Any, Any, Any]:
        """Read the slots, the claims that could be there, and what was told."""
        ids = [ref.slot_id for ref in self.refs]
        async with self.admin.acquire() as db:
            return (
                await db.fetch(LOOK_AT_SLOTS, self.name),
                await db.fetch(LOOK_AT_CLAIMS, holds),
                await db.fetch(LOOK_AT_EVENTS, ids, events),
            )

    async def outcomes(self, ids: list[Any]) -> list[Any]:
        """Read the stored outcomes of commands."""
        sql = "SELECT id, outcome FROM booking.command WHERE id = ANY ($1::uuid[])"
        rows: list[Any] = await self.admin.fetch(sql, ids)
        return rows


FOUND = """
    WITH office AS (
        INSERT INTO booking.office (id, name, short_name, timezone, address, hold_minutes,
            phone_cap, code_tries, reschedule_limit, release_after_min_s, release_after_max_s)
        VALUES ($1, $1, $1, 'Asia/Jakarta', $1, 10, 2, 2, 1, $2, $3)
    ), service AS (
        INSERT INTO booking.service SELECT id, id, id FROM unnest($4::text[]) AS new (id)
    ), offered AS (
        INSERT INTO booking.office_service
        SELECT $1, id, place - 1 FROM unnest($4::text[]) WITH ORDINALITY AS new (id, place)
    ), session AS (
        INSERT INTO booking.session
        SELECT DISTINCT ON (session) $1, session, starts, ends
          FROM unnest($8::text[], $9::time[], $10::time[]) AS new (session, starts, ends)
    )
    INSERT INTO booking.slot (id, office_id, service_id, date, session, starts, ends, opens_at,
        closes_at, starts_at, ends_at, window_minutes, queue_letter, capacity, remaining)
    SELECT id, $1, service, date, session, starts, ends, now() + opens * interval '1 min',
           now() + closes * interval '1 min', now() + begins * interval '1 min',
           now() + over * interval '1 min', 30, 'A', seats, seats
      FROM unnest($5::uuid[], $6::text[], $7::date[], $8::text[], $9::time[], $10::time[],
                  $11::int[], $12::int[], $13::int[], $14::int[], $15::int[])
           AS new (id, service, date, session, starts, ends, opens, closes, begins, over, seats)
"""
OLDER = """
    WITH slot AS (
        UPDATE booking.slot SET opens_at = opens_at - $2::interval, ends_at = ends_at - $2,
               closes_at = closes_at - $2, starts_at = starts_at - $2 WHERE office_id = $1
    ), hold AS (
        UPDATE booking.hold SET held_at = held_at - $2, expires_at = expires_at - $2
         WHERE id = ANY ($3::uuid[])
    )
    UPDATE booking.withheld SET release_at = release_at - $2 WHERE hold_id = ANY ($3)
"""
LOOK_AT_SLOTS = """
    SELECT s.*, (SELECT count(*) FROM booking.withheld w WHERE w.slot_id = s.id) AS kept,
           (SELECT count(*) FROM booking.hold h WHERE h.slot_id = s.id
               AND h.state IN ('held', 'confirmed', 'visited')) AS active
      FROM booking.slot s WHERE s.office_id = $1
"""
LOOK_AT_CLAIMS = """
    SELECT h.*, b.code, extract(epoch FROM h.expires_at - clock_timestamp()) / 60 AS minutes_left
      FROM booking.hold h LEFT JOIN booking.booking b ON b.hold_id = h.id
     WHERE h.id = ANY ($1::uuid[])
"""
LOOK_AT_EVENTS = """
    SELECT id, type, slot_id, slotsequence, data FROM booking.event_log
     WHERE slot_id = ANY ($1::uuid[]) OR id = ANY ($2::uuid[])
"""

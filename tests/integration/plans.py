"""How statements are carried out: how many rows each step of a plan goes through.

Postgres itself tells (auto_explain), so that what is seen is the plan that a service's own
connection used: also where that was made once, while there was nothing in the tables.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, cast

import asyncpg

from deploy.local.environment import Stack
from deploy.local.testing import fresh_stack
from services.booking import __main__ as booking
from services.notifier import __main__ as notifier
from shared.db import Db, Pool, open_pool

Act = Callable[[Db], Awaitable[None]]
ONCE_GROWN = {"booking": booking.GROWING, "notifier": notifier.GROWING}
TELL = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_format": "json",
    "auto_explain.log_level": "notice",
    "auto_explain.log_nested_statements": "off",
}
TABLES = """
    booking.office, booking.service, booking.office_service, booking.slot, booking.hold,
    booking.booking, booking.withheld, booking.command, booking.event_log, booking.outbox,
    gateway.awaiting, gateway.bucket, gateway.inbox, notifier.text, notifier.attempt,
    notifier.contact
"""

STATISTICS = ["of empty tables", "fresh", "before what comes and goes"]
PASSING = ("booking.outbox", "booking.withheld")  # are often empty, also where much is stored

FILL = """
    INSERT INTO booking.office (id, name, short_name, timezone, address)
    VALUES ('here', 'Here', 'Here', 'Asia/Jakarta', 'Here');
    INSERT INTO booking.service VALUES ('passport', 'Paspor', 'Passport');
    INSERT INTO booking.office_service VALUES ('here', 'passport', 0);
    INSERT INTO booking.slot (id, office_id, service_id, date, session, starts, ends, starts_at,
        ends_at, opens_at, closes_at, window_minutes, queue_letter, capacity, remaining, withheld)
    SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 'here', 'passport', day,
        'morning', '08:00', '12:00', day + interval '1 h', day + interval '5 h', now(),
        day + interval '1 h', 30, 'A', 99000, 1000, 8000
      FROM (VALUES (1, date '2030-01-07'), (2, date '2020-01-07')) AS one (n, day);
    INSERT INTO booking.hold (id, slot_id, service_id, seat, state, owner_key, person_key, nik_key,
        person, channel, held_at, expires_at)
    SELECT ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid,
           ('00000000-0000-0000-0000-' || lpad(CASE WHEN i <= 24000 THEN '1' ELSE '2' END, 12, '0')
           )::uuid, 'passport', i,
           CASE WHEN i <= 8000 THEN 'held' WHEN i <= 16000 THEN 'released' ELSE 'confirmed' END,
           sha256(('o' || i)::bytea), sha256(('p' || i)::bytea), sha256(('n' || i)::bytea),
           'x', 'web', now(), now() + CASE WHEN i <= 100 THEN interval '-1 s' ELSE '1 day' END
      FROM generate_series(1, 24100) i;
    INSERT INTO booking.hold (id, slot_id, service_id, seat, state, owner_key, person_key, person,
        channel, held_at, expires_at, ended_at)
    SELECT ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid,
           '00000000-0000-0000-0000-000000000002', 'passport', i, 'visited',
           sha256(('o' || i)::bytea), sha256(('p' || i)::bytea), 'x', 'web', now(), now(), now()
      FROM generate_series(24101, 24600) i;
    INSERT INTO booking.booking
    SELECT lpad(i::text, 12, '0'), ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid,
           '09:00-09:30', 'A-001', now() FROM generate_series(16001, 24600) i
     WHERE i NOT BETWEEN 24001 AND 24100;
    INSERT INTO booking.withheld
    SELECT ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid,
           '00000000-0000-0000-0000-000000000001', i,
           now() + CASE WHEN i <= 8100 THEN interval '-1 s' ELSE '1 day' END
      FROM generate_series(8001, 16000) i;
    INSERT INTO booking.command (id, kind, owner_key, fingerprint, outcome)
    SELECT ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid, 'hold.place', 'o', 'f',
           '{}' FROM generate_series(1, 8000) i;
    INSERT INTO booking.event_log (id, type, data, occurred_at, position)
    SELECT ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid, 'slot.changed', '{}',
           now(), CASE WHEN i <= 8000 THEN i END FROM generate_series(1, 16000) i;
    INSERT INTO booking.outbox (event_id)
    SELECT ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid
      FROM generate_series(8001, 16000) i;
    UPDATE booking.relay SET position = 8000, published = 7900;
    INSERT INTO gateway.awaiting (command_id, owner, sealed)
    SELECT ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid, 'o' || i, 'x'
      FROM generate_series(7991, 8010) i;
    INSERT INTO gateway.bucket SELECT i::text::bytea, 1, now() FROM generate_series(1, 8000) i;
    INSERT INTO gateway.inbox (message_id, owner, sealed, at, state, done_at)
    SELECT i::text, 'o' || i, 'x', now(), CASE WHEN i <= 8000 THEN 'done' ELSE 'new' END,
           CASE WHEN i <= 8000 THEN now() END FROM generate_series(1, 8010) i;
    INSERT INTO notifier.text (id, purpose, recipient, sealed, channel, state, due_at)
    SELECT ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid, 'held', 'o' || i, 'x',
           'whatsapp', CASE WHEN i <= 8000 THEN 'sent' ELSE 'waiting' END,
           CASE WHEN i > 8000 THEN now() END FROM generate_series(1, 8100) i;
    INSERT INTO notifier.attempt (text_id, channel, provider, provider_ref, state)
    SELECT ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid, 'whatsapp', 'meta',
           'r' || i, 'sent' FROM generate_series(1, 8000) i;
    INSERT INTO notifier.contact (recipient, last_inbound_at)
    SELECT 'o' || i, now() FROM generate_series(1, 8000) i;
"""


@asynccontextmanager
async def full_installation(
    service: str, statistics: str, acts: Sequence[Act]
) -> AsyncIterator[Pool]:
    """Give a service's pool on an installation that is full, and was empty a moment ago.

    Unless its statistics are fresh, the pool's connection carried out what the acts carry out
    while nothing was in the tables, or in those whose rows come and go: whatever is planned once
    was planned then.
    """
    async with fresh_stack() as stack:
        admin = await open_pool(stack.environment("migrate")["ANTREAN_DATABASE_URL"], name="test")
        await _let_tell(stack, service)
        statements = await _statements(stack, service, admin, acts)
        await admin.execute(f"TRUNCATE {TABLES} CASCADE")
        await admin.execute("UPDATE booking.relay SET position = 0, published = 0")
        if statistics != "of empty tables":
            await admin.execute(FILL)
        if statistics == "before what comes and goes":
            await _set_aside(admin)
        await admin.execute("VACUUM ANALYZE")
        opened = await _open(stack, service)
        if statistics != "fresh":
            await _carry_out(opened, statements)
        if statistics == "of empty tables":
            await admin.execute(FILL)
        elif statistics != "fresh":
            await _put_back(admin)
        try:
            yield opened
        finally:
            await opened.close()
            await admin.close()


async def greedy(pool: Pool, act: Act, most: int) -> dict[str, int]:
    """Do something and undo it; names the statements of which a step read more rows than that."""
    async with pool.acquire() as db:
        seen = await _watched(db, act)
    return {sql: rows for sql, rows in seen.read.items() if rows > most}


async def _set_aside(admin: Pool) -> None:
    for number, table in enumerate(PASSING):
        await admin.execute(f"CREATE TABLE public.aside{number} AS TABLE {table}")
        await admin.execute(f"TRUNCATE {table}")


async def _put_back(admin: Pool) -> None:
    for number, table in enumerate(PASSING):
        await admin.execute(
            f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE public.aside{number}"
        )


async def _let_tell(stack: Stack, service: str) -> None:
    """Let Postgres tell a service's sessions how it carried each statement out."""
    db = await asyncpg.connect(stack.servers.database_admin)
    role = f"antrean_{service} IN DATABASE {stack.database}"
    for name, value in TELL.items():
        await db.execute(f"ALTER ROLE {role} SET {name} = '{value}'")
    await db.close()


async def _open(stack: Stack, service: str) -> Pool:
    """Open a pool as the service does, of one connection."""
    url = stack.environment(service)["ANTREAN_DATABASE_URL"]
    schema = "gateway" if service == "gateway" else "public"
    once_grown = ONCE_GROWN.get(service, ())
    return await open_pool(url, name="test", size=1, schema=schema, once_grown=once_grown)


async def _statements(
    stack: Stack, service: str, admin: Pool, acts: Sequence[Act]
) -> list[tuple[str, tuple[Any, ...]]]:
    """List what some acts carry out on a full installation."""
    await admin.execute(FILL)
    pool, found = await _open(stack, service), []
    async with pool.acquire() as db:
        for act in acts:
            found += (await _watched(db, act)).carried_out
    await pool.close()
    return found


async def _carry_out(pool: Pool, statements: Sequence[tuple[str, tuple[Any, ...]]]) -> None:
    """Carry statements out, whatever comes of them: on empty tables some must fail."""
    async with pool.acquire() as db:
        for sql, values in statements:
            with suppress(asyncpg.PostgresError):
                await _undone(db, lambda sql=sql, values=values: db.fetch(sql, *values))  # type: ignore[misc]


async def _undone(db: Db, act: Callable[[], Awaitable[Any]]) -> None:
    undone = db.transaction()
    await undone.start()
    try:
        await act()
    finally:
        await undone.rollback()


async def _watched(db: Db, act: Act) -> "Watched":
    """Do something and undo it, and hear how each of its statements was carried out."""
    seen = Watched(db)
    db.add_log_listener(seen.hear)
    await _undone(db, lambda: act(cast("Db", seen)))
    await asyncio.sleep(0)  # asyncpg tells its listeners in the next turn of the loop
    db.remove_log_listener(seen.hear)
    assert {sql for sql, _ in seen.carried_out} - seen.read.keys() == set()
    return seen


@dataclass(slots=True)
class Watched:
    """A connection that notes, of each statement, how many rows its hungriest step read."""

    db: Db
    read: dict[str, int] = field(default_factory=dict)
    carried_out: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    async def fetch(self, sql: str, *values: Any) -> Any:
        return await self.db.fetch(self._note(sql, values), *values)

    async def fetchrow(self, sql: str, *values: Any) -> Any:
        return await self.db.fetchrow(self._note(sql, values), *values)

    async def fetchval(self, sql: str, *values: Any) -> Any:
        return await self.db.fetchval(self._note(sql, values), *values)

    async def execute(self, sql: str, *values: Any) -> Any:
        return await self.db.execute(self._note(sql, values), *values)

    def hear(self, _: Any, message: Any) -> None:
        """Hear how a statement was carried out, which may be told long after its result."""
        _, is_plan, text = message.message.partition("plan:\n")
        if is_plan:
            told = json.loads(text)
            sql, rows = told["Query Text"], max(read_rows(told["Plan"]))
            if any(sql == ours for ours, _ in self.carried_out):  # asyncpg asks for types, too
                self.read[sql] = max(self.read.get(sql, 0), rows)

    def _note(self, sql: str, values: tuple[Any, ...]) -> str:
        self.carried_out.append((sql, values))
        return sql


def read_rows(node: dict[str, Any]) -> Iterator[int]:
    """How many rows each node of a plan went through."""
    dropped = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Join Filter", 0)
    yield (node["Actual Rows"] + dropped) * node["Actual Loops"]
    for part in node.get("Plans", ()):
        yield from read_rows(part)

"""How statements are carried out: how many rows each step of a plan goes through."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from deploy.local.testing import fresh_stack
from shared.db import Db, Pool, open_pool

STATISTICS = ["of empty tables", "fresh"]

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
    INSERT INTO booking.booking
    SELECT lpad(i::text, 12, '0'), ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid,
           '09:00-09:30', 'A-001', now() FROM generate_series(16001, 24000) i;
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
"""


@asynccontextmanager
async def full_installation(service: str, statistics: str) -> AsyncIterator[Pool]:
    """Give a service's pool on an installation that was empty a moment ago."""
    async with fresh_stack() as stack:
        admin = await open_pool(stack.environment("migrate")["ANTREAN_DATABASE_URL"], name="test")
        await admin.execute("VACUUM ANALYZE")
        url = stack.environment(service)["ANTREAN_DATABASE_URL"]
        schema = "gateway" if service == "gateway" else "public"  # as each service opens its own
        opened = await open_pool(url, name="test", schema=schema)
        await admin.execute(FILL)
        if statistics == "fresh":
            await admin.execute("ANALYZE")
        try:
            yield opened
        finally:
            await opened.close()
            await admin.close()


@dataclass(slots=True)
class Explaining:
    """A connection that notes, of each statement, how many rows its hungriest step read."""

    db: Db
    read: dict[str, int] = field(default_factory=dict)

    async def fetch(self, sql: str, *values: Any) -> Any:
        await self._note(sql, values)
        return await self.db.fetch(sql, *values)

    async def fetchrow(self, sql: str, *values: Any) -> Any:
        await self._note(sql, values)
        return await self.db.fetchrow(sql, *values)

    async def fetchval(self, sql: str, *values: Any) -> Any:
        await self._note(sql, values)
        return await self.db.fetchval(sql, *values)

    async def execute(self, sql: str, *values: Any) -> Any:
        await self._note(sql, values)
        return await self.db.execute(sql, *values)

    def greedy(self, most: int) -> dict[str, int]:
        """Name the statements of which a step read more rows than that."""
        return {sql: rows for sql, rows in self.read.items() if rows > most}

    async def _note(self, sql: str, values: tuple[Any, ...]) -> None:
        undone = self.db.transaction()  # what is explained so is carried out
        await undone.start()
        plan = await self.db.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *values)
        await undone.rollback()
        self.read[sql] = max(read_rows(plan[0]["Plan"]))


def read_rows(node: dict[str, Any]) -> Iterator[int]:
    """How many rows each node of a plan went through."""
    dropped = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Join Filter", 0)
    yield (node["Actual Rows"] + dropped) * node["Actual Loops"]
    for part in node.get("Plans", ()):
        yield from read_rows(part)

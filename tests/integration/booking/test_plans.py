"""What a worker looks up, it finds by an index, also where it was planned on empty tables.

A plan is made once. One that scans is quick on the empty tables of a new installation, and grows
slower with every seat of its first opening.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from deploy.local.testing import fresh_stack
from services.booking import store
from shared.db import Pool, open_pool


@pytest.fixture
async def installation() -> AsyncIterator[tuple[Pool, Pool]]:
    """A worker's pool and the administrator's, on a new installation."""
    async with fresh_stack() as stack:
        admin = await open_pool(stack.environment("migrate")["ANTREAN_DATABASE_URL"], name="test")
        await admin.execute("VACUUM ANALYZE")
        url = stack.environment("booking")["ANTREAN_DATABASE_URL"]
        pool = await open_pool(url, name="test", plans_anew=True)
        yield pool, admin
        await pool.close()
        await admin.close()


FILL = """
    INSERT INTO booking.office (id, name, short_name, timezone, address)
    VALUES ('here', 'Here', 'Here', 'Asia/Jakarta', 'Here');
    INSERT INTO booking.service VALUES ('passport', 'Paspor', 'Passport');
    INSERT INTO booking.office_service VALUES ('here', 'passport', 0);
    INSERT INTO booking.slot (id, office_id, service_id, date, session, starts, ends, starts_at,
        ends_at, opens_at, closes_at, window_minutes, queue_letter, capacity, remaining)
    VALUES ('00000000-0000-0000-0000-000000000001', 'here', 'passport', '2030-01-07', 'morning',
        '08:00', '12:00', '2030-01-07 01:00Z', '2030-01-07 05:00Z', now(), '2030-01-07 01:00Z', 30,
        'A', 9000, 1000);
    INSERT INTO booking.hold (id, slot_id, service_id, seat, state, owner_key, person_key, person,
        channel, held_at, expires_at)
    SELECT gen_random_uuid(), '00000000-0000-0000-0000-000000000001', 'passport', i, 'held',
           sha256(('o' || i)::bytea), sha256(('p' || i)::bytea), 'x', 'web', now(), now() + '1 day'
      FROM generate_series(1, 8000) i;
    INSERT INTO booking.command (id, kind, owner_key, fingerprint, outcome)
    SELECT gen_random_uuid(), 'hold.place', 'o', 'f', '{}' FROM generate_series(1, 8000) i;
"""
KEYS = "(SELECT array_agg(sha256(('p' || i)::bytea)) FROM generate_series(1, 100) i)"


def read_rows(node: dict[str, Any]) -> Iterator[int]:
    """How many rows each node of a plan went through."""
    dropped = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Join Filter", 0)
    yield (node["Actual Rows"] + dropped) * node["Actual Loops"]
    for part in node.get("Plans", ()):
        yield from read_rows(part)


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        (store.LOOK_UP, ("uuid[]", *["bytea[]"] * 3)),
        (store.FIND_ACTIVE, ("bytea[]",) * 3),
    ],
)
async def test_what_was_planned_on_empty_tables_scans_no_full_ones(
    installation: tuple[Pool, Pool], sql: str, values: tuple[str, ...]
) -> None:
    pool, admin = installation
    wanted = await admin.fetchval(f"SELECT {KEYS}::text")
    nothing = ["'{}'" if kind == "uuid[]" else f"'{wanted}'" for kind in values]
    execute = f"EXECUTE look ({', '.join(nothing)})"
    async with pool.acquire() as db:
        await db.execute(f"PREPARE look ({', '.join(values)}) AS {sql}")
        for _ in range(7):  # after five, Postgres would keep one plan for all
            await db.execute(execute)
        await admin.execute(FILL)

        plan = await db.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {execute}")

    # A hundred keys are looked for, among eight thousand rows.
    assert max(read_rows(plan[0]["Plan"])) <= 300

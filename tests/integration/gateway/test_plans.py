"""What the gateway looks up for a call or a message, it finds by an index, also among many."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import asyncpg
import pytest

from deploy.local.testing import fresh_stack
from services.gateway import store, views
from services.gateway.chat import store as chat
from services.gateway.chat import views as chat_views
from services.gateway.fair import store as fair
from services.gateway.fair.store import Draws
from services.gateway.store import Asked
from shared.db import Db, Pool, open_pool
from tests.integration.plans import STATISTICS, Act, full_installation, greedy, read_rows

NOW = datetime.now(UTC)
HELD, CONFIRMED = UUID(int=0x1001), UUID("00000000-0000-0000-0000-000000017001")
MOST = 200


@pytest.fixture(scope="module", params=STATISTICS)
async def pool(request: pytest.FixtureRequest) -> AsyncIterator[Pool]:
    async with full_installation("gateway", request.param, ACTS) as opened:
        yield opened


def owner(number: int) -> str:
    return sha256(f"o{number}".encode()).hexdigest()


async def test_fair_use_planned_on_an_empty_table_finds_each_bucket_by_its_key() -> None:
    take = f"PREPARE take (bytea[], float8[], float8[], int[], int[], int[]) AS {fair.TAKE}"
    one = "EXECUTE take ('{aa}', '{10}', '{1}', '{0}', '{1}', '{1}')"
    fill = (
        "INSERT INTO gateway.bucket SELECT i::text::bytea, 1, now() FROM generate_series(1, $1) i"
    )
    async with fresh_stack() as stack:
        admin = await asyncpg.connect(stack.environment("migrate")["ANTREAN_DATABASE_URL"])
        await admin.execute(fill, 1)
        await admin.execute("VACUUM ANALYZE gateway.bucket")
        url = stack.environment("gateway")["ANTREAN_DATABASE_URL"]
        pool = await open_pool(url, name="test", schema="gateway", by_key=True)
        async with pool.acquire() as db:
            await db.execute(take)
            await db.execute(one)
            await db.execute("DELETE FROM gateway.bucket")
            await admin.execute(fill, 8000)
            plan = await db.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {one}")
        await pool.close()
        await admin.close()
    assert max(read_rows(plan[0]["Plan"])) < MOST


async def answers(seen: Db) -> None:
    """Look up what an HTTP call asks for."""
    assert await views.find_hold(seen, HELD)
    assert await views.find_booking(seen, "000000017001")
    assert len(await views.list_holds(seen, [owner(1001), owner(9)], 50)) == 1
    assert len(await views.list_bookings(seen, [owner(17001), owner(9)], 50)) == 1
    month = timedelta(days=30)
    assert len(await views.list_past_bookings(seen, [owner(24101), owner(9)], month, 50)) == 1
    assert await views.find_request(seen, HELD)
    assert await views.list_decided(seen, [HELD, UUID(int=0x1002)])
    assert await views.find_slots(seen, [UUID(int=1)])
    await views.list_slots(seen, "here", "passport", NOW.date(), NOW.date())
    await store.find_login(seen, b"x", NOW)
    await store.find_proven(seen, [b"x"])
    await store.end_login(seen, b"x")
    await store.end_logins_of(seen, owner(1))
    await store.list_ended(seen, NOW)
    await store.add_asked(seen, [Asked(HELD, owner(1), "hold.place", None)])
    await store.find_asked(seen, HELD)
    await store.count_sms(seen, b"x", "6281200", NOW)
    taken = await fair.take(seen, Draws([b"1"], [10.0], [1.0], [0], [1], [1]))
    assert taken is not None


async def talks(seen: Db) -> None:
    """Look up what a conversation asks for, and how far its requests are."""
    assert len(await chat_views.find_holds(seen, [owner(1001)])) == 1
    assert len(await chat_views.find_bookings(seen, [owner(17001)])) == 1
    assert await chat_views.find_refusal(seen, HELD) is None
    assert len(await chat.find_waiting(seen, 100, 20)) == 10
    assert await chat.count_done(seen, "o1") == 1
    assert len(await chat.take_messages(seen, "o8001")) == 1
    assert await chat.count_undecided(seen, ["o8000", "o8001"]) == 1
    await chat.finish_messages(seen, [8001], "done")
    await chat.forget_decided(seen, 500)
    assert len(await chat.take_late(seen, timedelta(seconds=-1), 500)) == 10


ACTS = (answers, talks)


@pytest.mark.parametrize("act", ACTS)
async def test_no_statement_of_a_call_scans_a_full_table(pool: Pool, act: Act) -> None:
    assert await greedy(pool, act, MOST) == {}

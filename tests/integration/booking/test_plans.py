"""What a worker looks up, it finds by an index, with statistics and without.

One that scans is quick on the empty tables of a new installation, and grows slower with every
seat of its first opening, while it holds the locks of the slots.
"""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from services.booking import store, sweeper, writing
from services.booking.desk import Changes
from services.booking.outbox import EventOutbox
from services.booking.store import Asking
from shared.db import Db, Pool
from shared.messages import Session, SlotRef
from tests.integration.plans import STATISTICS, Explaining, full_installation

FULL = UUID(int=1)
DAY = datetime(2030, 1, 7, tzinfo=UTC).date()
KEYS = 100  # are looked for, among eight thousand rows of each kind
MOST = 4 * KEYS


@pytest.fixture(scope="module", params=STATISTICS)
async def pool(request: pytest.FixtureRequest) -> AsyncIterator[Pool]:
    async with full_installation("booking", request.param) as opened:
        yield opened


def ids(first: int) -> list[UUID]:
    return [UUID(f"00000000-0000-0000-0000-{i:012d}") for i in range(first, first + KEYS)]


HELD, CONFIRMED = ids(1001), ids(17001)
CODES = [f"{i:012d}" for i in range(18001, 18001 + KEYS)]


async def some_keys(db: Db, letter: str) -> list[bytes]:
    sql = f"SELECT sha256(('{letter}' || i)::bytea) FROM generate_series(1001, 1000 + $1) i"
    return [row[0] for row in await db.fetch(sql, KEYS)]


async def reads(seen: Db, asking: Asking) -> None:
    """Read what a batch of every kind of command reads."""
    await store.look_up(seen, asking)
    assert await store.find_slot_ids(seen, HELD, CODES) == {FULL}
    await store.lock_slots(seen, [FULL])
    await store.lock_owners(seen, asking.owners)
    assert len(await store.find_claims(seen, HELD, CODES)) == 2 * KEYS
    assert (await store.find_active(seen, asking))[0]
    ref = SlotRef(office="here", service="passport", date=DAY, session=Session.MORNING)
    await store.find_services(seen, ["here"])
    await store.find_closed(seen, [ref])
    await store.find_alternatives(seen, "here", "passport")


async def sweeps(seen: Db, asking: Asking) -> None:
    """Do what the sweeper does."""
    del asking
    assert await store.is_only_sweeper(seen)
    late, withheld = await store.find_due(seen, sweeper.LIMIT)
    assert (len(late), len(withheld)) == (KEYS, KEYS)
    await store.find_slot_ids(seen, late, ())
    assert len(await store.find_claims(seen, late, ())) == KEYS
    assert await store.end_visits(seen, sweeper.LIMIT) == KEYS


async def writes(seen: Db, asking: Asking) -> None:
    """Write what ends, and slots."""
    del asking
    claims = await store.find_claims(seen, HELD, ())
    for claim in claims:
        claim.state = "expired"
    slots = await store.lock_slots(seen, [FULL])
    slots[FULL].seq += 1
    now = datetime.now(UTC) + timedelta(seconds=1)
    await writing.write(seen, Changes(altered={c.id: c for c in claims}), [], now)
    moved = await store.find_claims(seen, (), CODES)
    for claim in moved:
        claim.reschedules = 1
    await writing.write(seen, Changes(booked={c.code or "": c for c in moved}), [], now)
    await writing.write_slots(seen, slots.values())


async def relays(seen: Db, asking: Asking) -> None:
    """Number events, read and forget them."""
    del asking
    outbox = EventOutbox()
    await outbox.prepare(seen, KEYS)
    taken = await outbox.take(seen, KEYS)
    assert len(taken) == KEYS
    await outbox.forget(seen, taken)


@pytest.mark.parametrize("act", [reads, sweeps, writes, relays])
async def test_no_statement_of_a_worker_scans_a_full_table(
    pool: Pool, act: Callable[..., Any]
) -> None:
    async with pool.acquire() as db:
        whole = db.transaction()
        await whole.start()
        asking = Asking(HELD, *[await some_keys(db, letter) for letter in ("p", "n", "o")])
        seen = Explaining(db)

        await act(cast("Db", seen), asking)

        await whole.rollback()
    assert seen.greedy(MOST) == {}

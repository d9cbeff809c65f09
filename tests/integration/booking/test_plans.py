"""What a worker looks up, it finds by an index, with statistics and without.

One that scans is quick on the empty tables of a new installation, and grows slower with every
seat of its first opening, while it holds the locks of the slots.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import pytest

from services.booking import store, sweeper, writing
from services.booking.desk import Changes
from services.booking.outbox import EventOutbox
from services.booking.store import Asking
from shared.db import Db, Pool
from shared.messages import Session, SlotRef
from tests.integration.plans import STATISTICS, Act, full_installation, greedy

FULL = UUID(int=1)
DAY = datetime(2030, 1, 7, tzinfo=UTC).date()
KEYS = 100  # are looked for, among eight thousand rows of each kind
MOST = 4 * KEYS


@pytest.fixture(scope="module", params=STATISTICS)
async def pool(request: pytest.FixtureRequest) -> AsyncIterator[Pool]:
    async with full_installation("booking", request.param, ACTS) as opened:
        yield opened


def ids(first: int) -> list[UUID]:
    return [UUID(f"00000000-0000-0000-0000-{i:012d}") for i in range(first, first + KEYS)]


HELD, CONFIRMED = ids(1001), ids(17001)
CODES = [f"{i:012d}" for i in range(18001, 18001 + KEYS)]


def some_keys(letter: str) -> set[bytes]:
    return {sha256(f"{letter}{i}".encode()).digest() for i in range(1001, 1001 + KEYS)}


async def reads(seen: Db) -> None:
    """Read what a batch of every kind of command reads."""
    asking = Asking(HELD, *[some_keys(letter) for letter in ("p", "n", "o")])
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


async def sweeps(seen: Db) -> None:
    """Do what the sweeper does."""
    assert await store.is_only_sweeper(seen)
    late, withheld = await store.find_due(seen, sweeper.LIMIT)
    assert (len(late), len(withheld)) == (KEYS, KEYS)
    await store.find_slot_ids(seen, late, ())
    assert len(await store.find_claims(seen, late, ())) == KEYS
    assert await store.end_visits(seen, sweeper.LIMIT) == KEYS


async def writes(seen: Db) -> None:
    """Write what ends, and slots."""
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


async def relays(seen: Db) -> None:
    """Number events, read and forget them."""
    outbox = EventOutbox()
    await outbox.prepare(seen, KEYS)
    taken = await outbox.take(seen, KEYS)
    assert len(taken) == KEYS
    await outbox.forget(seen, taken)


ACTS = (reads, sweeps, writes, relays)


@pytest.mark.parametrize("act", ACTS)
async def test_no_statement_of_a_worker_scans_a_full_table(pool: Pool, act: Act) -> None:
    assert await greedy(pool, act, MOST) == {}

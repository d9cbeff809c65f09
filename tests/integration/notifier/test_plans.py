"""What the notifier looks up, it finds by an index, also among many."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.notifier import receipt_store, store
from services.notifier.routing import Step
from services.notifier.store import Seen, Waits
from shared.db import Db, Pool
from shared.messages import Receipt
from tests.integration.plans import STATISTICS, full_installation, greedy

WANTED = [UUID(f"00000000-0000-0000-0000-{i:012d}") for i in range(17001, 17101)]


@pytest.fixture(scope="module", params=STATISTICS)
async def pool(request: pytest.FixtureRequest) -> AsyncIterator[Pool]:
    async with full_installation("notifier", request.param, [batch]) as opened:
        yield opened


async def batch(seen: Db) -> None:
    """Do what the notifier does of events, texts and receipts."""
    assert len(await store.find_recipients(seen, WANTED)) == len(WANTED)
    claimed = await store.claim_due(seen, 100, Waits((), 45))
    assert len(claimed) == 100
    await store.name_provider(seen, claimed[0]["attempt_id"], "meta")
    await store.record_accepted(seen, claimed[0]["attempt_id"], "ref", 1)
    await store.record_failed(seen, claimed[1]["attempt_id"], "refused", 1, "why")
    await store.move(seen, WANTED[0], Step("sent"))
    await store.move(seen, claimed[0]["id"], Step("sent"), after=claimed[0]["attempt_id"])
    await store.mark_contact(seen, "o1", Step("sent"))
    await store.see_contact(seen, Seen("o1", datetime.now(UTC), before="o2"))
    await store.settle(seen, claimed[0]["id"], "read")
    receipts = [
        Receipt(provider="meta", provider_ref=f"r{i}", status="read", at=datetime.now(UTC))
        for i in range(1, 101)
    ]
    found = await receipt_store.add_receipts(seen, receipts)
    assert len(found) == 100
    await receipt_store.raise_attempt(seen, found[0])
    await receipt_store.adopt_receipts(seen, found[0]["attempt_id"], "r1")


async def test_no_statement_of_a_batch_scans_a_full_table(pool: Pool) -> None:
    assert await greedy(pool, batch, 400) == {}

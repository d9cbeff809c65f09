"""What the notifier looks up, it finds by an index, also among many."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import pytest

from services.notifier import receipt_store, store
from services.notifier.routing import Step
from services.notifier.store import Waits
from shared.db import Db, Pool
from shared.messages import Receipt
from tests.integration.plans import STATISTICS, Explaining, full_installation

WANTED = [UUID(f"00000000-0000-0000-0000-{i:012d}") for i in range(17001, 17101)]


@pytest.fixture(scope="module", params=STATISTICS)
async def pool(request: pytest.FixtureRequest) -> AsyncIterator[Pool]:
    async with full_installation("notifier", request.param) as opened:
        yield opened


async def test_no_statement_of_a_batch_scans_a_full_table(pool: Pool) -> None:
    async with pool.acquire() as db:
        whole = db.transaction()
        await whole.start()
        explaining = Explaining(db)
        seen = cast("Db", explaining)

        assert len(await store.find_recipients(seen, WANTED)) == len(WANTED)
        assert len(await store.claim_due(seen, 100, Waits((), 45))) == 100
        await store.move(seen, WANTED[0], Step("sent"))
        receipts = [
            Receipt(provider="meta", provider_ref=f"r{i}", status="read", at=datetime.now(UTC))
            for i in range(1, 101)
        ]
        found = await receipt_store.add_receipts(seen, receipts)
        assert len(found) == 100
        await receipt_store.raise_attempt(seen, found[0])
        await receipt_store.adopt_receipts(seen, found[0]["attempt_id"], "r1")

        await whole.rollback()
    assert explaining.greedy(400) == {}

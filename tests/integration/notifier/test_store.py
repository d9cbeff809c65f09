from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.notifier import receipts, store
from services.notifier.routing import Step
from services.notifier.store import NewText
from shared.db import Pool
from shared.messages import Receipt

PoolOf = Callable[[str], Awaitable[Pool]]


@pytest.fixture
async def db(pools: PoolOf) -> Any:
    """A transaction of the notifier that leaves nothing behind."""
    async with (await pools("notifier")).acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        yield connection
        await transaction.rollback()


def text(recipient: str) -> NewText:
    return NewText(uuid4(), "test", recipient, b"-", "whatsapp", (), None)


async def claim(db: Any, *texts: NewText) -> list[int]:
    """Take what is due and say which of these texts that is."""
    ids = [one.id for one in texts]
    rows = await store.claim_due(db, 100, [], receipt_wait_s=45)
    return [ids.index(row["id"]) for row in rows if row["id"] in ids]


async def test_texts_to_one_person_go_one_after_the_other_and_others_do_not_wait(db: Any) -> None:
    first, second, other = text("ani"), text("ani"), text("budi")
    await store.add_texts(db, [first, second, other])

    together = await claim(db, first, second, other)
    meanwhile = await claim(db, first, second, other)
    await store.move(db, first.id, Step("sent"))
    after = await claim(db, first, second, other)

    assert (sorted(together), meanwhile, after) == ([0, 2], [], [1])


async def test_a_text_that_must_wait_for_long_holds_nobody_up(db: Any) -> None:
    first, second = text("ani"), text("ani")
    await store.add_texts(db, [first, second])
    await claim(db, first)
    await store.move(db, first.id, Step("waiting", 60))

    assert await claim(db, first, second) == [1]


async def test_a_text_is_stored_once(db: Any) -> None:
    one = text("ani")

    assert [await store.add_texts(db, [one]) for _ in range(3)] == [1, 0, 0]


async def test_a_text_whose_sender_died_is_due_again_after_the_wait_for_receipts(db: Any) -> None:
    one = text("ani")
    await store.add_texts(db, [one])
    await claim(db, one)
    asleep = await claim(db, one)
    await db.execute(
        "UPDATE notifier.text SET due_at = due_at - $2::interval WHERE id = $1",
        one.id,
        timedelta(seconds=46),
    )

    rows = [row for row in await store.claim_due(db, 100, [], 45) if row["id"] == one.id]

    assert asleep == []
    assert [(row["was"], row["attempt_id"]) for row in rows] == [("sending", None)]


async def test_a_settled_text_is_moved_by_nothing(db: Any) -> None:
    one = text("ani")
    await store.add_texts(db, [one])
    await claim(db, one)
    await store.settle(db, one.id, "delivered")

    await store.move(db, one.id, Step("waiting", 0))

    row = await db.fetchrow("SELECT state, due_at FROM notifier.text WHERE id = $1", one.id)
    assert tuple(row) == ("delivered", None)


@pytest.mark.parametrize(
    ("said", "state"), [("delivered", "delivered"), ("sent", "sent"), ("failed", "undeliverable")]
)
async def test_a_receipt_that_is_quicker_than_the_answer_counts_all_the_same(
    db: Any, said: Any, state: str
) -> None:
    one, reference = text("ani"), uuid4().hex
    await store.add_texts(db, [one])
    (row,) = await store.claim_due(db, 100, [], receipt_wait_s=45)
    await store.name_provider(db, row["attempt_id"], "generic")
    early = Receipt(provider="generic", provider_ref=reference, status=said, at=datetime.now(UTC))
    await receipts.record(db, [early])

    await store.record_accepted(db, row["attempt_id"], reference, 1)
    await store.move(db, one.id, Step("sent"))
    await receipts.adopt(db, row["attempt_id"], reference)

    found = await db.fetchval("SELECT state FROM notifier.text WHERE id = $1", one.id)
    assert found == state

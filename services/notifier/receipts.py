"""What the providers say became of a text: late, twice, out of order, and still one truth."""

import secrets
from collections.abc import Sequence
from uuid import UUID

from services.notifier import metrics, receipt_store, store
from services.notifier.routing import Failure, Text, after_accepted, next_step
from shared.db import Db, Row
from shared.messages import Receipt

REACHED = {"delivered": "delivered", "read": "read", "played": "read"}
RANDOM = secrets.SystemRandom()


async def record(db: Db, receipts: Sequence[Receipt]) -> None:
    """Record receipts and take the steps that follow: settled, or failed and on to the next."""
    for row in await receipt_store.add_receipts(db, receipts):
        await _apply(db, row)


async def adopt(db: Db, attempt_id: UUID, reference: str) -> None:
    """Take the steps of receipts that were quicker than the provider's own answer."""
    for row in await receipt_store.adopt_receipts(db, attempt_id, reference):
        await _apply(db, row)


async def _apply(db: Db, row: Row) -> None:
    status = row["status"]
    state = await receipt_store.raise_attempt(db, row)
    metrics.RECEIPTS.labels(row["provider"], status).inc()
    if status in REACHED:
        await store.settle(db, row["text_id"], REACHED[status])
    elif status == "failed" and state == "failed" and row["channel"] == row["attempt_channel"]:
        await _fail(db, row)
    elif status in ("accepted", "sent"):
        await _confirm_sent(db, row)


async def _confirm_sent(db: Db, row: Row) -> None:
    """Believe a receipt that the call went through, whatever its answer was."""
    if row["state"] in ("waiting", "sending", "unknown"):
        await store.move(db, row["text_id"], after_accepted(text_of(row)))


async def _fail(db: Db, row: Row) -> None:
    if row["state"] in REACHED.values():
        return
    failure = Failure("receipt says failed", status=400, code=row["code"])
    step = next_step(text_of(row), failure, RANDOM.random(), row["now"])
    await store.move(db, row["text_id"], step)
    if step.no_whatsapp or step.opts_out:
        await store.mark_contact(db, row["recipient"], step)


def text_of(row: Row) -> Text:
    """Read what routing needs to know of a text."""
    return Text(
        channel=row["channel"],
        later=tuple(row["later"]),
        as_template=row["as_template"],
        tries=row["tries"],
        valid_until=row["valid_until"],
    )

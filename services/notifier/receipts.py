"""What the providers say became of a text: late, twice, out of order, and still one truth."""

import secrets
from collections.abc import Callable, Sequence
from uuid import UUID

import structlog

from services.notifier import metrics, receipt_store, store
from services.notifier.codes import ALARMS, Failure, Verdict, verdict
from services.notifier.routing import Step, Text, after_accepted, after_failed_receipt
from shared.db import Db, Row
from shared.messages import Receipt

log = structlog.get_logger(__name__)

REACHED = {"delivered": "delivered", "read": "read", "played": "read"}
FAILED = ("waiting", "undeliverable")  # what a text is after a receipt of `failed`
REFUSED = 400
RANDOM = secrets.SystemRandom()
Rest = Callable[[str], None]


async def record(db: Db, receipts: Sequence[Receipt], rest: Rest) -> None:
    """Record receipts and take the steps that follow: settled, or failed and on to the next.

    `rest` hears of a provider that is to be left alone.
    """
    for row in await receipt_store.add_receipts(db, receipts):
        await _apply(db, row, rest)


async def adopt(db: Db, attempt_id: UUID, reference: str, rest: Rest) -> None:
    """Take the steps of receipts that were quicker than the provider's own answer."""
    for row in await receipt_store.adopt_receipts(db, attempt_id, reference):
        await _apply(db, row, rest)


async def _apply(db: Db, receipt: Row, rest: Rest) -> None:
    status = receipt["status"]
    text = await receipt_store.raise_attempt(db, receipt)
    metrics.RECEIPTS.labels(receipt["provider"], status).inc()
    if status in REACHED:
        await store.settle(db, text["id"], REACHED[status])
        if text["state"] in FAILED and text["attempt_channel"] == "whatsapp":
            await store.find_again(db, text["recipient"])
    # What stands below what is known of the attempt, or is of a channel that was left, moves
    # nothing: a late `sent` must not cancel what followed a `failed`.
    elif text["attempt_state"] == status and text["channel"] == text["attempt_channel"]:
        if status == "failed":
            await _fail(db, receipt, text, rest)
        elif text["state"] in ("waiting", "sending", "unknown"):
            await store.move(db, text["id"], after_accepted(text_of(text)))


async def _fail(db: Db, receipt: Row, text: Row, rest: Rest) -> None:
    failure = Failure("receipt says failed", status=REFUSED, code=receipt["code"])
    judged = verdict(failure, receipt["provider"])
    step = after_failed_receipt(text_of(text), failure, judged, RANDOM.random(), text["now"])
    # While another call may still arrive, a second text is worse than a late one.
    if text["is_alone"] and await store.move(db, text["id"], step):
        note(text, step)
    if step.no_whatsapp or step.opts_out:
        await store.mark_contact(db, text["recipient"], step)
    if judged in {Verdict.CIRCUIT, Verdict.ACCOUNT}:
        rest(receipt["provider"])
    if judged in ALARMS:
        about = {"provider": receipt["provider"], "code": receipt["code"]}
        log.error("receipt_says_our_mistake", verdict=judged.value, **about)


def note(text: Row, step: Step) -> None:
    """Count what became of a text, and say so where nobody will get it."""
    metrics.TEXTS.labels(text["channel"], text["purpose"], step.state).inc()
    if step.state == "undeliverable":
        about = {"text_id": str(text["id"]), "purpose": text["purpose"], "channel": text["channel"]}
        log.error("text_undeliverable", reason=step.reason, **about)


def text_of(row: Row) -> Text:
    """Read what routing needs to know of a text."""
    return Text(
        channel=row["channel"],
        later=tuple(row["later"]),
        created_at=row["created_at"],
        as_template=row["as_template"],
        has_template=row["has_template"],
        tries=row["tries"],
        doubts=row["doubts"],
        valid_until=row["valid_until"],
    )

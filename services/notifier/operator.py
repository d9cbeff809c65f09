"""The operator's commands for texts that could not be sent; they show neither words nor persons."""

from typing import Any
from uuid import UUID

from services.notifier import operator_store, store
from services.notifier.receipts import text_of
from services.notifier.routing import Step, refuse_retry, retry
from services.notifier.settings import NotifierSettings
from shared import operating, settings
from shared.db import Db, Pool, Row
from shared.operating import MOST, NotDoneError, Words

EXAMPLES = """examples:
  texts list
  texts show 3fa91c02
  texts retry 3fa91c02
  texts discard 3fa91c02 --reason "told at the counter"
"""
SHOWN_OF_ID = 13  # of a UUID, which is enough to name one among those that are listed


def main(argv: list[str]) -> int:
    """Do what an operator asks: 0 done, 1 refused with the reason, 2 not understood."""
    top = operating.new_parser("The operator's commands of the notifier.", EXAMPLES)
    groups = top.add_subparsers(dest="group", required=True, metavar="command")
    texts = groups.add_parser("texts", help="texts that could not be sent")
    operating.add_set_aside(texts, "texts that could not be sent")
    words = top.parse_args(argv)
    acts = {"list": _list, "show": _show, "retry": _retry, "discard": _discard}
    config = settings.read(NotifierSettings)
    return operating.run(acts[words.what], words, config.database_url)


async def _list(pool: Pool, words: Words) -> int:
    async with pool.acquire() as db:
        rows = await operator_store.find_undeliverable(db, MOST)
    lines = [_line(row) if words.json else _short(row) for row in rows]
    operating.show_all(lines, "Every text could be sent.", as_json=words.json)
    return 0


async def _show(pool: Pool, words: Words) -> int:
    async with pool.acquire() as db:
        row = await _named(db, words.id)
        calls = await operator_store.find_attempts(db, row["id"])
    more = {"then": list(row["later"]), "valid_until": row["valid_until"], "tries": row["tries"]}
    operating.show(_line(row) | more | {"calls": calls}, as_json=words.json)
    return 0


async def _retry(pool: Pool, words: Words) -> int:
    async with pool.acquire() as db:
        every = await operator_store.find_undeliverable(db, MOST) if words.all else []
        chosen = every if words.all else [await _named(db, words.id)]
        return await operating.do_each(
            chosen, lambda row: _retry_one(db, row["id"], words.by), _id_of, "will be sent again"
        )


async def _retry_one(db: Db, text_id: UUID, by: str) -> None:
    async with db.transaction():
        row = await _lock(db, text_id)
        text, calls = text_of(row), await operator_store.find_attempts(db, text_id)
        refusal = refuse_retry(text, [(c["channel"], c["state"]) for c in calls], row["now"])
        if refusal:
            raise NotDoneError(refusal)
        step = retry(text)
        await store.move(db, text_id, step, only=(row["state"],))
        about = _about(row) | {"channel": step.channel or row["channel"]}
        await operating.add_audit(db, by, "texts.retry", about)


async def _discard(pool: Pool, words: Words) -> int:
    async with pool.acquire() as db:
        named = await _named(db, words.id)
        async with db.transaction():
            row = await _lock(db, named["id"])
            step = Step("dropped", reason="discarded by staff")
            await store.move(db, row["id"], step, only=(row["state"],))
            about = _about(row) | {"reason": words.reason}
            await operating.add_audit(db, words.by, "texts.discard", about)
    print(f"{_id_of(row)} will not be sent.")
    return 0


async def _named(db: Db, typed: str) -> Row:
    return operating.pick(await operator_store.find_undeliverable(db, MOST), typed, _id_of)


async def _lock(db: Db, text_id: UUID) -> Row:
    row = await operator_store.lock_undeliverable(db, text_id)
    if row is None:
        raise NotDoneError("somebody else dealt with it")
    return row


def _id_of(row: Row) -> str:
    return str(row["id"])


def _line(row: Row) -> dict[str, Any]:
    names = ("settled_at", "created_at", "purpose", "channel", "reason")
    return {"id": _id_of(row)} | {name: row[name] for name in names}


def _short(row: Row) -> dict[str, Any]:
    at = row["settled_at"] or row["created_at"]
    shown = {"id": _id_of(row)[:SHOWN_OF_ID], "at": at.isoformat(timespec="seconds")}
    return shown | {name: row[name] for name in ("purpose", "channel", "reason")}


def _about(row: Row) -> dict[str, Any]:
    return {"text": _id_of(row), "purpose": row["purpose"], "channel": row["channel"]}

"""The operator's commands for webhooks that could not be read; they show nobody's data."""

from typing import Any

from services.gateway.channels.payload import outline
from services.gateway.chat import arrivals, quarantine
from services.gateway.settings import GatewaySettings
from shared import operating, settings
from shared.db import Db, Pool, Row
from shared.keys import Keys, WrongKeyError
from shared.operating import MOST, NotDoneError, Words

EXAMPLES = """examples:
  webhooks list
  webhooks show 17
  webhooks retry --all
  webhooks discard 17 --reason "of a product that we do not use"
"""


def main(argv: list[str]) -> int:
    """Do what an operator asks: 0 done, 1 refused with the reason, 2 not understood."""
    top = operating.new_parser("The operator's commands of the gateway.", EXAMPLES)
    groups = top.add_subparsers(dest="group", required=True, metavar="command")
    webhooks = groups.add_parser("webhooks", help="signed webhooks that could not be read")
    operating.add_set_aside(webhooks, "webhooks that could not be read")
    words = top.parse_args(argv)
    acts = {"list": _list, "show": _show, "retry": _retry, "discard": _discard}
    return operating.run(acts[words.what], words, _config().database_url)


async def _list(pool: Pool, words: Words) -> int:
    async with pool.acquire() as db:
        rows = await quarantine.find(db, MOST)
    lines = [_line(row) for row in rows]
    operating.show_all(lines, "Every webhook could be read.", as_json=words.json)
    return 0


async def _show(pool: Pool, words: Words) -> int:
    async with pool.acquire() as db:
        row = await _named(db, words.id)
        sealed = await quarantine.find_sealed(db, row["id"])
    if sealed is None:
        raise NotDoneError("somebody else dealt with it")
    raw = _open(_keys(), sealed)
    operating.show(_line(row) | {"bytes": len(raw)} | outline(raw), as_json=words.json)
    return 0


async def _retry(pool: Pool, words: Words) -> int:
    keys, number = _keys(), _config().whatsapp_number

    async def retry(row: Row) -> None:
        """Read one as if it had just come, and forget it, in one transaction."""
        async with db.transaction():
            raw = _open(keys, await _take(db, row["id"]))
            try:
                parsed = arrivals.read(raw, number)
            except ValueError as error:
                fault = arrivals.fault_of(error)
                raise NotDoneError(f"it still cannot be read: {fault}") from error
            await arrivals.keep(db, keys, parsed)
            found = {"messages": len(parsed.inbound), "receipts": len(parsed.receipts)}
            await operating.add_audit(
                db, words.by, "webhooks.retry", {"webhook": row["id"]} | found
            )

    async with pool.acquire() as db:
        every = await quarantine.find(db, MOST) if words.all else []
        chosen = every if words.all else [await _named(db, words.id)]
        return await operating.do_each(chosen, retry, _id_of, "read")


async def _discard(pool: Pool, words: Words) -> int:
    async with pool.acquire() as db:
        row = await _named(db, words.id)
        async with db.transaction():
            await _take(db, row["id"])
            about = {"webhook": row["id"], "reason": words.reason}
            await operating.add_audit(db, words.by, "webhooks.discard", about)
    print(f"{_id_of(row)} is gone.")
    return 0


async def _named(db: Db, typed: str) -> Row:
    return operating.pick(await quarantine.find(db, MOST), typed, _id_of)


async def _take(db: Db, row_id: int) -> bytes:
    sealed = await quarantine.take(db, row_id)
    if sealed is None:
        raise NotDoneError("somebody else dealt with it")
    return sealed


def _open(keys: Keys, sealed: bytes) -> bytes:
    try:
        text: str = keys.unseal(sealed, quarantine.BOUND_TO)
    except WrongKeyError as error:
        raise NotDoneError("it was sealed with another key") from error
    return text.encode()


def _config() -> GatewaySettings:
    return settings.read(GatewaySettings)


def _keys() -> Keys:
    return Keys.from_secret(_config().secret)


def _id_of(row: Row) -> str:
    return str(row["id"])


def _line(row: Row) -> dict[str, Any]:
    at = row["received_at"].isoformat(timespec="seconds")
    return {"id": row["id"], "at": at, "reason": row["reason"].partition("\n")[0]}

"""Acts on what is parked: it leaves the parking queue last, after all that stands for it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.booking.operator import store
from services.booking.operator.parked import Parked, contents, describe, parked_of, peek
from services.booking.operator.plan import PlanError
from services.booking.settings import OperatorSettings
from shared import settings
from shared.broker import DIRECT, PARKING_QUEUE, Incoming, Published, Publisher, in_hand
from shared.db import Pool, Row
from shared.links import LOST
from shared.operating import MOST, NotDoneError, Words, do_each, pick, show, show_all

CONNECT_S, PUBLISH_S = 5.0, 10.0
NOT_TAKEN: Mapping[Published, str] = {
    Published.REFUSED: "its queue does not take it now",
    Published.UNKNOWN: "the broker did not say whether it has it; again is safe, none counts twice",
}


@dataclass(frozen=True, slots=True)
class Held:
    """A parked message that this process holds, and what it says."""

    message: Incoming
    parked: Parked


async def parked_list(_pool: Pool, words: Words) -> int:
    """Print what is parked, without anybody's data."""
    with _broker_trouble():
        found = await peek(_url())
    if not words.json:
        found = [one | {"kinds": ", ".join(one["kinds"]) or "unreadable"} for one in found]
        found = [one | {"bytes": f"{one['bytes']} bytes"} for one in found]
    show_all(found, "Nothing is parked.", as_json=words.json)
    return 0


async def parked_show(pool: Pool, words: Words) -> int:
    """Print what is known of one parked message, and what was answered to whoever asked."""
    async with _all_held() as held:
        parked = pick(held, words.id, _id_of).parked
    async with pool.acquire() as db:
        named = await store.find_names(db)
        answers = await store.find_outcomes(db, parked.command_ids())
    inside = [
        one | _answered(answers.get(one.get("id", ""))) for one in contents(parked.body, named)
    ]
    show(describe(parked) | {"inside": inside}, as_json=words.json)
    return 0


async def parked_retry(pool: Pool, words: Words) -> int:
    """Send one parked message, or all, to the queue it came from: as it was, with the same ids."""
    async with _all_held() as held, _publishing() as publisher:
        chosen = held if words.all else [pick(held, words.id, _id_of)]
        return await do_each(
            chosen, lambda one: _retry(pool, publisher, one, words), _id_of, "sent again"
        )


async def parked_discard(pool: Pool, words: Words) -> int:
    """Give one parked message up for good, once the audit trail says so."""
    async with _all_held() as held:
        one = pick(held, words.id, _id_of)
        await _write_down(pool, words.by, "parked.discard", one, reason=words.reason)
        await _remove(one)
    print(f"{one.parked.id} is gone.")
    if one.parked.command_ids():
        print("Whoever asked was told that it is with our staff: tell them what became of it.")
    return 0


async def _retry(pool: Pool, publisher: Publisher, one: Held, words: Words) -> None:
    """Publish, write down, and only then remove: to die in between repeats, and loses nothing."""
    parked, body = one.parked, one.parked.body
    if parked.queue is None or not parked.is_ours:
        raise NotDoneError("nothing says which queue it came from")
    ends_at = parked.ends_at()
    is_late = ends_at is not None and ends_at <= datetime.now(UTC)
    if is_late and not words.late:
        raise NotDoneError(
            f"its time was over at {ends_at}; --late has it carried out all the same"
        )
    if is_late:
        body = parked.without_deadlines()
    sent = await publisher.publish_confirmed(DIRECT, parked.queue, body, timeout_s=PUBLISH_S)
    if sent is not Published.ACCEPTED:
        raise NotDoneError(NOT_TAKEN[sent])
    await _write_down(pool, words.by, "parked.retry", one, late=is_late)
    await _remove(one)


async def _write_down(pool: Pool, by: str, act: str, one: Held, **more: Any) -> None:
    async with pool.acquire() as db:
        await store.add_audit(db, by, act, one.parked.for_audit() | more)


async def _remove(one: Held) -> None:
    with _broker_trouble():
        await one.message.ack()


@contextlib.asynccontextmanager
async def _all_held() -> AsyncIterator[list[Held]]:
    """Hold what is parked, so that nobody else acts on it meanwhile."""
    async with contextlib.AsyncExitStack() as until:
        with _broker_trouble():
            found = await until.enter_async_context(in_hand(_url(), PARKING_QUEUE, MOST))
        yield [Held(m, parked_of(m.headers, m.body, m.message_id)) for m in found]


@contextlib.asynccontextmanager
async def _publishing() -> AsyncIterator[Publisher]:
    publisher = Publisher(_url(), "operator")
    publisher.link.start()
    try:
        with _broker_trouble():
            async with asyncio.timeout(CONNECT_S):
                await publisher.link.up.wait()
        yield publisher
    finally:
        await publisher.link.stop()


@contextlib.contextmanager
def _broker_trouble() -> Iterator[None]:
    """Say what the broker's trouble is, without a trace."""
    try:
        yield
    except LOST as error:
        raise NotDoneError(f"the broker does not answer: {str(error) or 'not in time'}") from error


def _url() -> str:
    url = settings.read(OperatorSettings).amqp_url
    if not url:
        raise PlanError("ANTREAN_AMQP_URL is missing: name the broker")
    return url


def _answered(row: Row | None) -> dict[str, str]:
    """Say what is stored of a command: what whoever asks is told."""
    if row is None:
        return {}
    said = row["outcome"].get("code", row["outcome"]["kind"])
    return {"answered": said, "state": row["state"], "since": row["decided_at"].isoformat()}


def _id_of(held: Held) -> str:
    return held.parked.id

"""The outbox's publisher: what a transaction decided to say is said, at least once, in order.

Rows are written in the transaction that they tell of, published with confirms by whichever
process holds the lock, and deleted after. A relay that dies leaves its lock with its session.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from shared import failpoints
from shared.broker import Published, Publisher
from shared.db import Db, Pool, is_passing

log = structlog.get_logger(__name__)

BATCH = 500
TOGETHER = 20  # what is published together holds up everything else meanwhile
# After the first that is to be said: a round costs much, and whoever hears of it pays for it too.
QUIET_S, BUSY_S = 0.03, 0.1
POLL_S = 0.5
TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message that waits in an outbox; `row` is its place there."""

    row: int
    exchange: str
    key: str
    body: bytes


class Outbox(Protocol):
    """Where a service keeps what is to be published. `lock` is its advisory lock's number."""

    lock: int

    async def prepare(self, db: Db, limit: int) -> None:
        """Settle what must be the same at every try, in a transaction of its own."""

    async def take(self, db: Db, limit: int) -> list[Outgoing]:
        """Read the oldest waiting messages, in order."""

    async def forget(self, db: Db, sent: Sequence[Outgoing]) -> None:
        """Delete what the broker has."""


class Relay:
    """Publishes an outbox: soon after it was woken by a commit, else every half second.

    While its process `is_busy` with what people wait for, it gathers for longer, so that answers
    come before events and a round is worth its cost. But people wait for events as well, in a
    chat: what is more than one round follows without a rest.
    """

    def __init__(
        self,
        pool: Pool,
        publisher: Publisher,
        outbox: Outbox,
        is_busy: Callable[[], bool] = lambda: False,
    ) -> None:
        self._pool, self._publisher, self._outbox = pool, publisher, outbox
        self._is_busy = is_busy
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Say that something was committed to the outbox."""
        self._woken.set()

    async def run(self) -> None:
        """Publish for as long as the process lives."""
        while True:
            self._woken.clear()
            sent = 0
            try:
                sent = await self.publish_waiting()
            except Exception as error:
                if not is_passing(error):
                    log.exception("relay_failed")
                await asyncio.sleep(POLL_S)
            if sent < BATCH:
                await self._gather()

    async def publish_waiting(self) -> int:
        """Publish one batch and say how many the broker has; 0 where another relay is at it."""
        async with self._pool.acquire() as db:
            async with db.transaction():
                if not await self._is_only(db):
                    return 0
                await self._outbox.prepare(db, BATCH)
            failpoints.reach("relay_after_claim")
            async with db.transaction():
                if not await self._is_only(db):
                    return 0
                waiting = await self._outbox.take(db, BATCH)
                sent = await self._publish(waiting)
                if sent:
                    failpoints.reach("relay_before_mark")
                    await self._outbox.forget(db, sent)
                return len(sent)

    async def _is_only(self, db: Db) -> bool:
        is_only: bool = await db.fetchval("SELECT pg_try_advisory_xact_lock($1)", self._outbox.lock)
        return is_only

    async def _publish(self, waiting: Sequence[Outgoing]) -> list[Outgoing]:
        """Publish and keep the longest run from the start that the broker has.

        What stands behind a failure is published again even if it got through: order matters
        more than a repeat. Bites follow each other without waiting for the broker's word, which
        takes far longer than to publish; in between it is the others' turn.
        """
        publish = self._publisher.publish_confirmed
        words: list[asyncio.Task[Published]] = []
        async with asyncio.TaskGroup() as group:
            for number, o in enumerate(waiting, 1):
                word = publish(o.exchange, o.key, o.body, timeout_s=TIMEOUT_S)
                words.append(group.create_task(word))
                if number % TOGETHER == 0:
                    await asyncio.sleep(0)
        results = [word.result() for word in words]
        failed = next((i for i, r in enumerate(results) if r != Published.ACCEPTED), len(waiting))
        return list(waiting[:failed])

    async def _gather(self) -> None:
        """Wait until there is something to say, and for what comes along with it."""
        try:
            async with asyncio.timeout(POLL_S):
                await self._woken.wait()
        except TimeoutError:
            return
        await asyncio.sleep(BUSY_S if self._is_busy() else QUIET_S)

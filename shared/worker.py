"""The consume loop: takes what waits, hands it over together, parks what can never work.

There is one for all services. A batch that fails for a passing reason is tried again, as a whole,
while consumption rests: an outage parks nothing. A batch that fails for any other reason is
split in halves down to the one bad item, which alone is parked. What came back again and again
is tried apart from all others.
"""

import asyncio
import contextlib
import random
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

import structlog
from aio_pika.abc import AbstractChannel
from prometheus_client import Counter
from pydantic import ValidationError

from shared import failpoints
from shared.broker import (
    DIRECT,
    PARKING_QUEUE,
    Broker,
    Incoming,
    Published,
    give_back,
    settle,
)
from shared.db import passing
from shared.links import Opened, as_lost
from shared.suspects import MANY, SUSPECT, TRIES, Suspects, in_vain

log = structlog.get_logger(__name__)

REDELIVERED = Counter(
    "antrean_messages_redelivered", "Messages that came again, by queue.", ["queue"]
)

Item = TypeVar("Item")
REASON_LENGTH = 300
ENDS_WORKERS = "ended its worker too often"


@dataclass(frozen=True, slots=True)
class Work(Generic[Item]):
    """What a service does with the messages of its queue.

    `decode` turns a message into items; one on which it raises is parked. It is called when a
    message arrives, so that its cost falls into the wait for the batch before.
    `handle` does all items in one transaction; `encode` makes a body again of one item; `on_park`
    hears of an item that is put aside, and says whether it is still to be done. A message may hold
    many items: `batch` counts items, `prefetch` messages.
    """

    queue: str
    decode: Callable[[Incoming], Sequence[Item]]
    handle: Callable[[Sequence[Item]], Awaitable[None]]
    encode: Callable[[Item], bytes]
    on_park: Callable[[Item, str], Awaitable[bool]] | None = None
    prefetch: int = 200
    batch: int = 200


@dataclass(frozen=True, slots=True)
class Taken(Generic[Item]):
    """A message that was read: its items, or why it has none; a suspect is not even read."""

    message: Incoming
    items: Sequence[Item]
    fault: str | None = None
    is_suspect: bool = False


class Worker(Generic[Item]):
    """Consumes one queue for as long as the process lives."""

    def __init__(self, broker: Broker, work: Work[Item]) -> None:
        self._broker, self._work = broker, work
        self._waiting: asyncio.Queue[Taken[Item]] = asyncio.Queue()
        self._suspects = Suspects(broker, work.queue)
        self._channel: AbstractChannel | None = None
        self._stopping = asyncio.Event()
        self._is_handling = False
        self._tag = ""
        self.trouble: str | None = None
        broker.on_consume(self._open)

    async def readiness(self) -> dict[str, str]:
        """Say why the batch in hand waits; empty while work goes on."""
        return {self._work.queue: self.trouble} if self.trouble else {}

    @property
    def is_busy(self) -> bool:
        """Whether anybody waits for an answer: in the batch in hand, or behind it."""
        return self._is_handling or not self._waiting.empty()

    async def run(self) -> None:
        """Handle batches until `stop`; what was taken and not handled goes back to the queue."""
        while not self._stopping.is_set():
            await self._try_suspects()
            batch = await self._take()
            self._is_handling = bool(batch)
            if batch:
                await self._handle(batch)
        left = self._waiting.qsize()
        while not self._waiting.empty():
            await give_back(self._waiting.get_nowait().message)
        log.info("work_given_back", queue=self._work.queue, messages=left)

    async def stop(self) -> None:
        """Take nothing more; `run` ends after the batch in hand."""
        if self._channel is not None:
            # The channel may be gone, which serves as well.
            with contextlib.suppress(Exception), as_lost():
                queue = await self._channel.get_queue(self._work.queue, ensure=False)
                await queue.cancel(self._tag)
        self._stopping.set()

    async def _open(self, connection: Opened) -> None:
        # Deliveries of the dead channel can no longer be acknowledged; they come again.
        self._waiting = asyncio.Queue()
        await self._suspects.open(connection)  # first: without it nothing is to be taken
        self._channel = await connection.channel()
        await self._channel.set_qos(prefetch_count=self._work.prefetch)
        queue = await self._channel.get_queue(self._work.queue, ensure=True)
        self._tag = await queue.consume(self._arrive)

    async def _arrive(self, message: Incoming) -> None:
        # Nothing is awaited here, so that messages stay in their order. Whatever goes wrong, the
        # message goes on: one that is never acknowledged takes up a place of those that are read.
        if message.redelivered:
            REDELIVERED.labels(self._work.queue).inc()
        suspect: Taken[Item] = Taken(message, (), is_suspect=True)
        is_suspect = in_vain(message) >= SUSPECT
        self._waiting.put_nowait(suspect if is_suspect else self._read(message))

    def _read(self, message: Incoming) -> Taken[Item]:
        try:
            taken = Taken(message, self._work.decode(message))
        except Exception as error:  # noqa: BLE001 a bug becomes a parked message here as well
            taken = Taken(message, (), f"unreadable: {_reason(error)}")
        return taken

    async def _take(self) -> list[Taken[Item]]:
        waiting = self._waiting
        try:
            async with asyncio.timeout(0.25):
                batch = [await waiting.get()]
        except TimeoutError:
            return []
        size = len(batch[0].items)
        while not waiting.empty() and size < self._work.batch:
            batch.append(waiting.get_nowait())
            size += len(batch[-1].items)
        return batch

    async def _handle(self, batch: list[Taken[Item]]) -> None:
        channel = self._channel
        items: list[Item] = []
        for taken in batch:
            items.extend(taken.items)
            if taken.fault is not None:
                await self._park(taken.message.body, taken.fault)
        for start in range(0, len(items), self._work.batch):
            await self._handle_all(items[start : start + self._work.batch])
        for taken in batch:
            # Where it cannot be set apart now, nobody waits until it can.
            if taken.is_suspect and not await self._suspects.take(taken.message):
                await self._try(taken.message)
        failpoints.reach("before_ack")
        if channel is self._channel:
            await settle(batch[-1].message)

    async def _try_suspects(self) -> None:
        """Try what was set apart, one after the other; each is acknowledged by itself."""
        for _ in range(MANY):
            message = None if self._stopping.is_set() else await self._suspects.fetch()
            if message is None:
                break
            vain = in_vain(message)
            if vain > TRIES:  # even to read it ends us
                await self._park(message.body, ENDS_WORKERS)
            else:
                await self._try(message, is_last=vain == TRIES)
            await settle(message, multiple=False)

    async def _try(self, message: Incoming, *, is_last: bool = False) -> None:
        """Handle each item of a message alone, or put it aside where enough of that was in vain."""
        taken = self._read(message)
        if taken.fault is not None:
            await self._park(message.body, taken.fault)
        if len(taken.items) > 1:
            bodies = [self._work.encode(item) for item in taken.items]
            if await self._suspects.take_parts(message, bodies):
                return
        for item in taken.items:
            if is_last:
                await self._give_up(item)
            else:
                await self._handle_all([item])

    async def _handle_all(self, items: Sequence[Item]) -> None:
        try:
            await self._until_it_passes(lambda: self._work.handle(items))
        except Exception as error:  # noqa: BLE001 the loop is where a bug becomes a parked item
            if len(items) == 1:
                await self._park_item(items[0], _reason(error))
                return
            log.warning("batch_split", size=len(items), error=type(error).__name__)
            half = len(items) // 2
            await self._handle_all(items[:half])
            await self._handle_all(items[half:])

    async def _until_it_passes(self, act: Callable[[], Awaitable[None]]) -> None:
        pause = 0.05
        while True:
            with passing() as trouble:
                await act()
            self.trouble = trouble.name if trouble else None
            if not trouble:
                return
            log.warning("work_waits", queue=self._work.queue, error=self.trouble)
            await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311 jitter
            pause = min(pause * 2, 2.0)

    async def _park_item(self, item: Item, reason: str) -> None:
        await self._park(self._work.encode(item), reason)
        await self._tell(item, reason)

    async def _give_up(self, item: Item) -> None:
        """Put aside what ended its workers, where none of them had done it before it died.

        Who dies in between loses nothing: it comes again, and is put aside unread.
        """
        if await self._tell(item, ENDS_WORKERS):
            await self._park(self._work.encode(item), ENDS_WORKERS)

    async def _tell(self, item: Item, reason: str) -> bool:
        """Tell that an item is put aside; say whether it is still to be done."""
        is_open = True

        async def tell() -> None:
            nonlocal is_open
            if self._work.on_park is not None:
                is_open = await self._work.on_park(item, reason)

        await self._until_it_passes(tell)
        return is_open

    async def _park(self, body: bytes, reason: str) -> None:
        """Put one item aside, where the operator sees it, and do not go on before it is there."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        headers = {"x-reason": reason[:REASON_LENGTH], "x-queue": self._work.queue, "x-at": at}
        publish = self._broker.publisher.publish_confirmed
        while True:
            if await publish(DIRECT, PARKING_QUEUE, body, headers=headers) == Published.ACCEPTED:
                break
            await asyncio.sleep(0.5)
        log.error("message_parked", queue=self._work.queue, reason=reason)


def _reason(error: Exception) -> str:
    """Say what was wrong without the values, which may name a person."""
    if isinstance(error, ValidationError):
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        return "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['type']}" for f in faults)
    code = getattr(error, "sqlstate", None)
    place = traceback.extract_tb(error.__traceback__)[-1:]
    where = "".join(f" in {frame.name}" for frame in place)
    return f"{type(error).__name__}{f' {code}' if code else ''}{where}"

"""Keeps what a gateway knows of all slots: first by reading them, then by hearing of changes.

It listens before it reads, so that nothing falls between. Whatever makes it doubt that it hears
everything (a connection that was lost, a place in the stream that was left out, a broker that does
not answer) makes its memory prove nothing until it is certain again.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge, Histogram

from services.gateway import clock, views
from services.gateway.memory import Memory
from shared.broker import SLOTS_STREAM, Broker, Incoming, settle
from shared.db import Pool, passing
from shared.links import LOST, Opened
from shared.messages import Event, SeatsTold

log = structlog.get_logger(__name__)

PREFETCH, SETTLE_EVERY = 1_000, 100
PAGE = 1_000
BEAT_S = 1.0
HEAR_S, READ_S = 1.0, 2.0
SNAPSHOT_S = 5.0  # between two, while what is heard cannot be read
CHECK_S = (50.0, 70.0)  # at random between, so that many gateways do not read at once
KEPT = timedelta(days=8)  # the days that are shown, and one for the offices' time zones

AGE = Histogram(
    "antrean_memory_age_seconds",
    "From when a change of a slot was decided until this gateway knew",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
)
LIVE = Gauge("antrean_memory_live", "Whether the memory of slots is certain to hear of changes")
SLOTS = Gauge("antrean_memory_slots", "Slots in memory")
CORRECTIONS = Counter(
    "antrean_memory_corrections", "Slots whose change was read and never heard of"
)


class Keeper:
    """Fills a memory and keeps it up to date for as long as the process lives."""

    def __init__(self, memory: Memory, pool: Pool, broker: Broker) -> None:
        self._memory, self._pool, self._broker = memory, pool, broker
        self._woken = asyncio.Event()
        self._channel: Any = None
        self._probe: asyncio.Task[Any] | None = None
        self._unsettled: Incoming | None = None
        self._attached = 0  # counts connections: what an older one still says is not heard
        self._next_offset: int | None = None
        self._doubts, self._whole_at = 0, -1  # whole if there was no doubt since it was read
        self._unread: set[int] = set()
        self._unheard: set[int] = set()
        self._check_at = self._snapshot_at = 0.0
        self._loaded_at = float("-inf")

    async def open(self, connection: Opened) -> None:
        """Attach to the stream at its end, on a new connection; what was before it is read."""
        self._lose()
        channel = await connection.channel()
        channel.close_callbacks.add(partial(self._lost, self._attached))
        await channel.set_qos(prefetch_count=PREFETCH)
        queue = await channel.get_queue(SLOTS_STREAM, ensure=False)
        hear = partial(self._hear, self._attached)
        await queue.consume(hear, arguments={"x-stream-offset": "next"})
        # The broker says "consuming" before it has found the stream's end. A channel does one
        # thing after the other, so its next answer comes when it has.
        await channel.set_qos(prefetch_count=PREFETCH)
        self._channel = channel
        self._woken.set()

    async def run(self) -> None:
        """Read what must be read, and make sure every second that the broker is there."""
        while True:
            self._woken.clear()
            with passing() as trouble:
                await self._catch_up()
            if trouble:
                log.warning("memory_unread", error=trouble.name)
            is_hearing = await self._is_hearing()
            is_read = self._is_whole() and not (trouble and self._unread)
            self._set_live(is_live=is_hearing and is_read)
            await self._settle()
            await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(BEAT_S):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _catch_up(self) -> None:
        if self._channel is None:
            return
        if not self._is_whole() and time.monotonic() >= self._snapshot_at:
            await self._take_snapshot()
        while self._unread:
            await self._read(list(self._unread)[:PAGE])
        if time.monotonic() >= self._check_at:
            await self._check()

    async def _take_snapshot(self) -> None:
        """Read all slots; what is heard meanwhile is newer or the same."""
        doubts = self._doubts
        await self._read_all()
        self._whole_at, self._loaded_at = doubts, time.monotonic()
        self._unheard.clear()
        log.info("memory_loaded", slots=len(self._memory))

    async def _check(self) -> None:
        """Read all slots again, and count those whose change was not heard of since the last time.

        What differs may only be late. What still was not heard of at the next check was lost.
        """
        lost, self._unheard = len(self._unheard), set()
        if lost:
            CORRECTIONS.inc(lost)
            log.warning("memory_corrected", slots=lost)
        await self._read_all()

    async def _read_all(self) -> None:
        first_day = (clock.now() - KEPT).date()
        self._memory.forget_before(first_day)
        async with self._pool.acquire(timeout=READ_S) as db, db.transaction():
            cursor = await views.all_slots(db, first_day)
            while rows := await cursor.fetch(PAGE, timeout=READ_S):
                others = self._memory.load(rows)
                if self._is_whole():  # else all are others, and nothing was to be heard of them
                    self._unheard.update(others)
        SLOTS.set(len(self._memory))
        self._check_at = time.monotonic() + random.uniform(*CHECK_S)  # noqa: S311 no secret

    async def _read(self, keys: Sequence[int]) -> None:
        """Read single slots; one that is heard of meanwhile is read again."""
        self._unread.difference_update(keys)
        try:
            async with asyncio.timeout(READ_S), self._pool.acquire() as db:
                rows = await views.find_slots(db, [UUID(int=key) for key in keys])
        except BaseException:
            self._unread.update(keys)
            raise
        self._memory.load(rows)
        SLOTS.set(len(self._memory))

    async def _hear(self, attached: int, message: Incoming) -> None:
        if attached != self._attached:
            return
        offset = int(str(message.headers.get("x-stream-offset", 0)))
        if self._next_offset not in {None, offset}:
            log.warning("memory_gap", expected=self._next_offset, came=offset)
            self._doubt()
        self._next_offset = offset + 1
        self._take(message)
        self._unsettled = message
        if offset % SETTLE_EVERY == 0:
            await self._settle()

    async def _settle(self) -> None:
        """Acknowledge what was heard; the broker closes a channel that leaves it open for long."""
        message, self._unsettled = self._unsettled, None
        if message is not None:
            await settle(message)

    def _take(self, message: Incoming) -> None:
        try:
            if message.routing_key == SLOTS_STREAM:
                self._take_seats(SeatsTold.model_validate_json(message.body))
            else:
                self._take_event(Event.model_validate_json(message.body))
        except Exception as error:  # noqa: BLE001 whatever it was, something was missed
            log.warning("event_unreadable", error=type(error).__name__)
            self._miss()

    def _miss(self) -> None:
        """Doubt because of a message that said nothing; read all again, but not at each of many."""
        self._snapshot_at = self._loaded_at + SNAPSHOT_S
        self._doubt(is_urgent=time.monotonic() >= self._snapshot_at)

    def _take_seats(self, told: SeatsTold) -> None:
        """Take over what a booking worker says right after a batch, on its own."""
        for one in told.slots:
            self._note(one.slot_id, one.seq, told.at)
            if not self._memory.learn(one.slot_id, one.seq, one.capacity, one.remaining):
                self._read_soon(one.slot_id)

    def _take_event(self, event: Event) -> None:
        slot_id = UUID(event.partitionkey or "")
        self._note(slot_id, event.slotsequence or 0, event.time)
        if not self._memory.apply(event):
            self._read_soon(slot_id)

    def _note(self, slot_id: UUID, seq: int, decided_at: datetime) -> None:
        self._unheard.discard(slot_id.int)
        if self._memory.is_news(slot_id, seq):
            AGE.observe(max(0.0, (clock.now() - decided_at).total_seconds()))

    def _read_soon(self, slot_id: UUID) -> None:
        self._unread.add(slot_id.int)
        self._woken.set()

    async def _is_hearing(self) -> bool:
        """Whether the broker answers on the stream's channel, and takes what booking publishes.

        A connection that was cut without a word looks alive for half a minute; and a broker in
        alarm lets nobody publish, so that it says nothing of what is decided.
        """
        if self._channel is None:
            return False
        probe = self._probe = self._probe or asyncio.create_task(self._ask())
        # It is left to go on: a call that is given up takes its channel along, and replies too.
        await asyncio.wait({probe}, timeout=HEAR_S)
        if not probe.done():
            return False
        self._probe = None
        if not probe.result():
            return False
        return not self._broker.publisher.is_blocked()

    async def _ask(self) -> bool:
        try:
            await self._channel.set_qos(prefetch_count=PREFETCH)
        except (TimeoutError, asyncio.CancelledError, *LOST):
            return False
        return True

    def _lost(self, attached: int, *_: Any) -> None:
        if attached == self._attached:
            self._lose()

    def _lose(self) -> None:
        """Hear nothing more: what comes from now on is missed."""
        self._attached += 1
        self._channel = self._next_offset = self._probe = self._unsettled = None
        self._doubt()

    def _doubt(self, *, is_urgent: bool = True) -> None:
        self._doubts += 1
        self._set_live(is_live=False)
        if is_urgent:
            self._woken.set()

    def _is_whole(self) -> bool:
        return self._whole_at == self._doubts

    def _set_live(self, *, is_live: bool) -> None:
        if is_live != self._memory.is_live:
            log.info("memory_live" if is_live else "memory_in_doubt")
        self._memory.is_live = is_live
        LIVE.set(is_live)

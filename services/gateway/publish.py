"""Sends commands: those that wait at one moment travel in one message, one message at a time.

Under load messages grow instead of multiplying: a broker takes two hundred commands in one message
as readily as one. Every caller learns what is known of theirs.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from prometheus_client import Counter

from shared.broker import COMMANDS, PUBLISH_TIMEOUT_S, Published, Publisher
from shared.messages import CommandBatch, SomeCommand

BOOKING_KEY = "booking.commands"
BATCH = 200
WAITING = 20_000
PATIENCE_S = PUBLISH_TIMEOUT_S + 0.2

SENT = Counter("antrean_commands_sent", "Commands by what is known of their sending.", ["result"])


@dataclass(slots=True, eq=False)
class _Waiting:
    command: SomeCommand
    result: asyncio.Future[Published] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class CommandSender:
    """Sends commands to booking; `reply_to` names the queue that hears the outcomes."""

    def __init__(self, publisher: Publisher, reply_to: Callable[[], str | None]) -> None:
        self._publisher, self._reply_to = publisher, reply_to
        self._waiting: deque[_Waiting] = deque()
        self._woken = asyncio.Event()

    async def send(self, command: SomeCommand) -> Published:
        """Send one command; answers within two seconds, whatever the broker does."""
        if len(self._waiting) >= WAITING:
            return self._count(Published.REFUSED)
        waiting = _Waiting(command)
        self._waiting.append(waiting)
        self._woken.set()
        try:
            async with asyncio.timeout(PATIENCE_S):
                return self._count(await asyncio.shield(waiting.result))
        except TimeoutError:
            return self._count(self._withdraw(waiting))

    async def run(self) -> None:
        """Send for as long as the process lives."""
        while True:
            await self._woken.wait()
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            if not self._waiting:
                self._woken.clear()
            if batch:
                await self._send(batch)

    async def _send(self, batch: list[_Waiting]) -> None:
        body = CommandBatch(commands=tuple(w.command for w in batch)).model_dump_json()
        result = Published.UNKNOWN
        try:
            result = await self._publisher.publish_confirmed(
                COMMANDS, BOOKING_KEY, body.encode(), reply_to=self._reply_to()
            )
        finally:
            for waiting in batch:
                if not waiting.result.done():
                    waiting.result.set_result(result)

    def _withdraw(self, waiting: _Waiting) -> Published:
        """Take back what was not sent yet; of what is under way nothing is known."""
        if waiting in self._waiting:
            self._waiting.remove(waiting)
            return Published.REFUSED
        return Published.UNKNOWN

    @staticmethod
    def _count(result: Published) -> Published:
        SENT.labels(result.value).inc()
        return result

"""Sends commands: those that wait at one moment travel in one message, one message at a time.

Under load messages grow instead of multiplying: a broker takes two hundred commands in one message
as readily as one. Every caller learns what is known of theirs.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from prometheus_client import Counter

from shared import failpoints
from shared.broker import COMMANDS, PUBLISH_TIMEOUT_S, Published, Publisher
from shared.messages import CommandBatch, SomeCommand
from shared.service import lasting

BOOKING_KEY = "booking.commands"
BATCH = 200
WAITING = 20_000
PATIENCE_S = PUBLISH_TIMEOUT_S + 0.2
LOOK_S = 0.1
NOTHING = CommandBatch(commands=())

SENT = Counter("antrean_commands_sent", "Commands by what is known of their sending.", ["result"])
SENT_BY_RESULT = {result: SENT.labels(result.value) for result in Published}


@dataclass(slots=True, eq=False)
class _Waiting:
    command: SomeCommand
    since: float
    result: asyncio.Future[Published] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def tell(self, result: Published) -> None:
        """Tell what is known, unless the caller is gone or was told."""
        if not self.result.done():
            self.result.set_result(result)


class CommandSender:
    """Sends commands to booking; `reply_to` names the queue that hears the outcomes."""

    def __init__(self, publisher: Publisher, reply_to: Callable[[], str | None]) -> None:
        self._publisher, self._reply_to = publisher, reply_to
        self._waiting: deque[_Waiting] = deque()
        self._going: list[_Waiting] = []
        self._woken = asyncio.Event()

    async def send(self, command: SomeCommand) -> Published:
        """Send one command; answers within two seconds, whatever the broker does."""
        if len(self._waiting) >= WAITING:
            return self._count(Published.REFUSED)
        waiting = _Waiting(command, asyncio.get_running_loop().time())
        self._waiting.append(waiting)
        self._woken.set()
        return self._count(await waiting.result)

    async def run(self) -> None:
        """Send for as long as the process lives; raises where the sending ends by itself."""
        async with asyncio.TaskGroup() as group:
            group.create_task(lasting(self._send_all))
            group.create_task(lasting(self._lose_patience))

    async def readiness(self) -> dict[str, str]:
        """Say why commands are refused: `queue_full` or `unroutable`; empty while they are taken.

        It is tried anew, by a message of no commands: whoever is not ready is sent none.
        """
        if self._publisher.refusal(BOOKING_KEY) is not None:
            await self._publish(NOTHING)
        refusal = self._publisher.refusal(BOOKING_KEY)
        return {"commands": refusal} if refusal else {}

    async def _publish(self, commands: CommandBatch) -> Published:
        body = commands.model_dump_json().encode()
        return await self._publisher.publish_confirmed(
            COMMANDS, BOOKING_KEY, body, reply_to=self._reply_to()
        )

    async def _send_all(self) -> None:
        while True:
            await self._woken.wait()
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            if not self._waiting:
                self._woken.clear()
            if batch:
                await self._send(batch)

    async def _send(self, batch: list[_Waiting]) -> None:
        result = Published.UNKNOWN
        self._going = batch
        failpoints.reach("gateway_before_publish")
        try:
            result = await self._publish(CommandBatch(commands=tuple(w.command for w in batch)))
            failpoints.reach("gateway_after_confirm")
        finally:
            self._going = []
            for waiting in batch:
                waiting.tell(result)

    async def _lose_patience(self) -> None:
        """Answer who waited too long: what was not sent is refused, of the rest nothing is known.

        One look at all of them now and then: a clock for each would cost as much as the sending.
        """
        while True:
            await asyncio.sleep(LOOK_S)
            latest = asyncio.get_running_loop().time() - PATIENCE_S
            while self._waiting and self._waiting[0].since < latest:
                self._waiting.popleft().tell(Published.REFUSED)
            for waiting in self._going:
                if waiting.since < latest:
                    waiting.tell(Published.UNKNOWN)

    @staticmethod
    def _count(result: Published) -> Published:
        SENT_BY_RESULT[result].inc()
        return result

"""A connection that fell silent: the library ends all that waits on it with CancelledError."""

import asyncio
from typing import Any

from shared.broker import Publisher


class SilentChannel:
    """A channel on which a message waits for its confirm, until somebody says what came of it."""

    is_closed = False

    def __init__(self) -> None:
        self.default_exchange = self
        self.confirms: list[asyncio.Future[None]] = []

    async def publish(self, *_: Any, **__: Any) -> None:
        confirm: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.confirms.append(confirm)
        await confirm

    async def get_exchange(self, *_: Any, ensure: bool = True) -> Any:
        if ensure:
            await self.publish()
        return self


def publisher_on(channel: Any) -> Publisher:
    made = Publisher("amqp://nobody:nothing@127.0.0.1:1/none", "test")
    made._confirmed = made._plain = channel
    made.link.up.set()
    return made


async def confirm_of(channel: SilentChannel, number: int = 0) -> asyncio.Future[None]:
    async with asyncio.timeout(5):
        while len(channel.confirms) <= number:
            await asyncio.sleep(0)
    return channel.confirms[number]

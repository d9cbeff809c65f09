"""What the bench asks of RabbitMQ: how much waits, and to put commands in and hear answers."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import aiohttp

from deploy.local.environment import Stack
from deploy.local.provision import Servers
from shared.broker import COMMANDS, Broker, Incoming, Published
from shared.links import Opened

BOOKING_KEY = "booking.commands"
TOGETHER = 20  # messages published at once


async def purge(stack: Stack, queue: str) -> None:
    """Empty a queue."""
    vhost = quote(stack.vhost, safe="")
    await call(stack.servers, "DELETE", f"queues/{vhost}/{queue}/contents")


async def unused_vhosts(servers: Servers, prefix: str) -> list[str]:
    """List the virtual hosts with such a name that nobody is connected to."""
    used = {one.get("vhost") for one in await call(servers, "GET", "connections")}
    names = [one["name"] for one in await call(servers, "GET", "vhosts")]
    return [name for name in names if name.startswith(prefix) and name not in used]


async def call(servers: Servers, method: str, path: str, body: Any = None) -> Any:
    """Ask the management API; gives what it says, where it says anything."""
    at = urlsplit(servers.management)
    auth = aiohttp.encode_basic_auth(at.username or "", at.password or "")
    where = f"{at.scheme}://{at.hostname}:{at.port}/api/{path}"
    headers = {"Authorization": auth}
    async with (
        aiohttp.ClientSession(headers=headers) as api,
        api.request(method, where, json=body) as answer,
    ):
        answer.raise_for_status()
        return await answer.json() if answer.status == 200 else None


@dataclass(slots=True)
class Looker:
    """Looks into queues by AMQP, which tells what is ready now; the management API lags."""

    broker: Broker
    channel: Any = None

    @staticmethod
    async def open(stack: Stack) -> "Looker":
        """Connect, as the gateway's user."""
        looker = Looker(Broker(stack.environment("gateway")["ANTREAN_AMQP_URL"], "bench-looker"))
        looker.broker.on_consume(looker.take)
        await looker.broker.start()
        await looker.broker.wait_up()
        return looker

    async def take(self, connection: Opened) -> None:
        """Open a channel on a connection that was just made."""
        self.channel = await connection.channel()

    async def depth(self, queue: str) -> int:
        """Count the messages that are ready in a queue."""
        found = await self.channel.declare_queue(queue, passive=True)
        return int(found.declaration_result.message_count or 0)


@dataclass(slots=True)
class Ear:
    """A gateway's place in the system: puts commands in, and hears what came of them."""

    broker: Broker
    queue: str = ""
    heard: list[tuple[float, int]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    total: int = 0
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    @staticmethod
    async def open(stack: Stack) -> "Ear":
        """Connect, as the gateway's user."""
        ear = Ear(Broker(stack.environment("gateway")["ANTREAN_AMQP_URL"], "bench"))
        ear.broker.on_consume(ear.listen)
        await ear.broker.start()
        await ear.broker.wait_up()
        return ear

    async def listen(self, connection: Opened) -> None:
        """Declare the queue of this connection."""
        channel = await connection.channel()
        self.queue = f"gw.bench.{uuid4().hex}"
        queue = await channel.declare_queue(self.queue, exclusive=True, auto_delete=True)
        await queue.consume(self._hear, no_ack=True)

    async def put(self, messages: Sequence[bytes]) -> None:
        """Put messages of commands into the queue; all of them are on disk afterwards."""
        for start in range(0, len(messages), TOGETHER):
            some = messages[start : start + TOGETHER]
            publish = self.broker.publisher.publish_confirmed
            done = await asyncio.gather(
                *(
                    publish(COMMANDS, BOOKING_KEY, body, reply_to=self.queue, timeout_s=20)
                    for body in some
                )
            )
            if set(done) != {Published.ACCEPTED}:
                raise RuntimeError(f"the broker did not take every command: {set(done)}")

    async def hear(self, count: int, timeout_s: float) -> None:
        """Wait until so many outcomes were heard."""
        async with asyncio.timeout(timeout_s):
            while self.total < count:
                self._more.clear()
                await self._more.wait()

    @property
    def rate(self) -> float:
        """How many outcomes came in a second, from the first message of them to the last."""
        if len(self.heard) < 2:
            return 0.0
        span = self.heard[-1][0] - self.heard[0][0]
        return (self.total - self.heard[0][1]) / span if span else 0.0

    async def close(self) -> None:
        """Disconnect."""
        await self.broker.stop()

    async def _hear(self, message: Incoming) -> None:
        number = message.body.count(b'"command_id"')
        self.heard.append((time.perf_counter(), number))
        self.bodies.append(message.body)
        self.total += number
        self._more.set()

"""A gateway in this process and a booking worker beside it, whose servers a test may hurt."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aio_pika
import aiohttp

from deploy.local import provision
from deploy.local.environment import Stack
from services.gateway.__main__ import running
from services.gateway.context import Gateway
from shared.broker import COMMANDS, Broker, Published
from shared.db import open_pool
from shared.messages import CommandBatch, Event, SlotRef, SomeCommand
from tests.conftest import eventually
from tests.gateway_fixtures import logged_in, ready, settings_of, working
from tests.integration.gateway.world import Answer, Client, World, wish

PROMISED_S = 2.0
BUSY_S = 1.0  # which a machine that does much else may add
OFFICES = 40
HEAL_S = 30.0


@dataclass(frozen=True, slots=True)
class Site:
    """One of everything, and somebody who is logged in."""

    stack: Stack
    gateway: Gateway
    worker: asyncio.subprocess.Process
    world: World
    citizen: Client
    queue: Broker
    took: list[float] = field(default_factory=list)

    async def hold(self, body: Any, key: str | None = None, wait: int = 10) -> Answer:
        """Ask for a seat; how long it took is noted."""
        began = time.monotonic()
        headers = {"Prefer": f"wait={wait}"}
        answer = await self.citizen.post("/v1/holds", body, key, headers=headers)
        self.took.append(time.monotonic() - began)
        return answer

    async def is_refused(self, body: Any, key: str | None = None) -> bool:
        """Ask for a seat that nobody can promise now: 503, soon, and when to come again."""
        told = await self.hold(body, key)
        assert (told.status, told.json["code"]) == (503, "overloaded"), told.text
        assert int(told.headers["Retry-After"]) >= 1
        assert self.took[-1] < PROMISED_S + BUSY_S
        return True

    async def troubles(self, service: str = "gateway") -> dict[str, str]:
        """Ask what a service is not ready for; the status says the same."""
        url = f"{self.stack.url(service)}/readyz"
        async with self.citizen.http.get(url) as response:
            said = await response.json()
        assert response.status == (503 if said["troubles"] else 200)
        found: dict[str, str] = said["troubles"]
        return found

    async def says(self, what: str, why: str, service: str = "gateway") -> None:
        """Wait until a service says why it is not ready."""

        async def look() -> bool:
            return (await self.troubles(service)).get(what) == why

        await eventually(look, HEAL_S)

    async def heals(self) -> None:
        """Wait until both are ready, by themselves."""

        async def look() -> bool:
            return not (await self.troubles() or await self.troubles("booking"))

        await eventually(look, HEAL_S)

    async def reads(self, ref: SlotRef) -> list[int]:
        """Look as a citizen does who wants to know where there are seats."""
        office = f"/v1/offices/{ref.office}"
        shown = f"{office}/availability"
        days = f"{shown}?from={ref.date}&to={ref.date}"
        return [
            (await self.citizen.get(path)).status for path in ("/v1/offices", office, shown, days)
        ]

    async def put(self, *commands: SomeCommand) -> Published:
        """Put commands into booking's queue as another gateway would."""
        body = CommandBatch(commands=commands).model_dump_json().encode()
        publish = self.queue.publisher.publish_confirmed
        return await publish(COMMANDS, "booking.commands", body)

    async def until_granted(self, *commands: SomeCommand) -> None:
        """Wait until each command has its hold."""
        ids = [command.id for command in commands]

        async def look() -> bool:
            sql = "SELECT count(*) FROM booking.hold WHERE id = ANY ($1::uuid[])"
            return bool(await self.world.admin.fetchval(sql, ids) == len(ids))

        await eventually(look, HEAL_S)

    async def has_told_all(self) -> bool:
        """Whether every event is published."""
        waits = await self.world.admin.fetchval("SELECT count(*) FROM booking.outbox")
        told = await self.world.admin.fetchval("SELECT position = published FROM booking.relay")
        return bool(told and not waits)

    @contextlib.contextmanager
    def still(self) -> Iterator[Callable[[], None]]:
        """Let the worker stand still (SIGSTOP) until the block ends, or it is told to go on."""
        os.kill(self.worker.pid, signal.SIGSTOP)
        try:
            yield lambda: os.kill(self.worker.pid, signal.SIGCONT)
        finally:
            os.kill(self.worker.pid, signal.SIGCONT)

    async def new(self, seats: int) -> tuple[SlotRef, dict[str, Any], str]:
        """Open a slot; gives it with a wish for it and a key."""
        ref = await self.world.new_slot(seats)
        return ref, wish(ref), uuid4().hex


@contextlib.asynccontextmanager
async def open_site(stack: Stack) -> AsyncIterator[Site]:
    """Run a gateway and a worker of a stack, with some offices."""
    amqp = provision.admin_amqp_url(stack.servers, stack.vhost)
    async with contextlib.AsyncExitStack() as until:
        admin = await open_pool(stack.environment("migrate")["ANTREAN_DATABASE_URL"], name="site")
        until.push_async_callback(admin.close)
        queue = Broker(amqp, "site")
        await queue.start()
        until.push_async_callback(queue.stop)
        world = World(admin, await until.enter_async_context(teller(amqp)))
        names = [f"uji-{number:03d}" for number in range(OFFICES)]
        world.offices[("passport",)] = [await world.open_office(n, ("passport",)) for n in names]
        await admin.execute("UPDATE booking.office SET phone_cap = 1000")
        worker = await until.enter_async_context(working(stack))
        config = settings_of(stack)
        gateway, _ = await until.enter_async_context(running(config))
        http = await until.enter_async_context(aiohttp.ClientSession())
        await queue.wait_up()
        await ready(f"{config.public_url}/readyz")
        await ready(f"{stack.url('booking')}/readyz")
        await eventually(lambda: is_certain(gateway))
        world.memories.append(gateway.catalogue.memory)
        citizen = await logged_in(gateway, http)
        yield Site(stack, gateway, worker, world, citizen, queue)


async def is_certain(gateway: Gateway) -> bool:
    return gateway.catalogue.memory.is_live


@contextlib.asynccontextmanager
async def teller(amqp: str) -> AsyncIterator[Callable[[Event], Any]]:
    """Publish events as booking's relay would."""
    connection = await aio_pika.connect(amqp)
    exchange = await (await connection.channel()).get_exchange("antrean.events")

    async def tell(event: Event) -> None:
        message = aio_pika.Message(event.model_dump_json(exclude_none=True).encode())
        await exchange.publish(message, f"{event.event_type}.{event.data.office}")

    yield tell
    await connection.close()

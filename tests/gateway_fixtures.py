"""A gateway and a booking worker, both real, and offices with seats.

One for the integration and the contract tests of a run: see `pytest_plugins` in conftest.py.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import aio_pika
import aiohttp
import pytest

from deploy.local import provision
from deploy.local.environment import Stack
from deploy.local.paths import free_port
from services.gateway import logins
from services.gateway.__main__ import running
from services.gateway.context import Gateway
from services.gateway.settings import GatewaySettings
from shared.db import Pool
from shared.messages import Contact, Event
from tests.integration.gateway.cables import Cable, Far
from tests.integration.gateway.webhooks import Heard, Meta
from tests.integration.gateway.world import Client, World

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
async def booking(stack: Stack) -> AsyncIterator[asyncio.subprocess.Process]:
    """One booking worker, as a process of its own."""
    async with working(stack) as worker:
        await ready(f"{stack.url('booking')}/readyz")
        yield worker


@contextlib.asynccontextmanager
async def working(stack: Stack) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a booking worker of a stack; it may not be ready yet."""
    env = os.environ | stack.environment("booking")
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.booking",
        cwd=ROOT,
        env=env,
        stdout=asyncio.subprocess.DEVNULL,
    )
    yield worker
    worker.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(worker.wait(), 15) == 0


@pytest.fixture(scope="session")
def config(stack: Stack) -> GatewaySettings:
    return settings_of(stack)


def settings_of(stack: Stack) -> GatewaySettings:
    """Settings of a gateway to which all come from one address, and few people do much."""
    settings = {
        name.removeprefix("ANTREAN_").lower(): value
        for name, value in stack.environment("gateway").items()
        if name != "ANTREAN_WHATSAPP_APP_SECRETS"
    }
    more: dict[str, Any] = {
        "acts_per_minute": 10_000,
        "login_per_minute": 10_000,
        "applicant_per_minute": 10_000,
        "address_per_minute": 100_000,
        "lookups_per_minute": 100_000,
    }
    more["web_root"] = ""  # whatever was built here
    secrets = [stack.secrets["whatsapp_app"]]
    return GatewaySettings(**settings, **more, whatsapp_app_secrets=secrets, log_level="ERROR")


@pytest.fixture(scope="session")
async def gateway(config: GatewaySettings, world: World) -> AsyncIterator[Gateway]:
    """The gateway, in this process; no booking worker comes with it."""
    assert world.offices
    async with running(config) as (found, _):
        await found.broker.wait_up()
        await ready(f"{config.public_url}/readyz")
        world.memories.append(found.catalogue.memory)
        yield found


@pytest.fixture(scope="session")
async def other_gateway(gateway: Gateway) -> AsyncIterator[Gateway]:
    """A second gateway of the same stack, on a port of its own."""
    config = gateway.config
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with running(config.model_copy(update={"port": port, "public_url": url})) as (found, _):
        await found.broker.wait_up()
        await ready(f"{url}/readyz")
        yield found


@pytest.fixture
async def far(
    config: GatewaySettings, world: World, http: aiohttp.ClientSession
) -> AsyncIterator[Far]:
    """A gateway of the test's own, of which both servers are at the other end of a cable."""
    urls = {"amqp_url": 5672, "database_url": 5432}
    cables = {name: Cable.to(getattr(config, name), usual) for name, usual in urls.items()}
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    changed = {"port": port, "public_url": base}
    changed |= {name: cable.through(getattr(config, name)) for name, cable in cables.items()}
    async with contextlib.AsyncExitStack() as until:
        for cable in cables.values():
            await cable.join()
            until.push_async_callback(cable.cut)
        found, _ = await until.enter_async_context(running(config.model_copy(update=changed)))
        await ready(f"{base}/readyz")
        made = Far(found, Client(http, base), cables)
        await made.until_live()
        world.memories.append(found.catalogue.memory)
        until.callback(world.memories.remove, found.catalogue.memory)
        yield made


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    # Both ends of a connection are this process's, and many machines allow 1,024 open files.
    connector = aiohttp.TCPConnector(limit=200)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


@pytest.fixture
def anybody(gateway: Gateway, http: aiohttp.ClientSession) -> Client:
    """A caller who proved nothing."""
    return Client(http, gateway.config.public_url)


@pytest.fixture
def log_in(gateway: Gateway, http: aiohttp.ClientSession) -> Callable[..., Awaitable[Client]]:
    """Log a phone in by a WhatsApp message: `await log_in("+62812...")`."""

    async def run(phone: str | None = None, writes_as: Contact | None = None) -> Client:
        return await logged_in(gateway, http, phone, writes_as)

    return run


async def logged_in(
    gateway: Gateway,
    http: aiohttp.ClientSession,
    phone: str | None = None,
    writes_as: Contact | None = None,
) -> Client:
    """Prove a phone as its WhatsApp message would; `writes_as` is who WhatsApp says it is from."""
    phone = phone or f"+62812{uuid4().int % 10**8:08d}"
    client = Client(http, gateway.config.public_url, phone=phone)
    begun = (await client.post("/v1/logins", {"phone": phone})).json
    code = begun["text"].split()[1]
    async with gateway.pool.acquire() as db, db.transaction():
        now = datetime.now(UTC)
        who = writes_as or Contact(phone=phone)
        proof = await logins.prove(db, gateway.keys, code, who, now)
    assert proof == logins.Proof.PROVEN
    state = (await client.get(f"/v1/logins/{begun['login_id']}")).json
    client.token, client.login_id = state["access_token"], begun["login_id"]
    client.http.cookie_jar.clear()
    return client


@pytest.fixture
async def citizen(log_in: Callable[..., Awaitable[Client]]) -> Client:
    return await log_in()


@pytest.fixture
def meta(gateway: Gateway, http: aiohttp.ClientSession) -> Meta:
    (secret,) = gateway.config.whatsapp_app_secrets
    return Meta(http, gateway.config.public_url, secret)


@pytest.fixture
async def heard(stack: Stack) -> AsyncIterator[Heard]:
    """Everything that the gateway tells the notifier, from now on."""
    connection = await aio_pika.connect(provision.admin_amqp_url(stack.servers, stack.vhost))
    channel = await connection.channel()
    queue = await channel.declare_queue(exclusive=True)
    await queue.bind("antrean.commands", "notifier.#")
    found: Heard = []

    async def hear(message: Any) -> None:
        found.append(json.loads(message.body))

    await queue.consume(hear, no_ack=True)
    yield found
    await connection.close()


@pytest.fixture(scope="session")
async def world(admin_pool: Pool, stack: Stack) -> AsyncIterator[World]:
    connection = await aio_pika.connect(provision.admin_amqp_url(stack.servers, stack.vhost))
    exchange = await (await connection.channel()).get_exchange("antrean.events")

    async def tell(event: Event) -> None:
        """Publish what booking's relay would."""
        message = aio_pika.Message(event.model_dump_json(exclude_none=True).encode())
        await exchange.publish(message, f"{event.event_type}.{event.data.office}")

    made = World(admin_pool, tell)
    await made.found()
    yield made
    await connection.close()


async def ready(url: str) -> None:
    """Wait until a service says that it is ready."""
    async with asyncio.timeout(20), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url) as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)

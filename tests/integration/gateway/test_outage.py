"""A gateway whose database or broker goes away says so, and serves again once it is back."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from prometheus_client import REGISTRY

from deploy.local.paths import free_port
from services.gateway import clock
from services.gateway.__main__ import running
from services.gateway.settings import GatewaySettings
from tests.conftest import eventually
from tests.gateway_fixtures import ready
from tests.integration.gateway.cables import Cable
from tests.integration.gateway.world import Client, World, wish

Behind = Callable[..., Awaitable[tuple[Client, Cable]]]


@pytest.fixture
async def behind(
    config: GatewaySettings, world: World, http: aiohttp.ClientSession
) -> AsyncIterator[Behind]:
    """Call a gateway of which one server is at the other end of a cable."""
    assert world.offices
    async with contextlib.AsyncExitStack() as until:

        async def run(server: str, usual: int) -> tuple[Client, Cable]:
            url = getattr(config, server)
            cable = Cable.to(url, usual)
            await cable.join()
            until.push_async_callback(cable.cut)
            port = free_port()
            base = f"http://127.0.0.1:{port}"
            changed = {"port": port, "public_url": base, server: cable.through(url)}
            await until.enter_async_context(running(config.model_copy(update=changed)))
            await ready(f"{base}/readyz")
            return Client(http, base), cable

        yield run


def counted(status: str) -> float:
    return metric("antrean_http_seconds_count", "status", status)


def sent() -> float:
    return metric("antrean_commands_sent_total", "result", "accepted")


def metric(name: str, label: str, value: str) -> float:
    families: Iterable[object] = REGISTRY.collect()
    return sum(
        sample.value
        for family in families
        for sample in family.samples  # type: ignore[attr-defined]
        if sample.name == name and sample.labels[label] == value
    )


async def test_without_its_database_a_gateway_says_503_and_counts_it(
    behind: Behind,
) -> None:
    caller, cable = await behind("database_url", 5432)
    before = counted("503")

    await cable.cut()
    answers = [await caller.post("/v1/logins", {"phone": "+6281234567890"}) for _ in range(5)]
    await cable.join()

    async def is_back() -> bool:
        return (await caller.post("/v1/logins", {"phone": "+6281234567890"})).status == 201

    assert await eventually(is_back)
    assert [(answer.status, answer.json["code"]) for answer in answers] == [(503, "overloaded")] * 5
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers)
    assert counted("503") >= before + 5


@pytest.mark.usefixtures("booking")
async def test_what_the_broker_may_have_or_not_is_promised_to_nobody_and_done_once(
    behind: Behind, citizen: Client, world: World
) -> None:
    caller, cable = await behind("amqp_url", 5672)
    caller.token = citizen.token
    ref, key = await world.new_slot(seats=3), uuid4().hex
    body = wish(ref)

    cable.hears.clear()  # what is published arrives, and its confirm does not
    told = await caller.post("/v1/holds", body, key, headers={"Prefer": "wait=0"})
    cable.hears.set()
    again = await caller.post("/v1/holds", body, key, headers={"Prefer": "wait=10"})

    assert (told.status, told.json["code"]) == (503, "overloaded")
    assert int(told.headers["Retry-After"]) >= 1
    assert again.status == 201
    assert await world.remaining(ref) == 2


@pytest.mark.usefixtures("booking")
async def test_a_broker_that_says_nothing_makes_a_gateway_unready_until_it_speaks(
    behind: Behind, citizen: Client, world: World
) -> None:
    caller, cable = await behind("amqp_url", 5672)
    caller.token = citizen.token

    cable.hears.clear()
    told = await caller.post("/v1/holds", wish(await world.new_slot(seats=1)))
    silent = await caller.get("/readyz")
    cable.hears.set()

    async def is_ready() -> bool:
        return (await caller.get("/readyz")).status == 200

    assert told.status == 503
    assert (silent.status, silent.json["troubles"]) == (503, {"broker": "broker_silent"})
    assert await eventually(is_ready)


async def test_a_database_that_hangs_hardly_adds_to_what_the_caller_waits_for(
    behind: Behind, citizen: Client, world: World, booking: Any
) -> None:
    caller, cable = await behind("database_url", 5432)
    caller.token = citizen.token
    body = wish(await world.new_slot(seats=1))
    await caller.get(f"/v1/offices/{body['office']}/availability?service=passport")

    before = sent()

    async def is_sent() -> bool:
        return sent() > before

    os.kill(booking.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        asked = asyncio.create_task(caller.post("/v1/holds", body, headers={"Prefer": "wait=1"}))
        await eventually(is_sent)
        cable.hears.clear()
        told = await asked
        took_s = time.monotonic() - began
    finally:
        cable.hears.set()
        os.kill(booking.pid, signal.SIGCONT)

    assert told.status == 202
    assert took_s < 4


@pytest.mark.usefixtures("booking")
@pytest.mark.parametrize("trouble", ["cut", "deaf"])
async def test_while_nobody_can_say_what_is_fair_nothing_goes_through(
    trouble: str, behind: Behind, citizen: Client, world: World
) -> None:
    caller, cable = await behind("database_url", 5432)
    caller.token = citizen.token
    body = wish(await world.new_slot(seats=1))
    await caller.get(f"/v1/offices/{body['office']}/availability?service=passport")
    before = sent()

    if trouble == "cut":
        await cable.cut()
    cable.hears.clear()
    async with asyncio.timeout(8):  # sooner than Postgres' own patience ends
        told = await asyncio.gather(
            caller.post("/v1/holds", body),
            caller.post(f"/v1/holds/{uuid4()}/confirm", {"approval_code": "7K4M2Q"}),
            caller.call("DELETE", f"/v1/holds/{uuid4()}"),
            caller.post("/v1/logins", {"phone": "+6281234567890"}),
            caller.post("/v1/bookings/find", {"booking_code": "7K4M", "birth_date": "1990-08-17"}),
        )
        told.append(await caller.post("/v1/holds", body))
    was_sent = sent() - before
    if trouble == "cut":
        await cable.join()
    cable.hears.set()

    async def is_back() -> bool:
        return (await caller.post("/v1/holds", body)).status == 201

    assert [(one.status, one.json["code"]) for one in told] == [(503, "overloaded")] * 6
    assert all(int(one.headers["Retry-After"]) >= 1 for one in told)
    assert was_sent == 0
    assert await eventually(is_back)


async def test_nobody_is_judged_before_the_ledgers_time_is_known(
    citizen: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine whose clock is wrong would say that a good token is over."""
    monkeypatch.setattr(clock, "CLOCK", clock.Clock())
    judged = await citizen.get("/v1/bookings/7K4M-2Q8R-TX3C")
    shown = await citizen.get("/v1/offices")

    assert (judged.status, judged.json["code"]) == (503, "overloaded")
    assert shown.status == 200

"""Nobody has to guess whether a request is still at work: by waiting, by asking, or as a stream."""

import asyncio
import json
import os
import signal
from typing import Any
from uuid import uuid4

import pytest

from services.gateway import last_seats
from services.gateway.context import Gateway
from shared.keys import Keys
from tests.conftest import eventually
from tests.integration.gateway.world import Client, LogIn, World, wish

pytestmark = pytest.mark.usefixtures("booking")


@pytest.fixture
async def paused(booking: Any) -> Any:
    """The booking worker stands still (SIGSTOP) until the test lets it go on."""
    os.kill(booking.pid, signal.SIGSTOP)
    yield lambda: os.kill(booking.pid, signal.SIGCONT)
    os.kill(booking.pid, signal.SIGCONT)


async def begin(citizen: Client, world: World, key: str | None = None) -> Any:
    body = wish(await world.new_slot(seats=5))
    return await citizen.post("/v1/holds", body, key, headers={"Prefer": "wait=0"})


async def test_who_does_not_wait_is_told_where_to_ask(
    paused: Any, citizen: Client, world: World
) -> None:
    begun = await begin(citizen, world)
    path = begun.headers["Location"]

    pending = await citizen.get(path)
    paused()
    done = await citizen.get(f"{path}?wait=10")

    assert (begun.status, begun.json["state"]) == (202, "pending")
    assert path == f"/v1/requests/{begun.json['request_id']}"
    assert (pending.status, pending.json["state"], pending.headers["Retry-After"]) == (
        *(200, "pending"),
        "1",
    )
    assert (done.json["state"], done.json["outcome"]["status"]) == ("done", 201)
    assert done.json["outcome"]["approval_code"]


async def test_a_stream_says_pending_and_then_the_outcome(
    paused: Any, citizen: Client, world: World
) -> None:
    begun = await begin(citizen, world)
    headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {citizen.token}"}
    url = citizen.base + begun.headers["Location"]
    events = []

    async with asyncio.timeout(10), citizen.http.get(url, headers=headers) as answer:
        kind = answer.content_type
        async for line in answer.content:
            if line.startswith(b"event:"):
                events.append(line.split()[1].decode())
                paused()
            if line.startswith(b"data:"):
                last = json.loads(line.removeprefix(b"data:"))

    assert kind == "text/event-stream"
    assert events == ["pending", "outcome"]
    assert (last["state"], last["outcome"]["status"]) == ("done", 201)


async def test_who_asks_for_the_last_seat_waits_and_is_refused_without_a_command(
    paused: Any,
    citizen: Client,
    log_in: LogIn,
    world: World,
    gateway: Gateway,
    keys: Keys,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(last_seats, "PATIENCE_S", 30)
    ref = await world.new_slot(seats=1)
    await world.wait_for_state(citizen, ref, "open")
    others = [await log_in() for _ in range(5)]

    async def is_sent() -> bool:
        return gateway.replies.under_way == 1

    async def are_waiting() -> bool:
        return last_seats.WAITING._value.get() == len(others)

    first = asyncio.create_task(citizen.post("/v1/holds", wish(ref)))
    assert await eventually(is_sent)
    asking = [asyncio.create_task(other.post("/v1/holds", wish(ref))) for other in others]
    assert await eventually(are_waiting)
    paused()
    told = await asyncio.gather(*asking)

    assert (await first).status == 201
    assert [(one.status, one.json["code"]) for one in told] == [(409, "slot_full")] * 5
    owners = [bytes.fromhex(keys.owner_of(other.phone, None)) for other in others]
    sql = "SELECT count(*) FROM booking.command WHERE owner_key = ANY ($1)"
    assert await world.admin.fetchval(sql, owners) == 0


async def test_a_repeat_of_a_request_that_is_still_at_work_waits_with_it(
    paused: Any, citizen: Client, world: World
) -> None:
    ref, key = await world.new_slot(seats=5), uuid4().hex
    body = wish(ref)
    first = await citizen.post("/v1/holds", body, key, headers={"Prefer": "wait=0"})

    again = asyncio.create_task(citizen.post("/v1/holds", body, key, headers={"Prefer": "wait=10"}))
    paused()

    assert (first.status, (await again).status) == (202, 201)
    assert await world.remaining(ref) == 4


async def test_an_outcome_is_told_by_a_gateway_that_knows_nothing_of_the_request(
    citizen: Client, world: World, gateway: Gateway
) -> None:
    held = await citizen.post("/v1/holds", wish(await world.new_slot(seats=5)))
    gateway.replies._askings.clear()

    asked = await citizen.get(f"/v1/requests/{held.json['request_id']}")

    assert asked.json["outcome"]["approval_code"] == held.json["approval_code"]


async def test_without_a_broker_nothing_is_promised(
    citizen: Client, world: World, gateway: Gateway
) -> None:
    body, key = wish(await world.new_slot(seats=5)), uuid4().hex

    await gateway.broker.publisher.link.drop()
    refused = await citizen.post("/v1/holds", body, key)
    await gateway.broker.wait_up()
    accepted = await citizen.post("/v1/holds", body, key)

    assert (refused.status, refused.json["code"]) == (503, "overloaded")
    assert int(refused.headers["Retry-After"]) >= 1
    assert accepted.status == 201

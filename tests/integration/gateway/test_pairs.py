"""Two gateways: what one promised the other knows, and one key is one key at both."""

import asyncio
import os
import signal
from typing import Any
from uuid import uuid4

import pytest

from services.gateway.context import Gateway
from tests.integration.gateway.world import Client, World, wish

pytestmark = pytest.mark.usefixtures("booking")


@pytest.fixture
async def resume(booking: Any) -> Any:
    """The booking worker stands still (SIGSTOP) until the test calls this."""
    os.kill(booking.pid, signal.SIGSTOP)
    yield lambda: os.kill(booking.pid, signal.SIGCONT)
    os.kill(booking.pid, signal.SIGCONT)


@pytest.fixture
def elsewhere(citizen: Client, other_gateway: Gateway) -> Client:
    """The same citizen at the other gateway."""
    return Client(citizen.http, other_gateway.config.public_url, citizen.token, citizen.phone)


AT_ONCE = {"Prefer": "wait=0"}


async def test_what_one_gateway_accepted_may_be_asked_for_at_the_other(
    resume: Any, citizen: Client, elsewhere: Client, world: World
) -> None:
    body = wish(await world.new_slot(seats=5))
    path = (await citizen.post("/v1/holds", body, headers=AT_ONCE)).headers["Location"]

    pending = await elsewhere.get(path)
    waiting = asyncio.create_task(elsewhere.get(f"{path}?wait=10"))
    await asyncio.sleep(0)
    resume()
    done = await waiting

    assert (pending.status, pending.json["state"]) == (200, "pending")
    assert (done.json["state"], done.json["outcome"]["status"]) == ("done", 201)


async def test_nobody_else_may_ask_for_it(
    resume: Any, citizen: Client, world: World, other_gateway: Gateway, log_in: Any
) -> None:
    body = wish(await world.new_slot(seats=5))
    path = (await citizen.post("/v1/holds", body, headers=AT_ONCE)).headers["Location"]
    resume()
    stranger = await log_in()
    there = Client(stranger.http, other_gateway.config.public_url, stranger.token)

    assert (await there.get(path)).status == 404


async def test_a_wrong_body_at_one_gateway_does_not_spoil_the_right_one_at_the_other(
    resume: Any, citizen: Client, elsewhere: Client, world: World
) -> None:
    ref, key = await world.new_slot(seats=5), uuid4().hex
    right, wrong = wish(ref), wish(ref)
    first = await citizen.post("/v1/holds", right, key, headers=AT_ONCE)
    await elsewhere.post("/v1/holds", wrong, key, headers=AT_ONCE)
    resume()

    granted = await citizen.get(f"{first.headers['Location']}?wait=10")
    again = await elsewhere.post("/v1/holds", right, key)
    conflict = await elsewhere.post("/v1/holds", wrong, key)

    assert granted.json["outcome"]["status"] == 201
    assert (again.status, again.json["hold_id"]) == (201, granted.json["outcome"]["hold_id"])
    assert (conflict.status, conflict.json["code"]) == (422, "idempotency_conflict")


async def test_a_key_that_was_granted_here_is_answered_alike_there_when_the_slot_is_full(
    citizen: Client, elsewhere: Client, world: World
) -> None:
    ref, key = await world.new_slot(seats=1), uuid4().hex
    body = wish(ref)
    held = await citizen.post("/v1/holds", body, key)
    await world.wait_for_state(elsewhere, ref, "full")

    again = await elsewhere.post("/v1/holds", body, key)

    assert (again.status, again.text) == (201, held.text)

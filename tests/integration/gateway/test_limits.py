"""Fair use at the calls themselves: who asks too often is told when to come back."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from deploy.local.paths import free_port
from services.gateway.__main__ import running
from services.gateway.settings import GatewaySettings
from tests.gateway_fixtures import ready
from tests.integration.gateway.world import Client, World, wish

HOLD = f"/v1/holds/{uuid4()}"
BOOKING = "/v1/bookings/7K4M-2Q8R-TX3C"
CODE, SLOT = {"approval_code": "7K4M2Q"}, {"date": "2099-01-01", "session": "morning"}


Narrow = Callable[..., Awaitable[Client]]


@pytest.fixture
async def limited(
    config: GatewaySettings, world: World, http: aiohttp.ClientSession, citizen: Client
) -> AsyncIterator[Narrow]:
    """Call a gateway that allows two in a minute of what is named."""
    assert world.offices
    async with contextlib.AsyncExitStack() as until:

        async def run(*limits: str) -> Client:
            port = free_port()
            base = f"http://127.0.0.1:{port}"
            changed = {"port": port, "public_url": base} | dict.fromkeys(limits, 2)
            await until.enter_async_context(running(config.model_copy(update=changed)))
            await ready(f"{base}/readyz")
            return Client(http, base, token=citizen.token)

        yield run


@pytest.fixture
async def narrow(limited: Narrow) -> Client:
    return await limited("acts_per_minute", "lookups_per_minute")


@pytest.mark.usefixtures("booking")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", f"{HOLD}/confirm", CODE),
        ("DELETE", HOLD, None),
        ("POST", f"{BOOKING}/cancel", None),
        ("POST", f"{BOOKING}/reschedule", SLOT),
        ("POST", "/v1/logins", {"phone": "+6281234567890"}),
        ("POST", "/v1/bookings/find", {"booking_code": "7K4M", "birth_date": "1990-08-17"}),
    ],
)
async def test_the_third_in_a_minute_is_429_and_says_when(
    method: str, path: str, body: Any, narrow: Client
) -> None:
    answers = [await narrow.call(method, path, json=body) for _ in range(3)]

    assert 429 not in {answer.status for answer in answers[:2]}
    assert (answers[2].status, answers[2].json["code"]) == (429, "rate_limited")
    assert int(answers[2].headers["Retry-After"]) >= 1


@pytest.mark.usefixtures("booking")
async def test_the_third_hold_in_a_minute_is_429(narrow: Client, world: World) -> None:
    ref = await world.new_slot(seats=5)
    answers = [await narrow.post("/v1/holds", wish(ref)) for _ in range(3)]

    assert [answer.status for answer in answers] == [201, 201, 429]
    assert await world.remaining(ref) == 3


async def test_a_booking_code_is_guessed_at_five_times(anybody: Client) -> None:
    code = uuid4().hex[:12]  # no other test has guessed at it
    proofs = [{"booking_code": code, "birth_date": f"1990-08-{day:02d}"} for day in range(1, 7)]

    answers = [await anybody.post("/v1/bookings/find", proof) for proof in proofs]

    assert [answer.status for answer in answers] == [404] * 5 + [429]


@pytest.mark.usefixtures("booking")
async def test_an_address_has_a_limit_of_its_own(limited: Narrow) -> None:
    caller = await limited("address_per_minute")

    assert [(await caller.call("DELETE", HOLD)).status for _ in range(3)] == [404, 404, 429]


async def test_an_address_asks_for_few_codes_by_sms(limited: Narrow) -> None:
    caller = await limited("sms_per_address")
    phones = [f"+62813{uuid4().int % 10**8:08d}" for _ in range(3)]

    asked = [await caller.post("/v1/logins", {"phone": one, "by": "sms"}) for one in phones]
    by_chat = await caller.post("/v1/logins", {"phone": phones[2]})

    assert [answer.status for answer in asked] == [201, 201, 429]
    assert by_chat.status == 201

"""Fair use at the calls themselves: who asks too often is told when to come back."""

import asyncio
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
from tests.integration.gateway.world import Client, LogIn, World, wish

HOLD = f"/v1/holds/{uuid4()}"
BOOKING = "/v1/bookings/7K4M-2Q8R-TX3C"
CODE, SLOT = {"approval_code": "7K4M2Q"}, {"date": "2099-01-01", "session": "morning"}


Narrow = Callable[..., Awaitable[Client]]


@pytest.fixture
async def limited(
    config: GatewaySettings, world: World, http: aiohttp.ClientSession, citizen: Client, admin: Any
) -> AsyncIterator[Narrow]:
    """Call a gateway that allows two in a minute of what is named, with more settings."""
    assert world.offices
    async with contextlib.AsyncExitStack() as until:
        # All tests call from one address, whose buckets all gateways share.
        await admin.execute("TRUNCATE gateway.bucket")
        until.push_async_callback(admin.execute, "TRUNCATE gateway.bucket")

        async def run(*limits: str, **more: Any) -> Client:
            port = free_port()
            base = f"http://127.0.0.1:{port}"
            changed = {"port": port, "public_url": base} | dict.fromkeys(limits, 2) | more
            await until.enter_async_context(running(config.model_copy(update=changed)))
            await ready(f"{base}/readyz")
            return Client(http, base, token=citizen.token)

        yield run


@pytest.fixture
async def narrow(limited: Narrow) -> Client:
    return await limited("acts_per_minute", "lookups_per_minute")


async def passes(caller: Client, headers: dict[str, str] | None = None) -> bool:
    """Give back a hold that there is not; says whether that was allowed."""
    asked = {"Prefer": "wait=0"} | (headers or {})
    return (await caller.call("DELETE", HOLD, headers=asked)).status != 429


@pytest.mark.usefixtures("booking")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", f"{HOLD}/confirm", CODE),
        ("POST", f"{HOLD}/extend", None),
        ("DELETE", HOLD, None),
        ("POST", f"{BOOKING}/cancel", None),
        ("POST", f"{BOOKING}/reschedule", SLOT),
        ("POST", "/v1/logins", {"phone": "+6281234567890"}),
        ("POST", "/v1/bookings/find", {"booking_code": "7K4M", "birth_date": "1990-08-17"}),
        ("GET", "/v1/bookings", None),
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


async def test_what_was_taken_at_one_gateway_is_gone_at_the_other(limited: Narrow) -> None:
    gateways = [await limited("acts_per_minute") for _ in range(2)]

    passed = await asyncio.gather(*(passes(one) for one in gateways * 5))

    assert sorted(passed) == [False] * 8 + [True] * 2


async def test_a_login_that_is_over_its_limit_leaves_some_to_the_phones_others(
    limited: Narrow, log_in: LogIn, citizen: Client
) -> None:
    caller = await limited("login_per_minute")
    other = Client(caller.http, caller.base, (await log_in(citizen.phone)).token)

    mine = [await passes(caller) for _ in range(3)]

    assert mine == [True, True, False]
    assert await passes(other)


@pytest.mark.usefixtures("booking")
@pytest.mark.parametrize("same", [{"name": "Siti Aminah"}, {"nik": "3171015708900044"}])
async def test_one_person_has_a_limit_whoever_asks(
    same: dict[str, str], limited: Narrow, log_in: LogIn, world: World
) -> None:
    caller = await limited("applicant_per_minute")
    ref = await world.new_slot(seats=5)
    born = {"birth_date": f"1990-08-{17 if 'nik' in same else 18}"}

    answers = []
    for _ in range(3):
        caller.token = (await log_in()).token
        answers.append(await caller.post("/v1/holds", wish(ref, **same, **born)))

    assert [answer.status for answer in answers] == [201, 409, 429]


@pytest.mark.usefixtures("booking")
async def test_looking_is_never_limited(limited: Narrow, world: World) -> None:
    caller = await limited("acts_per_minute", "address_per_minute", "login_per_minute")
    ref = await world.new_slot(seats=1)
    acts = [(await caller.call("DELETE", HOLD)).status for _ in range(3)]

    looks = [
        (await caller.get(path)).status
        for path in (
            "/v1/offices",
            f"/v1/offices/{ref.office}/availability?service=passport",
            f"/v1/requests/{uuid4()}",
            BOOKING,
        )
        for _ in range(5)
    ]

    assert acts[-1] == 429
    assert set(looks) == {200, 404}


@pytest.mark.usefixtures("booking")
async def test_what_is_refused_from_memory_takes_no_token(narrow: Client, world: World) -> None:
    full, free = await world.new_slot(seats=0), await world.new_slot(seats=5)
    await world.wait_for_state(narrow, full, "full")

    refused = [(await narrow.post("/v1/holds", wish(full))).status for _ in range(5)]
    held = [(await narrow.post("/v1/holds", wish(free))).status for _ in range(3)]

    assert (refused, held) == ([409] * 5, [201, 201, 429])


SPOOFED = ("6.6.6.6", "127.0.0.1", "::1", "2001:db8::1", "[2001:db8::1]:443", "6.6.6.6:80")
SPOOFED += ("unknown", "_hidden", "for=6.6.6.6", '"6.6.6.6"', "1.1.1.1, 2.2.2.2", ", ,", "0")
FORGED = [{"X-Forwarded-For": one} for one in SPOOFED]
FORGED += [{"X-Forwarded-For": f"{n}.{n}.{n}.{n}"} for n in range(1, 21)]
FORGED += [
    {name: "6.6.6.6"}
    for name in (
        *("X-Real-IP", "X-Client-IP", "Client-IP", "True-Client-IP", "X-Forwarded", "Via"),
        *("X-Cluster-Client-IP", "X-Originating-IP", "X-Remote-IP", "X-Remote-Addr"),
        *("CF-Connecting-IP", "Fastly-Client-IP", "X-Azure-ClientIP", "X-Envoy-External-Address"),
        *("X-Forwarded-Host", "X-ProxyUser-Ip"),
    )
]
FORGED += [{"Forwarded": "for=6.6.6.6;proto=http;by=7.7.7.7"}]


@pytest.mark.parametrize("proxies", [0, 1])
async def test_no_forged_header_makes_another_caller(proxies: int, limited: Narrow) -> None:
    caller = await limited("address_per_minute", trusted_proxies=proxies)

    def behind(forged: dict[str, str]) -> dict[str, str]:
        """What the last trusted proxy passes on: it appends whom it saw."""
        said = forged.get("X-Forwarded-For")
        seen = {"X-Forwarded-For": f"{said}, 7.7.7.7" if said else "7.7.7.7"}
        return forged | (seen if proxies else {})

    honest = [await passes(caller, behind({})) for _ in range(2)]
    forged = [await passes(caller, behind(one)) for one in FORGED]

    assert honest == [True, True]
    assert forged == [False] * 50

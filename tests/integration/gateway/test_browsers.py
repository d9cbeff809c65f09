"""What a browser is given and what it may do with it: cookies, other sites, other origins."""

from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

import pytest

from services.gateway import tokens
from services.gateway.callers import COOKIE, RENEW_BEFORE
from services.gateway.context import Gateway
from tests.integration.gateway.world import Answer, Client, World, wish

pytestmark = pytest.mark.usefixtures("booking")
PAGE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}


def cookie_of(answer: Answer) -> str | None:
    found = SimpleCookie(answer.headers.get("Set-Cookie", ""))
    return found[COOKIE].value if COOKIE in found else None


async def as_browser(citizen: Client, cookie: str, **headers: str) -> Client:
    """The same citizen with a cookie instead of a token."""
    given = {"Cookie": f"{COOKIE}={cookie}"} | {k.replace("_", "-"): v for k, v in headers.items()}
    return Client(citizen.http, citizen.base, headers=given)


async def test_a_page_of_ours_is_given_a_cookie_that_scripts_cannot_read(citizen: Client) -> None:
    answer = await citizen.get(f"/v1/logins/{citizen.login_id}", headers=PAGE)

    assert cookie_of(answer)
    assert {"HttpOnly", "SameSite=Lax", "Path=/v1"} <= set(answer.headers["Set-Cookie"].split("; "))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Origin": "https://evil.test"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_link_logs_nobody_in_as_somebody_else(
    headers: dict[str, str], method: str, citizen: Client
) -> None:
    answer = await citizen.call(method, f"/v1/logins/{citizen.login_id}", headers=headers)

    assert answer.status == 200
    assert cookie_of(answer) is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (PAGE, 201),
        ({"Sec-Fetch-Site": "none"}, 201),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
async def test_a_cookie_acts_only_for_a_page_of_ours(
    headers: dict[str, str], status: int, citizen: Client, world: World
) -> None:
    browser = await as_browser(citizen, citizen.token or "")

    answer = await browser.post("/v1/holds", wish(await world.new_slot(seats=1)), headers=headers)

    assert answer.status == status


async def test_the_very_host_that_is_called_is_ours_by_whatever_name(
    citizen: Client, world: World
) -> None:
    here = citizen.base.replace("127.0.0.1", "localhost")
    browser = await as_browser(citizen, citizen.token or "")
    browser.base = here

    answer = await browser.post(
        "/v1/holds", wish(await world.new_slot(seats=1)), headers={"Origin": here}
    )

    assert answer.status == 201


async def test_a_cookie_that_is_soon_over_is_renewed_while_its_login_lives(
    citizen: Client, gateway: Gateway
) -> None:
    now = datetime.now(UTC)
    token = tokens.read(gateway.keys.token, tokens.Kind.ACCESS, citizen.token or "", now)
    then = now - tokens.LIFE + RENEW_BEFORE / 2
    old = tokens.issue(gateway.keys.token, tokens.Kind.ACCESS, _long(token), then)
    browser = await as_browser(citizen, old)

    answer = await browser.get(f"/v1/requests/{uuid4()}")

    fresh = cookie_of(answer)
    assert answer.status == 404
    assert fresh
    assert fresh != old
    assert (await (await as_browser(citizen, fresh)).get("/v1/requests/x")).status == 404


async def test_a_cookie_dies_with_its_login(citizen: Client, gateway: Gateway) -> None:
    now = datetime.now(UTC)
    token = tokens.read(gateway.keys.token, tokens.Kind.ACCESS, citizen.token or "", now)
    old = tokens.issue(
        gateway.keys.token, tokens.Kind.ACCESS, _long(token), now - timedelta(minutes=9)
    )
    await citizen.call("DELETE", f"/v1/logins/{citizen.login_id}")

    answer = await (await as_browser(citizen, old)).get(f"/v1/requests/{uuid4()}")

    assert answer.status == 401


async def test_the_keyword_keluar_ends_every_login_of_a_phone(
    citizen: Client, meta: Any, heard: Any
) -> None:
    from tests.integration.gateway.webhooks import Writer, answered  # noqa: PLC0415 one test's

    message = Writer(citizen.phone.lstrip("+")).text("#keluar")
    await meta.deliver(message)
    await answered(heard, message)

    assert (await citizen.get(f"/v1/logins/{citizen.login_id}")).status == 404


def _long(token: tokens.Token) -> tokens.Token:
    """The same token of a login that lives long."""
    ends = datetime.now(UTC) + timedelta(hours=20)
    return tokens.Token(token.subject, token.owner, token.contact, ends)

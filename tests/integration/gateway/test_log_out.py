"""Who logs out is out: on every device that has a token of that login, at every gateway."""

from datetime import timedelta
from typing import Any

import pytest

from services.gateway import clock, logins, store
from services.gateway.callers import COOKIE
from services.gateway.context import Gateway
from services.gateway.ended import KEPT, EndedLogins
from tests.conftest import eventually
from tests.integration.gateway.webhooks import Writer, answered
from tests.integration.gateway.world import Answer, Client, LogIn

OWN = "/v1/logins/current"
PAGE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}


def refused(answer: Answer) -> bool:
    return (answer.status, answer.json.get("code")) == (401, "login_required")


async def test_a_token_is_refused_as_soon_as_its_owner_has_logged_out(citizen: Client) -> None:
    before = await citizen.get("/v1/bookings")

    gone = await citizen.call("DELETE", OWN)

    assert (before.status, gone.status) == (200, 204)
    assert refused(await citizen.get("/v1/bookings"))
    assert (await citizen.get(f"/v1/logins/{citizen.login_id}")).status == 404
    assert refused(await citizen.call("DELETE", OWN))


@pytest.mark.parametrize("path", [OWN, "/v1/logins/{login}"])
async def test_the_other_gateway_refuses_it_soon_after(
    path: str, citizen: Client, other_gateway: Gateway
) -> None:
    there = Client(citizen.http, other_gateway.config.public_url, token=citizen.token)
    before = await there.get("/v1/bookings")

    await citizen.call("DELETE", path.format(login=citizen.login_id))

    async def look() -> bool:
        return refused(await there.get("/v1/bookings"))

    assert before.status == 200
    await eventually(look)


async def test_a_gateway_that_starts_knows_who_has_logged_out(
    citizen: Client, gateway: Gateway
) -> None:
    await citizen.call("DELETE", OWN)
    starting = EndedLogins(gateway.pool, gateway.keys)

    before = starting.has(citizen.login_id)
    await starting.look()

    assert (before, starting.has(citizen.login_id)) == (False, True)


async def test_the_browser_of_a_page_of_ours_loses_its_cookie_with_the_login(
    citizen: Client,
) -> None:
    cookie = {"Cookie": f"{COOKIE}={citizen.token}"}
    browser = Client(citizen.http, citizen.base, headers=cookie)

    foreign = await browser.call("DELETE", OWN, headers={"Origin": "https://evil.test"})
    own = await browser.call("DELETE", OWN, headers=PAGE)

    assert (foreign.status, own.status) == (403, 204)
    assert f'{COOKIE}=""' in own.headers["Set-Cookie"]
    assert "Max-Age=0" in own.headers["Set-Cookie"]
    assert refused(await browser.get("/v1/bookings"))


async def test_another_login_of_the_same_phone_stays(citizen: Client, log_in: LogIn) -> None:
    other_device = await log_in(citizen.phone)

    await citizen.call("DELETE", OWN)

    assert (await other_device.get("/v1/bookings")).status == 200


async def test_keluar_ends_the_tokens_of_every_login(
    citizen: Client, log_in: LogIn, meta: Any, heard: Any
) -> None:
    devices = [citizen, await log_in(citizen.phone)]
    message = Writer(citizen.phone.lstrip("+")).text("#keluar")

    await meta.deliver(message)
    await answered(heard, message)

    async def look() -> bool:
        return all([refused(await device.get("/v1/bookings")) for device in devices])

    await eventually(look)


async def test_a_login_that_nobody_proved_leaves_nothing_to_remember(
    anybody: Client, gateway: Gateway
) -> None:
    begun = (await anybody.post("/v1/logins", {"phone": "+6281234567890"})).json

    await anybody.call("DELETE", f"/v1/logins/{begun['login_id']}")

    assert not gateway.ended.has(begun["login_id"])


async def test_what_no_token_can_need_any_more_is_forgotten(
    citizen: Client, gateway: Gateway, admin: Any
) -> None:
    await citizen.call("DELETE", OWN)
    id_key = logins.key_of(gateway.keys, citizen.login_id)
    long_ago = clock.now() - KEPT - timedelta(seconds=1)
    await admin.execute("UPDATE gateway.ended_login SET ended_at = $1", long_ago)
    gateway.ended.note([(id_key, long_ago)])

    await gateway.ended.look()
    async with gateway.db() as db:
        await store.forget_ended(db, clock.now() - KEPT)

    assert not gateway.ended.has(citizen.login_id)
    assert await admin.fetchval("SELECT count(*) FROM gateway.ended_login") == 0

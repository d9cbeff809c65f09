"""The log shows every call both ways, can be chosen from and repeated, and tells no secret."""

import asyncio
import json
import os
import shutil
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from tests.conftest import eventually
from tests.integration.simulator.conftest import (
    ANI,
    BUDI,
    RECEIPTS,
    SECRET,
    SMS_TOKEN,
    TOKEN,
    TWILIO_SID,
    TWILIO_TOKEN,
    VERIFY,
    Hook,
    Sim,
    text,
    written,
)

SETTINGS = {
    "ANTREAN_SIMULATOR_APP_SECRET": SECRET,
    "ANTREAN_SIMULATOR_ACCESS_TOKEN": TOKEN,
    "ANTREAN_SIMULATOR_SMS_TOKEN": SMS_TOKEN,
    "ANTREAN_SIMULATOR_TWILIO_SID": TWILIO_SID,
    "ANTREAN_SIMULATOR_TWILIO_TOKEN": TWILIO_TOKEN,
}


async def of_budi(sim: Sim) -> None:
    await sim.call("POST", "/api/inbound", {"phone": BUDI, "text": "Halo"})


async def test_a_webhook_is_logged_with_whose_it_is_and_what_was_answered(sim: Sim) -> None:
    await written(sim)

    (call,) = await sim.log()

    told = (call["kind"], call["what"], call["phones"], call["answer"], call["failed"])
    assert told == ("webhook", "text", [ANI], 200, False)
    assert json.loads(call["body"])["entry"]


async def test_a_call_of_the_system_is_logged_with_the_answer(sim: Sim) -> None:
    _, answer = await sim.send(text())

    (call,) = await sim.log("?kind=api")

    assert (call["method"], call["what"], call["phones"]) == ("POST", "text", [ANI])
    assert (call["answer"], json.loads(call["answer_body"])) == (200, answer)


async def test_a_call_is_logged_while_it_waits_for_its_answer(sim: Sim) -> None:
    await sim.call("POST", "/api/faults", {"kind": "timeout"})
    sending = asyncio.create_task(sim.send(text()))

    async def waits() -> bool:
        found = await sim.log(f"?kind=api&phone={ANI}")
        return [call["answer"] for call in found] == [None]

    assert await eventually(waits)
    sending.cancel()


async def test_one_phones_calls_are_found_among_others(sim: Sim) -> None:
    await written(sim)
    await of_budi(sim)
    await sim.sms("Halo", phone=BUDI)

    found = await sim.log("?phone=081200000002")

    assert {tuple(call["phones"]) for call in found} == {(BUDI,)}
    assert {"webhook", "api"} <= {call["kind"] for call in found}
    assert [call["phones"] for call in await sim.log("?limit=1")] == [[BUDI]]


async def test_a_batch_is_in_the_log_of_everybody_in_it(sim: Sim, hook: Hook) -> None:
    await sim.call("PUT", "/api/hostile", {"seed": 7, "batch": 1.0, "batch_s": 0.2})
    await written(sim)
    await of_budi(sim)

    async def arrived() -> bool:
        return bool(hook.calls)

    assert await eventually(arrived)
    assert [call["what"] for call in await sim.log(f"?phone={BUDI}")] == ["text x2"]


async def test_what_was_refused_is_found_by_that(sim: Sim, hook: Hook) -> None:
    await written(sim)
    await sim.send(text(""))
    hook.refuse = 1
    await of_budi(sim)

    failed = [(call["kind"], call["answer"]) for call in await sim.log("?failed=1")]

    assert failed == [("api", 400), ("webhook", 503)]


async def test_the_log_tells_no_secret_and_no_token(sim: Sim) -> None:
    jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
    await written(sim, f"{VERIFY} {SECRET} {jwt}")
    await sim.send(text(f"{TOKEN} {jwt}"))
    await sim.send(text(), token="another-token")
    await sim.sms("Halo")

    async def three_kinds() -> bool:
        return {call["kind"] for call in await sim.log()} == {"webhook", "receipt", "api"}

    assert await eventually(three_kinds)
    whole = json.dumps(await sim.log())
    shown = [one for one in (SECRET, TOKEN, SMS_TOKEN, VERIFY, jwt, "another") if one in whole]
    assert shown == []
    assert {call["headers"].get("Authorization") for call in await sim.log("?kind=api")} == {
        "Bearer [hidden]"
    }


async def run(line: str) -> bytes:
    if not (shutil.which("curl") and shutil.which("openssl")):
        pytest.skip("neither curl nor openssl here")
    shell = await asyncio.create_subprocess_shell(
        line, stdout=asyncio.subprocess.PIPE, env=os.environ | SETTINGS
    )
    out, _ = await shell.communicate()
    assert shell.returncode == 0
    return out


async def test_the_curl_line_of_a_webhook_delivers_it_again_rightly_signed(
    sim: Sim, hook: Hook
) -> None:
    await written(sim, 'It\'s "Halo" $HOME `x` \\n 🙏')
    (call,) = await sim.log()

    await run(call["curl"])

    first, second = hook.calls
    assert first == second


async def test_the_curl_line_of_a_send_sends_it_again(sim: Sim) -> None:
    await written(sim)
    await sim.send(text("Selamat pagi, Bu A'isyah"))
    (call,) = await sim.log("?kind=api")

    answer = json.loads(await run(call["curl"]))

    assert answer["messages"][0]["message_status"] == "accepted"
    said = [one["text"] for one in await sim.messages() if one["direction"] == "out"]
    assert said == ["Selamat pagi, Bu A'isyah"] * 2


async def by_twilio(sim: Sim) -> None:
    _, state = await sim.call("GET", "/api/state")
    form = {"To": ANI, "From": "ANTREAN", "Body": "Halo, Bu A'isyah"}
    form["StatusCallback"] = state["gateway"] + RECEIPTS[1]
    path = f"/sms/twilio/2010-04-01/Accounts/{TWILIO_SID}/Messages.json"
    account = {"Authorization": aiohttp.encode_basic_auth(TWILIO_SID, TWILIO_TOKEN)}
    async with sim.http.post(sim.base + path, data=form, headers=account) as answer:
        assert answer.status == 201


async def by_generic(sim: Sim) -> None:
    await sim.sms("Halo, Bu A'isyah", ref="")


@pytest.mark.parametrize(("send", "count"), [(by_generic, 1), (by_twilio, 2)])
async def test_the_curl_lines_of_an_sms_and_of_its_receipts_repeat_them(
    send: Callable[[Sim], Awaitable[None]], count: int, sim: Sim, hook: Hook
) -> None:
    await send(sim)

    async def receipts() -> list[dict[str, Any]]:
        found = [call for call in await sim.log("?kind=receipt") if call["answer"] == 200]
        return found if len(found) == count else []

    told = await eventually(receipts)
    (sms,) = await sim.log("?kind=api")
    once = list(hook.signed)
    for call in told:
        await run(call["curl"])
    again = hook.signed[len(once) :]
    await run(sms["curl"])

    assert sorted(again) == sorted(once)
    assert [one["text"] for one in await sim.messages()] == ["Halo, Bu A'isyah"] * 2


async def test_a_webhook_is_delivered_again_byte_for_byte(sim: Sim, hook: Hook) -> None:
    await written(sim)
    (call,) = await sim.log()

    status, told = await sim.call("POST", f"/api/log/{call['id']}/repeat")

    first, second = hook.calls
    assert (status, told, first) == (200, {"delivered": True}, second)
    assert len(await sim.log()) == 2


async def test_only_what_the_simulator_delivered_is_its_to_repeat(sim: Sim) -> None:
    await sim.send(text())
    (call,) = await sim.log("?kind=api")

    of_system, _ = await sim.call("POST", f"/api/log/{call['id']}/repeat")
    unknown, _ = await sim.call("POST", "/api/log/999/repeat")

    assert (of_system, unknown) == (400, 404)


async def test_the_log_can_be_emptied(sim: Sim) -> None:
    await written(sim)

    await sim.call("DELETE", "/api/log")

    assert await sim.log() == []


@pytest.mark.parametrize("query", ["kind=x", "phone=x", "limit=0", "limit=x", "limit=501"])
async def test_an_odd_choice_is_refused_in_words(query: str, sim: Sim) -> None:
    status, told = await sim.call("GET", f"/api/log?{query}")

    assert (status, bool(told["error"])) == (400, True)

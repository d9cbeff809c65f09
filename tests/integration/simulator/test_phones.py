"""What the page shows of a phone, and what a person does with it."""

import json
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from tests.conftest import eventually
from tests.integration.simulator.conftest import ANI, BUDI, Hook, Sim, text, written

NOBODY = "+6281299999999"


async def phone(sim: Sim, query: str = "") -> dict[str, Any]:
    _, found = await sim.call("GET", f"/api/phones/{ANI}{query}")
    return dict(found)


async def numbers(sim: Sim, query: str = "") -> list[str]:
    _, found = await sim.call("GET", f"/api/phones{query}")
    return [one["number"] for one in found]


async def test_a_phone_is_shown_with_what_was_said_last(sim: Sim) -> None:
    for body in ("Satu", "Dua", "Tiga"):
        await written(sim, body)

    shown = await phone(sim, "?limit=2")

    assert [one["text"] for one in shown["messages"]] == ["Dua", "Tiga"]
    assert (shown["number"], shown["count"], shown["online"]) == (ANI, 3, True)


async def test_to_look_at_a_phone_neither_takes_it_up_nor_counts_as_using_it(sim: Sim) -> None:
    before = await numbers(sim)

    await phone(sim)
    status, _ = await sim.call("GET", f"/api/phones/{NOBODY}")

    assert (status, await numbers(sim)) == (404, before)


async def test_the_phones_used_last_are_at_the_end(sim: Sim) -> None:
    await written(sim)

    assert await numbers(sim, "?limit=1") == [ANI]


async def test_a_phone_that_was_forgotten_is_gone_with_what_was_said(sim: Sim) -> None:
    await written(sim)

    status, _ = await sim.call("DELETE", f"/api/phones/{ANI}")

    assert (status, await numbers(sim), await sim.messages()) == (200, [BUDI], [])


async def test_a_phone_tells_until_when_it_may_be_written_to(sim: Sim) -> None:
    before = await phone(sim)
    await written(sim)

    ends = datetime.fromisoformat((await phone(sim))["window_until"])

    assert before["window_until"] is None
    assert 86_000 < (ends - datetime.now(UTC)).total_seconds() <= 86_400


async def test_what_failed_says_why(sim: Sim) -> None:
    await sim.send(text())
    await sim.call("PATCH", f"/api/phones/{ANI}", {"on_whatsapp": False})
    await sim.send(text())

    async def both() -> list[dict[str, Any]]:
        failed = [one for one in await sim.messages() if one["status"] == "failed"]
        return failed if len(failed) == 2 else []

    late, absent = await eventually(both)
    assert (late["error"], absent["error"]) == (131047, 131026)
    assert "24 hours" in late["reason"]
    assert "not on WhatsApp" in absent["reason"]


async def test_a_hidden_number_can_be_shared_without_being_asked(sim: Sim, hook: Hook) -> None:
    await sim.call("PATCH", f"/api/phones/{ANI}", {"bsuid_only": True})

    await sim.call("POST", "/api/inbound", {"phone": ANI, "share_contact": True})

    (message,) = hook.values("messages")
    assert (message["type"], "origin" in message) == ("contacts", False)
    assert message["contacts"][0]["phones"][0]["phone"] == ANI


async def test_a_hidden_number_that_is_shared_answers_who_asked(sim: Sim, hook: Hook) -> None:
    await written(sim)
    action = {"name": "request_contact_info"}
    asked = {"type": "request_contact_info", "body": {"text": "Bagikan?"}, "action": action}
    _, sent = await sim.send({"type": "interactive", "interactive": asked})

    await sim.call("POST", "/api/inbound", {"phone": ANI, "share_contact": True})

    *_, message = hook.values("messages")
    assert (message["origin"], message["context"]["id"]) == (
        "contact_request",
        sent["messages"][0]["id"],
    )


async def test_a_list_keeps_its_sections_and_its_small_print(sim: Sim) -> None:
    await written(sim)
    rows = [{"id": str(number), "title": f"Baris {number}"} for number in range(3)]
    sections = [{"title": "Pagi", "rows": rows[:2]}, {"title": "Siang", "rows": rows[2:]}]
    part = {"type": "list", "body": {"text": "Pilih"}, "footer": {"text": "Gratis"}}
    part["action"] = {"button": "Lihat", "sections": sections}

    await sim.send({"type": "interactive", "interactive": part})

    shown = (await sim.messages())[-1]
    assert shown["sections"] == [{"title": "Pagi", "rows": 2}, {"title": "Siang", "rows": 1}]
    assert (len(shown["rows"]), shown["footer"]) == (3, "Gratis")


async def test_an_sms_says_which_letters_make_it_longer(sim: Sim) -> None:
    await sim.sms("Kode “123”")

    (shown,) = await sim.messages()

    assert (shown["alphabet"], shown["beyond"], shown["from"]) == ("UCS-2", "“”", "ANTREAN")


async def test_an_sms_to_a_phone_that_is_off_arrives_when_it_is_back(sim: Sim, hook: Hook) -> None:
    await sim.call("PATCH", f"/api/phones/{ANI}", {"online": False})
    await sim.sms("Halo")
    waiting = [one["status"] for one in await sim.messages()]
    await sim.call("PATCH", f"/api/phones/{ANI}", {"online": True})

    async def confirmed() -> list[dict[str, Any]]:
        return hook.receipts

    (receipt,) = await eventually(confirmed)
    (shown,) = await sim.messages()
    assert (waiting, shown["status"], receipt["status"]) == (["sent"], "delivered", "delivered")


async def test_the_faults_that_still_wait_can_be_read(sim: Sim) -> None:
    await sim.call("POST", "/api/faults", {"kind": "error", "status": 429, "times": 2})
    await sim.send(text())

    _, told = await sim.call("GET", "/api/faults")

    assert [(one["status"], one["times"]) for one in told["waiting"]] == [(429, 1)]


async def test_the_usual_doses_are_told_beside_those_that_hold(sim: Sim) -> None:
    _, mode = await sim.call("PUT", "/api/hostile", {"seed": 7, "delay": 0.5, "delay_s": 3})

    assert (mode["doses"]["delay"], mode["usual"]["doses"]["webhook"]["delay"]) == (0.5, 0.2)
    assert (mode["limits"], mode["usual"]["limits"]["per_second"]) == (None, 80)
    assert mode["seconds"]["delay_s"] == 3


async def test_after_a_reset_all_is_as_at_the_start(sim: Sim) -> None:
    await written(sim)
    await sim.call("POST", "/api/phones", {"phone": NOBODY, "name": "Contoh"})
    await sim.call("POST", "/api/faults", {"kind": "twice", "times": 3})
    await sim.call("POST", "/api/clock", {"advance_s": 86_400})

    await sim.call("POST", "/api/reset")

    _, faults = await sim.call("GET", "/api/faults")
    _, state = await sim.call("GET", "/api/state")
    assert (await numbers(sim), await sim.messages(), await sim.log()) == ([ANI, BUDI], [], [])
    assert (faults, state["skew_s"], state["phones"]) == ({"waiting": [], "twice": 0}, 0, 2)


async def test_the_stream_names_the_phone_and_the_call_that_changed(sim: Sim) -> None:
    async with sim.http.get(f"{sim.base}/api/stream") as stream:
        await written(sim)

        news = [await told(stream) for _ in range(3)]

    assert {"phone": ANI} in news
    assert any("call" in one for one in news)


async def told(stream: aiohttp.ClientResponse) -> dict[str, Any]:
    while not (line := await stream.content.readline()).startswith(b"data: "):
        pass
    return dict(json.loads(line.removeprefix(b"data: ")))


@pytest.mark.parametrize("path", ["/", "/page/main.js", "/page/style.css", "/nothing", "/api/log"])
async def test_the_page_may_run_its_own_scripts_and_no_others(path: str, sim: Sim) -> None:
    async with sim.http.get(sim.base + path) as answer:
        policy = answer.headers["Content-Security-Policy"]

    assert "default-src 'none'; script-src 'self';" in policy
    assert "unsafe" not in policy

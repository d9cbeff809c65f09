"""The hostile mode does what its doses say, signed and countable, and the same by the same seed."""

import asyncio
import hashlib
import hmac
import json
from collections import Counter
from typing import Any

import pytest

from tests.conftest import eventually
from tests.integration.simulator.conftest import (
    ANI,
    BUDI,
    SECRET,
    SMS_TOKEN,
    Hook,
    Sim,
    text,
    written,
)


async def hostile(sim: Sim, **doses: Any) -> None:
    status, told = await sim.call("PUT", "/api/hostile", {"seed": 7} | doses)
    assert (status, told["on"]) == (200, True)


async def done(sim: Sim) -> dict[str, int]:
    _, told = await sim.call("GET", "/api/hostile")
    return dict(told["done"])


async def out(sim: Sim) -> list[str]:
    return [one["text"] for one in await sim.messages() if one["direction"] == "out"]


def values(hook: Hook) -> list[dict[str, Any]]:
    changes = (json.loads(raw)["entry"][0]["changes"] for raw, _ in hook.calls)
    return [change["value"] for every in changes for change in every]


def statuses(hook: Hook) -> list[str]:
    return [one["status"] for value in values(hook) for one in value.get("statuses", [])]


async def called(hook: Hook, times: int) -> list[tuple[bytes, str]]:
    async def look() -> bool:
        return len(hook.calls) >= times

    await eventually(look)
    return hook.calls


async def told(hook: Hook, *wanted: str) -> bool:
    """Wait for these statuses; others may have come too."""

    async def look() -> bool:
        return not Counter(wanted) - Counter(statuses(hook))

    return await eventually(look)


async def test_a_duplicate_is_the_same_message_at_once_and_again(sim: Sim, hook: Hook) -> None:
    await hostile(sim, duplicate=1.0)

    await written(sim)

    assert len(hook.calls) >= 2
    assert len({raw for raw, _ in hook.calls}) == 1
    assert (await done(sim))["duplicate"] == 1


async def test_what_is_held_back_is_overtaken_by_the_next_of_the_same_phone(
    sim: Sim, hook: Hook
) -> None:
    await hostile(sim, reorder=1.0, reorder_s=60)

    for body in ("Satu", "Dua"):
        await written(sim, body)

    await called(hook, 2)
    assert [one["text"]["body"] for one in hook.values("messages")] == ["Dua", "Satu"]


async def test_what_nothing_follows_is_held_back_for_a_while_only(sim: Sim, hook: Hook) -> None:
    await hostile(sim, reorder=1.0, reorder_s=0.05)

    _, answer = await written(sim)

    assert answer["delivered"] is False
    assert len(await called(hook, 1)) == 1


async def test_what_is_delayed_arrives_later(sim: Sim, hook: Hook) -> None:
    await hostile(sim, delay=1.0, delay_s=0.1)

    _, answer = await written(sim)

    assert answer["delivered"] is False
    assert len(await called(hook, 1)) == 1


async def test_a_batch_has_messages_of_several_people_in_one_webhook(sim: Sim, hook: Hook) -> None:
    await hostile(sim, batch=1.0, batch_s=0.2)

    for phone in (ANI, BUDI):
        await sim.call("POST", "/api/inbound", {"phone": phone, "text": "Halo"})

    await called(hook, 1)
    (value,) = values(hook)
    assert [one["from"] for one in value["messages"]] == [ANI[1:], BUDI[1:]]
    assert [one["wa_id"] for one in value["contacts"]] == [ANI[1:], BUDI[1:]]


async def test_statuses_and_messages_of_one_batch_are_two_changes(sim: Sim, hook: Hook) -> None:
    await written(sim)
    await hostile(sim, batch=1.0, batch_s=0.3)

    await sim.send(text())
    await written(sim)

    await called(hook, 2)
    assert [sorted(value.keys() & {"messages", "statuses"}) for value in values(hook)] == [
        ["messages"],
        *(["messages"], ["statuses"]),
    ]


async def test_what_is_dropped_is_sent_again(sim: Sim, hook: Hook) -> None:
    await hostile(sim, drop=1.0)

    _, answer = await written(sim)

    before = len(hook.calls)
    assert (answer["delivered"], before) == (False, 0)
    assert len(await called(hook, 1)) == 1


async def test_what_was_taken_without_our_hearing_of_it_is_sent_again(sim: Sim, hook: Hook) -> None:
    await hostile(sim, unheard=1.0)

    _, answer = await written(sim)

    first, second = await called(hook, 2)
    assert (answer["delivered"], first == second) == (False, True)


async def test_timestamps_come_in_milliseconds(sim: Sim, hook: Hook) -> None:
    await hostile(sim, milliseconds=1.0)

    await written(sim)

    (message,) = hook.values("messages")
    assert len(message["timestamp"]) == 13


async def test_unknown_fields_come_signed_and_everywhere(sim: Sim, hook: Hook) -> None:
    await hostile(sim, unknown_fields=1.0)

    await written(sim)

    ((raw, signature),) = hook.calls
    payload = json.loads(raw)
    odd, usual = payload["entry"][0]["changes"]
    (message,) = usual["value"]["messages"]
    assert signature == f"sha256={hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()}"
    assert (odd["field"], usual["field"]) == ("hologram_update", "messages")
    assert all("hologram" in part for part in (payload, usual, message, message["text"]))
    assert message["text"]["body"] == "Halo"


async def test_unknown_types_come_along_with_messages_and_statuses(sim: Sim, hook: Hook) -> None:
    await hostile(sim, unknown_types=1.0)

    await written(sim)
    await sim.send(text())

    assert await told(hook, "sent", "delivered", "read", *["hologram"] * 3)
    usual, odd = hook.values("messages")
    assert (usual["type"], odd["type"]) == ("text", "hologram")
    assert (usual["from"], usual["id"] != odd["id"]) == (odd["from"], True)


async def test_one_message_is_delivered_and_failed(sim: Sim, hook: Hook) -> None:
    await hostile(sim, delivered_and_failed=1.0)
    await written(sim)

    await sim.send(text())

    assert await told(hook, "sent", "delivered", "failed", "read")
    assert (await sim.messages())[-1]["status"] == "read"


async def test_a_message_may_be_read_without_ever_being_delivered(sim: Sim, hook: Hook) -> None:
    await hostile(sim, skip_delivered=1.0)
    await written(sim)

    await sim.send(text())

    assert await told(hook, "sent", "read")
    assert "delivered" not in statuses(hook)


@pytest.mark.parametrize("dose", ["error", "error_in_200"])
async def test_a_send_is_refused_with_a_code_that_was_asked_for(dose: str, sim: Sim) -> None:
    await written(sim)
    await hostile(sim, **{dose: 1.0}, codes=[131056])

    status, answer = await sim.send(text())

    assert status in ({200} if dose == "error_in_200" else {400, 429})
    assert (answer["error"]["code"], await out(sim)) == (131056, [])


async def test_after_an_error_of_the_service_some_messages_have_gone_out(sim: Sim) -> None:
    await written(sim)
    await hostile(sim, error=1.0, codes=[131000, 2])

    answers = [await sim.send(text(str(number))) for number in range(20)]

    assert {status for status, _ in answers} == {500, 503}
    assert 0 < len(await out(sim)) < 20


async def test_a_message_is_taken_and_no_answer_comes(sim: Sim) -> None:
    await written(sim)
    await hostile(sim, timeout=1.0)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await sim.send(text())

    assert await out(sim) == ["Halo"]


async def test_an_answer_is_cut_in_the_middle_after_the_message_was_taken(sim: Sim) -> None:
    await written(sim)
    await hostile(sim, truncated=1.0)

    with pytest.raises(json.JSONDecodeError):
        await sim.send(text())

    assert await out(sim) == ["Halo"]


async def test_a_slow_answer_is_an_answer(sim: Sim) -> None:
    await written(sim)
    await hostile(sim, slow=1.0, slow_s=0.05)

    status, _ = await sim.send(text())

    assert (status, (await done(sim))["slow"]) == (200, 1)


async def test_who_gets_too_many_messages_gets_no_more_until_they_are_paid_for(sim: Sim) -> None:
    await written(sim)
    await hostile(sim, limits={"pair_s": 600, "pair_burst": 3})

    burst = [await sim.send(text()) for _ in range(4)]
    await sim.call("POST", "/api/clock", {"advance_s": 1200})
    early, _ = await sim.send(text())
    await sim.call("POST", "/api/clock", {"advance_s": 600})
    late, _ = await sim.send(text())

    assert [status for status, _ in burst] == [200, 200, 200, 429]
    assert (burst[-1][1]["error"]["code"], early, late) == (131056, 429, 200)
    assert (await done(sim))["limit_131056"] == 2


async def test_more_in_a_second_than_a_number_may_is_130429(sim: Sim) -> None:
    await hostile(sim, limits={"per_second": 1})

    answers = await asyncio.gather(*(sim.send(text()) for _ in range(20)))

    refused = [answer["error"]["code"] for status, answer in answers if status == 429]
    assert refused
    assert set(refused) == {130429}


async def test_an_sms_provider_has_its_bad_moments_too(sim: Sim) -> None:
    body = {"to": ANI, "from": "ANTREAN", "text": "Halo"}
    await hostile(sim, error=0.5)

    answers = [
        await sim.call(
            "POST",
            "/sms/generic/messages",
            body | {"ref": str(number)},
            Authorization=f"Bearer {SMS_TOKEN}",
        )
        for number in range(20)
    ]

    assert {status for status, _ in answers} == {202, 429, 500, 503}


DOSES = {"duplicate": 0.5, "milliseconds": 0.5, "unknown_fields": 0.5, "error": 0.5}


async def row(sim: Sim, hook: Hook, **mode: Any) -> tuple[dict[str, int], list[Any]]:
    """Let one phone write and be written to, ten times; tell what was done and answered."""
    await hostile(sim, **DOSES | mode)
    hook.calls.clear()
    answers = []
    for _ in range(10):
        await written(sim)
        answers.append((await sim.send(text()))[0])
    return await done(sim), answers


async def test_the_same_seed_does_the_same_and_another_does_not(sim: Sim, hook: Hook) -> None:
    await sim.call("PATCH", f"/api/phones/{ANI}", {"online": False})

    first, again, other = [await row(sim, hook, seed=seed) for seed in (7, 7, 8)]

    assert first == again
    assert first != other


async def test_with_the_seed_alone_the_usual_doses_and_the_real_limits_hold(sim: Sim) -> None:
    _, mode = await sim.call("PUT", "/api/hostile", {"seed": 3})

    assert all(0 < dose < 0.5 for dose in mode["doses"].values())
    assert mode["limits"] == {"per_second": 80, "pair_s": 6, "pair_burst": 45}


async def test_what_was_turned_off_is_off_and_what_was_done_can_still_be_read(
    sim: Sim, hook: Hook
) -> None:
    await hostile(sim, duplicate=1.0)
    await written(sim)
    before = len(hook.calls)

    _, mode = await sim.call("DELETE", "/api/hostile")
    await written(sim)

    assert len(hook.calls) == before + 1
    assert (mode["on"], mode["done"]) == (False, {"duplicate": 1, "webhooks": 1})


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"seed": "x"},
        {"seed": 1, "duplicate": 1.1},
        {"seed": 1, "duplicate": -0.1},
        {"seed": 1, "earthquake": 0.1},
        {"seed": 1, "codes": []},
        {"seed": 1, "limits": {"per_second": 0}},
        {"seed": 1, "delay_s": -1},
    ],
)
async def test_an_odd_mode_is_refused_in_words(body: dict[str, Any], sim: Sim) -> None:
    status, told = await sim.call("PUT", "/api/hostile", body)

    assert (status, bool(told["error"])) == (400, True)

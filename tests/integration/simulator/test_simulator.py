"""The simulator refuses what Meta would, signs what it sends, and shows what a phone shows."""

import hashlib
import hmac
from datetime import datetime
from typing import Any

import pytest

from tests.conftest import eventually
from tests.integration.simulator.conftest import ANI, SECRET, SMS_TOKEN, Hook, Sim, text, written


async def test_what_a_citizen_writes_arrives_signed_in_metas_envelope(sim: Sim, hook: Hook) -> None:
    status, told = await written(sim, "Halo 🙏")

    ((raw, signature),) = hook.calls
    right = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    (message,) = hook.values("messages")
    assert (status, told["delivered"]) == (200, True)
    assert signature == f"sha256={right}"
    assert b"\\ud83d" in raw  # Meta escapes what is not ASCII
    assert (message["from"], message["type"]) == (ANI.lstrip("+"), "text")
    assert message["text"]["body"] == "Halo 🙏"


async def test_a_phone_shows_its_messages_oldest_first(sim: Sim) -> None:
    await written(sim)
    await sim.send(text("Selamat datang"))

    shown = await sim.messages()

    assert [(m["direction"], m["text"]) for m in shown] == [
        ("in", "Halo"),
        ("out", "Selamat datang"),
    ]
    names = {"direction", "channel", "type", "text", "at", "status"}
    assert all(names <= message.keys() for message in shown)
    assert all(datetime.fromisoformat(message["at"]).tzinfo for message in shown)


async def test_a_sent_message_climbs_the_receipts_with_its_tag(sim: Sim, hook: Hook) -> None:
    await written(sim)

    status, answer = await sim.send(text() | {"biz_opaque_callback_data": "attempt-1"})

    reference = answer["messages"][0]["id"]
    receipts = await eventually(lambda: three(hook))
    assert status == 200
    assert [one["status"] for one in receipts] == ["sent", "delivered", "read"]
    assert {one["id"] for one in receipts} == {reference}
    assert {one["biz_opaque_callback_data"] for one in receipts} == {"attempt-1"}


async def three(hook: Hook) -> list[dict[str, Any]]:
    found = hook.values("statuses")
    return found if len(found) == 3 else []


def interactive(kind: str, action: dict[str, Any], body: str = "Pilih") -> dict[str, Any]:
    part = {"type": kind, "body": {"text": body}, "action": action}
    return {"type": "interactive", "interactive": part}


def button(title: str, name: str = "a") -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": name, "title": title}}


def rows(count: int, title: str = "Baris") -> dict[str, Any]:
    every = [{"id": f"r{number}", "title": title} for number in range(count)]
    return {"button": "Pilih", "sections": [{"title": "S", "rows": every}]}


def template(*values: str, name: str = "antrean_confirmed", code: str = "id") -> dict[str, Any]:
    parameters = [{"type": "text", "text": value} for value in values]
    body = {"type": "body", "parameters": parameters}
    part = {"name": name, "language": {"code": code}, "components": [body]}
    return {"type": "template", "template": part}


FOUR = [button("x", str(number)) for number in range(4)]
REFUSED: dict[str, tuple[dict[str, Any], int]] = {
    "a body of 4,097 letters": (text("x" * 4097), 131009),
    "an empty body": (text(""), 131008),
    "four buttons": (interactive("button", {"buttons": FOUR}), 131009),
    "a button of 21 letters": (interactive("button", {"buttons": [button("x" * 21)]}), 131009),
    "two buttons alike": (interactive("button", {"buttons": [button("x")] * 2}), 131009),
    "eleven rows": (interactive("list", rows(11)), 131009),
    "a row of 25 letters": (interactive("list", rows(1, "x" * 25)), 131009),
    "a list's body of 1,025 letters": (interactive("list", rows(1), "x" * 1025), 131009),
    "no content": ({"type": "text"}, 131008),
    "another product": (text() | {"messaging_product": "telegram"}, 100),
    "nobody": (text() | {"to": ""}, 131008),
    "a key that nobody knows": (text() | {"colour": "red"}, 100),
    "another type": (text() | {"type": "hologram"}, 131009),
    "a list as its content": ({"type": "text", "text": ["x"]}, 100),
    "a number as its body": ({"type": "text", "text": {"body": 7}}, 100),
    "a number as a button": (interactive("button", {"buttons": [7]}), 100),
    "nothing to tap": (interactive("button", {"buttons": None}), 100),
    "no kind of choice": ({"type": "interactive", "interactive": {}}, 100),
    "a template with a parameter too few": (template(*"abcd"), 132000),
    "a template with an empty parameter": (template("a", "b", "c", " "), 100),
    "a template with a line break": (template("a", "b", "c", "d\ne"), 100),
    "components that are none": ({"type": "template", "template": {"name": "x"}}, 131008),
    "a long tag": (text() | {"biz_opaque_callback_data": "x" * 513}, 131009),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_meta_would_refuse_is_refused_in_its_words(what: str, sim: Sim) -> None:
    message, code = REFUSED[what]

    status, answer = await sim.send(message)

    assert (status, answer["error"]["code"]) == (400, code)
    assert {"message", "type", "fbtrace_id"} <= answer["error"].keys()
    assert [m for m in await sim.messages() if m["direction"] == "out"] == []


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (text("x" * 4096), "text"),
        (interactive("button", {"buttons": FOUR[:3]}), "interactive"),
        (interactive("list", rows(10, "x" * 24)), "interactive"),
    ],
)
async def test_what_is_just_within_the_limits_is_taken(
    message: dict[str, Any], kind: str, sim: Sim
) -> None:
    await written(sim)

    status, answer = await sim.send(message)

    assert (status, answer["messages"][0]["message_status"]) == (200, "accepted")
    assert (await sim.messages())[-1]["type"] == kind


async def test_a_wrong_token_is_metas_190(sim: Sim) -> None:
    status, answer = await sim.send(text(), token="wrong")

    assert (status, answer["error"]["code"]) == (401, 190)


async def test_who_is_not_on_whatsapp_and_a_closed_window_fail_by_receipt(
    sim: Sim, hook: Hook
) -> None:
    await sim.send(text())  # nobody wrote yet: there is no window
    await sim.call("PATCH", f"/api/phones/{ANI}", {"on_whatsapp": False})
    await sim.send(text())

    async def two() -> list[int]:
        failed = [one for one in hook.values("statuses") if one["status"] == "failed"]
        return [one["errors"][0]["code"] for one in failed] if len(failed) == 2 else []

    assert sorted(await eventually(two)) == [131026, 131047]


async def test_a_tap_is_the_reply_that_was_offered_and_no_other(sim: Sim, hook: Hook) -> None:
    await written(sim)
    await sim.send(interactive("button", {"buttons": [button("Setuju", "#setuju")]}))
    body = {"phone": ANI, "name": "Contoh Ani"}

    tapped, _ = await sim.call("POST", "/api/inbound", body | {"reply_id": "#setuju"})
    odd, told = await sim.call("POST", "/api/inbound", body | {"reply_id": "#lain"})

    reply = hook.values("messages")[-1]["interactive"]["button_reply"]
    assert (tapped, reply) == (200, {"id": "#setuju", "title": "Setuju"})
    assert (odd, "reply_id" in told["error"]) == (400, True)


async def test_a_webhook_that_was_refused_comes_again(sim: Sim, hook: Hook) -> None:
    hook.refuse = 2

    _, told = await written(sim)

    assert told["delivered"] is False
    assert await eventually(lambda: arrived(hook))


async def arrived(hook: Hook) -> bool:
    return len(hook.values("messages")) == 1


async def test_an_sms_is_shown_with_its_segments(sim: Sim) -> None:
    body = {"to": ANI, "from": "ANTREAN", "text": "x" * 161, "ref": "attempt-2"}

    status, answer = await sim.call(
        "POST", "/sms/generic/messages", body, Authorization=f"Bearer {SMS_TOKEN}"
    )

    (shown,) = await sim.messages()
    assert (status, answer["segments"]) == (202, 2)
    assert (shown["channel"], shown["direction"], shown["segments"]) == ("sms", "out", 2)


ODD: list[tuple[str, str, Any]] = [
    *(("POST", "/api/inbound", body) for body in (
        None, [], 7, {}, {"phone": "nobody", "text": "x"},
    )),
    *(("POST", "/api/inbound", {"phone": ANI} | more) for more in (
        {}, {"text": ""}, {"text": 7}, {"text": "x", "timestamp": "soon"}, {"text": "x", "type": 7},
        {"text": "x", "number_id": []}, {"text": "x", "number_id": "1"}, {"reply_id": ["x"]},
        {"text": "x", "message_id": ""},
    )),
    *(("POST", "/api/faults", body) for body in (
        {}, [], {"kind": "earthquake"}, {"kind": "twice", "times": -1},
        {"kind": "error", "times": "many"}, {"kind": "error", "status": 7},
        {"kind": "error", "status": "x"},
    )),
    *(("POST", "/api/clock", body) for body in ({}, {"advance_s": "x"}, {"advance_s": 1e300}, 7)),
    ("POST", "/api/phones", {"phone": 7}),
    ("PATCH", f"/api/phones/{ANI}", {"online": "yes"}),
    ("PATCH", f"/api/phones/{ANI}", {"colour": True}),
    ("GET", f"/api/phones/{ANI}/messages?wait=soon", None),
    ("GET", f"/api/phones/{ANI}/messages?wait=nan", None),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body"), ODD)
async def test_an_odd_control_call_says_what_is_wrong(
    method: str, path: str, body: Any, sim: Sim
) -> None:
    status, told = await sim.call(method, path, body)

    assert (status, bool(told["error"])) == (400, True)


async def test_a_template_is_shown_as_it_reads_and_billed_as_what_it_is(
    sim: Sim, hook: Hook
) -> None:
    values = ("Contoh Ani", "Rabu, 22 September 2027", "Kanim Contoh")
    status, _ = await sim.send(template(*values, name="antrean_cancelled"))

    receipts = await eventually(lambda: three(hook))
    (shown,) = await sim.messages()
    assert (status, shown["type"]) == (200, "template")
    assert shown["text"].startswith(
        "Jadwal Contoh Ani pada Rabu, 22 September 2027 di Kanim Contoh"
    )
    assert receipts[0]["pricing"]["category"] == "utility"


@pytest.mark.parametrize(("name", "code"), [("antrean_unknown", "id"), ("antrean_moved", "fr")])
async def test_a_template_that_was_never_approved_is_metas_132001(
    name: str, code: str, sim: Sim
) -> None:
    status, answer = await sim.send(template("x", name=name, code=code))

    assert (status, answer["error"]["code"]) == (404, 132001)


async def test_who_hides_their_number_shows_it_nowhere(sim: Sim, hook: Hook) -> None:
    await sim.call("PATCH", f"/api/phones/{ANI}", {"bsuid_only": True})
    await written(sim)
    bsuid = hook.values("messages")[0]["from_user_id"]

    status, answer = await sim.send(text() | {"to": None, "recipient": bsuid})

    await eventually(lambda: three(hook))
    assert (status, answer["contacts"]) == (200, [{"input": bsuid, "user_id": bsuid}])
    assert all(ANI.lstrip("+").encode() not in raw for raw, _ in hook.calls)


async def test_an_sms_that_comes_twice_is_shown_once(sim: Sim) -> None:
    body = {"to": ANI, "from": "ANTREAN", "text": "Satu", "ref": "text-1"}

    answers = [
        await sim.call("POST", "/sms/generic/messages", body, Authorization=f"Bearer {SMS_TOKEN}")
        for _ in range(2)
    ]

    assert answers[0] == answers[1]
    assert len(await sim.messages()) == 1


@pytest.mark.parametrize(
    "body", [None, [], {}, {"to": 7, "text": "x"}, {"to": "nobody", "text": "x"}]
)
async def test_an_odd_sms_is_refused(body: Any, sim: Sim) -> None:
    status, _ = await sim.call(
        "POST", "/sms/generic/messages", body, Authorization=f"Bearer {SMS_TOKEN}"
    )

    assert status == 400


async def test_what_waited_for_a_phone_arrives_when_it_is_back_and_an_sms_has_no_receipt_of_metas(
    sim: Sim, hook: Hook
) -> None:
    await written(sim)
    await sim.call("PATCH", f"/api/phones/{ANI}", {"online": False})
    await sim.send(text())
    sms = {"to": ANI, "from": "ANTREAN", "text": "x"}
    await sim.call("POST", "/sms/generic/messages", sms, Authorization=f"Bearer {SMS_TOKEN}")
    await sim.call("PATCH", f"/api/phones/{ANI}", {"online": True})

    receipts = await eventually(lambda: three(hook))
    assert [one["status"] for one in receipts] == ["sent", "delivered", "read"]
    assert len({one["id"] for one in receipts}) == 1


async def test_what_arrives_at_a_later_try_has_arrived(sim: Sim, hook: Hook) -> None:
    hook.refuse = 1
    await written(sim)

    async def status() -> bool:
        return (await sim.messages())[0]["status"] == "delivered"

    assert await eventually(status)


async def test_who_hides_the_number_shares_it_with_a_tap(sim: Sim, hook: Hook) -> None:
    await written(sim)
    await sim.call("PATCH", f"/api/phones/{ANI}", {"bsuid_only": True})
    action = {"name": "request_contact_info"}
    asked = {"type": "request_contact_info", "body": {"text": "Bagikan nomor?"}, "action": action}
    await sim.send({"type": "interactive", "interactive": asked})
    (button,) = (await sim.messages())[-1]["buttons"]

    await sim.call("POST", "/api/inbound", {"phone": ANI, "reply_id": button["id"]})

    *_, message = hook.values("messages")
    assert (message["type"], message["origin"]) == ("contacts", "contact_request")
    assert message["contacts"][0]["phones"][0]["phone"] == ANI
    assert "from" not in message

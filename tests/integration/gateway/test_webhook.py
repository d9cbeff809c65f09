"""WhatsApp's webhook: signed, on disk before it is answered, each message once, in order."""

import asyncio
import io
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.gateway.channels.whatsapp import is_signed
from services.gateway.chat.inbox import Inbox
from services.gateway.context import Gateway
from tests.conftest import eventually
from tests.integration.gateway.webhooks import (
    PATH,
    Heard,
    Meta,
    Writer,
    answered,
    envelope,
    replies,
    sign,
)


async def inbox_rows(admin: Any, message: dict[str, Any]) -> int:
    return int(
        await admin.fetchval(
            "SELECT count(*) FROM gateway.inbox WHERE message_id = $1", message["id"]
        )
    )


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ({"hub.mode": "subscribe", "hub.verify_token": "right"}, 200, "4711"),
        ({"hub.mode": "subscribe", "hub.verify_token": "wrong"}, 403, "bad_signature"),
        ({"hub.mode": "subscribe", "hub.verify_token": ""}, 403, "bad_signature"),
        ({"hub.mode": "subscribe"}, 403, "bad_signature"),
        ({"hub.mode": "unsubscribe", "hub.verify_token": "right"}, 403, "bad_signature"),
        ({}, 403, "bad_signature"),
    ],
)
async def test_the_handshake_is_for_who_knows_the_word(
    query: dict[str, str], status: int, told: str, meta: Meta, gateway: Gateway
) -> None:
    if query.get("hub.verify_token") == "right":
        query = query | {"hub.verify_token": gateway.config.whatsapp_verify_token}

    async with meta.http.get(meta.base + PATH, params=query | {"hub.challenge": "4711"}) as answer:
        text = await answer.text()
        assert answer.status == status
        assert text == told if status == 200 else json.loads(text)["code"] == told


@pytest.mark.parametrize(
    "raw",
    [
        b'{"text":"\\u0048\\u0061lo"}',
        b'{"text":"\\ud83d\\ude4f terima kasih"}',
        '{"text":"🙏 é"}'.encode(),
        b'{"url":"https:\\/\\/wa.me\\/62811"}',
        b'{ "spaces" : [1,   2] }\r\n',
        b"",
    ],
)
def test_the_signature_is_of_the_bytes_as_they_came(raw: bytes) -> None:
    shown = sign(raw, "new secret")

    assert is_signed(raw, shown, ["old secret", "new secret"])
    assert is_signed(raw, sign(raw, "old secret"), ["old secret", "new secret"])
    assert not is_signed(raw + b" ", shown, ["old secret", "new secret"])
    assert not is_signed(raw, shown, ["old secret", ""])
    assert not is_signed(raw, shown, [])


@pytest.mark.parametrize(
    "signature",
    ["", "sha256=", "sha256=" + "0" * 64, "sha1=" + "0" * 64, "é" * 71, "0" * 71],
)
async def test_what_is_not_signed_is_401_and_leaves_nothing(
    signature: str, meta: Meta, admin: Any
) -> None:
    message = Writer().text("Halo")

    status = await meta.post(json.dumps(envelope({"messages": [message]})).encode(), signature)

    assert status in {400, 401}  # a header outside Latin-1 is no HTTP at all
    assert await inbox_rows(admin, message) == 0


async def test_what_is_too_large_is_413(meta: Meta) -> None:
    url, headers = meta.base + PATH, {"X-Hub-Signature-256": "sha256=" + "0" * 64}
    large = io.BytesIO(b"x" * (3 * 1024 * 1024 + 1))

    async with meta.http.post(url, data=large, headers=headers) as answer:
        assert answer.status == 413


async def test_what_turns_out_too_large_on_the_way_is_413(meta: Meta) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 65_536

    url, headers = meta.base + PATH, {"X-Hub-Signature-256": "sha256=" + "0" * 64}

    async with meta.http.post(url, data=endless(), headers=headers) as answer:
        assert answer.status == 413


async def test_what_cannot_be_stored_is_asked_for_again(
    meta: Meta, gateway: Gateway, admin: Any
) -> None:
    message = Writer().text("Halo")
    size = gateway.config.database_pool
    taken = [await gateway.pool.acquire() for _ in range(size)]

    refused = await meta.deliver(message)
    for connection in taken:
        await gateway.pool.release(connection)
    stored = await meta.deliver(message)

    assert (refused, stored) == (503, 200)
    assert await inbox_rows(admin, message) == 1


async def test_a_thousand_deliveries_of_one_message_are_one_message_and_one_answer(
    meta: Meta, admin: Any, heard: Heard
) -> None:
    message, last = Writer().text("Halo"), Writer().text("Halo")

    statuses = await asyncio.gather(*(meta.deliver(message) for _ in range(1_000)))
    await meta.deliver(last)
    await answered(heard, message, last)

    assert Counter(statuses) == {200: 1_000}
    assert await inbox_rows(admin, message) == 1
    assert len(replies(heard, message)) == 1


async def test_what_one_person_writes_is_answered_in_the_order_of_writing(
    meta: Meta, heard: Heard
) -> None:
    writer, now = Writer(), int(time.time())
    written = [writer.text("#bantuan", timestamp=str(now - 10 + place)) for place in range(5)]

    await meta.deliver(*reversed(written))

    order = [one["reply_to"] for one in await answered(heard, *written)]
    assert order == [message["id"] for message in written]


async def test_of_a_flood_only_the_last_message_is_answered(meta: Meta, heard: Heard) -> None:
    writer, now = Writer(), int(time.time())
    flood = [writer.text("#bantuan", timestamp=str(now - 30 + place)) for place in range(20)]

    await meta.deliver(*flood)
    await answered(heard, flood[-1])

    assert [one["reply_to"] for one in replies(heard, *flood)] == [flood[-1]["id"]]


async def test_a_message_that_comes_an_hour_late_is_not_acted_on(
    meta: Meta, heard: Heard, admin: Any
) -> None:
    before = await admin.fetchval("SELECT count(*) FROM gateway.awaiting")
    late = Writer().text("#Budi Contoh#17081990#1", timestamp=str(int(time.time()) - 3600))

    await meta.deliver(late)
    (reply,) = await answered(heard, late)

    assert "terlambat" in reply["content"]["body"]
    assert await admin.fetchval("SELECT count(*) FROM gateway.awaiting") == before


TAP = {"button_reply": {"id": "#bantuan", "title": "Bantuan"}}
PICK = {"list_reply": {"id": "#bantuan", "title": "Bantuan", "description": ""}}
KINDS: dict[str, Any] = {
    "text": {"body": "#bantuan"},
    "interactive": {"type": "button_reply"} | TAP,
    "button": {"payload": "#bantuan", "text": "Bantuan"},
    "image": {"id": "1", "mime_type": "image/jpeg", "sha256": "x", "caption": "KTP"},
    "audio": {"id": "1", "mime_type": "audio/ogg; codecs=opus", "voice": True},
    "video": {"id": "1"},
    "document": {"id": "1", "filename": "ktp.pdf"},
    "sticker": {"id": "1", "animated": False},
    "location": {"latitude": -6.2, "longitude": 106.8},
    "contacts": [{"name": {"formatted_name": "Contoh"}, "phones": [{"phone": "+62 812"}]}],
    "order": {"catalog_id": "1", "product_items": []},
    "unsupported": None,
    "a_kind_of_2031": {"hologram": True},
}


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_message_is_survived_and_answered(
    kind: str, meta: Meta, heard: Heard
) -> None:
    message = Writer().message(kind, KINDS[kind])
    errors = [{"code": 131051, "title": "Unsupported message type"}]

    status = await meta.deliver(message | {"errors": errors, "later": {"field": 1}})

    assert status == 200
    (reply,) = await answered(heard, message)
    asks_for_text = "teks" in reply["content"]["body"]
    assert asks_for_text == (kind not in {"text", "interactive", "button"})


@pytest.mark.parametrize("kind", ["reaction", "system"])
async def test_what_nobody_waits_for_an_answer_to_is_not_answered(
    kind: str, meta: Meta, heard: Heard
) -> None:
    silent, last = Writer().message(kind, {"emoji": "👍"}), Writer().text("#bantuan")

    assert await meta.deliver(silent, last) == 200

    await answered(heard, last)
    assert replies(heard, silent) == []


async def test_a_row_of_a_list_that_was_tapped_is_a_command(meta: Meta, heard: Heard) -> None:
    message = Writer().message("interactive", {"type": "list_reply"} | PICK)

    await meta.deliver(message)

    (reply,) = await answered(heard, message)
    assert "#tgllayanan" in reply["content"]["body"]


async def test_pictures_are_answered_once_in_ten_minutes(meta: Meta, heard: Heard) -> None:
    writer = Writer()
    first, second, last = writer.message("image"), writer.message("image"), writer.text("#bantuan")

    for message in (first, second, last):
        await meta.deliver(message)
    await answered(heard, first, last)

    assert replies(heard, second) == []


ODD: dict[str, Any] = {
    "no id": {"id": None},
    "an endless id": {"id": "x" * 10_000},
    "an id with NUL": {"id": "wamid.\0"},
    "no time": {"timestamp": None},
    "a time that is no number": {"timestamp": "yesterday"},
    "a time before there were days": {"timestamp": "-62135596800"},
    "a time that no calendar has": {"timestamp": "9" * 17},
    "a kind that is a list": {"type": []},
    "nobody": {"from": None},
    "a sender that is no number": {"from": {"x": 1}},
}


@pytest.mark.parametrize("odd", ODD)
async def test_an_odd_message_is_left_out_and_its_neighbours_are_answered(
    odd: str, meta: Meta, heard: Heard
) -> None:
    first, second = Writer().text("#bantuan"), Writer().text("#bantuan")

    status = await meta.deliver(first, Writer().text("#bantuan") | ODD[odd], second)

    assert status == 200
    assert len(await answered(heard, first, second)) == 2


async def test_several_changes_with_messages_and_receipts_are_all_taken(
    meta: Meta, heard: Heard
) -> None:
    first, second = Writer().text("#bantuan"), Writer().text("#bantuan")
    receipt = {"id": "wamid.sent", "status": "delivered", "timestamp": str(int(time.time()))}
    odd = [
        {"id": "wamid.sent", "status": status, "timestamp": str(int(time.time()))}
        for status in ("teleported", ["sent"], {"sent": 1}, None)
    ]
    huge = receipt | {"status": "failed", "errors": [{"code": 10**40}]}
    payload = envelope(
        {"messages": [first]},
        {"statuses": [receipt, huge, *odd]},
        {"messages": [second], "contacts": 7},
    )
    payload["entry"].append({"changes": [{"field": "security", "value": None}]})
    payload["entry"].append("no entry")

    assert await meta.post(json.dumps(payload).encode()) == 200

    await answered(heard, first, second)
    told = await eventually(lambda: receipts_of(heard, "wamid.sent"))
    assert {one["status"]: one.get("error_code") for one in told} == {
        "delivered": None,
        "failed": None,
    }


async def receipts_of(heard: Heard, reference: str) -> Heard:
    return [one for one in heard if one.get("provider_ref") == reference]


@pytest.mark.parametrize(
    "raw", [b"hello", b"", b"[]", b'{"object": "page"}', b'{"entry": {}}', b'"\xff"', b"[" * 9_000]
)
async def test_what_is_signed_and_cannot_be_read_is_kept_for_an_operator(
    raw: bytes, meta: Meta, admin: Any
) -> None:
    count = "SELECT count(*) FROM gateway.quarantine"
    before = await admin.fetchval(count)

    assert await meta.post(raw) == 200

    assert await admin.fetchval(count) == before + 1


async def test_two_inboxes_answer_every_message_once(
    meta: Meta, gateway: Gateway, heard: Heard
) -> None:
    writers = [Writer() for _ in range(20)]
    known = [writer.text("#bantuan") for writer in writers]
    await meta.deliver(*known)
    await answered(heard, *known)
    inboxes = [Inbox(gateway) for _ in range(3)]
    others = [asyncio.create_task(inbox.run()) for inbox in inboxes]
    written = [writer.text("#bantuan") for _ in range(4) for writer in writers]

    async def deliver(message: dict[str, Any]) -> None:
        await meta.deliver(message)
        for inbox in inboxes:
            inbox.wake()

    await asyncio.gather(*(deliver(message) for message in written))
    await answered(heard, *written)
    last = Writer().text("#bantuan")
    await meta.deliver(last)
    await answered(heard, last)
    for other in others:
        other.cancel()

    counts = Counter(one["reply_to"] for one in replies(heard, *written))
    assert counts == Counter(message["id"] for message in written)

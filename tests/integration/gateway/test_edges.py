"""The edge of the server: calls that are no calls, connections that say nothing, headers."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from services.gateway import protocol, reading
from services.gateway.channels.sms import twilio_signature
from services.gateway.context import Gateway
from services.gateway.middleware import HEADERS
from tests.integration.gateway.webhooks import PATH, Heard, Meta
from tests.integration.gateway.world import Client

GENERIC, TWILIO = "/v1/channels/sms/generic/receipts", "/v1/channels/sms/twilio/receipts"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HEAD = "POST {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n"
Speak = Callable[..., Awaitable[bytes]]


@pytest.fixture
def speak(gateway: Gateway) -> Speak:
    """Send raw bytes on a connection of their own and read what comes back, all unless told."""
    at = urlsplit(gateway.config.public_url)

    async def run(raw: bytes, most: int = -1) -> bytes:
        reader, writer = await asyncio.open_connection(at.hostname, at.port)
        try:
            writer.write(raw)
            async with asyncio.timeout(5):
                return await reader.read(most)
        finally:
            writer.transport.abort()

    return run


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /secret-word\xff HTTP/1.1\r\n\r\n",
        b"secret-word\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"secret-word" * 2_000 + b"\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_a_problem_that_quotes_nothing(raw: bytes, speak: Speak) -> None:
    head, _, body = (await speak(raw)).partition(b"\r\n\r\n")

    assert head.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400"))
    assert json.loads(body)["code"] == "bad_request"
    assert b"application/problem+json" in head
    assert b"aiohttp" not in head
    assert b"secret-word" not in head + body


@pytest.mark.parametrize("raw", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nX"])
async def test_a_connection_that_sends_no_whole_head_is_given_up(
    raw: bytes, speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_S", 0.2)

    assert await speak(raw) == b""


@pytest.mark.parametrize("path", [PATH, "/v1/channels/sms/generic/receipts", "/v1/logins"])
async def test_a_body_that_does_not_come_is_408(
    path: str, speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "READ_S", 0.2)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Connection: close\r\nX-Hub-Signature-256: sha256={'0' * 64}\r\nContent-Length: 9\r\n\r\n["
    )

    assert (await speak(head.encode(), 20)).startswith(b"HTTP/1.1 408")


async def test_a_body_of_quotes_is_read_as_quickly_as_any(anybody: Client) -> None:
    """A pattern that began anew at each quote once took a second of everybody's time."""
    unfinished = b'{"phone":"' + b'\\"' * 8_000

    began = time.perf_counter()
    answer = await anybody.call(
        "POST", "/v1/logins", data=unfinished, headers={"Content-Type": "application/json"}
    )

    assert (answer.status, answer.json["code"]) == (400, "bad_json")
    assert time.perf_counter() - began < 0.5


async def test_every_answer_has_the_headers_that_protect_its_reader(anybody: Client) -> None:
    for path in ("/", "/docs", "/openapi.json", "/v1/offices", "/v1/bookings/x", "/nowhere"):
        answer = await anybody.get(path)
        assert HEADERS.items() <= dict(answer.headers).items(), path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "aiohttp" not in answer.headers.get("Server", "")


async def test_what_a_page_must_know_is_told_to_everybody_for_a_minute(anybody: Client) -> None:
    told = await anybody.get("/config.json")

    assert (told.status, told.json["languages"]) == (200, ["id", "en"])
    assert told.headers["Cache-Control"] == "public, max-age=60"


async def generic(client: Client, gateway: Gateway, body: Any) -> int:
    raw = json.dumps(body).encode()
    key = gateway.config.sms_receipt_token.encode()
    signature = hmac.new(key, raw, hashlib.sha256).hexdigest()
    headers = {"X-Antrean-Signature": signature}
    return (await client.call("POST", GENERIC, data=raw, headers=headers)).status


async def test_a_signed_receipt_reaches_the_notifier(
    anybody: Client, gateway: Gateway, heard: Heard
) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    url = gateway.config.public_url + TWILIO
    signature = twilio_signature(url, form, gateway.config.twilio_token)
    headers = FORM | {"X-Twilio-Signature": signature}

    status = await generic(anybody, gateway, {"id": "g1", "status": "failed", "code": 7})
    other = await anybody.call("POST", TWILIO, data=form, headers=headers)

    assert (status, other.status) == (200, 200)
    async with asyncio.timeout(10):
        while {one.get("provider_ref") for one in heard} < {"g1", "SM1"}:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"id": "g", "status": {}}, 200),
        ({"id": "g", "status": "delivered", "code": "9" * 6_000}, 200),
        ({"id": "a\0b", "status": "delivered"}, 400),
        ({"id": ["g"], "status": "delivered"}, 400),
        ({"status": "delivered"}, 400),
        (["g"], 400),
    ],
)
async def test_an_odd_receipt_harms_nothing(
    body: Any, status: int, anybody: Client, gateway: Gateway
) -> None:
    assert await generic(anybody, gateway, body) == status


@pytest.mark.parametrize("signature", ["", "00", "\udcff", "ü" * 64])
@pytest.mark.parametrize(
    ("path", "header"), [(GENERIC, "X-Antrean-Signature"), (TWILIO, "X-Twilio-Signature")]
)
async def test_an_unsigned_receipt_is_refused(
    path: str, header: str, signature: str, speak: Speak
) -> None:
    kind = f"Content-Type: {FORM['Content-Type']}\r\n"
    head = (HEAD.format(path) + kind + f"{header}: {signature}\r\n\r\n").encode(
        errors="surrogateescape"
    )

    assert (await speak(head + b"a=\xff")).startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize("kind", ["multipart/form-data", "text/plain; charset=nope", ""])
async def test_twilio_sends_forms_and_nothing_else(kind: str, anybody: Client) -> None:
    answer = await anybody.call(
        "POST", TWILIO, data=b"--x", headers={"Content-Type": kind or "x/y"}
    )

    assert answer.status == 415


async def test_a_signature_of_odd_bytes_is_refused(speak: Speak) -> None:
    signature = b"X-Hub-Signature-256: sha256=" + b"\xff" * 64 + b"\r\n\r\n{ }"

    assert (await speak(HEAD.format(PATH).encode() + signature)).startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize("status", [["sent"], {"sent": 1}, 7, None])
async def test_a_signed_webhook_with_an_odd_status_is_taken(status: Any, meta: Meta) -> None:
    receipt = {"id": "wamid.x", "status": status, "timestamp": str(int(time.time()))}

    assert await meta.deliver(statuses=[receipt]) == 200


@pytest.mark.parametrize("path", [PATH, GENERIC])
async def test_who_is_refused_for_the_signature_is_told_so(path: str, anybody: Client) -> None:
    refused = await anybody.call("POST", path, data=b"{}")

    assert (refused.status, refused.json["code"]) == (401, "bad_signature")

"""The simulator alone, with a hook where the gateway stands."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from channels.simulator.app import build
from channels.simulator.settings import SimulatorSettings
from deploy.local import paths

SECRET, TOKEN, NUMBER = "app-secret-of-a-test", "access-token-of-a-test", "100000000000001"
SMS_TOKEN, VERIFY = "sms-token-of-a-test", "verify-token"
TWILIO_SID, TWILIO_TOKEN = "AC" + "1" * 32, "twilio-token-of-a-test"
RECEIPTS = ("/v1/channels/sms/generic/receipts", "/v1/channels/sms/twilio/receipts")
ANI, BUDI = "+6281200000001", "+6281200000002"


@dataclass
class Hook:
    """Stands where the gateway stands, and keeps what it was called with."""

    calls: list[tuple[bytes, str]] = field(default_factory=list)
    refuse: int = 0
    signed: list[tuple[bytes, str]] = field(default_factory=list)

    async def post(self, request: web.Request) -> web.Response:
        raw = await request.read()
        if self.refuse:
            self.refuse -= 1
            return web.Response(status=503)
        self.calls.append((raw, request.headers["X-Hub-Signature-256"]))
        return web.Response()

    async def receipt(self, request: web.Request) -> web.Response:
        headers = request.headers
        signature = headers.get("X-Antrean-Signature") or headers["X-Twilio-Signature"]
        self.signed.append((await request.read(), signature))
        return web.Response()

    @property
    def receipts(self) -> list[dict[str, Any]]:
        return [json.loads(raw) for raw, _ in self.signed]

    def values(self, part: str) -> list[dict[str, Any]]:
        found = (json.loads(raw)["entry"][0]["changes"][0]["value"] for raw, _ in self.calls)
        return [one for value in found for one in value.get(part, [])]


@dataclass
class Sim:
    """The simulator as its users reach it."""

    http: aiohttp.ClientSession
    base: str

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        url = self.base + path
        async with self.http.request(method, url, json=body, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)

    async def send(self, message: dict[str, Any], token: str = TOKEN) -> Any:
        whole = {"messaging_product": "whatsapp", "to": ANI.lstrip("+")} | message
        path = f"/v23.0/{NUMBER}/messages"
        return await self.call("POST", path, whole, Authorization=f"Bearer {token}")

    async def sms(self, text: str, ref: str = "ref-1", phone: str = ANI) -> Any:
        body = {"to": phone, "from": "ANTREAN", "text": text, "ref": ref}
        headers = {"Authorization": f"Bearer {SMS_TOKEN}"}
        return await self.call("POST", "/sms/generic/messages", body, **headers)

    async def log(self, query: str = "") -> list[dict[str, Any]]:
        _, found = await self.call("GET", f"/api/log{query}")
        return list(found)

    async def messages(self, phone: str = ANI) -> list[dict[str, Any]]:
        _, found = await self.call("GET", f"/api/phones/{phone}/messages")
        return list(found)


async def serve(app: web.Application) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    port = paths.free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner, f"http://127.0.0.1:{port}"


@pytest.fixture
async def hook() -> Hook:
    return Hook()


@pytest.fixture
async def sim(hook: Hook) -> AsyncIterator[Sim]:
    gateway = web.Application()
    gateway.router.add_post("/v1/channels/whatsapp/webhook", hook.post)
    for path in RECEIPTS:
        gateway.router.add_post(path, hook.receipt)
    behind, url = await serve(gateway)
    config = SimulatorSettings(
        gateway_url=url,
        app_secret=SECRET,
        verify_token=VERIFY,
        access_token=TOKEN,
        sms_token=SMS_TOKEN,
        twilio_sid=TWILIO_SID,
        twilio_token=TWILIO_TOKEN,
        deliver_after_s=0.01,
        read_after_s=0.01,
        retry_s=0.05,
    )
    runner, base = await serve(build(config))
    async with aiohttp.ClientSession() as http:
        yield Sim(http, base)
    await runner.cleanup()
    await behind.cleanup()


async def written(sim: Sim, text: str = "Halo") -> Any:
    body = {"phone": ANI, "name": "Contoh Ani", "text": text}
    return await sim.call("POST", "/api/inbound", body)


def text(body: str = "Halo") -> dict[str, Any]:
    return {"type": "text", "text": {"body": body}}

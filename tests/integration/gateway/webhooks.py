"""Webhooks as Meta sends them, written here by hand: not by the simulator's own code."""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp

from tests.conftest import eventually

Heard = list[dict[str, Any]]  # what the gateway tells the notifier
PATH = "/v1/channels/whatsapp/webhook"


@dataclass(slots=True)
class Meta:
    """Signs and delivers; `secret` is the app's."""

    http: aiohttp.ClientSession
    base: str
    secret: str

    async def post(self, raw: bytes, signature: str | None = None) -> int:
        """Deliver bytes with their signature, or with another one."""
        headers = {"Content-Type": "application/json"}
        if signature is None:
            signature = sign(raw, self.secret)
        if signature:
            headers["X-Hub-Signature-256"] = signature
        async with self.http.post(self.base + PATH, data=raw, headers=headers) as answer:
            return answer.status

    async def deliver(self, *messages: dict[str, Any], **more: Any) -> int:
        """Deliver messages of one or more citizens in one webhook."""
        return await self.post(json.dumps(envelope({"messages": list(messages)} | more)).encode())


@dataclass(slots=True)
class Writer:
    """A citizen who writes."""

    phone: str = field(default_factory=lambda: f"62812{uuid4().int % 10**8:08d}")

    def text(self, body: str, **more: Any) -> dict[str, Any]:
        return self.message("text", {"body": body}, **more)

    def message(self, kind: str, part: Any = None, **more: Any) -> dict[str, Any]:
        whole = {
            "from": self.phone,
            "id": f"wamid.{uuid4().hex}",
            "timestamp": str(int(time.time())),
            "type": kind,
            kind: {} if part is None else part,
        }
        return whole | more


def a_name() -> str:
    return f"Contoh {uuid4().hex.translate(str.maketrans('0123456789', 'ghijklmnop'))}"


def envelope(*values: dict[str, Any]) -> dict[str, Any]:
    metadata = {"display_phone_number": "6281100000000", "phone_number_id": "100000000000001"}
    whole = [{"messaging_product": "whatsapp", "metadata": metadata} | value for value in values]
    changes = [{"field": "messages", "value": value} for value in whole]
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}


def sign(raw: bytes, secret: str) -> str:
    return f"sha256={hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}"


def replies(heard: Heard, *messages: dict[str, Any]) -> list[dict[str, Any]]:
    ids = {message["id"] for message in messages}
    return [one for one in heard if one.get("reply_to") in ids]


async def answered(heard: Heard, *messages: dict[str, Any]) -> list[dict[str, Any]]:
    async def look() -> list[dict[str, Any]]:
        found = replies(heard, *messages)
        return found if len(found) >= len(messages) else []

    return await eventually(look, 20)

"""Webhooks as WhatsApp sends them: envelopes, signatures, and delivery that does not give up.

https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import aiohttp

from channels.simulator.phones import Message, Phone

WABA_ID = "200000000000001"
TRIES = 8
AGENT = {"User-Agent": "facebookexternalua", "Content-Type": "application/json"}
OK = 200


def envelope(number_id: str, display: str, value: dict[str, Any]) -> dict[str, Any]:
    """Wrap one change of the `messages` field."""
    metadata = {"display_phone_number": display.lstrip("+"), "phone_number_id": number_id}
    whole = {"messaging_product": "whatsapp", "metadata": metadata} | value
    changes = [{"value": whole, "field": "messages"}]
    return {"object": "whatsapp_business_account", "entry": [{"id": WABA_ID, "changes": changes}]}


def inbound(phone: Phone, message_id: str, at_s: int, content: dict[str, Any]) -> dict[str, Any]:
    """Describe a message from a citizen; a phone that hides its number shows only its user id."""
    contact: dict[str, Any] = {"profile": {"name": phone.name}, "user_id": phone.bsuid}
    message = {"from_user_id": phone.bsuid, "id": message_id, "timestamp": str(at_s)}
    if not phone.bsuid_only:
        contact["wa_id"] = phone.wa_id
        message["from"] = phone.wa_id
    return {"contacts": [contact], "messages": [message | content]}


def status(
    phone: Phone, message: Message, name: str, at_s: int, error: int | None = None
) -> dict[str, Any]:
    """Describe a receipt: `sent`, `delivered`, `read` or `failed` with its error."""
    receipt: dict[str, Any] = {"id": message.id, "status": name, "timestamp": str(at_s)}
    receipt["recipient_user_id"] = phone.bsuid
    if not phone.bsuid_only:
        receipt["recipient_id"] = phone.wa_id
    if message.more.get("tag") is not None:
        receipt["biz_opaque_callback_data"] = message.more["tag"]
    if error is not None:
        details = {"details": "see the code"}
        receipt["errors"] = [{"code": error, "title": f"Error {error}", "error_data": details}]
    elif name != "read":
        category = message.more.get("category", "service")
        price = {"billable": True, "pricing_model": "PMP", "category": category}
        receipt["pricing"] = price | {"type": "regular"}
    return {"statuses": [receipt]}


def signed(payload: dict[str, Any], secret: str) -> tuple[bytes, dict[str, str]]:
    """Serialise with every non-ASCII letter escaped, as Meta does, and sign the bytes."""
    body = json.dumps(payload, separators=(",", ":"), ensure_ascii=True).encode()
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return body, AGENT | {"X-Hub-Signature-256": f"sha256={digest}"}


class Courier:
    """Delivers calls to the gateway, again with growing pauses until it says 200."""

    def __init__(self, http: aiohttp.ClientSession, retry_s: float) -> None:
        self._http, self._retry_s = http, retry_s
        self._tasks: set[asyncio.Task[bool]] = set()
        self.log: deque[dict[str, Any]] = deque(maxlen=500)
        self.twice = 0

    async def deliver(
        self,
        url: str,
        body: bytes,
        headers: dict[str, str],
        on_end: Callable[[str], None] | None = None,
    ) -> bool:
        """Deliver once now; if that fails go on in the background. True when taken at once.

        `on_end` hears what became of it: `delivered` or `failed`.
        """
        copies = 2 if self.twice > 0 else 1
        self.twice = max(0, self.twice - 1)
        taken = False
        for _ in range(copies):
            taken = await self._try(url, body, headers) or taken
        if not taken:
            self._later(self._keep_trying(url, body, headers, on_end))
        elif on_end:
            on_end("delivered")
        return taken

    def send(self, url: str, body: bytes, headers: dict[str, str]) -> None:
        """Deliver in the background."""
        self._later(self.deliver(url, body, headers))

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _keep_trying(
        self, url: str, body: bytes, headers: dict[str, str], on_end: Callable[[str], None] | None
    ) -> bool:
        taken = False
        for attempt in range(TRIES):
            await asyncio.sleep(self._retry_s * 2**attempt)
            if taken := await self._try(url, body, headers):
                break
        if on_end:
            on_end("delivered" if taken else "failed")
        return taken

    async def _try(self, url: str, body: bytes, headers: dict[str, str]) -> bool:
        began = time.perf_counter()
        timeout = aiohttp.ClientTimeout(total=10)
        answer: int | str
        try:
            async with self._http.post(url, data=body, headers=headers, timeout=timeout) as reply:
                answer = reply.status
        except (aiohttp.ClientError, TimeoutError) as error:
            answer = type(error).__name__
        took = round((time.perf_counter() - began) * 1000, 1)
        entry = {"kind": "webhook", "url": url, "answer": answer, "ms": took, "at": time.time()}
        self.log.append(entry | {"body": body.decode()[:4000]})
        return answer == OK

    async def close(self) -> None:
        """Give up what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

"""SMS providers' receipts: each signed in its provider's own way."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from pydantic_core import from_json

from services.gateway.chat import outbox
from services.gateway.context import Gateway
from shared.db import is_passing
from shared.messages import Receipt

PATH = "/v1/channels/sms/{provider}/receipts"
LARGEST = 16 * 1024
# https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
TWILIO_STATUSES = {"sent": "sent", "delivered": "delivered", "read": "read"}
TWILIO_STATUSES |= {"failed": "failed", "undelivered": "failed"}
GENERIC_STATUSES = {"sent": "sent", "delivered": "delivered", "failed": "failed"}


class Sms:
    """Takes receipts and hands them to the notifier."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def routes(self) -> Sequence[web.RouteDef]:
        """List the receipts' one call."""
        return [web.post(PATH, self.post_receipt)]

    async def run(self) -> None:
        """Do nothing beside the calls: the relay of the chat publishes what is stored."""

    async def post_receipt(self, request: web.Request) -> web.Response:
        """Store a receipt: 204 once it is on disk; 401 unsigned, 404 unknown provider."""
        provider = request.match_info["provider"]
        readers = {"generic": self._generic, "twilio": self._twilio}
        if provider not in readers:
            return web.Response(status=404)
        if (request.content_length or 0) > LARGEST:
            return web.Response(status=413)
        raw = await request.read()
        if len(raw) > LARGEST:
            return web.Response(status=413)
        receipt = await readers[provider](request, raw)
        if isinstance(receipt, web.Response):
            return receipt
        try:
            async with self._gateway.db() as db:
                await outbox.put(db, self._gateway.keys, [receipt])
        except Exception as error:
            if not is_passing(error):
                raise
            return web.Response(status=503)
        return web.Response(status=200)

    async def _generic(self, request: web.Request, raw: bytes) -> Receipt | web.Response:
        token = self._gateway.config.sms_receipt_token
        right = hmac.new(token.encode(), raw, hashlib.sha256).hexdigest()
        if not token or not _same(request.headers.get("X-Antrean-Signature", ""), right):
            return web.Response(status=401)
        try:
            body = from_json(raw)
        except ValueError:
            return web.Response(status=400)
        return _receipt("generic", body, GENERIC_STATUSES, ("id", "ref", "status"))

    async def _twilio(self, request: web.Request, _raw: bytes) -> Receipt | web.Response:
        config = self._gateway.config
        form = {key: str(value) for key, value in (await request.post()).items()}
        url = (config.provider_url or config.public_url) + request.path_qs
        right = twilio_signature(url, form, config.twilio_token)
        shown = request.headers.get("X-Twilio-Signature", "")
        if not config.twilio_token or not _same(shown, right):
            return web.Response(status=401)
        body = form | {"tag": request.query.get("tag")}
        return _receipt("twilio", body, TWILIO_STATUSES, ("MessageSid", "tag", "MessageStatus"))


def twilio_signature(url: str, form: Mapping[str, str], token: str) -> str:
    """Sign as Twilio does: HMAC-SHA1 over URL and sorted parameters, in base64.

    https://www.twilio.com/docs/usage/security#validating-requests
    """
    text = url + "".join(f"{key}{form[key]}" for key in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def _receipt(
    provider: str, body: Any, statuses: Mapping[str, Any], names: tuple[str, str, str]
) -> Receipt | web.Response:
    """Read a receipt; a status that says nothing new (queued) is taken and forgotten."""
    body = body if isinstance(body, dict) else {}
    reference, tag, status = (body.get(name) for name in names)
    if not isinstance(reference, str) or not reference:
        return web.Response(status=400)
    if status not in statuses:
        return web.Response(status=200)
    code = str(body.get("ErrorCode") or body.get("code") or "")
    return Receipt(
        provider=provider,
        provider_ref=reference,
        tag=tag if isinstance(tag, str) else None,
        status=statuses[status],
        at=datetime.now(UTC),
        error_code=int(code) if code.isdecimal() else None,
    )


def _same(shown: str, right: str) -> bool:
    return hmac.compare_digest(shown.encode(), right.encode())

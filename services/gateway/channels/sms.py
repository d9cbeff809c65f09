"""SMS providers' receipts: each signed in its provider's own way."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from pydantic_core import from_json

from services.gateway import clock
from services.gateway.channels.payload import is_id
from services.gateway.chat import outbox
from services.gateway.context import Gateway
from services.gateway.problems import ProblemError, not_found, overloaded
from services.gateway.reading import read_bytes
from shared.db import passing
from shared.messages import Receipt

PATH = "/v1/channels/sms/{provider}/receipts"
LARGEST = 16 * 1024
FORM = "application/x-www-form-urlencoded"
CODE_DIGITS = 9  # what fits the database; no provider's are longer
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
        """Store a receipt: 200 once it is on disk; 401 unsigned, 404 unknown provider."""
        provider = request.match_info["provider"]
        readers = {"generic": self._generic, "twilio": self._twilio}
        if provider not in readers:
            raise not_found()
        receipt = readers[provider](request, await read_bytes(request, LARGEST))
        if receipt is None:
            return web.Response()  # a status that says nothing new is taken and forgotten
        with passing() as trouble:
            async with self._gateway.db() as db:
                await outbox.put(db, self._gateway.keys, [receipt])
        if trouble:
            raise overloaded()
        return web.Response()

    def _generic(self, request: web.Request, raw: bytes) -> Receipt | None:
        token = self._gateway.config.sms_receipt_token
        right = hmac.new(token.encode(), raw, hashlib.sha256).hexdigest()
        if not token or not _same(request.headers.get("X-Antrean-Signature", ""), right):
            raise ProblemError(401, "bad_signature")
        try:
            body = from_json(raw)
        except ValueError:
            raise ProblemError(400, "bad_json") from None
        return _receipt("generic", body, GENERIC_STATUSES, ("id", "ref", "status"))

    def _twilio(self, request: web.Request, raw: bytes) -> Receipt | None:
        config = self._gateway.config
        if request.content_type != FORM:
            raise ProblemError(415, "unsupported_media_type")
        form = dict(parse_qsl(raw.decode(errors="replace"), keep_blank_values=True))
        url = (config.provider_url or config.public_url) + request.path_qs
        right = twilio_signature(url, form, config.twilio_token)
        shown = request.headers.get("X-Twilio-Signature", "")
        if not config.twilio_token or not _same(shown, right):
            raise ProblemError(401, "bad_signature")
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
) -> Receipt | None:
    """Read a receipt; None for a status that says nothing new (queued)."""
    body = body if isinstance(body, dict) else {}
    reference, tag, status = (body.get(name) for name in names)
    if not is_id(reference):
        raise ProblemError(400, "bad_request")
    if not isinstance(status, str) or status not in statuses:
        return None
    code = str(body.get("ErrorCode") or body.get("code") or "")[:CODE_DIGITS]
    return Receipt(
        provider=provider,
        provider_ref=reference,
        tag=tag if is_id(tag) else None,
        status=statuses[status],
        at=clock.now(),
        error_code=int(code) if code.isdecimal() else None,
    )


def _same(shown: str, right: str) -> bool:
    return hmac.compare_digest(shown.encode(errors="surrogateescape"), right.encode())

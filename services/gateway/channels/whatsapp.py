"""WhatsApp's webhook: checked over raw bytes, on disk before it is answered.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

import hashlib
import hmac
from collections.abc import Sequence

import structlog
from aiohttp import web
from prometheus_client import Counter

from services.gateway.channels.payload import Parsed
from services.gateway.chat import arrivals, quarantine
from services.gateway.chat.inbox import Inbox
from services.gateway.context import Gateway
from services.gateway.problems import ProblemError, overloaded
from services.gateway.reading import read_bytes
from shared.db import passing

log = structlog.get_logger(__name__)

PATH = "/v1/channels/whatsapp/webhook"
LARGEST = 3 * 1024 * 1024
SIGNATURE = "X-Hub-Signature-256"
DIGEST_LENGTH = len("sha256=") + 64
WEBHOOKS = Counter("antrean_webhooks", "Webhooks by what became of them", ["result"])


class WhatsApp:
    """Takes what WhatsApp calls us with, and works through the inbox."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._inbox = Inbox(gateway)

    def routes(self) -> Sequence[web.RouteDef]:
        """List the webhook's two calls."""
        return [web.get(PATH, self.get_webhook), web.post(PATH, self.post_webhook)]

    async def run(self) -> None:
        """Hold the conversations."""
        await self._inbox.run()

    async def get_webhook(self, request: web.Request) -> web.Response:
        """Echo Meta's challenge to who knows the verify token."""
        query, token = request.query, self._gateway.config.whatsapp_verify_token
        shown = query.get("hub.verify_token", "")
        is_right = bool(token) and hmac.compare_digest(
            shown.encode(errors="surrogateescape"), token.encode()
        )
        if query.get("hub.mode") != "subscribe" or not is_right:
            raise ProblemError(403, "bad_signature")
        return web.Response(text=query.get("hub.challenge", "")[:200])

    async def post_webhook(self, request: web.Request) -> web.Response:
        """Store what came: 200 only once it is on disk; 401, 413, or 503 for "come again"."""
        signature = request.headers.get(SIGNATURE, "")
        if len(signature) != DIGEST_LENGTH or not signature.startswith("sha256="):
            raise _refused("unsigned", ProblemError(401, "bad_signature"))
        try:
            raw = await read_bytes(request, LARGEST)
        except ProblemError as problem:
            raise _refused(problem.code, problem) from None
        if not is_signed(raw, signature, self._gateway.config.whatsapp_app_secrets):
            raise _refused("forged", ProblemError(401, "bad_signature"))
        with passing() as trouble:
            await self._take(raw)
        if trouble:
            log.warning("webhook_not_stored", error=trouble.name)
            raise _refused("not_stored", overloaded())
        WEBHOOKS.labels("stored").inc()
        return web.Response()

    async def _take(self, raw: bytes) -> None:
        keys = self._gateway.keys
        try:
            parsed = arrivals.read(raw, self._gateway.config.whatsapp_number)
        except ValueError as error:
            # It is signed, so it is Meta's: to refuse it would have it come again for a week.
            sealed = keys.seal(raw.decode("utf-8", "replace"), quarantine.BOUND_TO)
            async with self._gateway.db() as db:
                await quarantine.add(db, arrivals.fault_of(error), sealed)
            log.warning("webhook_quarantined")
            return
        if parsed.odd:
            log.warning("webhook_has_unknown_parts", parts=sorted(set(parsed.odd)))
        if parsed.inbound or parsed.receipts:
            await self._keep(parsed)

    async def _keep(self, parsed: Parsed) -> None:
        async with self._gateway.db() as db, db.transaction():
            await arrivals.keep(db, self._gateway.keys, parsed)
        if parsed.inbound:
            self._inbox.wake()
        if parsed.receipts:
            self._inbox.relay.wake()


def is_signed(raw: bytes, signature: str, secrets: Sequence[str]) -> bool:
    """Check Meta's HMAC-SHA256 over the bytes as they came, with each secret in turn.

    Never over a body written anew: Meta escapes non-ASCII letters, and we would not.
    """
    shown = signature.removeprefix("sha256=").encode(errors="surrogateescape")
    digests = [hmac.new(s.encode(), raw, hashlib.sha256).hexdigest().encode() for s in secrets if s]
    return any([hmac.compare_digest(shown, digest) for digest in digests])  # noqa: C419 every one


def _refused(result: str, problem: ProblemError) -> ProblemError:
    WEBHOOKS.labels(result).inc()
    return problem

"""A generic SMS provider over HTTP: JSON in, JSON out, a bearer token.

Request: `{"to": "+62...", "from": sender, "text": ..., "ref": tag}`; answer: `{"id", "segments"}`.
`ref` lets a provider drop what it has seen, and comes back with its receipts.
"""

from typing import Any

import aiohttp

from services.notifier.providers import TIMEOUT_S, Accepted, Parcel, SendError
from services.notifier.providers.meta import retry_after
from services.notifier.routing import Failure

OK_STATUSES = (200, 201, 202)


class SmsHttp:
    """Sends through one generic provider."""

    name = "generic"
    channel = "sms"

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str, sender: str) -> None:
        self._http, self._url, self._sender = http, url, sender
        self._headers = {"Authorization": f"Bearer {token}"}

    async def send(self, parcel: Parcel) -> Accepted:
        """Send one SMS; raises SendError."""
        body = {"to": parcel.to.phone, "from": self._sender, "text": parcel.sms, "ref": parcel.tag}
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        try:
            call = self._http.post(self._url, json=body, headers=self._headers, timeout=timeout)
            async with call as response:
                answer = await response.json(content_type=None)
                if response.status not in OK_STATUSES:
                    raise SendError(_failure(response, answer))
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise SendError(Failure(type(error).__name__)) from error
        if not isinstance(answer, dict) or "id" not in answer:
            raise SendError(Failure("no id in the answer"))
        return Accepted(str(answer["id"]), answer.get("segments"))


def _failure(response: aiohttp.ClientResponse, answer: Any) -> Failure:
    code = answer.get("code") if isinstance(answer, dict) else None
    return Failure(
        "provider said no",
        status=response.status,
        code=code if isinstance(code, int) else None,
        retry_after_s=retry_after(response.headers.get("Retry-After")),
    )

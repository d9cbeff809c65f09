"""The call that all providers over HTTP have in common."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from services.notifier.codes import Failure, Verdict
from services.notifier.providers import SendError

NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider answered; `body` is None where it is no JSON object."""

    status: int
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    def failure(self, code: object, **more: Any) -> Failure:
        """Describe a refusal; a code is a number or not worth anything."""
        return Failure(
            "provider said no",
            status=self.status,
            code=code if isinstance(code, int) else None,
            retry_after_s=more.pop("retry_after_s", None) or self._retry_after(),
            **more,
        )

    def _retry_after(self) -> float | None:
        """Read Retry-After in seconds (RFC 9110, 10.2.3); providers do not send dates."""
        header = self.headers.get("Retry-After", "")
        return float(header) if header.isascii() and header.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Caller:
    """Posts to providers, never longer than `timeout_s`."""

    http: aiohttp.ClientSession
    timeout_s: float

    async def post(self, url: str, **how: Any) -> Answer:
        """Post once; raises SendError where no answer came.

        No redirect is followed: a second request might be a second text.
        """
        timeout = aiohttp.ClientTimeout(total=self.timeout_s)
        try:
            call = self.http.post(url, timeout=timeout, allow_redirects=False, **how)
            async with call as response:
                return Answer(response.status, response.headers, _object(await response.read()))
        except NOT_SENT as error:
            raise SendError(Failure(type(error).__name__, judged=Verdict.AGAIN)) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SendError(Failure(type(error).__name__)) from error


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

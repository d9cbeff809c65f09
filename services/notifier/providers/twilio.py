"""Twilio's SMS API: https://www.twilio.com/docs/messaging/api/message-resource."""

import aiohttp

from services.notifier.providers import TIMEOUT_S, Accepted, Parcel, SendError
from services.notifier.providers.meta import retry_after
from services.notifier.routing import Failure

CREATED = 201


class Twilio:
    """Sends through one Twilio account."""

    name = "twilio"
    channel = "sms"

    def __init__(
        self,
        http: aiohttp.ClientSession,
        url: str,
        account: tuple[str, str],
        sender: str,
        back: str,
    ) -> None:
        """`account` is (sid, token); receipts go to `back`, which gets the tag as a parameter."""
        self._http, self._sender, self._back = http, sender, back
        self._url = f"{url}/2010-04-01/Accounts/{account[0]}/Messages.json"
        self._auth = aiohttp.BasicAuth(*account)

    async def send(self, parcel: Parcel) -> Accepted:
        """Send one SMS; raises SendError."""
        form = {
            "To": parcel.to.phone or "",
            "From": self._sender,
            "Body": parcel.sms,
            "StatusCallback": f"{self._back}?tag={parcel.tag}",
        }
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        try:
            call = self._http.post(self._url, data=form, auth=self._auth, timeout=timeout)
            async with call as response:
                answer = await response.json(content_type=None)
                if response.status != CREATED:
                    raise SendError(_failure(response, answer))
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise SendError(Failure(type(error).__name__)) from error
        if not isinstance(answer, dict) or "sid" not in answer:
            raise SendError(Failure("no sid in the answer"))
        segments = str(answer.get("num_segments", ""))
        return Accepted(str(answer["sid"]), int(segments) if segments.isdecimal() else None)


def _failure(response: aiohttp.ClientResponse, answer: object) -> Failure:
    code = answer.get("code") if isinstance(answer, dict) else None
    return Failure(
        "provider said no",
        status=response.status,
        code=code if isinstance(code, int) else None,
        retry_after_s=retry_after(response.headers.get("Retry-After")),
    )

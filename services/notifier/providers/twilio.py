"""Twilio's SMS API: https://www.twilio.com/docs/messaging/api/message-resource."""

import aiohttp

from services.notifier.codes import Failure
from services.notifier.providers import Accepted, Parcel, SendError
from services.notifier.providers.http import Caller

CREATED = 201


class Twilio:
    """Sends through one Twilio account."""

    name = "twilio"
    channel = "sms"
    may_repeat = False  # it has no key of ours to know a text again by

    def __init__(
        self, caller: Caller, url: str, account: tuple[str, str], sender: str, back: str
    ) -> None:
        """`account` is (sid, token); receipts go to `back`, which gets the tag as a parameter."""
        self._caller, self._sender, self._back = caller, sender, back
        self._url = f"{url.rstrip('/')}/2010-04-01/Accounts/{account[0]}/Messages.json"
        self._auth = aiohttp.BasicAuth(*account)

    async def send(self, parcel: Parcel) -> Accepted:
        """Send one SMS; raises SendError."""
        form = {
            "To": parcel.to.phone or "",
            "From": self._sender,
            "Body": parcel.sms,
            "StatusCallback": f"{self._back}?tag={parcel.tag}",
        }
        answer = await self._caller.post(self._url, data=form, auth=self._auth)
        if answer.status != CREATED:
            raise SendError(answer.failure(answer.body.get("code")))
        if not answer.body.get("sid"):
            raise SendError(Failure("no sid in the answer"))
        segments = str(answer.body.get("num_segments", ""))
        return Accepted(str(answer.body["sid"]), int(segments) if segments.isdecimal() else None)

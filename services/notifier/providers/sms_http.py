"""A generic SMS provider over HTTP: JSON in, JSON out, a bearer token.

Request: `{"to": "+62...", "from": sender, "text": ..., "ref": id}`; answer: `{"id", "segments"}`.
`ref` is the same however often a text is sent, so that the provider drops what it has seen; it
comes back with the receipts.
"""

from services.notifier.codes import Failure
from services.notifier.providers import Accepted, Parcel, SendError
from services.notifier.providers.http import Caller

OK_STATUSES = (200, 201, 202)


class SmsHttp:
    """Sends through one generic provider."""

    name = "generic"
    channel = "sms"
    may_repeat = True

    def __init__(self, caller: Caller, url: str, token: str, sender: str) -> None:
        self._caller, self._url, self._sender = caller, url, sender
        self._headers = {"Authorization": f"Bearer {token}"}

    async def send(self, parcel: Parcel) -> Accepted:
        """Send one SMS; raises SendError."""
        text = {"to": parcel.to.phone, "from": self._sender, "text": parcel.sms}
        body = text | {"ref": parcel.text_id}
        answer = await self._caller.post(self._url, json=body, headers=self._headers)
        if answer.status not in OK_STATUSES:
            raise SendError(answer.failure(answer.body.get("code")))
        if not answer.body.get("id"):
            raise SendError(Failure("no id in the answer"))
        segments = answer.body.get("segments")
        return Accepted(str(answer.body["id"]), segments if isinstance(segments, int) else None)

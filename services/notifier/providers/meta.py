"""The WhatsApp Cloud API.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
"""

import json
from collections.abc import Mapping
from typing import Any

from services.notifier.codes import Failure, Verdict
from services.notifier.providers import Accepted, Parcel, SendError
from services.notifier.providers.http import Answer, Caller
from shared.messages import Content, Language

OK = 200
NO_SUCH_NUMBER = (100, 33)
WINDOW_IS_CLOSED = ("outside the 24-hour window", "outside the 24 hour window")
LOCALES = {Language.ID: "id", Language.EN: "en"}


class Meta:
    """Sends through the business number that a person wrote to, else through the usual one."""

    name = "meta"
    channel = "whatsapp"
    may_repeat = True

    def __init__(self, caller: Caller, url: str, number_id: str, token: str) -> None:
        """`url` is the API with its version, as `https://graph.facebook.com/v23.0`."""
        self._caller, self._url, self._number_id = caller, url, number_id
        self._headers = {"Authorization": f"Bearer {token}"}

    async def send(self, parcel: Parcel) -> Accepted:
        """Send one message; raises SendError."""
        url = f"{self._url}/{parcel.number_id or self._number_id}/messages"
        answer = await self._caller.post(url, json=message_of(parcel), headers=self._headers)
        if answer.status != OK or "error" in answer.body:
            raise SendError(_failure(answer))
        return Accepted(_reference(answer.body))


def message_of(parcel: Parcel) -> dict[str, Any]:
    """Write a message as the API takes it: to a phone, or to a user id where there is none."""
    message: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "biz_opaque_callback_data": parcel.tag,
    }
    if parcel.to.phone:
        message["to"] = parcel.to.phone.lstrip("+")
    else:
        message["recipient"] = parcel.to.bsuid
    if parcel.template is not None:
        return message | {"type": "template", "template": _template(parcel)}
    return message | _session_message(parcel.content)


def _session_message(content: Content) -> dict[str, Any]:
    body = {"text": content.body}
    if content.ask_contact:
        interactive: dict[str, Any] = {"type": "request_contact_info", "body": body}
        action: dict[str, Any] = {"name": "request_contact_info"}
    elif content.rows:
        rows = [row.model_dump(exclude_defaults=True) for row in content.rows]
        interactive = {"type": "list", "body": body}
        action = {"button": content.rows_button, "sections": [{"title": "Antrean", "rows": rows}]}
    elif content.buttons:
        buttons = [{"type": "reply", "reply": b.model_dump()} for b in content.buttons]
        interactive = {"type": "button", "body": body}
        action = {"buttons": buttons}
    else:
        return {"type": "text", "text": {"preview_url": False, "body": content.body}}
    return {"type": "interactive", "interactive": interactive | {"action": action}}


def _template(parcel: Parcel) -> dict[str, Any]:
    parameters = [{"type": "text", "text": value} for value in parcel.parameters]
    return {
        "name": parcel.template,
        "language": {"code": LOCALES[parcel.to.language]},
        "components": [{"type": "body", "parameters": parameters}],
    }


def _reference(body: Mapping[str, Any]) -> str:
    """Read the message id; an answer without one may still have been a send."""
    try:
        return str(body["messages"][0]["id"])
    except (LookupError, TypeError) as error:
        raise SendError(Failure("no message id in the answer")) from error


def _failure(answer: Answer) -> Failure:
    error = answer.body.get("error")
    error = error if isinstance(error, dict) else {}
    return answer.failure(
        error.get("code"),
        retry_after_s=_regain_access_s(answer.headers.get("X-Business-Use-Case-Usage", "")),
        is_transient=error.get("is_transient") is True,
        judged=_judged(error),
    )


def _judged(error: Mapping[str, Any]) -> Verdict | None:
    """Know what the code alone does not say."""
    if (error.get("code"), error.get("error_subcode")) == NO_SUCH_NUMBER:
        return Verdict.CIRCUIT  # the id of our own number is wrong: every text would fail so
    says = json.dumps(error).lower()
    return Verdict.TEMPLATE if any(words in says for words in WINDOW_IS_CLOSED) else None


def _regain_access_s(header: str) -> float | None:
    """Read in how many seconds we may call again; the header says minutes.

    https://developers.facebook.com/docs/graph-api/overview/rate-limiting#headers-2
    """
    try:
        usages = [usage for many in json.loads(header).values() for usage in many]
        minutes = max(float(usage["estimated_time_to_regain_access"]) for usage in usages)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    return minutes * 60 or None

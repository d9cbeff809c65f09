"""The WhatsApp Cloud API.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
"""

from typing import Any

import aiohttp

from services.notifier.providers import TIMEOUT_S, Accepted, Parcel, SendError
from services.notifier.routing import Failure
from shared.messages import Content, Language

OK = 200
LOCALES = {Language.ID: "id", Language.EN: "en"}


class Meta:
    """Sends through the business number that a person wrote to, else through the usual one."""

    name = "meta"
    channel = "whatsapp"

    def __init__(self, http: aiohttp.ClientSession, url: str, number_id: str, token: str) -> None:
        """`url` is the API with its version, as `https://graph.facebook.com/v23.0`."""
        self._http, self._url, self._number_id = http, url, number_id
        self._headers = {"Authorization": f"Bearer {token}"}

    async def send(self, parcel: Parcel) -> Accepted:
        """Send one message; raises SendError."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        body = message_of(parcel)
        url = f"{self._url}/{parcel.number_id or self._number_id}/messages"
        try:
            call = self._http.post(url, json=body, headers=self._headers, timeout=timeout)
            async with call as response:
                answer = await response.json(content_type=None)
                if response.status != OK:
                    raise SendError(_failure(response, answer))
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise SendError(Failure(type(error).__name__)) from error
        return Accepted(_reference(answer))


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


def _reference(answer: Any) -> str:
    """Read the message id; an answer without one may still have been a send."""
    try:
        return str(answer["messages"][0]["id"])
    except (LookupError, TypeError) as error:
        raise SendError(Failure("no message id in the answer")) from error


def _failure(response: aiohttp.ClientResponse, answer: Any) -> Failure:
    error = answer.get("error") if isinstance(answer, dict) else None
    error = error if isinstance(error, dict) else {}
    code = error.get("code")
    return Failure(
        "provider said no",
        status=response.status,
        code=code if isinstance(code, int) else None,
        retry_after_s=retry_after(response.headers.get("Retry-After")),
        is_transient=error.get("is_transient") is True,
    )


def retry_after(header: str | None) -> float | None:
    """Read a Retry-After header in seconds (RFC 9110, 10.2.3); dates are not used by providers."""
    return float(header) if header and header.isdecimal() else None

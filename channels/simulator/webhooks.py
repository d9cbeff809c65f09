"""Webhooks as WhatsApp writes and signs them.

https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from channels.simulator.phones import Message, Phone

WABA_ID = "200000000000001"
AGENT = {"User-Agent": "facebookexternalua", "Content-Type": "application/json"}


def envelope(number_id: str, display: str, values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Wrap what happened at a business number: messages in one change, statuses in another."""
    metadata = {"display_phone_number": display.lstrip("+"), "phone_number_id": number_id}
    whole = {"messaging_product": "whatsapp", "metadata": metadata}
    changes = []
    for kind in ("messages", "statuses"):
        same = [value for value in values if kind in value]
        if same:
            lists = {key: [one for value in same for one in value[key]] for key in same[0]}
            changes.append({"value": whole | lists, "field": "messages"})
    return {"object": "whatsapp_business_account", "entry": [{"id": WABA_ID, "changes": changes}]}


def inbound(phone: Phone, message_id: str, at_s: int, content: dict[str, Any]) -> dict[str, Any]:
    """Describe a message from a citizen; a phone that hides its number shows only its user id."""
    contact: dict[str, Any] = {"profile": {"name": phone.name}, "user_id": phone.bsuid}
    message = {"from_user_id": phone.bsuid, "id": message_id, "timestamp": str(at_s)}
    if not phone.bsuid_only:
        contact["wa_id"] = phone.wa_id
        message["from"] = phone.wa_id
    return {"contacts": [contact], "messages": [message | content]}


def status(
    phone: Phone, message: Message, name: str, at_s: int, error: int | None = None
) -> dict[str, Any]:
    """Describe a receipt: `sent`, `delivered`, `read` or `failed` with its error."""
    receipt: dict[str, Any] = {"id": message.id, "status": name, "timestamp": str(at_s)}
    receipt["recipient_user_id"] = phone.bsuid
    if not phone.bsuid_only:
        receipt["recipient_id"] = phone.wa_id
    if message.more.get("tag") is not None:
        receipt["biz_opaque_callback_data"] = message.more["tag"]
    if error is not None:
        details = {"details": "see the code"}
        receipt["errors"] = [{"code": error, "title": f"Error {error}", "error_data": details}]
    elif name != "read":
        category = message.more.get("category", "service")
        price = {"billable": True, "pricing_model": "PMP", "category": category}
        receipt["pricing"] = price | {"type": "regular"}
    return {"statuses": [receipt]}


def signed(payload: dict[str, Any], secret: str) -> tuple[bytes, dict[str, str]]:
    """Serialise with every non-ASCII letter escaped, as Meta does, and sign the bytes."""
    body = json.dumps(payload, separators=(",", ":"), ensure_ascii=True).encode()
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return body, AGENT | {"X-Hub-Signature-256": f"sha256={digest}"}

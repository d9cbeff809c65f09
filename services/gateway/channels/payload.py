"""WhatsApp's webhook payloads, read. Pure, and forgiving: what is new or odd is set aside.

https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeGuard

from pydantic_core import from_json

from shared.messages import Contact, Receipt

PROVIDER = "meta"
STATUSES = {"sent", "delivered", "read", "played", "failed"}
MILLISECONDS = 100_000_000_000  # a unix time this large is in ms, which Meta has sent by mistake
YEARS = range(2009, 2200)  # WhatsApp is no older, and a database keeps no year 1
KINDS = {
    *("text", "interactive", "button", "contacts", "image", "audio", "video", "document"),
    *("sticker", "location", "reaction", "system", "order", "unsupported"),
}
TEXT_LENGTH = 4096
ID_LENGTH = 512
LARGEST_CODE = 2**31
SILENT = {"reaction", "system"}  # nobody waits for an answer to these


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message of a citizen.

    `kind` is `text` (typed or tapped: a tap's id is the command it stands for), `contact` (they
    shared `shared_phone`) or `other`. `number_id` is Meta's id of the business number they wrote
    to, `number` the number itself (E.164).
    """

    message_id: str
    contact: Contact
    at: datetime
    kind: str
    text: str
    number_id: str
    number: str
    shared_phone: str | None = None


@dataclass(slots=True)
class Parsed:
    """What one webhook carried; `odd` counts what nobody here understands."""

    inbound: list[Inbound] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)


def parse(payload: Any, own_number: str) -> Parsed:
    """Read a whole webhook; raises ValueError where it is no envelope of WhatsApp's."""
    if not isinstance(payload, dict) or not isinstance(payload.get("entry"), list):
        raise ValueError("no entry")  # noqa: TRY004 a bad value from outside
    parsed = Parsed()
    for value in _values(payload, parsed):
        ours = _business(_dict(value.get("metadata")), own_number)
        contacts = [_dict(contact) for contact in _list(value.get("contacts"))]
        for message in _list(value.get("messages")):
            _read_message(parsed, _dict(message), contacts, ours)
        for status in _list(value.get("statuses")):
            _read_status(parsed, _dict(status))
    return parsed


def outline(raw: bytes) -> dict[str, Any]:
    """Say what is in a webhook that could not be read: how many of which kind, and of when."""
    try:
        payload = _dict(from_json(raw))
    except ValueError:
        return {"json": False}
    changes = [
        _dict(c) for e in _list(payload.get("entry")) for c in _list(_dict(e).get("changes"))
    ]
    values = [_dict(change.get("value")) for change in changes]
    messages = [_dict(m) for value in values for m in _list(value.get("messages"))]
    statuses = [_dict(s) for value in values for s in _list(value.get("statuses"))]
    moments = [m for one in messages + statuses if (m := _moment(one.get("timestamp")))]
    return {
        "json": True,
        "changes": len(changes),
        "messages": _count(KINDS, (message.get("type") for message in messages)),
        "statuses": _count(STATUSES, (status.get("status") for status in statuses)),
        "first": min(moments).isoformat() if moments else None,
        "last": max(moments).isoformat() if moments else None,
    }


def _count(known: Collection[str], names: Iterable[Any]) -> dict[str, int]:
    """Count by name; only names that WhatsApp coined are shown."""
    return Counter(n if isinstance(n, str) and n in known else "other" for n in names)


def _values(payload: dict[str, Any], parsed: Parsed) -> Iterator[dict[str, Any]]:
    for entry in payload["entry"]:
        for change in _list(_dict(entry).get("changes")):
            change_field = _dict(change).get("field")
            if change_field == "messages":
                yield _dict(_dict(change).get("value"))
            else:
                parsed.odd.append(f"field {str(change_field)[:40]}")


def _read_message(
    parsed: Parsed,
    message: dict[str, Any],
    contacts: list[dict[str, Any]],
    ours: tuple[str, str],
) -> None:
    message_id, at = message.get("id"), _moment(message.get("timestamp"))
    contact = _contact(message, contacts)
    if not is_id(message_id) or at is None or contact is None:
        parsed.odd.append("message without id, time or sender")
        return
    if message.get("group_id") or contact.phone == ours[1] or str(message.get("type")) in SILENT:
        return  # groups are not served, and our own echoes would make us talk to ourselves
    kind, text, shared = _content(message)
    text = text[:TEXT_LENGTH]
    parsed.inbound.append(Inbound(message_id, contact, at, kind, text, *ours, shared))


def _business(metadata: dict[str, Any], usual: str) -> tuple[str, str]:
    """Read which business number was written to: Meta's id of it, and the number in E.164."""
    number_id = str(metadata.get("phone_number_id", ""))
    digits = "".join(c for c in str(metadata.get("display_phone_number", "")) if c.isdecimal())
    return number_id if number_id.isdecimal() else "", f"+{digits}" if digits else usual


def _contact(message: dict[str, Any], contacts: list[dict[str, Any]]) -> Contact | None:
    """Find who wrote: by user id, by phone, or by both; since 2026 either may be absent."""
    bsuid, phone = message.get("from_user_id"), message.get("from")
    for contact in contacts:
        same_phone = phone and contact.get("wa_id") == phone
        same_user = bsuid and contact.get("user_id") == bsuid
        if same_phone or same_user or len(contacts) == 1:
            bsuid = bsuid or contact.get("user_id")
            phone = phone or contact.get("wa_id")
    digits = str(phone) if phone and str(phone).isdecimal() else None
    if not digits and not bsuid:
        return None
    return Contact(phone=f"+{digits}" if digits else None, bsuid=str(bsuid) if bsuid else None)


def _content(message: dict[str, Any]) -> tuple[str, str, str | None]:
    kind = message.get("type")
    if kind == "text":
        return "text", str(_dict(message.get("text")).get("body", "")), None
    if kind == "interactive":
        part = _dict(message.get("interactive"))
        reply = _dict(part.get("button_reply") or part.get("list_reply"))
        return "text", str(reply.get("id", "")), None
    if kind == "button":  # a template's quick reply
        button = _dict(message.get("button"))
        return "text", str(button.get("payload") or button.get("text", "")), None
    if kind == "contacts" and message.get("origin") == "contact_request":
        cards = _list(message.get("contacts"))
        phones = _list(_dict(cards[0]).get("phones")) if cards else []
        shown = str(_dict(phones[0]).get("phone", "")) if phones else ""
        return "contact", "", shown or None
    return "other", "", None


def _read_status(parsed: Parsed, status: dict[str, Any]) -> None:
    name, reference = status.get("status"), status.get("id")
    at = _moment(status.get("timestamp"))
    is_known = isinstance(name, str) and name in STATUSES
    if not is_known or not is_id(reference) or at is None:
        parsed.odd.append(f"status {str(name)[:40]}")
        return
    errors = [_dict(error) for error in _list(status.get("errors"))]
    code = errors[0].get("code") if errors else None
    price = _dict(status.get("pricing"))
    tag = status.get("biz_opaque_callback_data")
    parsed.receipts.append(
        Receipt(
            provider=PROVIDER,
            provider_ref=reference,
            tag=tag if isinstance(tag, str) else None,
            status=name,
            at=at,
            error_code=code if isinstance(code, int) and abs(code) < LARGEST_CODE else None,
            billable=price.get("billable") if isinstance(price.get("billable"), bool) else None,
            category=str(price["category"]) if "category" in price else None,
        )
    )


def is_id(value: Any) -> TypeGuard[str]:
    """Whether this can be kept as an id: Meta's are shorter, and Postgres keeps no NUL."""
    return isinstance(value, str) and 0 < len(value) <= ID_LENGTH and value.isprintable()


def _moment(text: Any) -> datetime | None:
    try:
        number = int(text)
        moment = datetime.fromtimestamp(number / 1000 if number > MILLISECONDS else number, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return moment if moment.year in YEARS else None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []

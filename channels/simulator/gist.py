"""Says in a few words what a call is about, for the log. Pure, and never surprised by a body."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs


def gist_of(kind: str, url: str, body: str) -> str:
    """Name what is in a body: the kinds of messages, the statuses; nothing where it is odd."""
    if kind == "api":
        return "SMS" if "/sms/" in url else _sent(_json(body))
    if kind == "receipt":
        return str(_json(body).get("status") or parse_qs(body).get("MessageStatus", [""])[0])
    counted = Counter(_news(_json(body)))
    return ", ".join(name if times == 1 else f"{name} x{times}" for name, times in counted.items())


def _sent(message: dict[str, Any]) -> str:
    if message.get("status") == "read":
        return "mark as read, typing" if "typing_indicator" in message else "mark as read"
    kind = str(message.get("type", "text" if "text" in message else ""))
    part = _dict(message.get(kind))
    if kind == "interactive":
        return str(part.get("type", kind))
    return f"template {part.get('name', '')}" if kind == "template" else kind


def _news(payload: dict[str, Any]) -> Iterator[str]:
    for entry in _dicts(payload.get("entry")):
        for change in _dicts(entry.get("changes")):
            value = _dict(change.get("value"))
            for message in _dicts(value.get("messages")):
                kind = str(message.get("type", "message"))
                yield str(_dict(message.get("interactive")).get("type", kind))
            for status in _dicts(value.get("statuses")):
                codes = [str(error.get("code")) for error in _dicts(status.get("errors"))]
                yield " ".join([str(status.get("status", "status")), *codes])


def _json(body: str) -> dict[str, Any]:
    try:
        return _dict(json.loads(body))
    except (ValueError, RecursionError):
        return {}


def _dict(part: Any) -> dict[str, Any]:
    return part if isinstance(part, dict) else {}


def _dicts(part: Any) -> list[dict[str, Any]]:
    return [one for one in part if isinstance(one, dict)] if isinstance(part, list) else []

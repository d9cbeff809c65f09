"""Webhooks as a platform sends them that changes under us. Pure: payload in, payload out.

What they add is marked `hologram`: a name that no version of the API has.
"""

from typing import Any

from channels.simulator.phones import wamid

ODD = "hologram"


def in_milliseconds(payload: Any) -> Any:
    """Write every timestamp in milliseconds, as Meta has done by mistake."""
    if isinstance(payload, list):
        return [in_milliseconds(one) for one in payload]
    if not isinstance(payload, dict):
        return payload
    return {
        key: f"{value}000" if key == "timestamp" else in_milliseconds(value)
        for key, value in payload.items()
    }


def with_unknown_fields(payload: dict[str, Any]) -> dict[str, Any]:
    """Put an unknown key into every object, and a change of an unknown field beside the others."""
    whole: dict[str, Any] = _marked(payload)
    value = {"messaging_product": "whatsapp", "messages": "none", "statuses": {}}
    whole["entry"][0]["changes"].insert(0, {"field": f"{ODD}_update", "value": value})
    return whole


def with_unknown_types(payload: dict[str, Any]) -> dict[str, Any]:
    """Put a message of an unknown type behind each message, an unknown status behind each."""
    entries = []
    for entry in payload["entry"]:
        changes = [change | {"value": _joined(change["value"])} for change in entry["changes"]]
        entries.append(entry | {"changes": changes})
    return payload | {"entry": entries}


def _marked(part: Any) -> Any:
    if isinstance(part, list):
        return [_marked(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {key: _marked(value) for key, value in part.items()} | {ODD: {"version": 9}}


def _joined(value: dict[str, Any]) -> dict[str, Any]:
    more = {}
    for name in ("messages", "statuses"):
        if name in value:
            twist = _odd_message if name == "messages" else _odd_status
            more[name] = [odd for one in value[name] for odd in (one, twist(one))]
    return value | more


def _odd_message(message: dict[str, Any]) -> dict[str, Any]:
    who = {key: message[key] for key in ("from", "from_user_id", "timestamp") if key in message}
    odd = {"id": wamid(f"{ODD}/{message['id']}"), "type": ODD, ODD: {"depth": 3}}
    return who | odd


def _odd_status(status: dict[str, Any]) -> dict[str, Any]:
    return status | {"status": ODD}

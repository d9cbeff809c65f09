"""What the real API would refuse: the limits of a message, as errors in its own words and codes.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
"""

from typing import Any

BODY, INTERACTIVE_BODY, CALLBACK = 4096, 1024, 512
ROWS, SECTIONS, ROW_TITLE, ROW_DESCRIPTION, ROW_ID = 10, 10, 24, 72, 200
BUTTONS, BUTTON_TITLE, BUTTON_ID = 3, 20, 256
PARAMETER = 100  # "Invalid parameter"
MISSING = 131008  # "Required parameter is missing"
WRONG_VALUE = 131009  # "Parameter value is not valid"

Fault = tuple[int, str]


def find_fault(message: Any) -> Fault | None:
    """Say why a message would be refused, as (code, details), or None."""
    if not isinstance(message, dict):
        return PARAMETER, "the body is no object"
    if message.get("messaging_product") != "whatsapp":
        return PARAMETER, "messaging_product must be whatsapp"
    if not (message.get("to") or message.get("recipient")):
        return MISSING, "to or recipient is missing"
    if len(str(message.get("biz_opaque_callback_data", ""))) > CALLBACK:
        return WRONG_VALUE, "biz_opaque_callback_data is too long"
    kind = message.get("type", "text")
    if not isinstance(message.get(kind), dict):
        return MISSING, f"{kind} is missing"
    checks = {"text": _text, "interactive": _interactive, "template": _template}
    return checks[kind](message[kind]) if kind in checks else None


def _text(text: dict[str, Any]) -> Fault | None:
    return _length("text.body", text.get("body"), BODY)


def _interactive(part: dict[str, Any]) -> Fault | None:
    body, action = part.get("body"), part.get("action")
    if not isinstance(body, dict) or not isinstance(action, dict):
        return MISSING, "interactive needs body and action"
    fault = _length("interactive.body", body.get("text"), INTERACTIVE_BODY)
    if fault:
        return fault
    match part.get("type"):
        case "button":
            return _buttons(action)
        case "list":
            return _list(action)
        case "request_contact_info":
            return None
        case kind:
            return WRONG_VALUE, f"interactive type {kind} is not valid"


def _buttons(action: dict[str, Any]) -> Fault | None:
    buttons = action.get("buttons") or []
    if not 1 <= len(buttons) <= BUTTONS:
        return WRONG_VALUE, "there must be 1 to 3 buttons"
    replies = [button.get("reply", {}) for button in buttons]
    if len({reply.get("id") for reply in replies}) < len(replies):
        return WRONG_VALUE, "button ids are not unique"
    return _first(
        fault
        for reply in replies
        for fault in (
            _length("button.id", reply.get("id"), BUTTON_ID),
            _length("button.title", reply.get("title"), BUTTON_TITLE),
        )
    )


def _list(action: dict[str, Any]) -> Fault | None:
    sections = action.get("sections") or []
    rows = [row for section in sections for row in section.get("rows", [])]
    if not 1 <= len(sections) <= SECTIONS or not 1 <= len(rows) <= ROWS:
        return WRONG_VALUE, "a list has 1 to 10 sections and 1 to 10 rows in all"
    if len({row.get("id") for row in rows}) < len(rows):
        return WRONG_VALUE, "row ids are not unique"
    long = (len(str(row.get("description") or "")) > ROW_DESCRIPTION for row in rows)
    if any(long):
        return WRONG_VALUE, "row.description is too long"
    return _length("action.button", action.get("button"), BUTTON_TITLE) or _first(
        fault
        for row in rows
        for fault in (
            _length("row.id", row.get("id"), ROW_ID),
            _length("row.title", row.get("title"), ROW_TITLE),
        )
    )


def _template(template: dict[str, Any]) -> Fault | None:
    if not template.get("name") or not (template.get("language") or {}).get("code"):
        return MISSING, "template needs name and language.code"
    for component in template.get("components") or []:
        for parameter in component.get("parameters") or []:
            if not str(parameter.get("text", "")).strip():
                return PARAMETER, "a template parameter is empty"
    return None


def _length(name: str, value: Any, most: int) -> Fault | None:
    if not isinstance(value, str) or not value:
        return MISSING, f"{name} is missing"
    return (WRONG_VALUE, f"{name} has more than {most} characters") if len(value) > most else None


def _first(faults: Any) -> Fault | None:
    return next((fault for fault in faults if fault), None)

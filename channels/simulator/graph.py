"""The Cloud API's send endpoint, answering as the real one does.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
"""

import asyncio
import hmac
import secrets
from typing import Any

from aiohttp import web

from channels.simulator.phones import Message, Phone
from channels.simulator.validate import find_fault
from channels.simulator.world import World

WORLD = web.AppKey("world", World)
HANG_S = 60.0
UNKNOWN_OBJECT = 33

routes = web.RouteTableDef()


@routes.post(r"/{version:v\d+\.\d+}/{number_id:\d+}/messages")
async def post_message(request: web.Request) -> web.Response:
    """Take one message, or refuse it with the error envelope of the Graph API."""
    world = request.app[WORLD]
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(shown.encode(), world.config.access_token.encode()):
        return error(401, 190, "Invalid OAuth access token")
    if request.match_info["number_id"] not in world.config.numbers:
        return error(400, 100, "Unsupported post request", subcode=UNKNOWN_OBJECT)
    try:
        message = await request.json()
    except ValueError:
        return error(400, 100, "The body is no JSON")
    if isinstance(message, dict) and message.get("status") == "read":
        return _read(world, message)
    fault = find_fault(message)
    if fault is not None:
        return error(400, fault[0], fault[1])
    return await _send(world, message, request.match_info["number_id"])


async def _send(world: World, message: dict[str, Any], number_id: str) -> web.Response:
    wanted = world.next_fault("whatsapp")
    if wanted and wanted["kind"] != "timeout":
        headers = {"Retry-After": str(wanted["retry_after"])} if "retry_after" in wanted else {}
        return error(wanted["status"], wanted.get("code", 1), "as asked for", headers=headers)
    phone = _phone(world, message)
    if phone is None:
        return error(400, 131009, "recipient is not known")
    sent = _message(world, message)
    sent.more["number_id"] = number_id
    world.receive(phone, sent)
    if wanted:  # taken, and the answer never comes
        await asyncio.sleep(HANG_S)
    contact = {"input": str(message.get("to") or message.get("recipient")), "wa_id": phone.wa_id}
    ids = [{"id": sent.id, "message_status": "accepted"}]
    body = {"messaging_product": "whatsapp", "contacts": [contact], "messages": ids}
    return web.json_response(body)


def _read(world: World, message: dict[str, Any]) -> web.Response:
    for phone in world.phones.all():
        for shown in phone.messages:
            if shown.id == message.get("message_id"):
                shown.status = "read"
                phone.typing = "typing_indicator" in message
                world.tell(phone.number)
    return web.json_response({"success": True})


def _phone(world: World, message: dict[str, Any]) -> Phone | None:
    if message.get("to"):
        try:
            return world.phones.get(str(message["to"]))
        except ValueError:
            return None
    return world.phones.by_bsuid(str(message.get("recipient")))


def _message(world: World, message: dict[str, Any]) -> Message:
    """Turn what was sent into a bubble: its text, and its rows and buttons."""
    kind = message.get("type", "text")
    part = message[kind]
    more: dict[str, Any] = {"tag": message.get("biz_opaque_callback_data")}
    if kind == "text":
        text = part["body"]
    elif kind == "interactive":
        text = part["body"]["text"]
        action = part["action"]
        more["buttons"] = [button["reply"] for button in action.get("buttons", [])]
        more["rows"] = [row for s in action.get("sections", []) for row in s["rows"]]
        more["rows_button"] = action.get("button", "")
        more["asks_contact"] = part["type"] == "request_contact_info"
    elif kind == "template":
        texts = [p.get("text", "") for c in part.get("components") or [] for p in c["parameters"]]
        text = "\n".join(texts) or part["name"]
        more["template"] = part["name"]
    else:
        text = f"[{kind}]"
    return Message(world.new_id(), "out", "whatsapp", kind, text, world.stamp(), "accepted", more)


def error(
    status: int,
    code: int,
    details: str,
    *,
    subcode: int | None = None,
    headers: dict[str, str] | None = None,
) -> web.Response:
    """Make the Graph API's error envelope."""
    body: dict[str, Any] = {
        "message": f"(#{code}) {details}",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": details},
        "fbtrace_id": secrets.token_urlsafe(9),
    }
    if subcode is not None:
        body["error_subcode"] = subcode
    return web.json_response({"error": body}, status=status, headers=headers)

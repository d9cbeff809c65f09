"""The Cloud API's send endpoint, answering as the real one does.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
"""

import asyncio
import hmac
import secrets
from typing import Any

from aiohttp import web

from channels.simulator.bodies import Fault
from channels.simulator.journal import Call
from channels.simulator.outgoing import (
    INVALID,
    NO_TEMPLATE,
    WRONG_VALUE,
    ButtonMessage,
    ContactMessage,
    ListMessage,
    Outgoing,
    RefusedError,
    category_of,
    read,
    words_of,
)
from channels.simulator.phones import SHARE_CONTACT, Message, Phone
from channels.simulator.troubles import HANG_S, TOO_MANY, answer, refusal_of
from channels.simulator.world import World

WORLD = web.AppKey("world", World)
CALL = web.RequestKey("call", Call)
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
        return error(400, INVALID, "Unsupported post request", subcode=UNKNOWN_OBJECT)
    try:
        message = await request.json()
    except (ValueError, RecursionError):
        return error(400, INVALID, "The body is no JSON")
    if isinstance(message, dict) and message.get("status") == "read":
        return _read(request, message)
    try:
        return await _send(request, read(message))
    except RefusedError as refused:
        status = 404 if refused.code == NO_TEMPLATE else 400
        return error(status, refused.code, refused.details)


async def _send(request: web.Request, message: Outgoing) -> web.Response:
    world, number_id = request.app[WORLD], request.match_info["number_id"]
    wanted, hostile = world.next_fault("whatsapp"), world.hostile
    phone = _phone(world, message)
    request[CALL].phones = (phone.number,)
    if wanted and wanted.kind == "error":
        return _as_asked(wanted)
    over = hostile.refuse(number_id, phone.number, world.now_s())
    if over is not None:
        return error(TOO_MANY, over, "too many messages in a short time")
    fate = hostile.draw("send", phone.number)
    refusal = refusal_of(hostile, fate)
    if refusal and not refusal.is_taken:
        return error(refusal.status, refusal.code, "as it happens")
    sent = _message(world, message)
    sent.more["number_id"] = number_id
    world.receive(phone, sent)
    if wanted:  # taken, and the answer never comes
        await asyncio.sleep(HANG_S)
    if refusal:  # taken, and nobody could tell by the answer
        return error(refusal.status, refusal.code, "as it happens")
    return await answer(hostile, fate, _accepted(message, phone, sent))


def _as_asked(wanted: Fault) -> web.Response:
    headers = {"Retry-After": str(wanted.retry_after)} if wanted.retry_after else {}
    if wanted.body is not None:
        return web.Response(status=wanted.status, text=wanted.body, headers=headers)
    return error(wanted.status, wanted.code or 1, "as asked for", headers=headers)


def _accepted(message: Outgoing, phone: Phone, sent: Message) -> web.Response:
    contact = {"input": message.to, "wa_id": phone.wa_id}
    if not message.to:
        contact = {"input": message.recipient, "user_id": phone.bsuid}
    ids = [{"id": sent.id, "message_status": "accepted"}]
    body = {"messaging_product": "whatsapp", "contacts": [contact], "messages": ids}
    return web.json_response(body)


def _read(request: web.Request, message: dict[str, Any]) -> web.Response:
    world = request.app[WORLD]
    for phone in world.phones.all():
        for shown in phone.messages:
            if shown.id == message.get("message_id"):
                request[CALL].phones = (phone.number,)
                shown.status = "read"
                phone.typing = "typing_indicator" in message
                world.tell(phone.number)
    return web.json_response({"success": True})


def _phone(world: World, message: Outgoing) -> Phone:
    try:
        phone = world.phones.get(message.to) if message.to else None
    except ValueError:
        raise RefusedError(WRONG_VALUE, "to is no phone number") from None
    phone = phone or world.phones.by_bsuid(message.recipient or "")
    if phone is None:
        raise RefusedError(WRONG_VALUE, "recipient is not known")
    return phone


def _message(world: World, message: Outgoing) -> Message:
    """Turn what was sent into a bubble: its text, and its rows and buttons."""
    more: dict[str, Any] = {"tag": message.biz_opaque_callback_data, "category": "service"}
    text = f"[{message.type}]"
    if message.text:
        text = message.text.body
    elif message.interactive:
        part = message.interactive
        text, more = part.body.text, more | _choices(part)
        more |= {"footer": part.footer.text} if part.footer else {}
    elif message.template:
        text = words_of(message.template)
        name = message.template.name
        more |= {"template": name, "category": category_of(name)}
    ours = (world.new_id(), "out", "whatsapp", message.type, text)
    return Message(*ours, world.stamp(), "accepted", more)


def _choices(part: ButtonMessage | ListMessage | ContactMessage) -> dict[str, Any]:
    match part:
        case ButtonMessage():
            return {"buttons": [button.reply.model_dump() for button in part.action.buttons]}
        case ListMessage(action=action):
            rows = [row for section in action.sections for row in section.rows]
            shown = [row.model_dump(exclude_none=True) for row in rows]
            sections = [{"title": one.title, "rows": len(one.rows)} for one in action.sections]
            return {"rows": shown, "rows_button": action.button, "sections": sections}
    return {"buttons": [{"id": SHARE_CONTACT, "title": "Bagikan nomor"}]}


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

"""Two SMS providers: a generic one over JSON, and Twilio's API.

https://www.twilio.com/docs/messaging/api/message-resource and, for receipts,
https://www.twilio.com/docs/usage/security#validating-requests.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict
from urllib.parse import urlencode

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from channels.simulator.bodies import Fault
from channels.simulator.courier import Letter
from channels.simulator.graph import CALL, WORLD
from channels.simulator.phones import Message, Phone
from channels.simulator.segments import measure
from channels.simulator.troubles import (
    HANG_S,
    SERVER_ERROR,
    TOO_MANY,
    Refusal,
    answer,
    sms_refusal_of,
)
from channels.simulator.world import World


class GenericSms(BaseModel):
    """One SMS; one whose `ref` was seen before is not sent again."""

    model_config = ConfigDict(populate_by_name=True, strict=True)

    to: str
    sender: str = Field(alias="from", min_length=1)
    text: str = Field(min_length=1, max_length=1600)
    ref: str | None = None


GENERIC_RECEIPTS = "/v1/channels/sms/generic/receipts"

routes = web.RouteTableDef()


@routes.post("/sms/generic/messages")
async def post_generic(request: web.Request) -> web.Response:
    """Take one SMS: `{"to", "from", "text", "ref"}` -> 202 `{"id", "segments"}`; a `ref` once."""
    world = request.app[WORLD]
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(shown.encode(), world.config.sms_token.encode()):
        return web.json_response({"code": 401, "message": "wrong token"}, status=401)
    wanted = world.next_fault("sms")
    if wanted and wanted.kind == "error":
        return _refused(wanted)
    try:
        asked = GenericSms.model_validate(await request.json())
        phone = world.phones.get(asked.to)
    except (ValueError, RecursionError):
        return web.json_response({"code": 400, "message": "to and text are needed"}, status=400)
    request[CALL].phones = (phone.number,)
    fate = world.hostile.draw("send", phone.number)
    refusal = sms_refusal_of(world.hostile, fate)
    if refusal and not refusal.is_taken:
        return _no(refusal)
    sent = _take_once(world, phone, asked)
    if wanted:
        await asyncio.sleep(HANG_S)
    if refusal:
        return _no(refusal)
    body = {"id": sent.id, "segments": sent.more["segments"]}
    return await answer(world.hostile, fate, web.json_response(body, status=202))


@routes.post("/sms/twilio/2010-04-01/Accounts/{sid}/Messages.json")
async def post_twilio(request: web.Request) -> web.Response:
    """Take one SMS as Twilio does: a form in, 201 and the message resource out."""
    world = request.app[WORLD]
    if not _is_twilio_account(world, request):
        return _twilio_error(401, 20003, "Authenticate")
    wanted = world.next_fault("sms")
    if wanted and wanted.kind == "error":
        code = wanted.code or 20500
        return (
            _refused(wanted) if wanted.body else _twilio_error(wanted.status, code, "as asked for")
        )
    form = await request.post()
    try:
        phone = world.phones.get(str(form["To"]))
    except (ValueError, KeyError):
        return _twilio_error(400, 21211, "The 'To' number is not a valid phone number.")
    request[CALL].phones = (phone.number,)
    fate = world.hostile.draw("send", phone.number)
    refusal = sms_refusal_of(world.hostile, fate)
    if refusal and not refusal.is_taken:
        return _twilio_no(refusal)
    text, sender = str(form.get("Body", "")), str(form.get("From", ""))
    sent = _message(world, text, sender)
    back = str(form.get("StatusCallback", ""))
    _take(world, phone, sent, lambda: _send_twilio_receipts(world, back, sent, phone))
    if wanted:
        await asyncio.sleep(HANG_S)
    if refusal:
        return _twilio_no(refusal)
    body = {"sid": sent.id, "status": "queued", "to": phone.number, "body": text}
    counted = {"num_segments": str(sent.more["segments"]), "error_code": None}
    return await answer(world.hostile, fate, web.json_response(body | counted, status=201))


def twilio_signature(url: str, form: dict[str, str], token: str) -> str:
    """Sign a form as Twilio does: HMAC-SHA1 over the URL and the sorted parameters, base64."""
    text = url + "".join(f"{key}{form[key]}" for key in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def _refused(wanted: Fault) -> web.Response:
    """Refuse as was asked for, and with no envelope where a body was."""
    if wanted.body is not None:
        return web.Response(status=wanted.status, text=wanted.body)
    body = {"code": wanted.code, "message": "as asked for"}
    return web.json_response(body, status=wanted.status)


def _no(refusal: Refusal) -> web.Response:
    body = {"code": refusal.code, "message": "as it happens"}
    return web.json_response(body, status=refusal.status)


def _twilio_no(refusal: Refusal) -> web.Response:
    if refusal.status == TOO_MANY:
        return _twilio_error(TOO_MANY, 20429, "Too Many Requests")
    return _twilio_error(SERVER_ERROR, 20500, "Internal Server Error")


def _take_once(world: World, phone: Phone, asked: GenericSms) -> Message:
    """Take a text unless its `ref` was seen; a phone that is online says so at once."""
    for one in phone.messages:
        if asked.ref and one.more.get("ref") == asked.ref:
            return one
    sent = _message(world, asked.text, asked.sender)
    sent.more["ref"] = asked.ref
    _take(world, phone, sent, lambda: _send_generic_receipt(world, sent, phone))
    return sent


def _take(world: World, phone: Phone, sent: Message, confirm: Callable[[], None]) -> None:
    """Show a text on the phone; one that is offline confirms it when it is back."""

    def deliver() -> None:
        sent.status, sent.on_delivery = "delivered", None
        confirm()

    sent.on_delivery = deliver
    phone.messages.append(sent)
    if phone.online:
        deliver()
    world.tell(phone.number)


def _post(world: World, url: str, call: tuple[bytes, dict[str, str]], phone: Phone) -> None:
    """Send a receipt; it may come late or twice as WhatsApp's do."""
    fate = world.hostile.draw("webhook", phone.number)
    world.courier.send(Letter(url, *call, phone.number, fate, kind="receipt"))


def _message(world: World, text: str, sender: str) -> Message:
    more = {"from": sender} | asdict(measure(text))
    ours = ("SM" + secrets.token_hex(16), "out", "sms", "text", text, world.stamp(), "sent")
    return Message(*ours, more)


def _send_generic_receipt(world: World, sent: Message, phone: Phone) -> None:
    receipt = {"id": sent.id, "ref": sent.more["ref"], "status": "delivered"}
    raw = json.dumps(receipt).encode()
    digest = hmac.new(world.config.sms_token.encode(), raw, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Antrean-Signature": digest}
    _post(world, world.config.gateway_url + GENERIC_RECEIPTS, (raw, headers), phone)


def _send_twilio_receipts(world: World, back: str, sent: Message, phone: Phone) -> None:
    if not back:
        return
    for name in ("sent", "delivered"):
        form = {"MessageSid": sent.id, "MessageStatus": name, "To": phone.number}
        form["AccountSid"] = world.config.twilio_sid
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": twilio_signature(back, form, world.config.twilio_token),
        }
        _post(world, back, (urlencode(form).encode(), headers), phone)


def _is_twilio_account(world: World, request: web.Request) -> bool:
    sid, token = world.config.twilio_sid, world.config.twilio_token
    right = "Basic " + base64.b64encode(f"{sid}:{token}".encode()).decode()
    shown = request.headers.get("Authorization", "")
    is_right = hmac.compare_digest(shown.encode(), right.encode())
    return is_right and request.match_info["sid"] == sid and bool(token)


def _twilio_error(status: int, code: int, text: str) -> web.Response:
    more = f"https://www.twilio.com/docs/errors/{code}"
    body = {"code": code, "message": text, "more_info": more, "status": status}
    return web.json_response(body, status=status)

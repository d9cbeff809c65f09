"""The control API: what a person or a test does with the phones."""

import asyncio
import contextlib
import json
import math
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from channels.simulator.bodies import (
    AskedFault,
    Clock,
    Fault,
    HostileMode,
    Inbound,
    NewPhone,
    Switches,
)
from channels.simulator.graph import WORLD
from channels.simulator.phones import SHARE_CONTACT, Phone
from channels.simulator.world import World

LONGEST_WAIT_S = 30.0
HEARTBEAT_S = 15.0

Model = TypeVar("Model", bound=BaseModel)


routes = web.RouteTableDef()


@routes.post("/api/inbound")
async def post_inbound(request: web.Request) -> web.Response:
    """Deliver a message: `{"phone", "name", "text"}`, or `"reply_id"` for a tap."""
    world, asked = request.app[WORLD], await _read(request, Inbound)
    phone = _phone(world, asked.phone, asked.name)
    shown, content = _content(phone, asked)
    if asked.number_id is not None and asked.number_id not in world.config.numbers:
        raise _wrong("no business number has that number_id; /api/state lists them")
    given = {"message_id": asked.message_id, "timestamp": asked.timestamp}
    message_id, taken = await world.say(phone, shown, content, number_id=asked.number_id, **given)
    return web.json_response({"message_id": message_id, "delivered": taken})


@routes.get("/api/phones/{phone}/messages")
async def get_messages(request: web.Request) -> web.Response:
    """List a phone's messages, oldest first; `?wait=N&after=ID` waits for a newer one."""
    world = request.app[WORLD]
    phone = _phone(world, request.match_info["phone"])
    after = request.query.get("after")
    wait_s = min(_seconds(request.query.get("wait", "0")), LONGEST_WAIT_S)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(wait_s):
            while wait_s and phone.messages and phone.messages[-1].id == after:
                await world.changed.wait()
    return web.json_response([message.shown() for message in phone.messages])


@routes.get("/api/phones")
async def get_phones(request: web.Request) -> web.Response:
    """List the phones and their switches."""
    return web.json_response([phone.shown() for phone in request.app[WORLD].phones.all()])


@routes.post("/api/phones")
async def post_phone(request: web.Request) -> web.Response:
    """Take up a phone: `{"phone", "name"}`."""
    world, asked = request.app[WORLD], await _read(request, NewPhone)
    phone = _phone(world, asked.phone, asked.name)
    world.tell(phone.number)
    return web.json_response(phone.shown(), status=201)


@routes.patch("/api/phones/{phone}")
async def patch_phone(request: web.Request) -> web.Response:
    """Turn a phone's switches: online, on_whatsapp, blocked, bsuid_only."""
    world = request.app[WORLD]
    phone = _phone(world, request.match_info["phone"])
    asked = await _read(request, Switches)
    was_online = phone.online
    for name, value in asked.model_dump(exclude_none=True).items():
        setattr(phone, name, value)
    if phone.online and not was_online:
        world.come_online(phone)
    world.tell(phone.number)
    return web.json_response(phone.shown())


@routes.post("/api/clock")
async def post_clock(request: web.Request) -> web.Response:
    """Put the simulator's clock forward: `{"advance_s": 86400}`."""
    world, asked = request.app[WORLD], await _read(request, Clock)
    world.skew_s += asked.advance_s
    return web.json_response({"now": world.stamp(), "skew_s": world.skew_s})


@routes.post("/api/faults")
async def post_faults(request: web.Request) -> web.Response:
    """Ask for faults: the next sends fail or hang, or the next webhooks come twice.

    `{"kind": "error", "status": 429, "code": 130429, "times": 2, "channel": "whatsapp"}`,
    `{"kind": "timeout"}` (taken, then no answer), `{"kind": "twice", "times": 3}`, or
    `{"kind": "none"}` to forget what was asked.
    """
    world, asked = request.app[WORLD], (await _read(request, AskedFault)).root
    if isinstance(asked, Fault):
        world.faults.append(asked)
    elif asked.kind == "twice":
        world.courier.twice = asked.times
    else:
        world.faults.clear()
        world.courier.twice = 0
    waiting = [fault.model_dump(exclude_none=True) for fault in world.faults]
    return web.json_response({"waiting": waiting, "twice": world.courier.twice})


@routes.put("/api/hostile")
async def put_hostile(request: web.Request) -> web.Response:
    """Be hostile from now on: `{"seed": 7}` with the usual doses, or with the named ones alone."""
    world = request.app[WORLD]
    world.hostile.turn_on(await _read(request, HostileMode))
    world.tell("")
    return web.json_response(world.hostile.shown())


@routes.get("/api/hostile")
async def get_hostile(request: web.Request) -> web.Response:
    """Tell whether the hostile mode is on, its doses, and how often each was done."""
    return web.json_response(request.app[WORLD].hostile.shown())


@routes.delete("/api/hostile")
async def delete_hostile(request: web.Request) -> web.Response:
    """Be kind again; what was done stays to be read."""
    world = request.app[WORLD]
    world.hostile.turn_off()
    world.tell("")
    return web.json_response(world.hostile.shown())


@routes.get("/api/log")
async def get_log(request: web.Request) -> web.Response:
    """List the last webhooks that were delivered, oldest first."""
    return web.json_response(list(request.app[WORLD].courier.log))


@routes.get("/api/state")
async def get_state(request: web.Request) -> web.Response:
    """Tell the clock, the numbers and whether the gateway answered the handshake."""
    world = request.app[WORLD]
    state = {"now": world.stamp(), "skew_s": world.skew_s, "verified": world.is_verified}
    return web.json_response(state | {"numbers": world.config.numbers})


@routes.post("/api/reset")
async def post_reset(request: web.Request) -> web.Response:
    """Forget all phones, faults, the hostile mode and the clock's skew."""
    world = request.app[WORLD]
    world.phones.clear()
    world.faults.clear()
    world.courier.twice = 0
    world.hostile.turn_off()
    world.skew_s = 0.0
    world.tell("")
    return web.json_response({"reset": True})


@routes.get("/api/stream")
async def get_stream(request: web.Request) -> web.StreamResponse:
    """Stream the number of each phone on which something changed (server-sent events)."""
    world = request.app[WORLD]
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    queue: asyncio.Queue[str] = asyncio.Queue(maxsize=1000)
    world.watchers.add(queue)
    try:
        while True:
            await _send_next(response, queue)
    except ConnectionResetError:
        pass
    finally:
        world.watchers.discard(queue)
    return response


async def _send_next(response: web.StreamResponse, queue: "asyncio.Queue[str]") -> None:
    try:
        async with asyncio.timeout(HEARTBEAT_S):
            number = await queue.get()
    except TimeoutError:
        await response.write(b": still here\n\n")
    else:
        await response.write(f"data: {json.dumps({'phone': number})}\n\n".encode())


def _content(phone: Phone, asked: Inbound) -> tuple[str, dict[str, Any]]:
    """Make the message part of a webhook, and what the phone shows for it."""
    if asked.reply_id is not None:
        return _tap(phone, asked.reply_id)
    if asked.type == "text":
        if not isinstance(asked.text, str) or not asked.text:
            raise _wrong("text is missing")
        return asked.text, {"type": "text", "text": {"body": asked.text}}
    usual = {"id": "1", "mime_type": "application/octet-stream"}
    part = (asked.model_extra or {}).get(asked.type, usual)
    return f"[{asked.type}]", {"type": asked.type, asked.type: part}


def _tap(phone: Phone, reply_id: str) -> tuple[str, dict[str, Any]]:
    """Find what a tapped row or button says, the newest message first."""
    for message in reversed(phone.messages):
        for kind, name in (("buttons", "button_reply"), ("rows", "list_reply")):
            for choice in message.more.get(kind, []):
                if choice["id"] == reply_id == SHARE_CONTACT:
                    return f"[{choice['title']}]", _shared(phone, message.id)
                if choice["id"] == reply_id:
                    reply = {"id": reply_id, "title": choice["title"]}
                    interactive = {"type": name, name: reply}
                    context = {"id": message.id}
                    content = {"type": "interactive", "interactive": interactive}
                    return choice["title"], content | {"context": context}
    raise _wrong("no message on this phone offers that reply_id")


def _shared(phone: Phone, asked_by: str) -> dict[str, Any]:
    shared = {"type": "contacts", "origin": "contact_request", "contacts": [phone.card]}
    return shared | {"context": {"id": asked_by}}


def _phone(world: World, number: str, name: str = "") -> Phone:
    try:
        return world.phones.get(number, name)
    except ValueError as error:
        raise _wrong(str(error)) from error


async def _read(request: web.Request, model: type[Model]) -> Model:
    try:
        return model.model_validate(await request.json())
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, fault["loc"])) or "the body"
        raise _wrong(f"{where}: {fault['msg']}") from None
    except (ValueError, RecursionError):
        raise _wrong("the body is no JSON") from None


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise _wrong("wait is a number of seconds")
    return seconds


def _wrong(text: str) -> web.HTTPBadRequest:
    body = json.dumps({"error": text})
    return web.HTTPBadRequest(text=body, content_type="application/json")

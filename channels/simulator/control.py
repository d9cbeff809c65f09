"""The control API: what a person or a test does with the phones."""

import asyncio
import contextlib
import json
from typing import Any

from aiohttp import web

from channels.simulator.graph import WORLD
from channels.simulator.phones import Phone
from channels.simulator.world import World

SWITCHES = ("online", "on_whatsapp", "blocked", "bsuid_only")
LONGEST_WAIT_S = 30.0
HEARTBEAT_S = 15.0

routes = web.RouteTableDef()


@routes.post("/api/inbound")
async def post_inbound(request: web.Request) -> web.Response:
    """Deliver a message: `{"phone", "name", "text"}`, or `"reply_id"` for a tap."""
    world = request.app[WORLD]
    body = await _body(request)
    phone = _phone(world, str(body.get("phone", "")), str(body.get("name", "")))
    shown, content = _content(phone, body)
    given = {key: body[key] for key in ("message_id", "timestamp", "number_id") if key in body}
    if given.get("number_id", next(iter(world.config.numbers))) not in world.config.numbers:
        raise _wrong("no business number has that number_id; /api/state lists them")
    message_id, taken = await world.say(phone, shown, content, **given)
    return web.json_response({"message_id": message_id, "delivered": taken})


@routes.get("/api/phones/{phone}/messages")
async def get_messages(request: web.Request) -> web.Response:
    """List a phone's messages, oldest first; `?wait=N&after=ID` waits for a newer one."""
    world = request.app[WORLD]
    phone = _phone(world, request.match_info["phone"])
    after = request.query.get("after")
    wait_s = min(float(request.query.get("wait", 0)), LONGEST_WAIT_S)
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
    body = await _body(request)
    world = request.app[WORLD]
    phone = _phone(world, str(body.get("phone", "")), str(body.get("name", "")))
    world.tell(phone.number)
    return web.json_response(phone.shown(), status=201)


@routes.patch("/api/phones/{phone}")
async def patch_phone(request: web.Request) -> web.Response:
    """Turn a phone's switches: online, on_whatsapp, blocked, bsuid_only."""
    world = request.app[WORLD]
    phone = _phone(world, request.match_info["phone"])
    body = await _body(request)
    if not set(body) <= set(SWITCHES) or not all(isinstance(v, bool) for v in body.values()):
        raise _wrong(f"switches are {', '.join(SWITCHES)}: true or false")
    was_online = phone.online
    for name, value in body.items():
        setattr(phone, name, value)
    if phone.online and not was_online:
        world.come_online(phone)
    world.tell(phone.number)
    return web.json_response(phone.shown())


@routes.post("/api/clock")
async def post_clock(request: web.Request) -> web.Response:
    """Put the simulator's clock forward: `{"advance_s": 86400}`."""
    world = request.app[WORLD]
    body = await _body(request)
    try:
        world.skew_s += max(0.0, float(body["advance_s"]))
    except (LookupError, TypeError, ValueError):
        raise _wrong("advance_s is a number of seconds") from None
    return web.json_response({"now": world.stamp(), "skew_s": world.skew_s})


@routes.post("/api/faults")
async def post_faults(request: web.Request) -> web.Response:
    """Ask for faults: the next sends fail or hang, or the next webhooks come twice.

    `{"kind": "error", "status": 429, "code": 130429, "times": 2, "channel": "whatsapp"}`,
    `{"kind": "timeout"}` (taken, then no answer), `{"kind": "twice", "times": 3}`, or
    `{"kind": "none"}` to forget what was asked.
    """
    world = request.app[WORLD]
    body = await _body(request)
    kind, times = body.get("kind"), int(body.get("times", 1))
    if kind == "none":
        world.faults.clear()
        world.courier.twice = 0
    elif kind == "twice":
        world.courier.twice = times
    elif kind in ("error", "timeout"):
        world.faults.append({"status": 500} | body | {"times": times})
    else:
        raise _wrong("kind is error, timeout, twice or none")
    return web.json_response({"waiting": list(world.faults), "twice": world.courier.twice})


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
    """Forget all phones, faults and the clock's skew."""
    world = request.app[WORLD]
    world.phones.clear()
    world.faults.clear()
    world.courier.twice = 0
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


def _content(phone: Phone, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Make the message part of a webhook, and what the phone shows for it."""
    if "reply_id" in body:
        return _tap(phone, str(body["reply_id"]))
    kind = str(body.get("type", "text"))
    if kind == "text":
        text = str(body.get("text", ""))
        if not text:
            raise _wrong("text is missing")
        return text, {"type": "text", "text": {"body": text}}
    part = body.get(kind, {"id": "1", "mime_type": "application/octet-stream"})
    return f"[{kind}]", {"type": kind, kind: part}


def _tap(phone: Phone, reply_id: str) -> tuple[str, dict[str, Any]]:
    """Find what a tapped row or button says, the newest message first."""
    for message in reversed(phone.messages):
        for kind, name in (("buttons", "button_reply"), ("rows", "list_reply")):
            for choice in message.more.get(kind, []):
                if choice["id"] == reply_id:
                    reply = {"id": reply_id, "title": choice["title"]}
                    interactive = {"type": name, name: reply}
                    context = {"id": message.id}
                    content = {"type": "interactive", "interactive": interactive}
                    return choice["title"], content | {"context": context}
    raise _wrong("no message on this phone offers that reply_id")


def _phone(world: World, number: str, name: str = "") -> Phone:
    try:
        return world.phones.get(number, name)
    except ValueError as error:
        raise _wrong(str(error)) from error


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        raise _wrong("the body is no JSON") from None
    if not isinstance(body, dict):
        raise _wrong("the body is no object")
    return body


def _wrong(text: str) -> web.HTTPBadRequest:
    body = json.dumps({"error": text})
    return web.HTTPBadRequest(text=body, content_type="application/json")

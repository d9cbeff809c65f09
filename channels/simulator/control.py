"""The control API, what a person does with the phones: write, tap, share, turn a switch."""

import asyncio
import contextlib
import json
from typing import Any

from aiohttp import web

from channels.simulator import asking
from channels.simulator.bodies import Inbound, NewPhone, Switches
from channels.simulator.graph import WORLD
from channels.simulator.phones import MOST_MESSAGES, MOST_PHONES, SHARE_CONTACT, Phone

LONGEST_WAIT_S = 30.0
HEARTBEAT_S = 15.0

routes = web.RouteTableDef()


@routes.post("/api/inbound")
async def post_inbound(request: web.Request) -> web.Response:
    """Deliver a message: `{"phone", "name", "text"}`, or `"reply_id"` for a tap.

    `"share_contact": true` shows a number that is hidden: as the answer where it was asked for.
    """
    world, asked = request.app[WORLD], await asking.read(request, Inbound)
    phone = asking.phone(world, asked.phone, asked.name)
    shown, content = _content(phone, asked)
    if asked.number_id is not None and asked.number_id not in world.config.numbers:
        raise asking.wrong("no business number has that number_id; /api/state lists them")
    given = {"message_id": asked.message_id, "timestamp": asked.timestamp}
    message_id, taken = await world.say(phone, shown, content, number_id=asked.number_id, **given)
    return web.json_response({"message_id": message_id, "delivered": taken})


@routes.get("/api/phones/{phone}/messages")
async def get_messages(request: web.Request) -> web.Response:
    """List a phone's messages, oldest first; `?wait=N&after=ID` waits for a newer one."""
    world = request.app[WORLD]
    phone = asking.phone(world, request.match_info["phone"])
    after = request.query.get("after")
    wait_s = min(asking.seconds(request.query.get("wait", "0")), LONGEST_WAIT_S)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(wait_s):
            while wait_s and phone.messages and phone.messages[-1].id == after:
                await world.changed.wait()
    return web.json_response([message.shown() for message in phone.messages])


@routes.get("/api/phones")
async def get_phones(request: web.Request) -> web.Response:
    """List the phones and their switches, those used last at the end: `?limit=` of them."""
    phones = request.app[WORLD].phones.all()[-asking.limit(request, MOST_PHONES) :]
    return web.json_response([phone.shown() for phone in phones])


@routes.post("/api/phones")
async def post_phone(request: web.Request) -> web.Response:
    """Take up a phone: `{"phone", "name"}`."""
    world, asked = request.app[WORLD], await asking.read(request, NewPhone)
    phone = asking.phone(world, asked.phone, asked.name)
    world.tell(phone.number)
    return web.json_response(phone.shown(), status=201)


@routes.get("/api/phones/{phone}")
async def get_phone(request: web.Request) -> web.Response:
    """Show one phone with its last messages, oldest first: `?limit=` of them."""
    phone = asking.known_phone(request.app[WORLD], request.match_info["phone"])
    last = list(phone.messages)[-asking.limit(request, MOST_MESSAGES) :]
    counted = {"messages": [message.shown() for message in last], "count": len(phone.messages)}
    return web.json_response(phone.shown() | counted)


@routes.delete("/api/phones/{phone}")
async def delete_phone(request: web.Request) -> web.Response:
    """Forget a phone and what was said on it."""
    world = request.app[WORLD]
    phone = asking.known_phone(world, request.match_info["phone"])
    world.phones.forget(phone)
    world.tell("")
    return web.json_response({"forgotten": phone.number})


@routes.patch("/api/phones/{phone}")
async def patch_phone(request: web.Request) -> web.Response:
    """Turn a phone's switches: online, on_whatsapp, blocked, bsuid_only."""
    world = request.app[WORLD]
    phone = asking.phone(world, request.match_info["phone"])
    asked = await asking.read(request, Switches)
    was_online = phone.online
    for name, value in asked.model_dump(exclude_none=True).items():
        setattr(phone, name, value)
    if phone.online and not was_online:
        world.come_online(phone)
    world.tell(phone.number)
    return web.json_response(phone.shown())


@routes.get("/api/stream")
async def get_stream(request: web.Request) -> web.StreamResponse:
    """Stream what changes, as server-sent events.

    `{"phone": number}` is a phone, an empty number everything; `{"call": id}` is one of the log.
    """
    world = request.app[WORLD]
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=1000)
    world.watchers.add(queue)
    try:
        while True:
            await _send_next(response, queue)
    except ConnectionResetError:
        pass
    finally:
        world.watchers.discard(queue)
    return response


async def _send_next(response: web.StreamResponse, queue: "asyncio.Queue[dict[str, Any]]") -> None:
    try:
        async with asyncio.timeout(HEARTBEAT_S):
            news = await queue.get()
    except TimeoutError:
        await response.write(b": still here\n\n")
    else:
        await response.write(f"data: {json.dumps(news)}\n\n".encode())


def _content(phone: Phone, asked: Inbound) -> tuple[str, dict[str, Any]]:
    """Make the message part of a webhook, and what the phone shows for it."""
    if asked.reply_id is not None:
        return _tap(phone, asked.reply_id)
    if asked.share_contact:
        return _share(phone)
    if asked.type == "text":
        if not isinstance(asked.text, str) or not asked.text:
            raise asking.wrong("text is missing")
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
    raise asking.wrong("no message on this phone offers that reply_id")


def _share(phone: Phone) -> tuple[str, dict[str, Any]]:
    """Share the own number: as the answer to who asked last, else of one's own accord."""
    for message in reversed(phone.messages):
        for choice in message.more.get("buttons", []):
            if choice["id"] == SHARE_CONTACT:
                return f"[{choice['title']}]", _shared(phone, message.id)
    return "[contacts]", {"type": "contacts", "contacts": [phone.card]}


def _shared(phone: Phone, asked_by: str) -> dict[str, Any]:
    shared = {"type": "contacts", "origin": "contact_request", "contacts": [phone.card]}
    return shared | {"context": {"id": asked_by}}

"""What came of a command: now, by waiting, or as a stream of server-sent events."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiohttp import web

from services.gateway import store
from services.gateway.api_holds import uuid_of
from services.gateway.asking import await_outcome, find_stored
from services.gateway.bodies import Request
from services.gateway.callers import Access
from services.gateway.context import Ask, Gateway
from services.gateway.endpoint import Endpoint, answer
from services.gateway.middleware import BEGUN
from services.gateway.outcomes import stored_body
from services.gateway.problems import not_found
from services.gateway.wishes import WaitQuery
from shared.messages import Outcome

STREAM = "text/event-stream"
BEAT_S = 10.0
STREAM_S = 300.0
STREAM_HEADERS: Mapping[str, str] = {
    "Content-Type": STREAM,
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}


@dataclass(frozen=True, slots=True)
class Known:
    """A command that somebody asks for: whose it is, what it is about, what came of it."""

    owner: str
    kind: str
    booking_code: str | None
    outcome: Outcome | None = None


async def get_request(ask: Ask) -> web.StreamResponse:
    """Say what came of a command; waits up to `wait` seconds while nothing has."""
    request_id = uuid_of(ask.part("request"))
    known = await _find(ask, request_id)
    if known is None or not _is_theirs(ask, known):
        raise not_found()
    outcome = known.outcome
    if STREAM in ask.request.headers.get("Accept", "") and ask.request.method == "GET":
        return await _stream(ask, request_id, known)
    if outcome is None and ask.query.wait:
        outcome = await _wait(ask.gateway, request_id, ask.query.wait)
    headers = {} if outcome else {"Retry-After": "1"}
    return answer(await _body(ask, request_id, known.owner, outcome), headers=headers)


async def _find(ask: Ask, request_id: UUID) -> Known | None:
    """Find a command: decided, sent by this gateway, or promised by another one."""
    stored = await find_stored(ask.gateway, request_id)
    if stored is not None and (stored.booking_code or not ask.by.booking_code):
        return Known(stored.owner, stored.kind, stored.booking_code, stored.outcome)
    promised = await _find_promised(ask.gateway, request_id)
    if stored is None:
        return promised
    # A refusal names no booking; what was asked for does, and a ticket's holder needs it.
    code = promised.booking_code if promised else None
    return Known(stored.owner, stored.kind, code, stored.outcome)


async def _find_promised(gateway: Gateway, request_id: UUID) -> Known | None:
    """Find a command that this gateway sent or another one promised an answer to."""
    asking = gateway.replies.find(request_id)
    if asking is not None:
        return Known(asking.owner, asking.kind, asking.booking_code)
    async with gateway.db() as db:
        row = await store.find_asked(db, request_id)
    return Known(row["owner"], row["kind"], row["booking_code"]) if row else None


async def _wait(gateway: Gateway, request_id: UUID, wait_s: float) -> Outcome | None:
    """Wait for the reply, or by looking where it goes to another gateway."""
    asking = gateway.replies.find(request_id)
    if asking is None:
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        return await await_outcome(gateway, request_id, future, wait_s)
    with gateway.replies.listen(asking) as reply:
        return await await_outcome(gateway, request_id, reply, wait_s, asking)


async def _body(ask: Ask, request_id: UUID, owner: str, outcome: Outcome | None) -> Request:
    if outcome is None:
        return Request(request_id=request_id, state="pending")
    body: dict[str, Any] = await stored_body(ask.gateway, owner, outcome)
    return Request(request_id=request_id, state="done", outcome=body)


def _is_theirs(ask: Ask, known: Known) -> bool:
    """Whether a caller may read it; a ticket's holder reads of its own booking alone."""
    return ask.by.owns(known.owner) and ask.by.booking_code in {None, known.booking_code}


async def _stream(ask: Ask, request_id: UUID, known: Known) -> web.StreamResponse:
    """Send `pending`, a comment now and then, `outcome`, and end."""
    owner, outcome = known.owner, known.outcome
    response = web.StreamResponse(headers=STREAM_HEADERS)
    ask.request[BEGUN] = True
    await response.prepare(ask.request)
    if outcome is None:
        await _say(response, "pending", await _body(ask, request_id, owner, None))
    ends = asyncio.get_running_loop().time() + STREAM_S
    while outcome is None and asyncio.get_running_loop().time() < ends:
        outcome = await _wait(ask.gateway, request_id, BEAT_S)
        if outcome is None:
            await response.write(b": waiting\n\n")
    if outcome is not None:
        await _say(response, "outcome", await _body(ask, request_id, owner, outcome))
    await response.write_eof()
    return response


async def _say(response: web.StreamResponse, event: str, body: Request) -> None:
    text = body.model_dump_json(exclude_unset=True)
    await response.write(f"event: {event}\nid: {event}\ndata: {text}\n\n".encode())


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/requests/{request}",
        get_request,
        "What came of a command; as text/event-stream where that is accepted",
        {200: Request},
        access=Access.TICKET,
        query=WaitQuery,
        refusals=(401, 404, 422),
    )
]

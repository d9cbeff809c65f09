"""Seats as they change, for pages that stay open (server-sent events)."""

from aiohttp import web

from services.gateway.api_offices import read_asked
from services.gateway.api_requests import STREAM, STREAM_HEADERS
from services.gateway.context import GATEWAY, Ask
from services.gateway.endpoint import Endpoint
from services.gateway.middleware import BEGUN
from services.gateway.problems import overloaded
from services.gateway.wishes import AvailabilityQuery


async def get_availability_stream(ask: Ask) -> web.StreamResponse:
    """Send `availability` as GET gives it, then `slot` for each half day that changes."""
    streams, asked = ask.gateway.streams, await read_asked(ask)
    if streams.is_full():
        raise overloaded()
    async with streams.page(ask.request, *asked) as page:
        response = web.StreamResponse(headers=STREAM_HEADERS)
        ask.request[BEGUN] = True
        await response.prepare(ask.request)
        while (chunk := await page.chunks.get()) is not None:
            await response.write(chunk)
        await response.write_eof()
    return response


async def end_all(app: web.Application) -> None:
    """Let every page go when the gateway ends; they come again, to another one."""
    app[GATEWAY].streams.end()


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/offices/{office}/availability/stream",
        get_availability_stream,
        "Events: `availability` as GET gives it, then `slot` for each half day that changes",
        {200: STREAM},
        query=AvailabilityQuery,
        refusals=(404, 422),
        headers=("Last-Event-ID",),
    )
]

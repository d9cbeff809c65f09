"""When quota opens next: public, the same for everybody, from memory."""

from dataclasses import replace

from aiohttp import web

from services.gateway.api_offices import find_place, prepare
from services.gateway.bodies import NextRelease, Release
from services.gateway.context import Ask, Gateway
from services.gateway.endpoint import Endpoint
from services.gateway.wishes import ReleaseQuery


async def get_next(ask: Ask) -> web.Response:
    """Tell when quota opens next, at one office or at any."""
    query: ReleaseQuery = ask.query
    key = ("release", query.office, query.service)
    shelf = ask.gateway.catalogue.shelf
    kept = shelf.find(key, ask.now)
    if kept is None:
        found = await _find(ask.gateway, query)
        kept = prepare(ask, NextRelease(release=found))
        if found is not None:  # what has opened is never shown as what will
            kept = replace(kept, until=min(kept.until, found.opens_at))
        shelf.keep(key, kept)
    return kept.response(ask.request)


async def _find(gateway: Gateway, query: ReleaseQuery) -> Release | None:
    if query.office is not None:
        await find_place(gateway, query.office)
    places = await gateway.catalogue.places()
    # A service that nobody offers is not looked for: anybody may make up any number of them.
    if query.service and not any(query.service in place.services for place in places.values()):
        return None
    opening = await gateway.catalogue.next_opening(query.office, query.service)
    if opening is None:
        return None
    opens_at, seats = opening
    there = [place for place in places.values() if place.id in seats]
    if not there:
        return None
    first = there[0]
    return Release(
        opens_at=opens_at,
        seats=sum(seats.values()),
        offices=len(there),
        office=first.id,
        office_name=first.name,
        timezone=first.timezone,
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/releases/next",
        get_next,
        "When quota opens next, at one office or at any",
        {200: NextRelease, 304: ""},
        query=ReleaseQuery,
        refusals=(404, 422),
        headers=("If-None-Match",),
        told={200: ("ETag",)},
    )
]

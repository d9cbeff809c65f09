"""Offices and their seats: public, the same for everybody, from memory."""

from datetime import date, timedelta
from hashlib import sha256
from math import asin, cos, radians, sin, sqrt

from aiohttp import web
from pydantic import BaseModel

from services.gateway import availability
from services.gateway.availability import Place
from services.gateway.bodies import Availability, FieldFault, NextAvailable, Office, Offices
from services.gateway.context import Ask, Gateway
from services.gateway.endpoint import Endpoint, answer
from services.gateway.problems import invalid, refused
from services.gateway.wishes import AvailabilityQuery, OfficesQuery
from shared.keys import normal_name
from shared.messages import Refusal

EARTH_KM = 6371.0
PUBLIC = {"Cache-Control": "public, max-age=1"}
DEFAULT_SPAN = timedelta(days=30)
LONGEST_SPAN = timedelta(days=92)


async def get_offices(ask: Ask) -> web.Response:
    """List offices: by words, by distance, by service, with or without seats."""
    query: OfficesQuery = ask.query
    places = (await ask.gateway.catalogue.places()).values()
    found = [p for p in places if query.service is None or query.service in p.services]
    # A service that nobody offers is not looked for: anybody may make up any number of them.
    free = await ask.gateway.catalogue.next_free(query.service) if found else {}
    found = [p for p in found if matches(p, query.q or "")]
    found = [p for p in found if p.id in free or not query.available]
    offices = [describe(p, free.get(p.id), query.near) for p in found]
    if query.near:
        offices.sort(key=lambda o: (o.distance_km is None, o.distance_km))
    return _public(ask, Offices(offices=offices))


async def get_office(ask: Ask) -> web.Response:
    """Show one office."""
    place = await find_place(ask.gateway, ask.part("office"))
    free = await ask.gateway.catalogue.next_free(None)
    return _public(ask, describe(place, free.get(place.id), None))


async def get_availability(ask: Ask) -> web.Response:
    """Show the seats of one service, day by day; 304 where nothing changed."""
    query: AvailabilityQuery = ask.query
    place = await find_place(ask.gateway, ask.part("office"))
    service = pick_service(place, query.service)
    span = span_of(query, place.today(ask.now))
    board = await ask.gateway.catalogue.board(place, service)
    body = availability.describe(place, service, board, span, ask.now)
    return _public(ask, body)


def _public(ask: Ask, body: Offices | Office | Availability) -> web.Response:
    """Answer what is the same for everybody; 304 to who has it already."""
    headers = PUBLIC | {"ETag": etag_of(body)}
    if same_etag(ask.request.headers.get("If-None-Match", ""), headers["ETag"]):
        return web.Response(status=304, headers=headers)
    return answer(body, headers=headers)


async def find_place(gateway: Gateway, office: str) -> Place:
    """Find an office; raises ProblemError 404."""
    place = (await gateway.catalogue.places()).get(office)
    if place is None:
        raise refused(Refusal.UNKNOWN_OFFICE)
    return place


def pick_service(place: Place, service: str | None) -> str:
    """Take the service that is named, or the only one; raises ProblemError 422."""
    if service is not None:
        return service
    if len(place.services) != 1:
        fault = FieldFault(loc=["service"], msg="this office offers several: name one")
        raise invalid([fault], services=list(place.services))
    return place.services[0]


def span_of(query: AvailabilityQuery, today: date) -> tuple[date, date]:
    """Read which days are meant; raises ProblemError 422."""
    first = query.first or today
    if not today - availability.BACK <= first <= today + availability.AHEAD:
        raise invalid([FieldFault(loc=["from"], msg="outside of the days that are kept")])
    last = query.last or min(first + DEFAULT_SPAN, today + availability.AHEAD)
    if not first <= last <= min(first + LONGEST_SPAN, today + availability.AHEAD):
        raise invalid([FieldFault(loc=["to"], msg="0 to 92 days after `from`, and 400 ahead")])
    return first, last


def etag_of(body: BaseModel) -> str:
    """Mark what is shown, without the moment at which it was read."""
    text = body.model_dump_json(exclude={"as_of"})
    return f'W/"{sha256(text.encode()).hexdigest()[:24]}"'


def same_etag(header: str, etag: str) -> bool:
    """Whether If-None-Match names this tag, compared weakly (RFC 9110, 13.1.2)."""
    bare = etag.removeprefix("W/")
    return any(t.strip().removeprefix("W/") in {bare, "*"} for t in header.split(","))


def matches(place: Place, words: str) -> bool:
    """Whether an office has all the words in its id, name, province or address."""
    text = normal_name(
        f"{place.id} {place.name} {place.short_name} {place.province} {place.address}"
    )
    return all(word in text for word in normal_name(words).split())


def describe(place: Place, free: NextAvailable | None, near: tuple[float, float] | None) -> Office:
    """Write an office as citizens see it."""
    here = (place.lat, place.lon)
    distance = {"distance_km": distance_km(near, here)} if near else {}
    return Office(
        office=place.id,
        name=place.name,
        short_name=place.short_name,
        address=place.address,
        province=place.province,
        timezone=place.timezone,
        lat=place.lat,
        lon=place.lon,
        phone=place.phone,
        services=list(place.services),
        next_available=free,
        **distance,
    )


def distance_km(
    near: tuple[float, float], there: tuple[float | None, float | None]
) -> float | None:
    """Compute kilometres on a sphere (haversine), to 100 m; None where a place is unknown."""
    if there[0] is None or there[1] is None:
        return None
    lat1, lon1, lat2, lon2 = map(radians, (*near, there[0], there[1]))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * EARTH_KM * asin(min(1.0, sqrt(half))), 1)


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/offices",
        get_offices,
        "List offices with their next free date",
        {200: Offices, 304: ""},
        query=OfficesQuery,
        refusals=(422,),
        headers=("If-None-Match",),
        told={200: ("ETag",)},
    ),
    Endpoint(
        "GET",
        "/v1/offices/{office}",
        get_office,
        "Show one office",
        {200: Office, 304: ""},
        refusals=(404, 422),
        headers=("If-None-Match",),
        told={200: ("ETag",)},
    ),
    Endpoint(
        "GET",
        "/v1/offices/{office}/availability",
        get_availability,
        "Show the seats of one service, day by day",
        {200: Availability, 304: ""},
        query=AvailabilityQuery,
        refusals=(404, 422),
        headers=("If-None-Match",),
        told={200: ("ETag",)},
    ),
]

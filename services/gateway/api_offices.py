"""Offices and their seats: public, the same for everybody, from memory."""

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

from aiohttp import web
from pydantic import BaseModel

from services.gateway import availability
from services.gateway.availability import Place, Span
from services.gateway.bodies import Availability, FieldFault, NextAvailable, Office, Offices
from services.gateway.context import Ask, Gateway
from services.gateway.endpoint import Endpoint
from services.gateway.nearby import distance_km
from services.gateway.prepared import LIFE, Prepared
from services.gateway.problems import invalid, refused
from services.gateway.wishes import AvailabilityQuery, OfficesQuery
from shared.keys import normal_name
from shared.messages import Refusal

JSON = "application/json"
DEFAULT_SPAN = timedelta(days=30)
LONGEST_SPAN = timedelta(days=92)
ABOUT_10_M = 4  # decimals of a degree


async def get_offices(ask: Ask) -> web.Response:
    """List offices: by words, by distance, by service, with or without seats."""
    query: OfficesQuery = ask.query
    key = ("offices", query.q, query.near, query.service, query.available, query.brief)
    shelf = ask.gateway.catalogue.shelf
    kept = shelf.find(key, ask.now)
    if kept is None:
        kept = shelf.keep(key, prepare(ask, await _list_offices(ask.gateway, query)))
    return kept.response(ask.request)


async def _list_offices(gateway: Gateway, query: OfficesQuery) -> Offices:
    places = (await gateway.catalogue.places()).values()
    found = [p for p in places if query.service is None or query.service in p.services]
    # A service that nobody offers is not looked for: anybody may make up any number of them.
    free = await gateway.catalogue.next_free(query.service) if found else {}
    found = [p for p in found if matches(p, query.q or "")]
    found = [p for p in found if p.id in free or not query.available]
    write = outline if query.brief else describe
    offices = [write(p, free.get(p.id), query.near) for p in found]
    if query.near:
        offices.sort(key=lambda o: (o.distance_km is None, o.distance_km))
    return Offices(offices=offices)


async def get_office(ask: Ask) -> web.Response:
    """Show one office."""
    place = await find_place(ask.gateway, ask.part("office"))
    free = await ask.gateway.catalogue.next_free(None)
    return prepare(ask, describe(place, free.get(place.id), None)).response(ask.request)


async def get_availability(ask: Ask) -> web.Response:
    """Show the seats of one service, day by day; 304 where nothing changed."""
    query: AvailabilityQuery = ask.query
    key = ("availability", ask.part("office"), query.service, query.first, query.last)
    shelf = ask.gateway.catalogue.shelf
    kept = shelf.find(key, ask.now)
    if kept is None:
        kept = shelf.keep(key, await _prepare_availability(ask))
    return kept.response(ask.request)


async def _prepare_availability(ask: Ask) -> Prepared:
    place, service, span = await read_asked(ask)
    board = await ask.gateway.catalogue.board(place, service)
    # Between here and the end nothing is waited for, so that body and version belong together.
    body = availability.describe(place, service, board, span, ask.now)
    prepared = prepare(ask, body)
    until = min(board.as_of + LIFE, board.offer.turns_at(ask.now))
    return replace(prepared, until=until, offer=board.offer, version=board.offer.version)


def prepare(ask: Ask, body: BaseModel) -> Prepared:
    """Write what is the same for everybody."""
    text = body.model_dump_json(exclude_unset=True).encode()
    return Prepared(text, JSON, ask.now, ask.now + LIFE, etag=etag_of(body))


async def read_asked(ask: Ask) -> tuple[Place, str, Span]:
    """Read which office, service and days are meant; raises ProblemError 404 or 422."""
    query: AvailabilityQuery = ask.query
    place = await find_place(ask.gateway, ask.part("office"))
    service = pick_service(place, query.service)
    return place, service, span_of(query, place.today(ask.now))


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


def span_of(query: AvailabilityQuery, today: date) -> Span:
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


def matches(place: Place, words: str) -> bool:
    """Whether an office has all the words in its id, name, province or address."""
    text = normal_name(
        f"{place.id} {place.name} {place.short_name} {place.province} {place.address}"
    )
    return all(word in text for word in normal_name(words).split())


def describe(place: Place, free: NextAvailable | None, near: tuple[float, float] | None) -> Office:
    """Write an office as citizens see it."""
    office = outline(place, free, near)
    more = {"short_name": place.short_name, "phone": place.phone}
    return office.model_copy(update={"lat": place.lat, "lon": place.lon, **more})


def outline(place: Place, free: NextAvailable | None, near: tuple[float, float] | None) -> Office:
    """Write of an office what a list on a phone shows, and where it is to about ten metres."""
    here = (place.lat, place.lon)
    distance = {"distance_km": distance_km(near, here)} if near else {}
    return Office(
        office=place.id,
        name=place.name,
        address=place.address,
        province=place.province,
        timezone=place.timezone,
        lat=_nearly(place.lat),
        lon=_nearly(place.lon),
        services=list(place.services),
        next_available=free,
        **distance,
    )


def _nearly(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, ABOUT_10_M)


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

"""Where there is quota, from what is known of all slots: pure.

What booking's own `booking_api.alternatives` says, computed without asking it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from math import asin, cos, radians, sin, sqrt

from services.gateway.availability import Place
from services.gateway.bodies import NextAvailable
from services.gateway.memory import Memory, Offer, Seats
from shared.messages import Alternative

EARTH_KM = 6371.0
FAR = float("inf")  # offices whose place is unknown come last


def distance_km(
    near: tuple[float, float], there: tuple[float | None, float | None]
) -> float | None:
    """Compute kilometres on a sphere (haversine), to 100 m; None where a place is unknown."""
    if there[0] is None or there[1] is None:
        return None
    lat1, lon1, lat2, lon2 = map(radians, (*near, there[0], there[1]))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * EARTH_KM * asin(min(1.0, sqrt(half))), 1)


def next_free(offers: Iterable[Offer], now: datetime) -> dict[str, NextAvailable]:
    """Give each office's first session with a seat, of whichever service is given."""
    first: dict[str, Seats] = {}
    for offer in offers:
        for seats in offer.free(now)[:1]:
            known = first.get(offer.office)
            if known is None or _order(seats) < _order(known):
                first[offer.office] = seats
    return {
        office: NextAvailable(date=s.when[0], session=s.when[1], remaining=s.remaining)
        for office, s in first.items()
    }


def next_opening(
    offers: Iterable[Offer], office: str | None, now: datetime
) -> tuple[datetime, dict[str, int]] | None:
    """Give the next moment at which quota opens, at one office or all, and the seats of each."""
    found: dict[datetime, dict[str, int]] = {}
    for offer in offers:
        opens = offer.opens(now) if office in {None, offer.office} else None
        if opens is not None:
            there = found.setdefault(opens[0], {})
            there[offer.office] = there.get(offer.office, 0) + opens[1]
    return min(found.items(), default=None, key=lambda one: one[0])


def alternatives(
    memory: Memory, places: Mapping[str, Place], wanted: tuple[str, str], others: int, now: datetime
) -> list[Alternative]:
    """Give two sessions of this office, then the first of each of the nearest other offices."""
    office, service = wanted
    here = places.get(office)
    if here is None:
        return []
    found: list[Alternative] = []
    far: list[tuple[float, str, Seats]] = []
    for offer in memory.offers(service):
        free, place = offer.free(now), places.get(offer.office)
        if place is here:
            found = [_alternative(here, seats, 0.0) for seats in free]
        elif place is not None and free:
            km = _between(here, place)
            far.append((FAR if km is None else km, place.id, free[0]))
    nearest = sorted(far, key=lambda one: one[:2])[:others]
    return found + [
        _alternative(places[name], seats, None if km == FAR else km) for km, name, seats in nearest
    ]


def _between(here: Place, there: Place) -> float | None:
    if here.lat is None or here.lon is None:
        return None
    return distance_km((here.lat, here.lon), (there.lat, there.lon))


def _alternative(place: Place, seats: Seats, km: float | None) -> Alternative:
    return Alternative(
        office=place.id,
        office_name=place.short_name,
        service=seats.offer.service,
        date=seats.when[0],
        session=seats.when[1],
        remaining=seats.remaining,
        distance_km=km,
    )


def _order(seats: Seats) -> tuple[object, ...]:
    return (seats.when[0], seats.starts)

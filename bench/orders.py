"""People who order a ticket each from pretix, as bytes, and what came of it. Pure."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.crowd import name_of


@dataclass(frozen=True, slots=True)
class Orders:
    """So many people from `first` on, each of whom orders one free ticket of one event."""

    first: int
    count: int
    organizer: str
    event: str
    item: int
    token: str

    def make(self) -> list[bytes]:
        """Make every request."""
        return [self._request(number) for number in range(self.first, self.first + self.count)]

    def _request(self, number: int) -> bytes:
        given, _, family = name_of(number).partition(" ")
        name = {"given_name": given, "family_name": family}
        position = {"item": self.item, "attendee_name_parts": name}
        # Free tickets count as paid. No mail is sent unless it is asked for.
        order = {"email": f"contoh-{number}@example.org", "locale": "en", "status": "p"}
        body = json.dumps({**order, "payment_provider": "free", "positions": [position]})
        return (
            f"POST /api/v1/organizers/{self.organizer}/events/{self.event}/orders/ HTTP/1.1\r\n"
            f"Host: 127.0.0.1\r\nAuthorization: Token {self.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


@dataclass(frozen=True, slots=True)
class Rush:
    """So many orders for so many seats."""

    name: str
    orders: int
    seats: int


def is_sold_out(body: bytes) -> bool:
    """Whether a refusal says that the quota has no more."""
    return b"not enough quota" in body


def wrong_with(rush: Rush, sold: int, granted: int, refused: int) -> str:
    """Say what must not be about a rush; empty where all is right.

    Whoever was left without an answer may have a ticket, so that more may be sold than granted.
    """
    most = min(rush.seats, rush.orders)
    if sold > rush.seats:
        return f"{rush.seats} seats were to be sold, {sold} were"
    if sold < granted:
        return f"{granted} people were told of a ticket, and {sold} have one"
    if granted + refused == rush.orders and (sold, granted) != (most, most):
        return f"{most} seats were to be sold, {sold} were and {granted} people were told"
    return ""


def beside(
    rush: Rush, samples: Mapping[str, Sequence[float]], raw: Mapping[str, Sequence[Any]]
) -> dict[str, str]:
    """Make a line of the table: medians of both systems, and of the ratios of each repetition."""
    ours, theirs = rush.name, f"{rush.name}, pretix"
    ratios = [a / b for a, b in zip(samples[ours], samples[theirs], strict=True)]
    told = Counter[str]()
    for one in raw[theirs]:
        told.update(one["statuses"])
    runs = len(raw[theirs])

    def times(name: str, share: str) -> str:
        return f"{1000 * median(one[share] for one in raw[name]):,.0f} ms"

    return {
        "rush": f"{rush.name}: {rush.orders} for {rush.seats}",
        "pretix": f"{median(samples[theirs]):,.1f}/s",
        "p50": times(theirs, "p50"),
        "p99": times(theirs, "p99"),
        "answers": ", ".join(f"{n / runs:.0f} x {status}" for status, n in sorted(told.items())),
        "sold": ", ".join(str(one["sold"]) for one in raw[theirs]),
        "oversold": str(sum(one["oversold"] for one in raw[theirs])),
        "ours": f"{median(samples[ours]):,.0f}/s",
        "our p50": times(ours, "p50"),
        "our p99": times(ours, "p99"),
        "ours by pretix": f"{median(ratios):,.0f}x ({min(ratios):,.0f}..{max(ratios):,.0f})",
    }

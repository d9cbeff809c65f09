"""Answers that are the same for everybody, written once for as long as they hold."""

import gzip
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web

from services.gateway.codings import pick_coding
from services.gateway.memory import Offer

LIFE = timedelta(seconds=1)  # what an answer may be behind what is not heard of at once
MOST_BYTES = 8_000_000
ENTRY_BYTES = 500  # what one takes besides its body
LEAST_BYTES = 1_000  # what is shorter than that travels in one packet anyhow
GZIP = "gzip"
FAST = 6  # the level: 41 KB of offices are 9 KB, in a millisecond
PUBLIC = {"Cache-Control": "public, max-age=1"}


@dataclass(frozen=True, slots=True)
class Prepared:
    """An answer and how long it holds: until a time, and until a slot of its offer changes."""

    body: bytes
    content_type: str
    made_at: datetime
    until: datetime
    status: int = 200
    etag: str | None = None
    offer: Offer | None = None
    version: int = 0
    # The body in each coding that was asked for: made once, for whoever comes first.
    coded: dict[str, bytes] = field(default_factory=dict, compare=False, repr=False)

    def holds(self, now: datetime) -> bool:
        """Whether it still is what would be written now."""
        is_same = self.offer is None or self.offer.version == self.version
        return is_same and self.made_at <= now < self.until

    def response(self, request: web.Request) -> web.Response:
        """Answer with it; 304 to who has it already."""
        if self.etag is None:
            return web.Response(body=self.body, status=self.status, content_type=self.content_type)
        headers = PUBLIC | {"ETag": self.etag, "Vary": "Accept-Encoding"}
        if same_etag(request.headers.get("If-None-Match", ""), self.etag):
            return web.Response(status=304, headers=headers)
        body = self.body
        if self._is_worth_it(request.headers.get("Accept-Encoding", "")):
            headers |= {"Content-Encoding": GZIP}
            body = self._zipped()
        return web.Response(body=body, content_type=self.content_type, headers=headers)

    def _is_worth_it(self, accepted: str) -> bool:
        return len(self.body) >= LEAST_BYTES and pick_coding(accepted, {GZIP}) == GZIP

    def _zipped(self) -> bytes:
        if GZIP not in self.coded:
            self.coded[GZIP] = gzip.compress(self.body, FAST, mtime=0)
        return self.coded[GZIP]


class Shelf:
    """Prepared answers by what was asked for, eight megabytes at most."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Prepared] = {}
        self._bytes = 0

    def find(self, key: Hashable, now: datetime) -> Prepared | None:
        """Find an answer that still holds."""
        kept = self._kept.get(key)
        return kept if kept is not None and kept.holds(now) else None

    def keep(self, key: Hashable, answer: Prepared) -> Prepared:
        """Keep an answer; where there are too many, all others go, and are written anew."""
        before = self._kept.pop(key, None)
        self._bytes += _size(answer) - (_size(before) if before else 0)
        if self._bytes > MOST_BYTES:
            self._kept.clear()
            self._bytes = _size(answer)
        self._kept[key] = answer
        return answer


def _size(answer: Prepared) -> int:
    return len(answer.body) * 4 // 3 + ENTRY_BYTES  # compressed it is a third at most


def same_etag(header: str, etag: str) -> bool:
    """Whether If-None-Match names this tag, compared weakly (RFC 9110, 13.1.2)."""
    if header in {"", etag}:  # what nearly all of them are
        return header == etag
    bare = etag.removeprefix("W/")
    return any(t.strip().removeprefix("W/") in {bare, "*"} for t in header.split(","))

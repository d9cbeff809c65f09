"""What the browser saw, as bench/web/visits.mjs says it."""

from pydantic import BaseModel


class Request(BaseModel):
    """One request of a page."""

    url: str
    bytes: int
    kind: str


class Visit(BaseModel):
    """The best run of Lighthouse on a page, and one load of it on a slow line."""

    shown: str
    runs: int
    scores: dict[str, int]
    lcp_ms: float
    tbt_ms: float
    cls: float
    slow_lcp_ms: float
    requests: list[Request]
    failed: list[str]


class Again(BaseModel):
    """The ticket where this device has it already."""

    repeat_lcp_ms: float
    offline_lcp_ms: float


class Seen(BaseModel):
    """All pages, by name."""

    browser: str
    pages: dict[str, Visit]
    again: Again | None

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from services.gateway import prepared
from services.gateway.memory import Offer
from services.gateway.prepared import Prepared, Shelf, same_etag

NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def an_answer(body: bytes = b"{}", offer: Offer | None = None) -> Prepared:
    version = offer.version if offer else 0
    return Prepared(body, "application/json", NOON, NOON + SECOND, offer=offer, version=version)


def test_an_answer_serves_until_its_time() -> None:
    shelf = Shelf()
    kept = shelf.keep("a", an_answer())

    assert shelf.find("a", NOON) is kept
    assert shelf.find("a", NOON + SECOND) is None
    assert shelf.find("a", NOON - SECOND) is None
    assert shelf.find("b", NOON) is None


def test_an_answer_serves_until_a_slot_changes() -> None:
    shelf, offer = Shelf(), Offer("padang", "passport")
    shelf.keep("a", an_answer(offer=offer))

    offer.changed()

    assert shelf.find("a", NOON) is None


@pytest.mark.parametrize(
    ("header", "is_same"),
    [
        ('W/"a"', True),
        ('"a"', True),
        ('"b", W/"a"', True),
        ("*", True),
        ("", False),
        ('W/"b"', False),
        ("a", False),
    ],
)
def test_a_tag_is_compared_weakly(header: str, is_same: bool) -> None:
    assert same_etag(header, 'W/"a"') is is_same


def test_a_shelf_that_is_full_is_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "MOST_BYTES", 2_500)
    shelf = Shelf()
    for _ in range(3):
        shelf.keep("a", an_answer(b"x" * 1_000))
    assert shelf.find("a", NOON)

    shelf.keep("b", an_answer(b"x" * 1_000))

    assert shelf.find("a", NOON) is None
    assert shelf.find("b", NOON)


LONG = b'{"office":"padang"}' * 100


def asked(accepted: str | None) -> web.Request:
    headers = {} if accepted is None else {"Accept-Encoding": accepted}
    return make_mocked_request("GET", "/v1/offices", headers=headers)


def test_whoever_takes_gzip_gets_a_long_answer_shorter() -> None:
    answer = replace(an_answer(LONG), etag='W/"a"')

    small, plain = answer.response(asked("gzip, br")), answer.response(asked(None))

    assert (small.headers["Content-Encoding"], gzip.decompress(body_of(small))) == ("gzip", LONG)
    assert ("Content-Encoding" in plain.headers, body_of(plain)) == (False, LONG)
    assert small.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


def test_an_answer_is_compressed_once() -> None:
    answer = replace(an_answer(LONG), etag='W/"a"')

    first, again = (answer.response(asked("gzip")).body for _ in range(2))

    assert first is again


def test_a_short_answer_is_sent_as_it_is() -> None:
    answer = replace(an_answer(b"{}"), etag='W/"a"')

    assert "Content-Encoding" not in answer.response(asked("gzip")).headers


def body_of(response: web.Response) -> bytes:
    assert isinstance(response.body, bytes)
    return response.body

from datetime import UTC, datetime, timedelta

import pytest

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

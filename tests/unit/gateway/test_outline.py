"""What an operator is shown of a webhook that could not be read."""

import json
from typing import Any

import pytest

from services.gateway.channels.payload import outline

WRONG = "Siti Aminah 3171011708900001"


def webhook(**value: Any) -> bytes:
    return json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()


def test_it_is_counted_by_kind_and_dated() -> None:
    text = {"type": "text", "timestamp": "1800000000", "from": "628123456789"}
    read = {"status": "read", "timestamp": "1800000060"}

    shown = outline(webhook(messages=[text, text, {"type": "image"}], statuses=[read]))

    assert shown == {
        "json": True,
        "changes": 1,
        "messages": {"text": 2, "image": 1},
        "statuses": {"read": 1},
        "first": "2027-01-15T08:00:00+00:00",
        "last": "2027-01-15T08:01:00+00:00",
    }


@pytest.mark.parametrize(
    "raw",
    [
        webhook(messages=[{"type": WRONG, "timestamp": WRONG, "text": {"body": WRONG}}]),
        webhook(messages=[{"type": [WRONG]}, WRONG, None], statuses=[{"status": {"a": WRONG}}]),
        webhook(messages=WRONG, statuses={"a": WRONG}),
        json.dumps({"entry": WRONG}).encode(),
        json.dumps({"entry": [{"changes": WRONG}, WRONG]}).encode(),
        json.dumps(WRONG).encode(),
        WRONG.encode(),
        b"[" * 9_000,
        b"",
    ],
)
def test_whatever_is_in_it_no_word_of_it_is_shown(raw: bytes) -> None:
    shown = json.dumps(outline(raw))

    assert "Siti" not in shown
    assert "31710" not in shown

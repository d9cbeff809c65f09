"""What any release wrote on the wire, today's services read: they are upgraded one by one."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from services.booking.arriving import Arrived, reader
from services.notifier.handlers import decode
from shared.keys import Keys
from shared.messages import Message, Replies, SeatsTold
from tests.golden import write

GOLDEN = sorted(write.GOLDEN.glob("*/*.json"))
COMMANDS = reader(Keys.from_secret("x" * 32))


def commands(body: bytes) -> Sequence[Any]:
    """Read as a booking worker does."""
    arrived: list[Arrived] = COMMANDS(SimpleNamespace(body=body, reply_to="gw.one"))  # type: ignore[arg-type]
    assert [one.fault for one in arrived] == [None] * len(arrived)
    return [one.prepared for one in arrived]


def replies(body: bytes) -> Sequence[Any]:
    """Read as a gateway does."""
    return Replies.model_validate_json(body).outcomes


def told(body: bytes) -> Sequence[Any]:
    """Read as a notifier does; a gateway and an integrator read events one by one."""
    return decode(SimpleNamespace(body=body))  # type: ignore[arg-type]


def seats(body: bytes) -> Sequence[Any]:
    """Read as a gateway does."""
    return SeatsTold.model_validate_json(body).slots


READERS: dict[str, Callable[[bytes], Sequence[Any]]] = {
    "command": commands,
    "reply": replies,
    "event": told,
    "notice": told,
    "seats": seats,
}


def read(path: Path, body: bytes) -> Sequence[Any]:
    return READERS[path.stem.split(".")[0]](body)


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def said(found: Any) -> Any:
    """Write what was read, without what is absent."""
    message: Message = getattr(found, "command", found) if hasattr(found, "mark") else found
    return message.model_dump(mode="json", exclude_none=True)


def means(found: Any, written: Any) -> bool:
    """Whether what was read says all that was written; a later release may know more fields."""
    if isinstance(written, dict):
        return all(means(found.get(key), one) for key, one in written.items())
    if isinstance(written, list):
        return len(found) == len(written) and all(map(means, found, written))
    return bool(found == written)


def items(body: bytes) -> list[Any]:
    """List what a message holds, as JSON."""
    whole = json.loads(body)
    if isinstance(whole, list):
        return whole
    several = next((whole[key] for key in ("commands", "outcomes", "slots") if key in whole), None)
    return [whole] if several is None else several


def grown(value: Any) -> Any:
    """Add to every object a field that no release knows yet."""
    if isinstance(value, dict):
        return {key: grown(one) for key, one in value.items()} | {"later": {"than": "now"}}
    return [grown(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", GOLDEN, ids=name)
def test_what_a_release_wrote_is_read_today_as_it_was_meant(path: Path) -> None:
    body = path.read_bytes()

    found = read(path, body)

    assert means([said(one) for one in found], items(body))


@pytest.mark.parametrize("path", GOLDEN, ids=name)
def test_a_field_of_a_later_release_changes_nothing_of_what_is_read(path: Path) -> None:
    body = path.read_bytes()

    later = json.dumps(grown(json.loads(body))).encode()

    assert later != body
    assert read(path, later) == read(path, body)


def test_this_release_writes_what_is_recorded_for_it() -> None:
    recorded = {
        path.stem: path.read_bytes().rstrip(b"\n")
        for path in (write.GOLDEN / write.version()).glob("*.json")
    }

    assert recorded == write.messages()


@pytest.mark.parametrize(
    "body",
    [
        b'{"kind": "text.shout", "id": "00000000-0000-5000-8000-000000000006"}',
        b'{"kind": "contact.lost"}',
        b"7",
        b'[{"specversion": "2.0"}]',
    ],
)
def test_what_a_notifier_does_not_know_it_does_not_take(body: bytes) -> None:
    """It raises, so that the loop parks it: what is only skipped is lost."""
    with pytest.raises(ValidationError):
        told(body)


def test_a_command_of_a_later_release_spoils_no_other() -> None:
    batch = json.loads((write.GOLDEN / write.version() / "command.batch.json").read_bytes())
    batch["commands"].insert(1, {"kind": "seat.swap", "id": "6"})

    arrived = COMMANDS(SimpleNamespace(body=json.dumps(batch).encode(), reply_to=None))  # type: ignore[arg-type]

    assert [one.fault is None for one in arrived] == [True, False, *[True] * (len(arrived) - 2)]

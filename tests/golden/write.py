"""Write the golden messages of this release: every kind, byte by byte as it goes over the wire.

`python -m tests.golden.write`, before a release and never for one that is out. The samples are
those of tests/contract/messages.
"""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from services.booking.answering import Answer, write_replies
from services.booking.outbox import _bundles
from shared.messages import (
    COMMANDS,
    NOTICES,
    RESULTS,
    CommandBatch,
    Event,
    SeatsTold,
    SlotSeats,
    is_told,
)

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "contract" / "messages"
GOLDEN = Path(__file__).parent
COMMAND_ID = UUID("00000000-0000-5000-8000-000000000001")
ANSWERED = {  # a result, and a command that comes to it
    "hold_granted": "hold.place",
    "booking_granted": "hold.confirm",
    "seat_given_back": "hold.release",
    "hold_extended": "hold.extend",
    "refused": "hold.place",
}


def version() -> str:
    """Name the release that the tree is, or is to be."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["project"]["version"])


def messages() -> dict[str, bytes]:
    """Write every message as its sender does, by the name of its file."""
    return dict([*_commands(), *_replies(), *_events(), *_notices(), _seats()])


def _samples(what: str, reader: TypeAdapter[Any]) -> Iterator[tuple[str, Any]]:
    for path in sorted(SAMPLES.glob(f"{what}.*.json")):
        text = json.loads(path.read_text(encoding="utf-8"))
        yield path.stem.removeprefix(f"{what}."), reader.validate_python(text)


def _commands() -> Iterator[tuple[str, bytes]]:
    """As the gateway sends them: those that waited at one moment together, nothing left out."""
    found = dict(_samples("command", COMMANDS))
    for kind, command in found.items():
        yield f"command.{kind}", CommandBatch(commands=(command,)).model_dump_json().encode()
    batch = CommandBatch(commands=tuple(found.values()))
    yield "command.batch", batch.model_dump_json().encode()
    # As a chat sends it: what is absent leaves no trace.
    chat = CommandBatch(commands=tuple(found.values())[:1])
    yield "command.chat", chat.model_dump_json(exclude_none=True).encode()


def _replies() -> Iterator[tuple[str, bytes]]:
    """As a booking worker answers: outcomes as they are stored."""
    answers = [
        Answer(COMMAND_ID, ANSWERED[kind], result.model_dump_json(exclude_none=True))
        for kind, result in _samples("result", RESULTS)
    ]
    for (kind, _), answer in zip(_samples("result", RESULTS), answers, strict=True):
        yield f"reply.{kind}", write_replies([answer])
    yield "reply.batch", write_replies(answers)


def _events() -> Iterator[tuple[str, bytes]]:
    """As the relay publishes them, and as the notifier gets those that somebody is told of."""
    told = []
    for kind, event in _samples("event", TypeAdapter(Event)):
        body = event.model_dump_json(exclude_none=True).encode()
        told += [body] if is_told(event) else []
        yield f"event.{kind}", body
    yield "event.batch", _bundles(told, 0)[0].body


def _notices() -> Iterator[tuple[str, bytes]]:
    """As the gateway tells the notifier: from its outbox, and a login's code at once."""
    for kind, notice in _samples("notice", NOTICES):
        yield f"notice.{kind}", notice.model_dump_json(exclude_none=True).encode()
        if kind == "text.send":
            yield "notice.login", notice.model_dump_json().encode()


def _seats() -> tuple[str, bytes]:
    """As a booking worker tells all gateways of the seats that a batch changed."""
    _, event = next(_samples("event", TypeAdapter(Event)))
    seats = SlotSeats(slot_id=event.partitionkey, seq=7, capacity=40, remaining=39)
    return "seats.told", SeatsTold(at=event.time, slots=(seats,)).model_dump_json().encode()


def write() -> None:
    """Write the files of this release."""
    folder = GOLDEN / version()
    folder.mkdir(exist_ok=True)
    for name, body in messages().items():
        (folder / f"{name}.json").write_bytes(body + b"\n")


if __name__ == "__main__":
    write()

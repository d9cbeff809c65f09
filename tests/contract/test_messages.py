"""The messages as they were once written down: every later release reads and writes them alike."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from shared.messages import (
    COMMANDS,
    NOTICES,
    RESULTS,
    Event,
    EventType,
    SomeCommand,
    SomeNotice,
    SomeResult,
)

SAMPLES = sorted((Path(__file__).parent / "messages").glob("*.json"))
READERS: dict[str, TypeAdapter[Any]] = {
    "command": COMMANDS,
    "result": RESULTS,
    "notice": NOTICES,
    "event": TypeAdapter(Event),
}


def name(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", SAMPLES, ids=name)
def test_a_recorded_message_is_read_and_written_as_it_was(path: Path) -> None:
    recorded = json.loads(path.read_text(encoding="utf-8"))
    reader = READERS[path.stem.split(".")[0]]

    message = reader.validate_python(recorded)

    assert message.model_dump(mode="json", exclude_none=True) == recorded


@pytest.mark.parametrize("path", SAMPLES, ids=name)
def test_a_field_of_a_later_release_does_no_harm(path: Path) -> None:
    recorded = json.loads(path.read_text(encoding="utf-8"))
    reader = READERS[path.stem.split(".")[0]]

    assert reader.validate_python(recorded | {"later": 1}) == reader.validate_python(recorded)


def test_every_kind_was_recorded() -> None:
    kinds = {
        f"{what}.{one.model_fields['kind'].default}"
        for what, every in (
            ("command", SomeCommand),
            ("result", SomeResult),
            ("notice", SomeNotice),
        )
        for one in get_args(every)
    }

    assert {path.stem for path in SAMPLES} == kinds | {f"event.{kind}" for kind in EventType}


@pytest.mark.parametrize("path", [p for p in SAMPLES if p.stem.startswith("event.")], ids=name)
def test_an_event_names_nobody(path: Path) -> None:
    text = path.read_text(encoding="utf-8").lower()

    assert [word for word in ("phone", "birth", 'nik"', "owner", "applicant") if word in text] == []

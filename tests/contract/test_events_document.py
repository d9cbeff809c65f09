"""docs/events.md names every event and every field, and nothing that does not exist."""

import re
from pathlib import Path

from shared.messages import Alternative, Event, EventBody, EventType

TEXT = (Path(__file__).parents[2] / "docs" / "events.md").read_text(encoding="utf-8")
PARTS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))


def first_cells(part: str) -> set[str]:
    """Read the names in the first column of a part's table."""
    rows = re.findall(r"^\| (`.+?) \|", PARTS[part], re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_every_event_is_described() -> None:
    assert first_cells("What happens") == {kind.value for kind in EventType}


def test_every_field_of_the_envelope_is_described() -> None:
    assert first_cells("The envelope") == set(Event.model_fields)


def test_every_field_of_an_event_is_described() -> None:
    assert first_cells("What `data` says") == set(EventBody.model_fields)
    assert all(f"`{name}`" in TEXT for name in Alternative.model_fields)

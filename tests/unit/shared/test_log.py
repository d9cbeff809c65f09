import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from shared.log import HIDDEN, hide_persons, set_up


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.getLogger("aiohttp.server").setLevel(logging.NOTSET)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.mark.parametrize("field", ["name", "phone", "nik", "birth_date", "approval_code", "text"])
def test_a_field_that_names_a_person_is_blanked(field: str) -> None:
    assert hide_persons(None, "info", {field: "Contoh"})[field] == HIDDEN


@pytest.mark.parametrize(
    "value",
    [
        "nik 3171011708900001 refused",
        "called +6281234567890",
        "called 6281234567890",
        "called 081234567890",
        "bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    ],
)
def test_a_value_that_looks_personal_is_blanked_wherever_it_stands(value: str) -> None:
    seen = hide_persons(None, "info", {"event": "happened", "detail": value})

    assert HIDDEN in seen["detail"]
    assert not any(len(word) > 15 for word in seen["detail"].split())


def test_the_libraries_write_the_same_lines_and_quote_no_request(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up("test")

    logging.getLogger("aiohttp.server").error("bad line: GET /?name=Contoh")
    logging.getLogger("aiormq").warning("no answer for %s", "+6281234567890")

    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) | {"timestamp": ""} == {
        "event": f"no answer for {HIDDEN}",
        "level": "warning",
        "service": "test",
        "timestamp": "",
    }


def test_what_names_nobody_stays() -> None:
    event = {"event": "hold_placed", "slot_id": "5f0c54c3-6f2b-5c8e-9d5e-0a8f3c1b7a11", "size": 3}

    assert hide_persons(None, "info", dict(event)) == event

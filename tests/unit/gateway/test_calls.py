import json

import pytest
import structlog

from services.gateway import calls


@pytest.fixture(autouse=True)
def _as_before() -> None:
    calls._is_logged.cache_clear()


async def test_a_call_is_a_line_of_log_in_the_shape_of_all_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    calls.note("POST", "/v1/holds", 201, 0.01234, "a" * 32)
    calls.note("GET", "unknown", 404, 0, "b" * 32)
    calls.LINES.flush()

    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first.pop("timestamp").endswith("Z")
    assert first == {
        "event": "request_answered",
        "method": "POST",
        "route": "/v1/holds",
        "status": 201,
        "ms": 12.3,
        "request_id": "a" * 32,
        "service": "gateway",
        "level": "info",
    }
    assert second["route"] == "unknown"


async def test_no_line_is_written_where_only_warnings_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    try:
        calls.note("POST", "/v1/holds", 201, 0.01234, "a" * 32)
        calls.LINES.flush()
    finally:
        structlog.reset_defaults()
        calls._is_logged.cache_clear()

    assert capsys.readouterr().out == ""

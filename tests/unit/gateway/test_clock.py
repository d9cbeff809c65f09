"""The gateway goes by the ledger's time, whatever its own machine's clock says."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from services.gateway.clock import AHEAD, EXACT_S, Clock

HOUR = timedelta(hours=1)


def learned(at: datetime, took_s: float = 0.01) -> Clock:
    clock = Clock()
    told = time.monotonic()
    clock.learn(at, told - took_s, told)
    return clock


def test_before_it_has_read_anything_it_tells_the_time_of_its_machine() -> None:
    assert abs(Clock().now() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize("off", [HOUR, -HOUR])
def test_it_tells_the_time_of_the_ledger_and_says_how_far_its_machine_is_off(
    off: timedelta,
) -> None:
    clock = learned(datetime.now(UTC) + off)

    assert abs(clock.now() - datetime.now(UTC) - off) < timedelta(seconds=5)
    assert clock.now().tzinfo is UTC
    assert round(AHEAD._value.get() / 3600) == -off / HOUR


def test_what_was_long_in_coming_is_better_than_nothing_and_says_nothing_new() -> None:
    clock = learned(datetime.now(UTC) + HOUR, EXACT_S + 0.1)
    told = time.monotonic()
    clock.learn(datetime.now(UTC), told - EXACT_S - 0.1, told)

    assert abs(clock.now() - datetime.now(UTC) - HOUR) < timedelta(seconds=5)


def test_what_fits_to_what_is_known_leaves_it_as_it_is() -> None:
    """Else the time would jump to and fro by half of what each question took."""
    clock = learned(datetime.now(UTC), 0.0)
    before = clock._zero
    told = time.monotonic()
    clock.learn(clock.now() - timedelta(seconds=0.05), told - 0.4, told)

    assert clock._zero == before


def test_a_ledger_on_another_machine_is_followed() -> None:
    clock = learned(datetime.now(UTC))
    told = time.monotonic()
    clock.learn(datetime.now(UTC) + HOUR, told - 0.01, told)

    assert abs(clock.now() - datetime.now(UTC) - HOUR) < timedelta(seconds=5)

"""How single bars are measured, without anything that runs."""

from typing import Any, cast

import pytest

from bench.bars import age, deciding, growth
from bench.bench import FULL, Bench
from services.booking.settings import BookingSettings


def bench() -> Bench:
    nothing = cast("Any", None)
    return Bench(nothing, nothing, nothing, nothing, FULL)


def test_a_worker_is_told_nothing_but_a_batch_that_is_asked_for() -> None:
    assert deciding.settings_of(None) == {}
    assert deciding.settings_of(10) == {"ANTREAN_BATCH": "10"}


def test_the_picture_of_batches_ends_with_what_a_worker_does_by_itself() -> None:
    default = BookingSettings.model_fields["batch"].default

    assert max(growth.BATCHES) < default


def test_the_age_is_that_of_the_bucket_in_which_the_99th_of_100_lies() -> None:
    found = bench()

    age._note(found, {0.5: 98, 1.0: 99, float("inf"): 100}, decided=1000)

    assert found.samples["memory age p99"] == [1.0]


def test_an_age_beyond_the_last_bucket_is_a_number_that_holds_no_bar() -> None:
    found = bench()

    age._note(found, {60.0: 10, float("inf"): 100}, decided=1000)

    assert found.samples["memory age p99"] == [age.BEYOND_S]


def test_a_gateway_that_heard_nothing_has_no_age() -> None:
    with pytest.raises(RuntimeError, match="no change"):
        age._note(bench(), {1.0: 0, float("inf"): 0}, decided=1000)


def test_a_machine_that_is_too_slow_for_the_rate_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    age._note(bench(), {1.0: 5, float("inf"): 5}, decided=700)

    assert "700/s, not 1,000" in capsys.readouterr().out

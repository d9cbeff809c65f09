from math import nan

import pytest

from bench.bars.rules import RULES, Row, judge
from bench.table import shown, table


def row(samples: dict[str, list[float]], name: str) -> Row:
    return next(one for one in judge(samples) if one.name == name)


def overload() -> dict[str, list[float]]:
    """Give an overload that is well survived."""
    rule = next(one for one in RULES if one.name == "B9")
    return {"overload p99": [0.5]} | {limit.sample: [0.0] for limit in rule.also}


def test_a_bar_is_a_figure_per_yardstick_of_the_same_repetition() -> None:
    samples = {"worker hot": [800, 900, 1000], "pgbench hot": [100, 50, 100]}

    found = row(samples, "B1")

    assert (found.value, found.least, found.most) == (10, 8, 18)
    assert found.holds


def test_a_bar_that_is_not_reached_does_not_hold() -> None:
    assert not row({"worker hot": [799], "pgbench hot": [100]}, "B1").holds


def test_where_less_is_better_the_bar_is_not_to_be_passed() -> None:
    name, beside = "p99 at a quiet rate", "p99 at a quiet rate, direct"

    assert row({name: [16], beside: [4]}, "B8").holds
    assert not row({name: [17], beside: [4]}, "B8").holds


def test_what_must_hold_beside_a_bar_breaks_it() -> None:
    samples = overload() | {"overload unanswered": [1]}

    found = row(samples, "B9")

    assert not found.holds
    assert found.broken == ("overload unanswered: 1, at most 0",)


def test_what_was_not_measured_is_not_judged() -> None:
    assert judge({"worker hot": [1000]}) == []


def test_every_bar_from_1_to_14_has_a_rule_of_its_name_alone() -> None:
    names = [rule.name for rule in RULES]

    assert len(set(names)) == len(names)
    assert {f"B{number}" for number in range(1, 15)} <= set(names)


def test_the_table_says_what_does_not_hold_and_why() -> None:
    samples = overload() | {"overload recovery": [30.0]}

    text = table(judge(samples))

    assert "B9" in text
    assert "NO" in text
    assert "overload recovery: 30, at most 5" in text


@pytest.mark.parametrize(
    ("number", "text"), [(9.314, "9.31"), (12_345.6, "12,346"), (8, "8"), (0.4, "0.4")]
)
def test_numbers_have_three_digits_that_count(number: float, text: str) -> None:
    assert shown(number) == text


def test_a_repetition_without_its_yardstick_is_left_out() -> None:
    samples = {"worker hot": [800, 900, 1000], "pgbench hot": [nan, 90, 50]}

    found = row(samples, "B1")

    assert (found.least, found.most) == (10, 20)


def test_what_must_hold_beside_a_bar_and_was_not_measured_breaks_it() -> None:
    samples = overload()
    del samples["overload unanswered"]

    found = row(samples, "B9")

    assert not found.holds
    assert found.broken == ("overload unanswered: not measured",)


@pytest.mark.parametrize("beside", [[0.0], [0.0, nan], [nan, 0.0], []])
def test_a_limit_must_be_measured_wherever_its_bar_is(beside: list[float]) -> None:
    samples = overload() | {"overload p99": [0.5, 0.5]}
    samples = {name: found * 2 if len(found) == 1 else found for name, found in samples.items()}
    assert row(samples, "B9").holds

    found = row(samples | {"overload unanswered": beside}, "B9")

    assert found.broken == ("overload unanswered: not measured",)


def test_a_limit_that_is_broken_once_is_broken_whatever_else_is_missing() -> None:
    samples = overload() | {"overload p99": [nan, 0.5], "overload unanswered": [nan, 3.0]}
    samples = {name: found * 2 if len(found) == 1 else found for name, found in samples.items()}

    assert row(samples, "B9").broken == ("overload unanswered: 3, at most 0",)


def test_who_was_accepted_in_an_overload_is_not_left_open() -> None:
    found = row(overload() | {"overload accepted and left open": [1]}, "B9")

    assert found.broken == ("overload accepted and left open: 1, at most 0",)


def test_the_table_says_how_often_each_bar_was_measured() -> None:
    samples = {"worker hot": [800, 900, 1000], "pgbench hot": [100, nan, 100]}

    lines = table(judge(overload() | samples)).splitlines()

    at = lines[0].index(" n ") + 1
    assert [line[at] for line in lines[2:4]] == ["2", "1"]

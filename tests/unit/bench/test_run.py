"""Which steps a run has, and what one that goes wrong does to the others."""

from math import isnan
from pathlib import Path
from typing import Any, cast

import pytest

from bench import bars
from bench.__main__ import STEPS, TUNING_S, left_s, measure, steps_of, words_of
from bench.bars.rules import RULES
from bench.bench import FULL, QUICK, Bench, Step
from bench.ledger import LedgerError


class NothingRuns:
    """A world in which no process runs."""

    def rss_mb(self) -> dict[str, list[float]]:
        return {}


def bench(repetitions: int = 2) -> Bench:
    nothing = cast("Any", NothingRuns())
    found = Bench(nothing, nothing, nothing, nothing, QUICK)
    found.sizes = cast("Any", type("Sizes", (), {"repetitions": repetitions, "commands": 1}))
    return found


def names(*typed: str) -> list[str]:
    return [step.what for step in steps_of(words_of(list(typed)))]


def test_every_bar_of_the_table_is_measured_by_some_step() -> None:
    measured = {bar for step in STEPS for bar in step.bars}

    assert {rule.name.split()[0] for rule in RULES} <= measured


def test_one_bar_alone_comes_with_its_yardstick() -> None:
    assert names("--only", "B1") == ["pgbench, one slot", "decisions, one slot"]
    assert names("--only", "B13")[-1] == "more workers"
    assert {"decisions, one slot", "decisions, 1,000 slots"} <= set(names("--only", "B13"))


def test_the_quick_form_leaves_out_what_takes_minutes() -> None:
    assert {"a grown ledger", "memory", "an opening"}.isdisjoint(names("--quick"))
    assert {"decisions, one slot", "intake", "a stampede", "overload"} <= set(names("--quick"))


def test_a_bar_that_does_not_exist_is_said() -> None:
    with pytest.raises(SystemExit, match="B99"):
        steps_of(words_of(["--only", "B1,B99"]))


async def test_repetitions_go_through_all_steps_in_turn() -> None:
    done: list[str] = []

    def step(name: str, *, once: bool = False) -> Step:
        async def act(_bench: Bench) -> None:
            done.append(name)

        return Step(name, frozenset({name}), act, once=once)

    await measure(bench(), [step("figure"), step("last", once=True), step("yardstick")])

    assert done == ["figure", "yardstick", "figure", "yardstick", "last"]


async def test_a_step_that_fails_leaves_its_repetition_empty_and_the_others_whole() -> None:
    async def fail_at_first(found: Bench) -> None:
        if found.repetition == 0:
            raise RuntimeError("no luck")
        found.note("figure", 5)

    async def succeed(found: Bench) -> None:
        found.note("yardstick", 1)

    found = bench()
    steps = [Step("figure", frozenset(), fail_at_first), Step("yardstick", frozenset(), succeed)]

    await measure(found, steps)

    assert len(found.failed) == 1
    assert "no luck" in found.failed[0]
    assert found.samples["yardstick"] == [1, 1]
    assert isnan(found.samples["figure"][0])
    assert found.samples["figure"][1] == 5


async def test_a_wrong_ledger_ends_the_run() -> None:
    async def find_wrong(_bench: Bench) -> None:
        raise LedgerError("oversold")

    with pytest.raises(LedgerError):
        await measure(bench(), [Step("figure", frozenset(), find_wrong)])


def test_a_rate_that_is_known_says_how_many_take_some_seconds() -> None:
    found = bench()

    assert found.enough("rate", 20_000) == 20_000
    assert found.enough("rate", 20_000, unless=2_000) == 4_000
    found.note("rate", 1_490)
    assert found.enough("rate", 20_000) == 3_000
    assert found.enough("rate", 20_000, seconds=3) == 4_000
    found.note("rate", 90_000)
    assert found.enough("rate", 20_000) == 20_000
    found.note("rate", 3)
    assert found.enough("rate", 20_000) == 1_000


class NeverSettles(NothingRuns):
    """A world in which something is under way for ever."""

    async def settle(self) -> bool:
        return False


async def test_what_does_not_settle_is_a_failure_of_its_step_and_goes_on() -> None:
    found = bench(repetitions=1)
    found.world = cast("Any", NeverSettles())

    async def act(one: Bench) -> None:
        await one.settle()
        one.note("figure", 1)

    await measure(found, [Step("overload", frozenset(), act)])

    assert len(found.failed) == 1
    assert found.failed[0].startswith("overload (1 of 1): ")
    assert found.samples["figure"] == [1]


def test_no_bar_ignores_whether_the_world_settles() -> None:
    """What is under way is awaited by the bench, which takes note."""
    for path in Path(bars.__file__).parent.glob("*.py"):
        assert "world.settle()" not in path.read_text(), path.name


def test_all_of_it_is_planned_to_take_less_than_a_quarter_of_an_hour() -> None:
    once = sum(step.seconds for step in STEPS if step.once)
    repeated = sum(step.seconds for step in STEPS if not step.once)

    assert TUNING_S + FULL.repetitions * repeated + once <= 15 * 60
    assert FULL.repetitions >= 3


def test_what_is_left_is_told_by_the_pace_so_far() -> None:
    seconds = [100.0] * 4

    assert left_s(seconds, 0, 0) == 400
    assert left_s(seconds, 2, 200) == pytest.approx(200)
    assert 350 < left_s(seconds, 2, 400) < 400
    assert 100 < left_s(seconds, 2, 100) < 130

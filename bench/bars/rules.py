"""Which figures make which bar, and which of them hold. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from math import isnan, nan

from bench.figures import Spread

Samples = Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class Limit:
    """What must hold beside a bar for it to hold: a figure of no more than so much.

    One that was not measured does not hold.
    """

    sample: str
    at_most: float


@dataclass(frozen=True, slots=True)
class Rule:
    """One bar: a figure, or a figure per yardstick of the same repetition; more is better.

    With `at_most` less is better. `bar` and `stretch` are what is asked for.
    """

    name: str
    what: str
    figure: str
    yardstick: str | None
    bar: float
    stretch: float | None
    unit: str
    at_most: bool = False
    also: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """What became of a bar; `repetitions` is how many figures it is the median of."""

    name: str
    what: str
    value: float
    repetitions: int
    least: float
    most: float
    bar: float
    stretch: float | None
    unit: str
    holds: bool
    at_most: bool
    broken: tuple[str, ...]


RULES = (
    Rule("B1", "decisions, one hot slot", "worker hot", "pgbench hot", 8, 12, "x pgbench"),
    Rule("B2", "decisions, 1,000 slots", "worker spread", "pgbench spread", 2, 4, "x pgbench"),
    Rule("B3", "intake per CPU", "intake", "bare handler", 0.40, 0.65, "x bare"),
    Rule("B4", "refusal from memory per CPU", "refusal", "bare handler", 0.70, 0.85, "x bare"),
    Rule("B5", "availability 304", "availability unchanged", "bare handler", 0.80, 0.95, "x bare"),
    Rule(
        "B5 200", "availability 200", "availability in full", "bare handler", 0.80, 0.95, "x bare"
    ),
    Rule("B6", "stampede", "stampede", "stampede, flask", 4, 7, "x Flask"),
    Rule("B6 direct", "stampede", "stampede", "stampede, direct", 1, 1.8, "x direct"),
    Rule("B7", "all succeed", "all succeed", "all succeed, flask", 4, 9, "x Flask"),
    Rule("B7 direct", "all succeed", "all succeed", "all succeed, direct", 1.5, 3, "x direct"),
    Rule(
        *("B8", "p99 at 100/s", "p99 at a quiet rate", "p99 at a quiet rate, direct"),
        *(4, 2, "x direct"),
        at_most=True,
    ),
    Rule(
        *("B9", "p99 of the answered, overload", "overload p99", None, 1, None, "s"),
        at_most=True,
        also=(
            Limit("overload unanswered", 0),
            Limit("overload accepted and left open", 0),
            Limit("overload other answers", 0),
            Limit("overload 503 p99", 100),
            Limit("overload recovery", 5),
        ),
    ),
    Rule(
        *("B10", "opening, 100,000 people", "opening seconds", None, 60, None, "s"),
        at_most=True,
        also=(Limit("opening failed share", 0.1), Limit("opening share asked of booking", 50)),
    ),
    Rule(
        *("B11", "gateway's memory", "memory gateway", None, 120, None, "MB"),
        at_most=True,
        also=(Limit("memory growth gateway", 5),),
    ),
    Rule(
        *("B11 worker", "worker's memory", "memory booking", None, 100, None, "MB"),
        at_most=True,
        also=(Limit("memory growth booking", 5),),
    ),
    Rule(
        *("B12", "chat to provider p95, stampede", "chat to provider p95", None, 1, None, "s"),
        at_most=True,
    ),
    Rule(
        *("B12 webhook", "webhook p99 at 500/s", "webhook p99", None, 250, None, "ms"),
        at_most=True,
        also=(Limit("webhook p50", 50), Limit("webhooks refused", 0)),
    ),
    Rule(
        *("M1", "memory's age p99, 1,000/s", "memory age p99", None, 1, None, "s"),
        at_most=True,
    ),
    *(
        Rule(
            f"B13{more}",
            f"{number} workers, {where}",
            f"workers {number} {where}",
            f"worker {where}",
            0.9,
            None,
            "x 1 worker",
            also=(Limit("deadlocks", 0),),
        )
        for more, number, where in (
            ("", 2, "hot"),
            (" 2 spread", 2, "spread"),
            (" 4 hot", 4, "hot"),
            (" 4 spread", 4, "spread"),
        )
    ),
    *(
        Rule(
            f"B14{more}", f"{what}, grown", f"large: {what}", f"small: {what}", 0.8, None, "x small"
        )
        for more, what in (
            ("", "decisions"),
            (" refusal", "refusal"),
            (" availability", "availability"),
        )
    ),
)


def judge(samples: Samples) -> list[Row]:
    """Judge every bar that was measured."""
    return [row for rule in RULES if (row := _judge(rule, samples)) is not None]


def _judge(rule: Rule, samples: Samples) -> Row | None:
    found = _figures(rule, samples)
    measured = [one for one in found if not isnan(one)]
    if not measured:
        return None
    spread = Spread.of(measured)
    value = spread.median
    broken = tuple(word for limit in rule.also if (word := _broken(limit, samples, found)))
    reached = value <= rule.bar if rule.at_most else value >= rule.bar
    return Row(
        rule.name,
        rule.what,
        value,
        len(measured),
        spread.least,
        spread.most,
        rule.bar,
        rule.stretch,
        rule.unit,
        reached and not broken,
        rule.at_most,
        broken,
    )


def _figures(rule: Rule, samples: Samples) -> list[float]:
    """Give what is judged, by repetition; nan where it or its yardstick is missing."""
    found = samples.get(rule.figure, ())
    if rule.yardstick is None:
        return list(found)
    beside = samples.get(rule.yardstick, ())
    return [one / two if two else nan for one, two in zip(found, beside, strict=False)]


def _broken(limit: Limit, samples: Samples, found: Sequence[float]) -> str:
    """Say how a limit is broken, or nothing; it must be known wherever the bar's figure is."""
    values = samples.get(limit.sample, ())
    known = [one for one in values if not isnan(one)]
    pairs = zip_longest(found, values, fillvalue=nan)
    if not known or any(isnan(beside) and not isnan(figure) for figure, beside in pairs):
        return f"{limit.sample}: not measured"
    worst = max(known)
    if worst <= limit.at_most:
        return ""
    return f"{limit.sample}: {worst:,.4g}, at most {limit.at_most:,.4g}"

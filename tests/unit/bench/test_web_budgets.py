"""A budget of the citizen's pages that does not hold is said to, and what broke it is named."""

import pytest

from bench.web.budgets import KB, Row, judge_sizes, judge_visits, table
from bench.web.seen import Again, Request, Seen, Visit
from bench.web.sizes import Size, Sizes

OURS = "http://127.0.0.1:8080"


def sizes(**other: int) -> Sizes:
    page = {"shell": 4 * KB, "scripts": 25 * KB} | {
        k: other[k] for k in Size.__slots__ if k in other
    }
    rest = {"lazy": 12 * KB, "offices": 7 * KB, "month": 500}
    rest |= {name: other[name] for name in rest if name in other}
    return Sizes({"home": Size(**page)}, **rest)


def visit(**other: object) -> Visit:
    scores = {"performance": 99, "accessibility": 100, "best-practices": 100, "seo": 100}
    usual = {
        "shown": "/", "runs": 1, "scores": scores, "lcp_ms": 1_400, "tbt_ms": 60, "cls": 0,
        "slow_lcp_ms": 2_300, "requests": [asked(f"{OURS}/", "Document")], "failed": [],
    }  # fmt: skip
    return Visit.model_validate(usual | other)


def asked(url: str, kind: str, size: int = 20 * KB) -> Request:
    return Request(url=url, bytes=size, kind=kind)


def seen(one: Visit, repeat_ms: float = 400, offline_ms: float = 300) -> Seen:
    again = Again(repeat_lcp_ms=repeat_ms, offline_lcp_ms=offline_ms)
    return Seen(browser="Chrome", pages={"home": one}, again=again)


def broken(rows: list[Row]) -> list[str]:
    return [row.metric for row in rows if not row.holds]


def test_what_is_within_its_budgets_holds() -> None:
    rows = [*judge_sizes(sizes()), *judge_visits(seen(visit()), OURS)]

    assert broken(rows) == []


@pytest.mark.parametrize(
    ("more", "metric"),
    [
        ({"scripts": 30 * KB + 1}, "JS at first, KB gz"),
        ({"shell": 6 * KB + 1}, "HTML with CSS, KB gz"),
        ({"lazy": 45 * KB + 1}, "lazy JS, KB gz"),
        ({"offices": 8 * KB + 1}, "offices, KB gz"),
        ({"month": 1_537}, "a month of seats, KB gz"),
    ],
)
def test_one_byte_too_many_is_told(more: dict[str, int], metric: str) -> None:
    assert broken([*judge_sizes(sizes(**more))]) == [metric]


@pytest.mark.parametrize(
    ("more", "metric"),
    [
        ({"lcp_ms": 1_801}, "LCP, s"),
        ({"slow_lcp_ms": 4_001}, "LCP on a slow line, s"),
        ({"tbt_ms": 151}, "TBT, ms"),
        ({"cls": 0.021}, "CLS"),
        ({"requests": [asked(f"{OURS}/", "Document", 61 * KB)]}, "first load, KB"),
        ({"requests": [asked(f"{OURS}/assets/a.woff2", "Font")]}, "web fonts"),
        ({"requests": [asked("http://127.0.0.1:80801/", "Script")]}, "requests to others"),
    ],
)
def test_what_a_visit_takes_too_much_of_is_told(more: dict[str, object], metric: str) -> None:
    assert broken([*judge_visits(seen(visit(**more)), OURS)]) == [metric]


def test_a_ticket_that_is_late_when_seen_again_is_told() -> None:
    rows = [*judge_visits(seen(visit(), repeat_ms=1_001, offline_ms=1_001), OURS)]

    assert broken(rows) == ["LCP seen again, s", "LCP offline, s"]


def test_a_score_that_is_too_low_names_what_keeps_it_low() -> None:
    scores = {"performance": 95, "accessibility": 99, "best-practices": 95, "seo": 95}
    failed = ["accessibility: color-contrast", "seo: is-crawlable"]
    rows = [*judge_visits(seen(visit(scores=scores, failed=failed)), OURS)]

    assert broken(rows) == ["accessibility"]
    assert table(rows).splitlines()[-1] == "home, accessibility: accessibility: color-contrast"

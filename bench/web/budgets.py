"""What the citizen's pages may weigh and take, and what holds of it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.table import grid
from bench.web.seen import Seen, Visit
from bench.web.sizes import Sizes

KB = 1_024
JS_KB, LAZY_KB, HTML_KB, FIRST_LOAD_KB = 30, 45, 6, 60
OFFICES_KB, MONTH_KB = 8, 1.5
SCORES = {"performance": 95, "accessibility": 100, "best-practices": 95, "seo": 95}
LCP_S, SLOW_LCP_S, AGAIN_LCP_S = 1.8, 4.0, 1.0
TBT_MS, CLS = 150, 0.02
HEADS = ("page", "metric", "measured", "budget", "holds")
EVERY = "every page"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure beside its budget, which it may not exceed, or must reach."""

    page: str
    metric: str
    measured: float
    budget: float
    at_least: bool = False
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether the budget holds."""
        if self.at_least:
            return self.measured >= self.budget
        return self.measured <= self.budget


def judge_sizes(sizes: Sizes) -> Iterator[Row]:
    """Put what was sent beside its budgets."""
    for page, size in sizes.pages.items():
        yield Row(page, "JS at first, KB gz", size.scripts / KB, JS_KB)
        yield Row(page, "HTML with CSS, KB gz", size.shell / KB, HTML_KB)
    yield Row(EVERY, "lazy JS, KB gz", sizes.lazy / KB, LAZY_KB)
    yield Row("API", "offices, KB gz", sizes.offices / KB, OFFICES_KB)
    yield Row("API", "a month of seats, KB gz", sizes.month / KB, MONTH_KB)


def judge_visits(seen: Seen, own: str) -> Iterator[Row]:
    """Put what the browser saw beside its budgets; `own` is where everything must come from."""
    for page, visit in seen.pages.items():
        yield Row(page, "first load, KB", sum(r.bytes for r in visit.requests) / KB, FIRST_LOAD_KB)
        for name, least in SCORES.items():
            yield Row(page, name, visit.scores[name], least, at_least=True, note=_why(visit, name))
        yield Row(page, "LCP, s", visit.lcp_ms / 1_000, LCP_S)
        yield Row(page, "LCP on a slow line, s", visit.slow_lcp_ms / 1_000, SLOW_LCP_S)
        yield Row(page, "TBT, ms", visit.tbt_ms, TBT_MS)
        yield Row(page, "CLS", visit.cls, CLS)
    if seen.again:
        yield Row("ticket", "LCP seen again, s", seen.again.repeat_lcp_ms / 1_000, AGAIN_LCP_S)
        yield Row("ticket", "LCP offline, s", seen.again.offline_lcp_ms / 1_000, AGAIN_LCP_S)
    every = [request for visit in seen.pages.values() for request in visit.requests]
    fonts = [r.url for r in every if r.kind == "Font"]
    others = [r.url for r in every if not r.url.startswith((f"{own}/", "data:"))]
    yield Row(EVERY, "web fonts", len(fonts), 0, note=" ".join(fonts))
    yield Row(EVERY, "requests to others", len(others), 0, note=" ".join(others))


def limits() -> dict[str, Mapping[str, float]]:
    """Give what a run of Lighthouse must hold for no other to be made."""
    most = {"lcp_ms": LCP_S * 1_000, "tbt_ms": TBT_MS, "cls": CLS}
    return {"least": SCORES, "most": most}


def table(rows: Sequence[Row]) -> str:
    """Write the figures as a table, and below it what is behind one that does not hold."""
    lines = grid([HEADS, *map(_cells, rows)])
    notes = [f"{row.page}, {row.metric}: {row.note}" for row in rows if not row.holds and row.note]
    return "\n".join(lines + ([""] if notes else []) + notes)


def _cells(row: Row) -> tuple[str, ...]:
    sign = ">=" if row.at_least else "<="
    figures = (f"{row.measured:.3g}", f"{sign} {row.budget:g}")
    return (row.page, row.metric, *figures, "yes" if row.holds else "NO")


def _why(visit: Visit, category: str) -> str:
    return ", ".join(one for one in visit.failed if one.startswith(f"{category}:"))

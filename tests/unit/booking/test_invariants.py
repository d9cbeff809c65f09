"""Each check can be seen: by a gauge, in the documents, in the rules that call somebody."""

import re
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from services.booking import metrics
from services.booking.invariants import CHECKS, Check

DOCUMENT = (Path(__file__).parents[3] / "docs" / "operations.md").read_text(encoding="utf-8")
RULES = DOCUMENT.partition("```yaml")[2].partition("```")[0]
PATTERN = re.search(r'=~"(.+?)"', RULES)


def test_no_two_checks_have_a_name_or_a_gauge_in_common() -> None:
    assert len({one.name for one in CHECKS}) == len({one.gauge for one in CHECKS}) == len(CHECKS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda one: one.gauge)
def test_each_check_has_a_gauge_that_operators_can_read_of_and_are_called_by(check: Check) -> None:
    metrics.forget_reconciled()

    assert REGISTRY.get_sample_value(f"antrean_{check.gauge}") == 0
    assert f"{check.gauge}`" in DOCUMENT
    assert PATTERN is not None
    called = re.fullmatch(PATTERN[1], f"antrean_{check.gauge}")
    assert called or f"max(antrean_{check.gauge})" in RULES


@pytest.mark.parametrize("check", CHECKS, ids=lambda one: one.gauge)
@pytest.mark.parametrize("whole", [False, True])
def test_a_check_only_reads(check: Check, whole: bool) -> None:
    words = set(re.findall(r"[A-Z]+", check.statement(whole=whole)))

    assert words.isdisjoint({"INSERT", "UPDATE", "DELETE", "TRUNCATE", "LOCK", "SHARE"})

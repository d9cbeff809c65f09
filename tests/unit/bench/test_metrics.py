from math import inf

from bench import metrics
from services.gateway.keeper import AGE

TEXT = """
# HELP age_seconds From then until now
age_seconds_bucket{le="0.5",service="gateway"} 10.0
age_seconds_bucket{service="gateway",le="1.0"} 98.0
age_seconds_bucket{le="+Inf",service="gateway"} 1e+02
age_seconds_count{service="gateway"} 100.0
age_seconds_sum{service="gateway"} 55.0
other_age_seconds_bucket{le="0.5",service="gateway"} 7.0
"""


def test_a_histogram_is_read_whatever_the_order_of_its_labels() -> None:
    assert metrics.buckets(TEXT, "age_seconds") == {0.5: 10, 1.0: 98, inf: 100}


def test_a_share_is_not_above_the_upper_bound_of_its_bucket() -> None:
    found = metrics.buckets(TEXT, "age_seconds")

    assert metrics.bound(found, 0.10) == 0.5
    assert metrics.bound(found, 0.11) == 1
    assert metrics.bound(found, 0.98) == 1
    assert metrics.bound(found, 0.99) == inf


def test_only_what_came_meanwhile_counts() -> None:
    before = {0.5: 10.0, 1.0: 10.0, inf: 10.0}

    added = metrics.between(before, metrics.buckets(TEXT, "age_seconds"))

    assert metrics.count(added) == 90
    assert metrics.bound(added, 0.5) == 1


def test_the_ages_that_are_asked_for_can_be_told_from_more() -> None:
    """Or a p99 of a second would not be seen."""
    assert 1 in AGE._upper_bounds

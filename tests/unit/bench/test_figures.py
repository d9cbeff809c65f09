import pytest

from bench.figures import Spread, per_bucket, percentile, poisson, spread_over, steady


@pytest.mark.parametrize(
    ("share", "value"),
    [(0.5, 50), (0.95, 95), (0.99, 99), (0.999, 100), (1.0, 100), (0.0, 1)],
)
def test_a_percentile_is_a_value_that_was_measured(share: float, value: float) -> None:
    assert percentile(range(100, 0, -1), share) == value


def test_a_percentile_of_nothing_is_nothing() -> None:
    assert percentile([], 0.99) == 0


def test_a_spread_is_the_median_with_the_least_and_the_most() -> None:
    assert Spread.of([3, 1, 2]) == Spread(2, 1, 3)


def test_a_fixed_rate_has_one_arrival_every_so_often() -> None:
    assert steady(4, 1) == [0, 0.25, 0.5, 0.75]


def test_people_who_know_nothing_of_one_another_come_at_the_rate_on_the_whole() -> None:
    arrivals = poisson(1000, 20, seed=1)

    assert len(arrivals) == pytest.approx(20_000, rel=0.03)
    assert arrivals == sorted(arrivals)
    assert arrivals[0] > 0
    assert arrivals[-1] < 20


def test_the_same_seed_gives_the_same_arrivals() -> None:
    assert poisson(50, 5, seed=7) == poisson(50, 5, seed=7)
    assert poisson(50, 5, seed=7) != poisson(50, 5, seed=8)


def test_an_opening_has_exactly_so_many_arrivals_in_its_time() -> None:
    arrivals = spread_over(500, 60, seed=3)

    assert len(arrivals) == 500
    assert arrivals == sorted(arrivals)
    assert 0 <= arrivals[0] <= arrivals[-1] <= 60


def test_every_moment_falls_into_one_bucket() -> None:
    assert per_bucket([0.0, 0.1, 0.5, 0.99, 1.5], 0.5, 2) == [3, 1, 1, 0]


def test_what_lies_outside_of_the_time_is_left_out() -> None:
    assert per_bucket([-1, 0.2, 9], 0.5, 1) == [1, 0]

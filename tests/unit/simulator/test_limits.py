from channels.simulator.limits import TOO_FAST, TOO_MANY_TO_ONE, Gauge, Limits

OURS, OTHER = "100000000000001", "100000000000002"
ANI, BUDI = "+6281200000001", "+6281200000002"
NOON = 1_800_000_000.0


def sent(gauge: Gauge, at_s: float, whose: str = ANI, number: str = OURS) -> int | None:
    return gauge.refuse(number, whose, NOON + at_s)


def test_one_message_in_six_seconds_to_one_person_is_never_too_many() -> None:
    gauge = Gauge(Limits())

    assert {sent(gauge, 6.0 * place) for place in range(600)} == {None}


def test_45_messages_go_within_six_seconds_and_the_46th_does_not() -> None:
    gauge = Gauge(Limits())

    burst = [sent(gauge, 0.1 * place) for place in range(46)]

    assert burst == [None] * 45 + [TOO_MANY_TO_ONE]


def test_a_burst_of_twenty_is_paid_for_in_two_minutes() -> None:
    gauge = Gauge(Limits())
    for place in range(20):
        sent(gauge, 0.1 * place)

    assert sent(gauge, 6.0) == TOO_MANY_TO_ONE
    assert sent(gauge, 119.9) == TOO_MANY_TO_ONE
    assert sent(gauge, 120.0) is None


def test_another_person_and_another_number_are_another_pair() -> None:
    gauge = Gauge(Limits(pair_burst=1))
    sent(gauge, 0)

    assert sent(gauge, 0.1) == TOO_MANY_TO_ONE
    assert sent(gauge, 0.1, BUDI) is None
    assert sent(gauge, 0.1, ANI, OTHER) is None


def test_80_messages_go_in_any_second_both_ways_together() -> None:
    gauge = Gauge(Limits())
    for place in range(40):
        gauge.count(OURS, NOON + place * 0.01)
    went = [sent(gauge, 0.4 + place * 0.001, f"+62812{place:08d}") for place in range(41)]

    assert went == [None] * 40 + [TOO_FAST]
    assert sent(gauge, 0.5, BUDI, OTHER) is None
    assert sent(gauge, 0.99, BUDI) == TOO_FAST
    assert sent(gauge, 1.0, BUDI) is None


def test_what_was_refused_costs_nothing() -> None:
    gauge = Gauge(Limits(per_second=1, pair_s=10, pair_burst=1))
    sent(gauge, 0)

    assert {sent(gauge, 0.5 + place) for place in range(9)} <= {TOO_FAST, TOO_MANY_TO_ONE}
    assert sent(gauge, 10) is None

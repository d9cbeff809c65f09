import pytest

from channels.simulator.bodies import PASSING_CODES, HostileMode
from channels.simulator.fates import Fate
from channels.simulator.hostile import Hostile
from channels.simulator.troubles import refusal_of, sms_refusal_of

PARTS = [place / 1000 for place in range(1000)]


def hostile(*codes: int) -> Hostile:
    made = Hostile()
    made.turn_on(HostileMode(seed=7, error=1.0, codes=list(codes or PASSING_CODES)))
    return made


def test_every_code_that_was_asked_for_comes() -> None:
    found = {refusal_of(hostile(), Fate({"error": part})).code for part in PARTS}

    assert found == set(PASSING_CODES)


@pytest.mark.parametrize(
    ("code", "statuses"),
    [
        *((130429, {400, 429}), (131056, {400, 429}), (131000, {500, 503})),
        *((190, {401}), (10, {403}), (131047, {400}), (131026, {400})),
    ],
)
def test_a_code_comes_with_its_statuses(code: int, statuses: set[int]) -> None:
    assert {refusal_of(hostile(code), Fate({"error": p})).status for p in PARTS} == statuses


def test_an_error_in_an_answer_of_200_is_one() -> None:
    refusal = refusal_of(hostile(131056), Fate({"error_in_200": 0.3}))

    assert (refusal.status, refusal.code) == (200, 131056)


def test_only_where_nobody_knows_has_a_refused_message_gone_out() -> None:
    taken = {
        code: {refusal_of(hostile(code), Fate({"error": p})).is_taken for p in PARTS}
        for code in (131000, 130429)
    }

    assert taken == {131000: {True, False}, 130429: {False}}


def test_an_sms_that_was_throttled_has_not_gone_out() -> None:
    found = [sms_refusal_of(hostile(), Fate({"error": part})) for part in PARTS]

    assert {one.status for one in found} == {429, 500, 503}
    assert {one.is_taken for one in found if one.status == 429} == {False}


def test_nothing_is_refused_where_no_dose_hit() -> None:
    assert refusal_of(hostile(), Fate()) is None
    assert sms_refusal_of(hostile(), Fate({"slow": 0.5})) is None

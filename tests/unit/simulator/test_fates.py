from collections import Counter

import pytest

from channels.simulator.bodies import HostileMode
from channels.simulator.fates import DOSES, USUAL, Chooser, Fate, Kind, pick
from channels.simulator.hostile import Hostile, doses_of, limits_of
from channels.simulator.limits import Limits

ANI, BUDI = "+6281200000001", "+6281200000002"
HALF = dict.fromkeys(USUAL, 0.5)


def row(chooser: Chooser, whose: str = ANI, kind: Kind = "webhook", length: int = 50) -> list[Fate]:
    return [chooser.draw(kind, whose) for _ in range(length)]


def test_the_same_seed_gives_the_same_row_and_another_gives_another() -> None:
    assert row(Chooser(7, HALF)) == row(Chooser(7, HALF))
    assert row(Chooser(7, HALF)) != row(Chooser(8, HALF))


def test_what_befalls_one_phone_does_not_depend_on_the_others() -> None:
    alone, together = Chooser(7, HALF), Chooser(7, HALF)

    mixed = []
    for _ in range(50):
        together.draw("webhook", BUDI)
        together.draw("send", ANI)
        mixed.append(together.draw("webhook", ANI))

    assert mixed == row(alone)


def test_two_phones_have_different_rows() -> None:
    chooser = Chooser(7, HALF)

    assert row(chooser, ANI) != row(chooser, BUDI)


@pytest.mark.parametrize("before_it", [0.0, 0.5])
def test_to_turn_one_dose_up_changes_no_other(before_it: float) -> None:
    before = row(Chooser(7, HALF | {"duplicate": before_it}))
    after = row(Chooser(7, HALF | {"duplicate": 1.0}))

    assert all("duplicate" in fate for fate in after)
    others = [{k: v for k, v in fate.parts.items() if k != "duplicate"} for fate in after]
    assert others == [{k: v for k, v in fate.parts.items() if k != "duplicate"} for fate in before]


@pytest.mark.parametrize("kind", DOSES)
def test_a_dose_hits_about_its_share(kind: Kind) -> None:
    hits = Counter(d for fate in row(Chooser(7, USUAL), ANI, kind, 5_000) for d in fate.parts)

    for dose, share in DOSES[kind].items():
        assert hits[dose] / 5_000 == pytest.approx(share, abs=0.015)


def test_a_dose_of_nothing_never_hits_and_a_whole_one_always() -> None:
    never = row(Chooser(7, dict.fromkeys(USUAL, 0.0)))
    always = row(Chooser(7, dict.fromkeys(USUAL, 1.0)))

    assert {len(fate.parts) for fate in never} == {0}
    assert {len(fate.parts) for fate in always} == {len(DOSES["webhook"])}


def test_one_number_picks_several_things() -> None:
    assert pick("abcd", 0.0) == ("a", 0.0)
    assert pick("abcd", 0.99)[0] == "d"
    first, rest = pick("ab", 0.8)
    assert (first, pick("xyz", rest)[0]) == ("b", "y")


def test_every_dose_can_be_asked_for() -> None:
    assert USUAL.keys() <= HostileMode.model_fields.keys()


def test_the_seed_alone_means_the_usual_doses_and_the_real_limits() -> None:
    mode = HostileMode(seed=7)

    assert (doses_of(mode), limits_of(mode)) == (USUAL, Limits())


def test_where_one_dose_is_named_all_others_are_off() -> None:
    mode = HostileMode(seed=7, drop=0.3, delay_s=2.0)

    assert doses_of(mode) == dict.fromkeys(USUAL, 0.0) | {"drop": 0.3}
    assert limits_of(mode) is None


def test_what_is_off_befalls_nobody_and_counts_nothing() -> None:
    hostile = Hostile()

    fates = [hostile.draw("webhook", ANI) for _ in range(20)]

    assert {len(fate.parts) for fate in fates} == {0}
    assert hostile.done == {}

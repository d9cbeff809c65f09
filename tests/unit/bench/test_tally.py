import json
from array import array
from uuid import UUID, uuid4

import pytest

from bench.load import Answers
from bench.tally import Ledger, Seats, advice, count, judge, report, settle

HOLD = uuid4()


def answers(*given: tuple[int, object]) -> Answers:
    found = Answers(status=array("H", [status for status, _ in given]))
    found.took = array("d", [0.01] * len(given))
    found.sent = array("d", [0.0] * len(given))
    found.seconds = 1.0
    found.bodies = {n: json.dumps(body).encode() for n, (_, body) in enumerate(given)}
    return found


def held(hold: UUID) -> tuple[int, object]:
    return 201, {"hold_id": str(hold)}


def refused(code: str = "slot_full", status: int = 409) -> tuple[int, object]:
    return status, {"code": code}


def test_answers_are_counted_by_what_they_say() -> None:
    tally = count(answers(held(HOLD), refused(), refused("already_booked"), (202, {}), (0, {})))

    assert tally.granted == {0: HOLD}
    assert tally.refused == {"slot_full": 1, "already_booked": 1}
    assert tally.open_ended == [3]
    assert tally.unknown == [4]


def test_an_answer_that_is_no_json_is_counted_by_its_status() -> None:
    found = answers((502, {}))
    found.bodies[0] = b"<html>"

    assert count(found).refused == {"status 502": 1}


def test_exactly_the_quota_is_right() -> None:
    verdict = judge(count(answers(held(HOLD), refused())), Seats(before=1, after=0))

    assert (verdict.oversold, verdict.undersold, verdict.unanswered) == (0, 0, 0)
    assert verdict.is_right


def test_more_holds_than_seats_are_oversold() -> None:
    verdict = judge(count(answers(held(HOLD), held(uuid4()))), Seats(before=1, after=0))

    assert verdict.oversold == 1
    assert not verdict.is_right


def test_one_hold_for_two_people_is_oversold() -> None:
    assert judge(count(answers(held(HOLD), held(HOLD))), Seats(before=5, after=4)).oversold == 1


def test_the_ledger_may_know_of_more_than_rivals_were_told() -> None:
    rows = frozenset({HOLD, uuid4(), uuid4()})
    verdict = judge(count(answers(held(HOLD))), Seats(before=1, after=0, ledger=Ledger(1, rows)))

    assert verdict.oversold == 2


@pytest.mark.parametrize(
    ("rows", "before", "unequal"),
    [
        ({HOLD}, 5, 0),
        (set(), 5, 1),  # told of a seat that nobody has
        ({HOLD, uuid4(), uuid4()}, 5, 2),  # two have a seat and were not told
        ({HOLD, uuid4(), uuid4()}, 3, 0),  # others had theirs before
        ({uuid4()}, 4, 1),
    ],
)
def test_answers_and_rows_are_compared_one_by_one(
    rows: set[UUID], before: int, unequal: int
) -> None:
    verdict = judge(count(answers(held(HOLD))), Seats(before, 4, Ledger(5, frozenset(rows))))

    assert verdict.unequal == unequal
    assert verdict.is_right == (unequal == 0)


def test_whoever_is_in_doubt_may_have_a_row_or_none() -> None:
    tally = count(answers(held(HOLD), (0, {})))

    assert judge(tally, Seats(5, 3, Ledger(5, frozenset({HOLD, uuid4()})))).unequal == 0
    assert judge(tally, Seats(5, 4, Ledger(5, frozenset({HOLD})))).unequal == 0


def test_undersold_is_right_and_not_exact() -> None:
    verdict = judge(count(answers(refused())), Seats(before=5, after=5))

    assert verdict.is_right
    assert not verdict.is_exact


def test_seats_that_are_left_while_somebody_heard_full_are_undersold() -> None:
    assert judge(count(answers(refused())), Seats(before=5, after=5)).undersold == 5
    assert judge(count(answers(held(HOLD))), Seats(before=5, after=4)).undersold == 0


def test_who_was_accepted_and_never_answered_is_wrong() -> None:
    tally = count(answers((202, {}), (202, {})))
    settle(tally, 0, {"hold_id": str(HOLD)})

    assert judge(tally, Seats(before=5, after=4)).unanswered == 1
    assert not judge(tally, Seats(before=5, after=4)).is_right

    settle(tally, 1, {"code": "slot_full"})
    assert judge(tally, Seats(before=1, after=0)).is_right


def test_who_never_arrived_is_no_longer_unknown() -> None:
    tally = count(answers((0, {})))

    settle(tally, 0, None)

    assert tally.unknown == []
    assert tally.refused == {"never arrived": 1}


@pytest.mark.parametrize("word", ["accepted", "slot_full", "oversold", "undersold", "p99"])
def test_the_table_names_what_an_operator_asks_for(word: str) -> None:
    found = answers(held(HOLD), refused())

    assert word in report(count(found), Seats(before=1, after=0), found)


def test_a_limit_on_one_address_is_said_with_what_to_raise() -> None:
    limited = count(answers(refused("rate_limited", 429), refused("rate_limited", 429)))

    assert "ANTREAN_ADDRESS_PER_MINUTE" in advice(limited)
    assert advice(count(answers(held(HOLD)))) == ""

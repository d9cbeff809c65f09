"""The checker can fail: each kind of wrong is seen, and nothing else is."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from chaos.checker import MUST_BE_ZERO, Facts, Hold, Outcome, judge
from chaos.history import Act, History, Told

OWNER, PERSON = "ab" * 32, b"a person"


def told(status: int, took_s: float = 0.1, **body: Any) -> Told:
    return Told(1000.0, took_s, status, body)


def act(*answers: Told, kind: str = "hold", **more: Any) -> Act:
    made = Act(kind, "web", "+62812", OWNER, "key", uuid4(), **more)
    made.told = list(answers)
    return made


def facts(**more: Any) -> Facts:
    usual: dict[str, Any] = {
        "outcomes": {},
        "holds": [],
        "events": [(1, "one"), (2, "two")],
        "logged": {1: "one", 2: "two"},
        "broken": {},
        "texts": {"CODE": 1},
        "due": {"CODE": (1, 1)},
        "seats_left": 0,
        "waiting": 0,
        "parked": 0,
        "poison": 0,
        "samples": 0,
        "chat_owners": frozenset(),
        "unheard": [],
        "broke_off": [],
    }
    return Facts(**usual | more)


def granted(held: Act, **more: Any) -> Facts:
    """The ledger has what one act was granted."""
    hold = Hold(held.command_id, OWNER, "held", PERSON, "passport")
    return facts(
        **{"outcomes": {held.command_id: Outcome("hold_granted", None)}, "holds": [hold]} | more
    )


def wrong(history: list[Act], found: Facts) -> dict[str, int]:
    columns = judge(History(history), found).columns
    return {name: columns[name] for name in MUST_BE_ZERO if columns.get(name)}


def test_what_was_told_and_is_so_is_right() -> None:
    held = act(told(503), told(202), told(201, hold_id="h"))
    refused, never = act(told(409, code="slot_full")), act(told(0))

    assert wrong([held, refused, never], granted(held)) == {}
    columns = judge(History([held, refused, never]), granted(held)).columns
    assert (columns["attempts"], columns["sent"], columns["accepted"]) == (3, 5, 1)
    assert (columns["refused"], columns["unknown"], columns["ok"]) == (1, 1, 2)


@pytest.mark.parametrize("status", [201, 202])
def test_what_was_accepted_and_has_no_outcome_is_lost(status: int) -> None:
    assert wrong([act(told(status))], facts())["lost"] == 1


def test_a_seat_that_nobody_asked_for_is_unexpected_unless_it_came_by_chat() -> None:
    held = act(told(201))

    assert wrong([], granted(held)) == {"unexpected": 1}
    assert wrong([], granted(held, chat_owners=frozenset({OWNER}))) == {}


def test_another_outcome_than_was_told_contradicts() -> None:
    held = act(told(201))
    refused = act(told(409, code="already_booked"))

    assert wrong([held], facts(outcomes={held.command_id: Outcome("refused", "slot_full")})) == {
        "contradicted": 1
    }
    assert wrong([refused], granted(refused)) == {"contradicted": 1}


def test_what_a_gateway_refused_by_itself_is_no_outcome_and_is_counted_apart() -> None:
    held = act(told(201), told(409, code="slot_full"))

    assert wrong([held], granted(held)) == {}
    assert judge(History([held]), granted(held)).columns["full, yet held"] == 1


def test_two_outcomes_of_one_key_are_one_too_many() -> None:
    held = act(told(201, hold_id="one"), told(201, hold_id="two"))

    assert wrong([held], granted(held)) == {"duplicated": 1}


def test_one_person_with_two_seats_is_one_too_many() -> None:
    first, second = act(told(201)), act(told(201))
    found = granted(first)
    both = [*found.holds, replace(found.holds[0], id=second.command_id)]
    outcomes = dict.fromkeys((first.command_id, second.command_id), Outcome("hold_granted", None))

    assert wrong([first, second], replace(found, holds=both, outcomes=outcomes)) == {
        "duplicated": 1
    }


def test_a_hold_that_was_over_too_early_is_seen() -> None:
    over = told(409, code="hold_expired")
    early, in_time = (act(over, kind="confirm", since=since) for since in (980.0, 930.0))

    assert wrong([early, in_time], facts()) == {"expired early": 1}


@pytest.mark.parametrize(
    ("found", "column"),
    [
        ({"broken": {"slots oversold": 1}}, "oversold"),
        ({"broken": {"slots undersold": 1}}, "counter mismatch"),
        ({"broken": {"seats given twice": 1}}, "oversold"),
        ({"broken": {"withheld mismatch": 1}}, "counter mismatch"),
        ({"samples": 1}, "counter mismatch"),
        ({"seats_left": 1}, "undersold"),
        ({"events": [(1, "one")]}, "event gaps"),
        ({"events": [(1, "one"), (2, "two"), (2, "other")]}, "events changed"),
        ({"texts": {}}, "texts missing"),
        ({"texts": {"CODE": 2}}, "texts twice"),
        ({"waiting": 1}, "left under way"),
        ({"unheard": ["+62813"]}, "chats unanswered"),
        ({"broke_off": ["booking-0: exit 1"]}, "broke off"),
        ({"parked": 1}, "parked"),
        ({"poison": 1}, "parked"),
    ],
)
def test_whatever_else_is_wrong_has_its_column(found: dict[str, Any], column: str) -> None:
    assert wrong([], facts(**found)) == {column: 1}


def test_an_event_that_comes_twice_is_no_fault() -> None:
    assert wrong([], facts(events=[(1, "one"), (2, "two"), (2, "two")])) == {}


def test_an_answer_that_took_too_long_and_one_that_should_never_be_are_seen() -> None:
    slow, broken = act(told(409, took_s=30.0, code="slot_full")), act(told(500))

    assert wrong([slow], facts()) == {"hung": 1}
    assert wrong([broken], facts()) == {"other errors": 1}

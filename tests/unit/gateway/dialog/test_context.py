import pytest

from services.gateway.dialog.context import resolve
from services.gateway.dialog.intents import (
    CancelWish,
    Code,
    Drop,
    Guess,
    Intent,
    OfficeWish,
    Pick,
    Request,
    ServiceWish,
    Simple,
)
from services.gateway.dialog.state import State
from tests.unit.gateway.dialog.talking import CODE, FACTS, HERE, TODAY, body, ref, turn

ASKS_OFFICE, ASKS_PERSON = HERE.but(asks="office"), HERE.but(asks="person")


def meant(text: str, state: State = HERE) -> Intent:
    return resolve(text, state, FACTS, TODAY)


@pytest.mark.parametrize("text", ["batam", "Batam", "BATAM", "kediri", "KEDIRI", "surabya"])
def test_a_town_answers_the_question_for_an_office_whatever_else_it_looks_like(text: str) -> None:
    assert meant(text, ASKS_OFFICE) == OfficeWish(text)


@pytest.mark.parametrize("text", ["Batam", "kediri", "Surabaya", "kanim surabaya"])
def test_the_plain_name_of_an_office_chooses_it_at_any_time(text: str) -> None:
    assert isinstance(meant(text), OfficeWish)


def test_a_number_is_a_tap_on_that_entry_of_the_last_list() -> None:
    listed = HERE.but(choices=("#kantor#surabaya", f"#pilih#{ref(18).key}", "#batal#X"))

    assert meant("1", listed) == OfficeWish("surabaya")
    assert meant("nomor 2", listed) == Pick(ref(18))
    assert meant("3.", listed) == CancelWish("X")


@pytest.mark.parametrize("text", ["batel", "gantii", "batalkn", "berhentii"])
def test_what_gives_something_up_is_not_done_by_a_guess(text: str) -> None:
    found = meant(text)
    guess = found.otherwise if isinstance(found, Code) else found

    assert isinstance(guess, Guess)
    assert turn(text).action is None
    assert "Apakah" in body(text)


@pytest.mark.parametrize("text", ["#statsu", "bantaun", "tgllayanna"])
def test_a_harmless_command_may_be_mistyped(text: str) -> None:
    assert isinstance(meant(text), Simple)


@pytest.mark.parametrize("text", ["#Yanti#17081990", "#Santi#17081990#1", "#Amin#17081990"])
def test_a_name_with_a_birth_date_is_no_command_mistyped(text: str) -> None:
    assert isinstance(meant(text), Request)


@pytest.mark.parametrize("text", ["ya", "Iya", "YES", "ya, batalkan", "batalkan"])
def test_yes_answers_the_question_whether_to_cancel(text: str) -> None:
    assert meant(text, HERE.but(cancels=CODE)) == CancelWish(CODE, sure=True)


@pytest.mark.parametrize("text", ["tidak", "tidak jadi", "no", "jangan"])
def test_no_keeps_what_was_to_be_cancelled(text: str) -> None:
    assert meant(text, HERE.but(cancels=CODE)) is Simple.NO


def test_never_mind_gives_a_hold_back_where_nothing_was_asked() -> None:
    assert meant("gak jadi") == Drop()


@pytest.mark.parametrize("text", ["kenapa", "berapa", "please", "halooo", "17081990", "00002681"])
def test_chit_chat_is_no_approval_code(text: str) -> None:
    found = meant(text)

    assert not isinstance(found, Code) or found.otherwise is not None


def test_a_service_that_was_asked_for_may_be_named_in_plain_words() -> None:
    assert meant("e-paspor", HERE.but(asks="service")) == ServiceWish("e-paspor")


@pytest.mark.parametrize("text", ["berapa biayanya", "bisa hari lain", "apa itu"])
def test_a_question_is_not_taken_for_a_name(text: str) -> None:
    assert not isinstance(meant(text, ASKS_PERSON), Request)

from uuid import UUID

import pytest

from services.gateway.dialog.context import resolve
from services.gateway.dialog.intents import (
    CancelWish,
    Code,
    Guess,
    Intent,
    OfficeWish,
    Pick,
    Request,
    ServiceWish,
    Simple,
)
from services.gateway.dialog.state import Place, Release, State
from shared.messages import Session
from tests.unit.gateway.dialog.talking import (
    APPROVAL,
    CODE,
    FACTS,
    HERE,
    ME,
    TODAY,
    body,
    booked,
    having,
    held,
    ref,
    turn,
)

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


@pytest.mark.parametrize("text", ["gak jadi", "tidak jadi", "never mind"])
def test_never_mind_gives_a_hold_back_where_nothing_was_asked(text: str) -> None:
    mine = having(held())

    assert turn(text, facts=mine).action == Release(UUID(int=1), ME)
    for asked in (
        turn("#ganti", facts=mine).state,
        HERE.but(asks="person", slot=ref(20)),
        HERE.but(choices=(f"#batalkan#{APPROVAL}", f"#batal#{CODE}")),
        HERE.but(choices=(f"#pindah#{CODE}#{ref(20).key}",)),
        HERE.but(cancels=CODE),
        HERE.but(replaces=UUID(int=1)),
    ):
        assert turn(text, asked, mine).action is None
        assert "tidak ada yang diubah" in body(text, asked, mine)


@pytest.mark.parametrize(
    "text", ["ya 🙏", "iya batalkan saja", "ya saya yakin", "iya iya", "Yes, cancel", "betul kak"]
)
def test_yes_takes_many_words(text: str) -> None:
    assert meant(text, HERE.but(cancels=CODE)) == CancelWish(CODE, sure=True)


@pytest.mark.parametrize(
    "text",
    [
        *("ok", "siap", "apa itu", "ya tidak", "batel", "ya saya tetap datang", "ya gausah"),
        *("Betul jadwal saya", "iya jadwal saya", "betul saya", "ya sudah"),
        *("iya tapi pindah tanggal aja", "ya tdk jadi", "ya ada apa", "iya kenapa?", "ya?"),
        *("yes keep it", "yes, don't", "ya udah gausah dibatalin", "ya bisa ganti tanggal?"),
    ],
)
def test_in_doubt_it_is_asked_again_whether_to_cancel(text: str) -> None:
    again = turn(text, HERE.but(cancels=CODE), having(booked()))

    assert again.action is None
    assert again.state.cancels == CODE


LISTED = turn("#tgllayanan").state


@pytest.mark.parametrize(
    ("text", "day", "session"),
    [
        ("20 januari", 20, Session.MORNING),
        ("20-01-2027 siang", 20, Session.AFTERNOON),
        ("rabu 20 jan sore", 20, Session.AFTERNOON),
        ("2. Sen 18 Jan · Siang · sisa 14 · 13.00-16.00 WIB", 18, Session.AFTERNOON),
    ],
)
def test_a_date_of_the_list_may_be_said_in_words(text: str, day: int, session: Session) -> None:
    assert meant(text, LISTED) == Pick(ref(day, session))


def test_for_whom_may_be_said_before_the_date_is_chosen() -> None:
    said = turn("Rudi, 20-11-1983", LISTED)

    assert (said.state.name, said.action) == ("Rudi", None)
    assert isinstance(turn("2", said.state).action, Place)


@pytest.mark.parametrize("text", ["saya mau batal", "ganti tanggal", "cancel my booking", "ubah"])
def test_who_has_a_booking_is_asked_whether_they_mean_it(text: str) -> None:
    reply = turn(text, facts=having(booked())).reply

    assert reply is not None
    assert "#batal" in reply.body or "#ulang" in reply.body or reply.rows


@pytest.mark.parametrize("text", ["ya", "iya kak", "ok"])
def test_yes_to_a_question_for_a_name_asks_again_and_keeps_the_date(text: str) -> None:
    picked = turn(f"#pilih#{ref(20).key}").state

    assert "Untuk siapa" in body(text, picked)
    assert turn(text, picked).state.slot == ref(20)


@pytest.mark.parametrize("text", ["Siti, 09-09-1980", "Siti 09-09-1980", "Devi, 20-11-1967"])
def test_a_name_with_a_date_is_no_booking_code(text: str) -> None:
    assert isinstance(turn(text, HERE.but(asks="person", slot=ref(20))).action, Place)


def test_a_birth_date_alone_beside_a_hold_makes_no_second_one() -> None:
    held_one = LISTED.but(name="Wahyu", birth_date=TODAY, placed=UUID(int=7))

    assert turn("20-11-1976", held_one, having(held())).action is None
    assert f"*{APPROVAL}*" in body("20-11-1976", held_one, having(held()))


@pytest.mark.parametrize("hello", ["halo", "Selamat pagi kak", "siang"])
def test_who_says_hello_in_between_goes_on_where_they_were(hello: str) -> None:
    picked = turn(f"#pilih#{ref(20).key}").state

    greeted = turn(hello, picked)

    assert greeted.state.slot == ref(20)
    assert isinstance(turn("Ahmad, 20-11-1967", greeted.state).action, Place)


@pytest.mark.parametrize("text", ["kenapa", "berapa", "please", "halooo", "17081990", "00002681"])
def test_chit_chat_is_no_approval_code(text: str) -> None:
    found = meant(text)

    assert not isinstance(found, Code) or found.otherwise is not None


def test_a_service_that_was_asked_for_may_be_named_in_plain_words() -> None:
    assert meant("e-paspor", HERE.but(asks="service")) == ServiceWish("e-paspor")


@pytest.mark.parametrize("text", ["berapa biayanya", "bisa hari lain", "apa itu"])
def test_a_question_is_not_taken_for_a_name(text: str) -> None:
    assert not isinstance(meant(text, ASKS_PERSON), Request)

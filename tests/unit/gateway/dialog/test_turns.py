import string
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from services.gateway.dialog import turns
from services.gateway.dialog.intents import Simple
from services.gateway.dialog.parse import understand
from services.gateway.dialog.search import find_offices
from services.gateway.dialog.state import (
    Booked,
    Facts,
    Free,
    Office,
    Place,
    Reschedule,
    State,
    dump,
    load,
)
from services.gateway.dialog.words import BUTTONS, WORDS
from shared.keys import CROCKFORD, booking_code_of
from shared.messages import Alternative, Language, Session, SlotRef

CODE = next(code for symbol in CROCKFORD if booking_code_of(code := f"7K4M2Q8RTX3{symbol}"))
NOW = datetime(2027, 1, 13, 3, tzinfo=UTC)
TODAY = date(2027, 1, 13)
JAKARTA = Office(
    "jakarta-pusat", "Kantor Imigrasi Jakarta Pusat", "Jakarta Pusat", "DKI Jakarta", "Jl. A",
    "Asia/Jakarta", ("passport",),
)  # fmt: skip
SURABAYA = Office(
    "surabaya", "Kantor Imigrasi Surabaya", "Surabaya", "Jawa Timur", "Jl. B", "Asia/Jakarta",
    ("passport",),
)  # fmt: skip
OFFICES = {office.id: office for office in (JAKARTA, SURABAYA)}


def ref(day: int, session: Session = Session.MORNING) -> SlotRef:
    return SlotRef(
        office="jakarta-pusat", service="passport", date=date(2027, 1, day), session=session
    )


FREE = tuple(
    Free(ref(day, session), time(8), time(12), 14)
    for day in (18, 19, 20, 21, 22, 25)
    for session in Session
)
SERVICES = {
    "passport": {Language.ID: "Paspor", Language.EN: "Passport"},
    "e-passport": {Language.ID: "Paspor elektronik", Language.EN: "Electronic passport"},
}
FACTS = Facts(NOW, OFFICES, free=FREE, dates_of="jakarta-pusat", services=SERVICES)
HERE = State(office="jakarta-pusat")
TWO = replace(JAKARTA, id="bandung", services=("passport", "e-passport"))
AT_TWO = State(office="bandung")
FACTS_OF_TWO = replace(FACTS, offices=OFFICES | {"bandung": TWO}, dates_of="bandung")


def turn(text: str, state: State = HERE, facts: Facts = FACTS) -> turns.Turn:
    return turns.answer(understand(text, TODAY), state, facts)


def test_five_dates_are_listed_with_both_sessions() -> None:
    reply = turn("#tgllayanan").reply

    assert reply is not None
    assert len(reply.rows) == 10
    assert len({row.title.split("·")[0] for row in reply.rows}) == 5
    assert "1. Sen 18 Jan · Pagi · sisa 14" in reply.body


def test_the_number_of_a_listed_date_books_it() -> None:
    listed = turn("#tgllayanan").state

    asked = turn("#Ahmad#20111967#2", listed)

    assert isinstance(asked.action, Place)
    assert asked.action.slot == ref(18, Session.AFTERNOON)
    assert asked.reply is None


def test_a_session_that_is_asked_for_is_taken() -> None:
    asked = turn("#Ahmad#20111967#19012027#siang")

    assert isinstance(asked.action, Place)
    assert asked.action.slot == ref(19, Session.AFTERNOON)


def test_a_bad_birth_date_is_quoted_and_the_name_is_kept() -> None:
    asked = turn("#Budi#31021990#1")

    assert asked.reply is not None
    assert "'31021990'" in asked.reply.body
    assert "#Budi#" in asked.reply.body
    assert asked.state.name == "Budi"


def test_a_tapped_date_asks_for_whom_it_is_and_then_books() -> None:
    picked = turn(f"#pilih#{ref(20).key}")

    asked = turn("#Ahmad#20111967", picked.state)

    assert isinstance(asked.action, Place)
    assert asked.action.slot == ref(20)


@pytest.mark.parametrize(
    "texts",
    [
        ("Ahmad, 20-11-1967",),
        ("ahmad 20111967",),
        ("Ahmad: 20 November 1967",),
        ("#Ahmad#xx", "20111967"),
        ("#Ahmad#xx", "20 November 1967"),
    ],
)
def test_who_comes_may_be_said_in_plain_words_when_it_was_asked(texts: tuple[str, ...]) -> None:
    asked = turn(f"#pilih#{ref(20).key}")
    for text in texts:
        asked = turn(text, asked.state)

    assert isinstance(asked.action, Place)
    assert asked.action.applicant.name.lower() == "ahmad"
    assert asked.action.applicant.birth_date == date(1967, 11, 20)


def test_a_question_is_not_taken_for_a_name() -> None:
    asked = turn("berapa biayanya", turn(f"#pilih#{ref(20).key}").state)

    assert asked.action is None
    assert asked.state.name is None


def test_full_here_names_where_it_is_free() -> None:
    there = Alternative(
        office="surabaya", office_name="Surabaya", service="passport", date=date(2027, 1, 19),
        session=Session.MORNING, remaining=3, distance_km=660,
    )  # fmt: skip
    reply = turn("#tgllayanan", facts=replace(FACTS, free=(), elsewhere=(there,))).reply

    assert reply is not None
    assert "tidak ada jadwal" in reply.body
    assert reply.rows[0].id == "#kantor#surabaya"


def test_without_an_office_one_is_asked_for() -> None:
    reply = turn("#tgllayanan", State()).reply

    assert reply is not None
    assert {row.id for row in reply.rows} == {"#kantor#jakarta-pusat", "#kantor#surabaya"}


@pytest.mark.parametrize("text", ["#tgllayanan", "#Ahmad#20111967#19012027", "#layanan"])
def test_where_there_are_several_services_one_is_asked_for(text: str) -> None:
    asked = turn(text, AT_TWO, FACTS_OF_TWO)

    assert asked.action is None
    assert asked.reply is not None
    assert [row.id for row in asked.reply.rows] == ["#layanan#passport", "#layanan#e-passport"]


@pytest.mark.parametrize(
    "text", ["#layanan#e-passport", "#layanan#paspor elektronik", "#layanan#pasport elektronik"]
)
def test_a_service_that_was_chosen_stays_chosen(text: str) -> None:
    chosen = turn(text, AT_TWO, FACTS_OF_TWO)

    assert chosen.reply is not None
    assert "(Paspor elektronik)" in chosen.reply.body
    assert turns.needs(Simple.DATES, chosen.state, FACTS_OF_TWO).service == "e-passport"


@pytest.mark.parametrize("text", ["e-paspor", "elektronik", "Electronic passport"])
def test_a_service_that_is_asked_for_may_be_named_in_plain_words(text: str) -> None:
    asked = turn("#tgllayanan", AT_TWO, FACTS_OF_TWO).state
    intent = understand(text, TODAY)

    chosen = turns.answer(intent, asked, FACTS_OF_TWO)

    assert turns.needs(intent, asked, FACTS_OF_TWO).service == "e-passport"
    assert chosen.state.service == "e-passport"


def test_a_service_is_chosen_by_its_number_and_the_request_goes_on() -> None:
    asked = turn("#Ahmad#20111967#19012027", AT_TWO, FACTS_OF_TWO)

    listed = turn("2", asked.state, FACTS_OF_TWO)
    booked = turn("1", listed.state, FACTS_OF_TWO)

    assert listed.state.service == "e-passport"
    assert isinstance(booked.action, Place)
    assert booked.action.applicant.name == "Ahmad"


def test_a_request_by_date_is_for_the_chosen_service() -> None:
    asked = turn("#Ahmad#20111967#31012027", AT_TWO.but(service="e-passport"), FACTS_OF_TWO)

    assert isinstance(asked.action, Place)
    assert (asked.action.slot.office, asked.action.slot.service) == ("bandung", "e-passport")


def test_a_service_that_the_office_does_not_offer_is_said_to_be_not_offered() -> None:
    reply = turn("#tgllayanan", HERE.but(service="e-passport")).reply

    assert reply is not None
    assert "tidak melayani Paspor elektronik" in reply.body
    assert [row.id for row in reply.rows] == ["#layanan#passport"]


def test_an_office_that_is_named_shows_its_dates_at_once() -> None:
    needs = turns.needs(understand("#kantor#jakarta pusat", TODAY), State(), FACTS)

    reply = turn("#kantor#jakarta pusat", State()).reply

    assert needs.dates_of == "jakarta-pusat"
    assert reply is not None
    assert "1. Sen 18 Jan" in reply.body


BOOKED = Booked(CODE, "Ahmad", ref(25), JAKARTA, "08:00-08:30", "A-001")


def test_a_booking_moves_within_its_own_office_and_service() -> None:
    wish = understand("#ulang", TODAY)
    elsewhere = State(office="surabaya", service="e-passport")

    needs = turns.needs(wish, elsewhere, FACTS)
    asked = turns.answer(wish, elsewhere, replace(FACTS, bookings=(BOOKED,)))

    assert needs.moves
    assert (asked.state.office, asked.state.service) == ("jakarta-pusat", "passport")
    assert asked.reply is not None
    assert asked.reply.rows[0].id == f"#pindah#{CODE}#{ref(18).key}"


def test_a_tap_moves_the_booking_that_its_list_was_for() -> None:
    moved = turn(f"#pindah#{CODE}#{ref(20).key}", facts=replace(FACTS, bookings=(BOOKED,)))

    assert moved.action == Reschedule(CODE, ref(20))


def test_a_date_tapped_in_an_older_list_moves_nothing() -> None:
    moving = turn("#ulang", facts=replace(FACTS, bookings=(BOOKED,))).state

    picked = turn(f"#pilih#{ref(20).key}", moving)

    assert picked.action is None
    assert picked.state.moves is None


@pytest.mark.parametrize("text", ["surabaya", "Kanim Surabaya", "surabya", "SURA"])
def test_an_office_is_found_by_what_people_call_it(text: str) -> None:
    assert find_offices(OFFICES.values(), text)[0] == SURABAYA


def test_media_is_answered_once_in_ten_minutes() -> None:
    first = turns.answer(turns.Simple.MEDIA, HERE, FACTS)
    second = turns.answer(turns.Simple.MEDIA, first.state, FACTS)

    assert first.reply is not None
    assert second.reply is None


@pytest.mark.parametrize(
    "text", ["", "Halo", "#status", "#batal", "#ulang", "123456", "x" * 500, "99", "#kantor#?"]
)
@pytest.mark.parametrize("language", Language)
def test_every_text_has_one_answer_and_no_dead_end(text: str, language: Language) -> None:
    given = turn(text, State(language=language))

    assert given.reply is not None
    assert "#" in given.reply.body or given.reply.buttons or given.reply.rows


def test_a_state_survives_being_stored() -> None:
    state = turn("#tgllayanan").state.but(name="Budi", birth_date=TODAY, media_told_at=NOW)

    assert load(dump(state)) == state


@pytest.mark.parametrize("key", WORDS)
def test_both_languages_fill_the_same_blanks(key: str) -> None:
    blanks = {
        language: {part for _, part, _, _ in string.Formatter().parse(text) if part}
        for language, text in WORDS[key].items()
    }

    assert set(blanks) == set(Language)
    assert blanks[Language.ID] >= blanks[Language.EN]


def test_every_button_fits_a_phone() -> None:
    assert all(len(title) <= 20 for both in BUTTONS.values() for title in both.values())

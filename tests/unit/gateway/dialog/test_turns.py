import string
from datetime import UTC, date, datetime, time

import pytest

from services.gateway.dialog import turns
from services.gateway.dialog.parse import understand
from services.gateway.dialog.search import find_offices
from services.gateway.dialog.state import Facts, Free, Office, Place, State, dump, load
from services.gateway.dialog.words import BUTTONS, WORDS
from shared.messages import Alternative, Language, Session, SlotRef

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
FACTS = Facts(NOW, OFFICES, free=FREE)
HERE = State(office="jakarta-pusat")


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


def test_full_here_names_where_it_is_free() -> None:
    there = Alternative(
        office="surabaya", office_name="Surabaya", service="passport", date=date(2027, 1, 19),
        session=Session.MORNING, remaining=3, distance_km=660,
    )  # fmt: skip
    reply = turn("#tgllayanan", facts=Facts(NOW, OFFICES, elsewhere=(there,))).reply

    assert reply is not None
    assert "tidak ada jadwal" in reply.body
    assert reply.rows[0].id == "#kantor#surabaya"


def test_without_an_office_one_is_asked_for() -> None:
    reply = turn("#tgllayanan", State()).reply

    assert reply is not None
    assert {row.id for row in reply.rows} == {"#kantor#jakarta-pusat", "#kantor#surabaya"}


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

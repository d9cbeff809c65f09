import string
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.dialog import turns
from services.gateway.dialog.state import (
    DRAFT_LIVES,
    LogOut,
    OptOut,
    Place,
    State,
    dump,
    load,
)
from services.gateway.dialog.words import BUTTONS, WORDS
from shared.messages import Language
from tests.unit.gateway.dialog.talking import (
    BORN,
    FACTS,
    HERE,
    NOW,
    TODAY,
    body,
    booked,
    having,
    held,
    ref,
    turn,
)

MINE = having(held(), booked())


def test_who_writes_for_the_first_time_is_told_how_it_works_whatever_they_wrote() -> None:
    first = turn("mau bikin paspor", State())

    assert "#tgllayanan" in body("mau bikin paspor", State())
    assert "Cara ambil jadwal" in body("mau bikin paspor", State())
    assert "belum memahami" in body("mau bikin paspor", first.state)


def test_media_is_answered_once_in_ten_minutes() -> None:
    first = turns.answer(turns.Simple.MEDIA, HERE, FACTS)
    second = turns.answer(turns.Simple.MEDIA, first.state, FACTS)

    assert first.reply is not None
    assert second.reply is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "Halo", "#status", "#batal", "#ulang", "123456", "x" * 500, "99", "#kantor#?"),
        *(
            "#ganti",
            "setuju",
            "ya",
            "tidak",
            "#layanan",
            "#nomor",
            "#keluar",
            "batalkan",
            "nomor 3",
        ),
    ],
)
@pytest.mark.parametrize("language", Language)
def test_every_text_has_one_answer_and_no_dead_end(text: str, language: Language) -> None:
    reply = turn(text, State(language=language)).reply

    assert reply is not None
    assert "#" in reply.body or reply.buttons or reply.rows


WORDS_SAID = st.lists(
    st.one_of(
        st.sampled_from(
            ["#", "##", "batal", "ulang", "ganti", "Ahmad", "17", "Agustus", "1990", "-"]
        ),
        st.sampled_from(["081234567890", "9" * 30, "besok", "senin depan", "pagi", "7K4M2Q", "ya"]),
        st.text(max_size=20),
    ),
    max_size=8,
)


@given(WORDS_SAID, st.sampled_from([None, "office", "service", "person", "visit"]))
def test_nothing_that_is_said_breaks_a_turn(words: list[str], asks: str | None) -> None:
    state = HERE.but(asks=asks, choices=("#batal#X", f"#pilih#{ref(18).key}"), cancels="X")

    for text in (" ".join(words), "#".join(words)):
        said = turn(text, state, MINE)
        assert said.reply is not None or said.action is not None
        assert load(dump(said.state)) == said.state


def test_a_state_survives_being_stored() -> None:
    state = turn("#tgllayanan").state.but(name="Budi", birth_date=TODAY, media_told_at=NOW)

    assert load(dump(state)) == state


def test_a_draft_does_not_live_for_ever() -> None:
    drafted = turn("#tgllayanan").state.but(name="Budi", birth_date=BORN)

    soon, late = (drafted.after(DRAFT_LIVES + timedelta(seconds=s)) for s in (-1, 1))

    assert isinstance(turn(f"#pilih#{ref(18).key}", soon).action, Place)
    assert turn(f"#pilih#{ref(18).key}", late).action is None
    assert late.choices == ()


def test_who_is_logged_in_by_a_trick_can_end_it() -> None:
    assert isinstance(turn("#keluar").action, LogOut)


def test_texts_that_nobody_asked_for_are_stopped_and_begun_again() -> None:
    assert turn("berhenti").action == OptOut(out=True)
    assert turn("mulai").action == OptOut(out=False)


def test_who_begins_with_start_is_told_how_it_works() -> None:
    begun = turn("start", State())

    assert begun.action == OptOut(out=False)
    assert begun.reply is not None
    assert "Cara ambil jadwal" in begun.reply.body


def test_who_hides_the_number_is_asked_for_it_on_request() -> None:
    hidden = replace(FACTS, has_phone=False)

    asked = turn("#nomor", facts=hidden).reply

    assert "#nomor" in body("Halo", facts=hidden)
    assert "#nomor" not in body("Halo")
    assert asked is not None
    assert asked.ask_contact


@pytest.mark.parametrize("key", WORDS)
def test_both_languages_fill_the_same_blanks(key: str) -> None:
    blanks = {
        language: {part for _, part, _, _ in string.Formatter().parse(text) if part}
        for language, text in WORDS[key].items()
    }

    assert set(blanks) == set(Language)
    assert blanks[Language.ID] == blanks[Language.EN]


def test_every_button_fits_a_phone() -> None:
    assert all(len(title) <= 20 for both in BUTTONS.values() for title in both.values())

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.gateway.dialog.state import Confirm, Place, State
from shared.messages import Session
from tests.unit.gateway.dialog.talking import (
    APPROVAL,
    AT_BANDUNG,
    BORN,
    HERE,
    IN_LETTERS,
    ME,
    OF_BANDUNG,
    OTHER_APPROVAL,
    body,
    booked,
    having,
    held,
    ref,
    turn,
)

PICKED = turn(f"#pilih#{ref(20).key}").state


def placed(*texts: str, state: State = HERE) -> Place:
    """Say these texts one after the other; the last one asks for a seat."""
    for text in texts[:-1]:
        state = turn(text, state).state
    action = turn(texts[-1], state).action
    assert isinstance(action, Place)
    return action


def test_the_number_of_a_listed_date_books_it() -> None:
    asked = turn("#Ahmad#20111967#2", turn("#tgllayanan").state)

    assert isinstance(asked.action, Place)
    assert asked.action.slot == ref(18, Session.AFTERNOON)
    assert asked.reply is None


def test_a_session_that_is_asked_for_is_taken() -> None:
    assert placed("#Ahmad#20111967#19012027#siang").slot == ref(19, Session.AFTERNOON)


@pytest.mark.parametrize(
    "texts",
    [
        ("#Ahmad#20111967",),
        ("Ahmad, 20-11-1967",),
        ("ahmad 20111967",),
        ("Ahmad: 20 November 1967",),
        ("#Ahmad#xx", "20111967"),
        ("#Ahmad#xx", "20 November 1967"),
        ("Ahmad", "20-11-1967"),
        ("20-11-1967", "Ahmad"),
        ("Nama: Ahmad\nTgl lahir: 20-11-1967",),
        ("nama saya Ahmad, 20-11-1967",),
        ("Ahmad tanggal lahir 20-11-1967",),
        ("Ahmad lahir di Jakarta, 20 November 1967",),
        ("Ahmad, TTL: Jakarta, 20-11-1967",),
        ("Ahmad, Senin 20 November 1967",),
        ("Ahmad (20-11-1967)",),
        ("Pak Ahmad, 20-11-1967",),
        ("saya Ahmad, 20-11-1967",),
        ("Ahmad", "lahir 20-11-1967"),
        ("Ahmad", "tgl lahir 20-11-1967"),
        ("tanggal lahir: 20-11-1967", "Ahmad"),
        ("Ahmad", "Senin, 20 November 1967"),
        ("Ahmda Yani", "Ahmad, 20-11-1967"),
        ("Nama: Ahmad\nTempat lahir: Sidoarjo\nTanggal lahir: 20-11-1967",),
        ("1. Nama: Ahmad\n2. Tgl lahir: 20-11-1967",),
        ("Ahmad, Sidoarjo, 20-11-1967",),
        ("a.n. Ahmad, 20-11-1967",),
        ("selamat pagi, saya Ahmad, 20-11-1967",),
        ("pagi kak Ahmad, 20-11-1967",),
        ("ini Ahmad saja, 20-11-1967",),
        ("*Ahmad*, 20-11-1967",),
        ("Ahmad tgl 20-11-1967",),
        ("Ahmad, Nov 20, 1967",),
        ("20-11-1967, Ahmad",),
        ("Ibu Ahmad", "November 20 1967"),
    ],
)
def test_who_comes_may_be_said_in_plain_words_when_it_was_asked(texts: tuple[str, ...]) -> None:
    wish = placed(*texts, state=PICKED)

    assert (wish.applicant.name.lower(), wish.applicant.birth_date) == ("ahmad", BORN)
    assert wish.slot == ref(20)


@pytest.mark.parametrize(
    "name",
    [
        "Selamat Riyadi",
        "Siang Harahap",
        "Bu'ang",
        "Abu Bakar",
        *("I Wayan Sudirta", "Siti Ada", "Terima Zega", "Ada Wong", "The Tjong Hay"),
        *("Oke Sinaga", "Tolong Simatupang", "Ahmad Fauzi, S.H.", "Timur Pradopo"),
        "Siti Rabu Lestari",
        "A.N. Hidayat",
        "Mas Joko",
    ],
)
def test_a_name_that_looks_like_something_else_is_still_a_name(name: str) -> None:
    assert placed(f"{name}, 20-11-1967", state=PICKED).applicant.name == name


def test_a_bad_birth_date_is_quoted_and_asked_for_alone() -> None:
    asked = turn("#Budi#31021990#19012027")

    assert "'31021990'" in body("#Budi#31021990#19012027")
    assert asked.state.name == "Budi"
    wish = placed("17-08-1990", state=asked.state)
    assert (wish.applicant.birth_date, wish.slot) == (date(1990, 8, 17), ref(19))


def test_a_bad_visit_is_asked_for_alone_and_may_be_a_bare_date() -> None:
    asked = turn("#Budi#17081990#31022027")

    assert asked.state.asks == "visit"
    for text in ("19-01-2027", "tanggal 19 januari", "tgl 19-1-2027"):
        assert placed(text, state=asked.state).slot == ref(19)


def test_an_example_never_lends_somebody_elses_birth_date() -> None:
    asked = body("#Bu71#xx#1")

    assert "#nama#tanggal lahir#" in asked
    assert "20111967" not in asked


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("#Budi##1", "belum diisi"),
        ("#Budi#08/17/1990#1", "tertukar"),
        ("#Budi#17081890#1", "120 tahun"),
        ("#Budi#17081990#kapan", "'kapan'"),
        ("#Budi#17081990#01012027", "sudah lewat"),
    ],
)
def test_each_fault_has_its_own_words(text: str, says: str) -> None:
    assert says in body(text)


def test_a_nik_that_does_not_fit_is_neither_kept_nor_sent() -> None:
    asked = turn("#Budi#17081990#1#3171011708910555", turn("#tgllayanan").state)

    again = placed("#Budi#17081990#1", state=asked.state)

    assert asked.action is None
    assert again.applicant.nik is None


def test_somebody_else_does_not_inherit_a_nik() -> None:
    first = turn("#Budi#17081990#xx#3171011708900555", PICKED)

    assert placed("#Citra#17081990#19012027", state=first.state).applicant.nik is None


def test_a_code_confirms_the_hold_that_it_is_of() -> None:
    facts = having(held(), held(OTHER_APPROVAL, "Ibu", 2))

    confirmed = turn(" 9a9 a9a ", facts=facts)

    assert confirmed.action == Confirm(UUID(int=2), OTHER_APPROVAL, ME)


@pytest.mark.parametrize("text", [IN_LETTERS, IN_LETTERS.lower(), f"Kode: {IN_LETTERS}"])
def test_a_code_of_letters_alone_confirms_as_well(text: str) -> None:
    confirmed = turn(text, facts=having(held(IN_LETTERS)))

    assert isinstance(confirmed.action, Confirm)


@pytest.mark.parametrize("code", [APPROVAL, IN_LETTERS])
@pytest.mark.parametrize(
    "shape", ["{}", "*{}*", "setuju {}", "halo kak {} ya", "Kode persetujuan: *{}*", "{} 🙏"]
)
@pytest.mark.parametrize("asks", [None, "person", "visit", "office"])
def test_the_code_of_a_hold_comes_before_any_question(
    code: str, shape: str, asks: str | None
) -> None:
    asked = HERE.but(asks=asks, slot=ref(20), replaces=UUID(int=1), name="Ahmad")

    confirmed = turn(shape.format(code), asked, having(held(code)))

    assert confirmed.action == Confirm(UUID(int=1), code, ME)
    assert confirmed.state.replaces is None


@pytest.mark.parametrize("text", ["VGJ61V", "7K4M2R", "9SM5AA"])
def test_a_mistyped_code_is_nobodys_name(text: str) -> None:
    asked = HERE.but(asks="person", slot=ref(18), replaces=UUID(int=1))

    wrong = turn(text, asked, having(held()))

    assert wrong.action == Confirm(UUID(int=1), text, ME)


def test_a_wrong_code_is_sent_to_be_counted() -> None:
    wrong = turn("000000", facts=having(held()))

    assert wrong.action == Confirm(UUID(int=1), "000000", ME)


@pytest.mark.parametrize(
    "text",
    [
        *("kenapa", "please", "17081990", "00002681", "#setuju#ABC234", "2 orang", "ketik 1"),
        *(
            "17-08-90",
            "sisa 10",
            "benar2",
            "besok2",
            "kanim1",
            "350000",
            "19 01 27",
            "170890",
            "Pak Budi 1",
        ),
    ],
)
def test_what_is_no_code_of_theirs_costs_no_try(text: str) -> None:
    assert turn(text, facts=having(held())).action is None


def test_an_old_button_says_what_became_of_its_hold() -> None:
    gone = body(f"#setuju#{APPROVAL}", facts=having(held(OTHER_APPROVAL)))
    done = body(f"#setuju#{APPROVAL}", facts=having(booked(approval=APPROVAL)))

    assert "sudah tidak ditahan" in gone
    assert "sudah dikonfirmasi" in done


@pytest.mark.parametrize("text", ["setuju", "ya", "betul", "ok", "makasih", "apa ini", "#status"])
def test_who_has_a_hold_is_reminded_of_its_code(text: str) -> None:
    reply = turn(text, facts=having(held())).reply

    assert reply is not None
    assert f"*{APPROVAL}*" in reply.body
    assert reply.buttons[0].id == f"#setuju#{APPROVAL}"


def test_yes_to_nothing_says_that_nothing_was_done() -> None:
    assert "tidak ada yang diubah" in body("ya", facts=having(booked()))


@pytest.mark.parametrize("office", ["bandung", "jakarta-pusat"])
def test_a_bad_visit_is_said_before_the_service_is_asked_for(office: str) -> None:
    asked = body("#Otto#08081991#31022027", State(office=office, greeted=True))

    assert "'31022027'" in asked


def test_a_number_waits_for_the_service_that_its_list_is_of() -> None:
    asked = body("#Budi#??#1", AT_BANDUNG, OF_BANDUNG)

    assert "'??'" in asked
    assert "tidak ada di daftar" not in asked


def test_a_request_beyond_the_listed_dates_takes_the_session_that_is_free() -> None:
    far = replace(turn("#status").state, office="jakarta-pusat")

    assert placed("#Ahmad#20111967#31012027", state=far).slot.date == date(2027, 1, 31)


@pytest.mark.parametrize(
    "text",
    [
        *("saya sendiri", "sebentar ya kak", "salah nama", "batalkan semua", "nggak", "ya batal"),
        *("lupa", "nanti", "hmm", "tdk jadi", "gajadi", "sama seperti tadi", "untuk istri"),
        *(
            "dua orang",
            "kirim ulang",
            "saya mau buat paspor baru",
            "ini untuk istri saya",
            "lihat di atas",
            "not now",
            "halooo",
            "konfirmasi",
        ),
    ],
)
def test_what_is_no_name_is_asked_again(text: str) -> None:
    said = turn(text, PICKED)

    assert said.state.name is None
    assert said.action is None


@pytest.mark.parametrize(
    "text",
    ["20-11-1967", "Jakarta, 20 November 1967", "Tanggal lahir: 20-11-1967", "20-11-1967 ya kak"],
)
def test_where_only_the_birth_date_is_asked_for_nothing_else_is_taken(text: str) -> None:
    assert placed("Ahmad", text, state=PICKED).applicant.name == "Ahmad"


def test_a_town_behind_a_name_is_no_part_of_it() -> None:
    assert placed("Ahmad, Surabaya 20-11-1967", state=PICKED).applicant.name == "Ahmad"


def test_a_town_alone_is_an_office() -> None:
    assert turn("Surabaya", PICKED).state.office == "surabaya"


@pytest.mark.parametrize(
    ("text", "name"), [("Pak Lukman", "Lukman"), ("Selamat Riyadi", "Selamat Riyadi")]
)
def test_a_name_alone_may_begin_like_a_greeting(text: str, name: str) -> None:
    assert turn(text, PICKED).state.name == name


def test_what_is_not_understood_is_told_what_we_wait_for() -> None:
    assert "Untuk siapa" in body("berapa biayanya", PICKED)
    assert "tanggal lahir Ahmad" in body("hmm?!", turn("Ahmad", PICKED).state)


@pytest.mark.parametrize("name", ["I Wayan Sudirta", "Ada Wong", "Terima Zega"])
def test_a_name_alone_may_have_a_word_of_small_talk_in_it(name: str) -> None:
    for text in (name, f"nama saya {name}"):
        assert turn(text, PICKED).state.name == name


def test_a_nik_may_stand_anywhere_in_the_words() -> None:
    wish = placed("Nama: Ahmad, tgl lahir 20-11-1967, NIK 3171012011670001", state=PICKED)

    assert (wish.applicant.nik, wish.applicant.birth_date) == ("3171012011670001", BORN)


def test_the_date_that_was_tapped_is_the_one_that_is_held() -> None:
    typed = turn("#Budi#2011#22012027#siang").state

    picked = turn(f"#pilih#{ref(20).key}", typed).state

    assert placed("Budi, 20-11-1967", state=picked).slot == ref(20)
    assert placed("Siti, 21-12-1970", state=picked).slot == ref(20)


def test_another_persons_session_is_not_theirs() -> None:
    typed = turn("#Budi#2011#22012027#siang").state

    assert placed("#Siti#21121970#19012027", state=typed).slot == ref(19)


def test_who_comes_after_a_refusal_may_be_named_in_plain_words() -> None:
    refused = HERE.but(name="Wati", birth_date=BORN, placed=UUID(int=7))

    asked = turn("Siti, 21-12-1970", refused)

    assert asked.state.name == "Siti"
    assert placed(f"#pilih#{ref(20).key}", state=asked.state).applicant.name == "Siti"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("untuk anak saya Andi Tji, 1-2-2010", "Andi Tji"),
        ("untuk anak Andi Tji, 1-2-2010", "Andi Tji"),
        ("istri saya Siti Aminah, 1-2-2010", "Siti Aminah"),
        ("Siti Aminah istri saya, 1-2-2010", "Siti Aminah"),
        ("tolong daftarkan anak saya Andi Tji, 1-2-2010", "Andi Tji"),
        ("saya sendiri, Budi Santoso, 1-2-2010", "Budi Santoso"),
        ("I'm John Smithe, 1-2-2010", "John Smithe"),
        ("my wife Mary Smithe, 1-2-2010", "Mary Smithe"),
        ("Budi Santoso, umur 30, 1-2-2010", "Budi Santoso"),
        ("Budi Santoso hari senin 1-2-2010", "Budi Santoso"),
        ("Anak Agung Istri Ratna, 1-2-2010", "Anak Agung Istri Ratna"),
        ("Hari, 1-2-2010", "Hari"),
        ("Kasih, 1-2-2010", "Kasih"),
    ],
)
def test_what_introduces_a_person_is_no_part_of_the_name(text: str, name: str) -> None:
    assert placed(text, state=PICKED).applicant.name == name


@pytest.mark.parametrize(
    "text", ["Anak Agung Istri Ratna", "I Gusti Ayu Istri", "I Nyoman Jadi", "Nama: Hari"]
)
def test_names_with_words_of_other_meaning_may_be_sent_alone(text: str) -> None:
    assert turn(text, PICKED).state.name == text.removeprefix("Nama: ")

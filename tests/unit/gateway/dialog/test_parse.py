from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.dialog.dates import DateFault
from services.gateway.dialog.intents import (
    CancelWish,
    Change,
    Code,
    Drop,
    Guess,
    Login,
    MoveWish,
    Number,
    OfficeWish,
    Pick,
    Request,
    ServiceWish,
    Simple,
    Speak,
    Unknown,
)
from services.gateway.dialog.names import read_name
from services.gateway.dialog.parse import understand
from shared.keys import CROCKFORD, booking_code_of
from shared.messages import Language, Session

TODAY = date(2027, 1, 13)
BOOKING_CODE = next(code for symbol in CROCKFORD if booking_code_of(code := f"7K4M2Q8RTX3{symbol}"))


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        *(
            (text, Simple.GREET)
            for text in ("Halo", "hai kak", "Selamat pagi", "p", "Assalamualaikum")
        ),
        *(
            (text, Simple.DATES)
            for text in ("#tgllayanan", "＃TglLayanan", "tgl layanan", "jadwal")
        ),
        *((text, Guess("dates", text.lstrip("#"))) for text in ("#tgllayanna", "tgllayana")),
        *((text, Simple.STATUS) for text in ("#status", "Status saya", "cek status")),
        *(
            (text, Simple.DATES)
            for text in ("kapan ada jadwal?", "tgl layanan dong", "ada kuota, kak?", "Jadwal?!")
        ),
        *((text, Simple.THANKS) for text in ("terima kasih", "Makasih", "ok", "thank you")),
        *((text, Simple.HELP) for text in ("#bantuan", "help", "?bantuan")),
        *((text, Simple.STOP) for text in ("BERHENTI", "stop", "unsubscribe")),
        ("mulai", Simple.RESUME),
        ("petugas", Simple.STAFF),
        ("#ganti", Change()),
        ("#ganti#7K4M2Q", Change("7K4M2Q")),
        ("#batalkan", Drop()),
        ("#batalkan#7K4M2Q", Drop("7K4M2Q")),
        ("batalin", CancelWish()),
        ("#batal 7K4M-2Q8R-TX3C", CancelWish("7K4M-2Q8R-TX3C")),
        ("#tgllayanan surabaya", OfficeWish("surabaya")),
        ("#kantor surabaya", OfficeWish("surabaya")),
        ("kantor surabaya", OfficeWish("surabaya")),
        ("nomor 2", Number(2)),
        ("pilih 2", Number(2)),
        ("2)", Number(2)),
        ("gak jadi", Simple.NEVER),
        ("iya", Simple.YES),
        ("👍", Simple.THANKS),
        ("asalamualaikum kak", Simple.GREET),
        ("#batal", CancelWish()),
        ("#kantor", OfficeWish()),
        ("#kantor#surabaya", OfficeWish("surabaya")),
        ("#layanan", ServiceWish()),
        ("#layanan#e-passport", ServiceWish("e-passport")),
        ("ganti layanan", ServiceWish()),
        ("English", Speak(Language.EN)),
        ("Bahasa", Speak(Language.ID)),
        ("3", Number(3)),
        ("MASUK 7K4M2Q8R", Login("7K4M2Q8R")),
        ("#setuju#7K4M2Q", Code(("7K4M2Q",), "7K4M2Q", tapped=True)),
        ("00002681", Unknown("00002681")),
        ("please", Unknown("please")),
        ("#batal dong", CancelWish()),
        ("batal dong, kak", CancelWish()),
        ("ya kak", Simple.YES),
        ("makasih ya", Simple.THANKS),
        ("*#tgllayanan*", Simple.DATES),
        ("\u201c#tgllayanan\u201d", Simple.DATES),
        ("ketik #tgllayanan", Simple.DATES),
        ("Assalamualaikum, #tgllayanan", Simple.DATES),
        ("halo #status", Simple.STATUS),
        ("min mau #batal", CancelWish()),
        ("min mau #batal#7K4M-2Q8R-TX3C", CancelWish("7K4M-2Q8R-TX3C")),
        ("ganti ke #kantor surabaya", OfficeWish("surabaya")),
        ("saya mau batalkan jadwal", Guess("cancel", "saya mau batalkan jadwal")),
        ("mau ubah jadwal", Guess("move", "mau ubah jadwal")),
        ("antrean #1", Unknown("antrean #1")),
        ("terima kasih banyak", Unknown("terima kasih banyak")),
    ],
)
def test_a_text_is_understood(text: str, intent: object) -> None:
    assert understand(text, TODAY) == intent


@pytest.mark.parametrize(
    "text",
    [
        *("7k4 m2q", "Kode: 7K4M2Q", "*7K4M2Q*", "7K4M2Q,", '"7K4M2Q"', "7K4M2Q 🙏", "7k4-m2q."),
        *("setuju 7K4M2Q", "kodenya 7K4M2Q", "ini kode saya: 7K4M2Q", "#7K4M2Q"),
        *("Kode persetujuan: *7K4M2Q*", "Approval code: *7K4M2Q*"),
        "Jadwal ditahan untuk Anda. Nama: AHMAD Kode persetujuan: *7K4M2Q* Kirim kode itu",
    ],
)
def test_an_approval_code_is_found_as_people_send_it(text: str) -> None:
    found = understand(text, TODAY)

    assert isinstance(found, Code)
    assert (found.codes, found.otherwise) == (("7K4M2Q",), None)


def test_the_request_of_2017_is_understood() -> None:
    wish = understand("#Ahmad#20111967#18072027#siang", TODAY)

    assert isinstance(wish, Request)
    assert (wish.name, wish.birth_date) == ("Ahmad", date(1967, 11, 20))
    assert (wish.visit, wish.session) == (date(2027, 7, 18), Session.AFTERNOON)


def test_the_first_hash_may_be_left_out() -> None:
    assert isinstance(understand("Ahmad#20111967#2", TODAY), Request)


def test_a_bad_field_leaves_the_good_ones() -> None:
    wish = understand("#Budi#32131990#1", TODAY)

    assert isinstance(wish, Request)
    assert wish.name == "Budi"
    assert isinstance(wish.birth_date, DateFault)
    assert wish.visit == 1


def test_a_nik_is_found_wherever_it_stands() -> None:
    wish = understand("#Budi#17081990#1#3171011708900001", TODAY)

    assert isinstance(wish, Request)
    assert wish.nik == "3171011708900001"


def test_a_tapped_row_names_its_slot() -> None:
    picked = understand("#pilih#jakarta-pusat/passport/2027-01-18/morning", TODAY)

    assert isinstance(picked, Pick)
    assert picked.slot.key == "jakarta-pusat/passport/2027-01-18/morning"


@pytest.mark.parametrize("key", ["x", "a/b/c/d", "a/b/2027-01-18", "a/b/2027-01-18/night", ""])
def test_a_forged_row_is_not_understood(key: str) -> None:
    assert not isinstance(understand(f"#pilih#{key}", TODAY), Pick)


def test_a_move_names_booking_and_date() -> None:
    wish = understand("#ulang#18-01-2027#pagi", TODAY)

    assert isinstance(wish, MoveWish)
    assert (wish.said, wish.visit, wish.session) == (None, date(2027, 1, 18), Session.MORNING)


def test_a_tapped_row_of_a_move_names_its_booking_too() -> None:
    key = "jakarta-pusat/passport/2027-01-18/morning"

    wish = understand(f"#pindah#{BOOKING_CODE}#{key}", TODAY)

    assert isinstance(wish, MoveWish)
    assert (wish.said, wish.slot and wish.slot.key) == (BOOKING_CODE, key)


@given(st.text(max_size=4096))
def test_no_text_breaks_the_parser(text: str) -> None:
    assert understand(text, TODAY) is not None
    assert understand(f"#{text}", TODAY) is not None


@pytest.mark.parametrize("name", ["Siti Nur'aini", "R.A. Kartini, S.H.", "José", "Łukasz", "Þór"])
def test_a_name_in_the_letters_of_a_passport_is_a_name(name: str) -> None:
    assert read_name(name) == name


@pytest.mark.parametrize(
    "name", ["Вudi", "Bud\u026a", "\u0251ndi", "\u1d00li", "Budi7", "A", "李明"]
)
def test_a_look_alike_is_no_name(name: str) -> None:
    assert read_name(name) is None

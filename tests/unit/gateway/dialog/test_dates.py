from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.dialog.dates import DateFault, read_birth, read_visit

TODAY = date(2027, 1, 13)  # a Wednesday
BORN = date(1990, 8, 17)


@pytest.mark.parametrize(
    "text",
    [
        *("17081990", "170890", "17-08-1990", "17/8/1990", "17.8.90", "1990-08-17", "19900817"),
        *("17 Agustus 1990", "17 Agst 1990", "17 Ags 1990", "17 agusts 1990", "17 August 1990"),
        *("Jumat, 17 Agustus 1990", "August 17, 1990", "17 08 1990", "１７０８１９９０"),
    ],
)
def test_a_birth_date_is_read_in_every_form_that_people_type(text: str) -> None:
    assert read_birth(text, TODAY) == BORN


@pytest.mark.parametrize(("text", "month"), [("5 Pebruari 1980", 2), ("5 Nopember 1980", 11)])
def test_old_spellings_of_months_are_read(text: str, month: int) -> None:
    assert read_birth(text, TODAY) == date(1980, month, 5)


@pytest.mark.parametrize(
    ("text", "year"), [("010105", 2005), ("010127", 2027), ("010128", 1928), ("010199", 1999)]
)
def test_a_year_of_two_digits_lies_in_the_past(text: str, year: int) -> None:
    assert read_birth(text, TODAY).year == year


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("08/17/1990", DateFault.MONTH_DAY_SWAPPED),
        ("31-02-1990", DateFault.NO_SUCH_DATE),
        ("17-08-2028", DateFault.BIRTH_IN_FUTURE),
        ("17-08", DateFault.YEAR_MISSING),
        ("17-08-1901", DateFault.TOO_OLD),
        ("17-08-1890", DateFault.TOO_OLD),
        ("081234567890-01-1990", DateFault.NO_SUCH_DATE),
        ("kapan-kapan", DateFault.UNREADABLE),
        ("", DateFault.UNREADABLE),
        ("123", DateFault.UNREADABLE),
    ],
)
def test_a_birth_date_that_cannot_be_meant_has_its_own_fault(text: str, fault: DateFault) -> None:
    assert read_birth(text, TODAY) is fault


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("besok", date(2027, 1, 14)),
        ("lusa", date(2027, 1, 15)),
        ("senin depan", date(2027, 1, 18)),
        ("18-01", date(2027, 1, 18)),
        ("18 Jan", date(2027, 1, 18)),
        ("05-01", date(2028, 1, 5)),
        ("180127", date(2027, 1, 18)),
        ("besok pagi", date(2027, 1, 14)),
        ("hari senin depan", date(2027, 1, 18)),
        ("jumat ini", date(2027, 1, 15)),
        ("tgl 18-01", date(2027, 1, 18)),
    ],
)
def test_a_visit_may_be_said_as_people_speak(text: str, day: date) -> None:
    assert read_visit(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("senin", DateFault.AMBIGUOUS_WEEKDAY),
        ("minggu depan", DateFault.AMBIGUOUS_WEEKDAY),
        ("senin ini", DateFault.SERVICE_IN_PAST),
        ("12-01-2027", DateFault.SERVICE_IN_PAST),
        ("18072017", DateFault.SERVICE_IN_PAST),
    ],
)
def test_a_visit_that_cannot_be_meant_has_its_own_fault(text: str, fault: DateFault) -> None:
    assert read_visit(text, TODAY) is fault


PARTS = st.sampled_from(
    [*"-/. #", "17", "08", "1990", "081234567890", "9" * 40, "Agustus", "besok", "senin", "depan"]
)


@given(st.one_of(st.text(max_size=60), st.lists(PARTS, max_size=8).map("".join)))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert isinstance(read_birth(text, TODAY), date | DateFault)
    assert isinstance(read_visit(text, TODAY), date | DateFault)

"""Phones, names and NIKs: what a caller may write, and what it means."""

from datetime import date

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from services.gateway.bodies import FieldFault
from services.gateway.dialog.names import read_name
from services.gateway.limits import PREFIX_DIGITS
from services.gateway.wishes import ApplicantWish
from shared.messages import Applicant

OLDEST_YEAR = 1900
# Dukcapil's numbering: province, regency and district by two digits, then DDMMYY; women add 40.
PROVINCES = range(11, 98)
WOMEN_ADD = 40


def read_phone(text: str) -> str | None:
    """Read a phone number in any usual notation as E.164, or None where it is none."""
    try:
        number = phonenumbers.parse(text, "ID")
    except phonenumbers.NumberParseException:
        return None
    if not text.isascii() or number.extension or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def takes_sms(phone: str) -> bool:
    """Whether codes go to this number: Indonesian mobiles only, where a text has one price."""
    number = phonenumbers.parse(phone)
    mobile = phonenumbers.number_type(number) == PhoneNumberType.MOBILE
    return number.country_code == 62 and mobile  # noqa: PLR2004 the country


def prefix_of(phone: str) -> str:
    """Give the digits that neighbours of an Indonesian number share."""
    return phone.removeprefix("+62")[:PREFIX_DIGITS]


def read_applicant(wish: ApplicantWish, today: date) -> tuple[Applicant, list[FieldFault]]:
    """Read who will come, and list what is wrong about them."""
    faults = []
    name = read_name(wish.name)
    if name is None:
        faults.append(_fault("name", "2 to 80 Latin letters, spaces and . ' - ,"))
    if not date(OLDEST_YEAR, 1, 1) <= wish.birth_date < today:
        faults.append(_fault("birth_date", "a day after 1899 and before today"))
    if wish.nik is not None and not is_nik(wish.nik, wish.birth_date):
        faults.append(_fault("nik", "no NIK of a person born on that day"))
    return Applicant(name=name or "", birth_date=wish.birth_date, nik=wish.nik), faults


def is_nik(nik: str, birth_date: date) -> bool:
    """Whether a NIK can be that of somebody born on this day."""
    day, month, year = (int(nik[i : i + 2]) for i in (6, 8, 10))
    born = (birth_date.day, birth_date.month, birth_date.year % 100)
    places = int(nik[:2]) in PROVINCES and nik[2:4] != "00" and nik[4:6] != "00"
    same_day = born in {(day, month, year), (day - WOMEN_ADD, month, year)}
    return places and same_day and nik[12:] != "0000"


def _fault(field: str, message: str) -> FieldFault:
    return FieldFault(loc=["applicant", field], msg=message)

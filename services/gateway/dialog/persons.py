"""Reads who comes, in plain words: `Ahmad Yani, 20-11-1967`, `Nama: Ahmad, tgl lahir ...`."""

import re
from datetime import date

from services.gateway.dialog.dates import DAYS, DateFault, read_birth
from services.gateway.dialog.intents import Request
from services.gateway.dialog.names import read_name
from services.gateway.dialog.vocabulary import GREETINGS, MAY_BEGIN_A_NAME, NO_NAMES, POLITE

PERSON = re.compile(r"([^\d#]+?)[\s,;:/.(-]*(\d[^#]*)")
# What people put before a name, and before a birth date: neither is part of it.
BEFORE_NAME = re.compile(
    r"(?:(?:nama(?:nya|ku)?(?: lengkap)?(?: saya)?|perkenalkan|atas nama|(?-i:a\.n\.?)|untuk|saya"
    r"|adalah|my name is|name|i am|bapak|pak|ibu|bu|sdr|sdri|kak|halo)(?:\s*[:=]\s*|\.?,?\s+))+",
    re.IGNORECASE,
)
NAMED = re.compile(r"\bnam[ae]\b", re.IGNORECASE)
BEFORE_BIRTH = re.compile(
    r"[\s,;(/-]*\b(?:(?:ttl|tempat[ /,&]*(?:dan )?(?:tanggal|tgl)[ .]*lahir|lahir di)\b[^\d]*"
    r"|(?:(?:tanggal|tgl)[ .]*)?lahir(?:nya)?\b[\s.:=-]*"
    r"|(?:born(?: on)?|birth ?date|date of birth|dob)\b[\s.:=-]*)",
    re.IGNORECASE,
)
WEEKDAY = re.compile(rf"(?:^|[\s,;(]+)(?:hari )?(?:{'|'.join(DAYS)})[\s,]*$", re.IGNORECASE)


def read_person(text: str, today: date, *, named: bool, born: bool) -> Request | None:
    """Read name and birth date in plain words.

    Where we know the name, the birth date alone is wanted: what stands before it is a town or a
    day, unless it is said to be a name. None where the text is neither.
    """
    plain = BEFORE_BIRTH.sub(", ", _without_lead(text), count=1).strip(" ,;:")
    match = PERSON.fullmatch(plain)
    when = _without_trail(match[2] if match else plain)
    if match and named and not born and not NAMED.search(text):
        return Request(birth_date=read_birth(when, today), said=("", when))
    name = _name(WEEKDAY.sub("", match[1])) if match else None
    if match and name:
        return Request(name, read_birth(when, today), said=(name, when))
    birth = read_birth(when, today) if named or not born else DateFault.UNREADABLE
    if birth is not DateFault.UNREADABLE:
        return Request(birth_date=birth, said=("", when))
    name = _name(plain) if not named or NAMED.search(text) else None
    return Request(name, said=(name,)) if name else None


def is_only_a_greeting(text: str) -> bool:
    """Whether a text that begins like a greeting can be no name: `selamat pagi`, not `Pak Joko`."""
    words = text.lower().replace(",", " ").split()
    is_name = len(words) in range(2, 5) and words[0] in MAY_BEGIN_A_NAME
    return not is_name or words[1] in GREETINGS


def _without_lead(text: str) -> str:
    lead = BEFORE_NAME.match(text)
    return text[lead.end() :] if lead else text


def _without_trail(when: str) -> str:
    words = when.rstrip(" )").split()
    while len(words) > 1 and words[-1].lower().strip(".,!") in POLITE:
        words.pop()
    return " ".join(words)


def _name(text: str) -> str | None:
    """Read a name; words that stand in questions and orders make none."""
    return None if NO_NAMES & set(text.lower().replace(",", " ").split()) else read_name(text)

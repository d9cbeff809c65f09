"""Reads who comes, in plain words: `Ahmad Yani, 20-11-1967`, `Nama: Ahmad, tgl lahir ...`."""

import re
from datetime import date

from services.gateway.dialog.dates import DAYS, DateFault, read_birth
from services.gateway.dialog.intents import Request
from services.gateway.dialog.names import read_name
from services.gateway.dialog.vocabulary import NO_NAMES

PERSON = re.compile(r"([^\d#]+?)[\s,;:/.(-]*(\d[^#]*)")
# What people put before a name, and before a birth date: neither is part of it.
BEFORE_NAME = re.compile(
    r"(?:(?:nama(?:nya|ku)?(?: lengkap)?(?: saya)?|atas nama|a\.n\.?|untuk|saya|my name is|name"
    r"|i am|bapak|pak|ibu|bu|sdr|sdri|kak|halo)(?:\s*[:=]\s*|\.?\s+))+",
    re.IGNORECASE,
)
BEFORE_BIRTH = re.compile(
    r"[\s,;(/-]*\b(?:(?:ttl|tempat[ /,&]*(?:dan )?(?:tanggal|tgl)[ .]*lahir|lahir di)\b[^\d]*"
    r"|(?:(?:tanggal|tgl)[ .]*)?lahir(?:nya)?\b[\s.:=-]*"
    r"|(?:born(?: on)?|birth ?date|date of birth|dob)\b[\s.:=-]*)",
    re.IGNORECASE,
)
WEEKDAY = re.compile(rf"[\s,;(]+(?:hari )?(?:{'|'.join(DAYS)})[\s,]*$", re.IGNORECASE)


def read_person(text: str, today: date, *, named: bool, born: bool) -> Request | None:
    """Read name and birth date in plain words.

    Where we know the name, the birth date alone will do, and the other way round. None where the
    text is neither.
    """
    plain = BEFORE_BIRTH.sub(", ", BEFORE_NAME.sub("", text, count=1), count=1).strip(" ,;:")
    match = PERSON.fullmatch(plain)
    said = WEEKDAY.sub("", match[1]) if match else ""
    name = None if named and said.lower() in DAYS else _name(said)
    if match and name:
        when = match[2].rstrip(" )")
        return Request(name, read_birth(when, today), said=(name, when))
    birth = read_birth(plain, today) if named or not born else DateFault.UNREADABLE
    if birth is not DateFault.UNREADABLE:
        return Request(birth_date=birth, said=("", plain))
    name = _name(plain)
    return Request(name, said=(name,)) if name else None


def _name(text: str) -> str | None:
    """Read a name; words that stand in questions make none."""
    return None if NO_NAMES & set(text.lower().split()) else read_name(text)

"""Reads who comes, in plain words: `Ahmad Yani, 20-11-1967`, `Nama: Ahmad, tgl lahir ...`."""

import re
from collections.abc import Sequence
from datetime import date

from services.gateway.dialog.dates import DAYS, MONTH_OF, DateFault, read_birth
from services.gateway.dialog.intents import Request
from services.gateway.dialog.names import read_name
from services.gateway.dialog.vocabulary import (
    ASKING,
    GREETINGS,
    I_DO,
    MAY_BEGIN_A_NAME,
    NEVER_NAMES,
    NO_NAMES,
    POLITE,
    SAID_AFTER_NAMES,
)

PERSON = re.compile(r"([^\d#]+?)[\s,;:/.(-]*(\d[^#]*)")
DATE_FIRST = re.compile(r"(\d[\d ./-]*\d)\s*[,;]\s*([^\d#]+)")
NIK = re.compile(r"[\s,;]*\b(?:nik\b[\s.:=-]*)?(\d{16})\b", re.IGNORECASE)
NUMBERED = re.compile(r"(^|[\s,])\d[.)]\s*(?=nama|tgl|tanggal|tempat|nik)", re.IGNORECASE)
# What people put before a name, and before a birth date: neither is part of it.
RELATION = r"(?:anak|istri|suami|adik|kakak|ibu|ayah|bapak|mama|papa|orang tua)"
BEFORE_NAME = re.compile(
    r"(?:(?:nama(?:nya|ku)?(?: lengkap)?(?: saya)?|perkenalkan|atas nama|(?-i:a\.n\.?|an\.|a/n)"
    rf"|(?:(?:mau|tolong) daftar(?:kan)?|daftarkan|untuk|buat|for)(?: {RELATION}(?= \w))?"
    rf"|{RELATION}(?:nya)? (?:saya|kami)(?:,? (?:bernama|namanya))?"
    r"|my (?:wife|husband|son|daughter|mother|father)|pemohon|data saya|saya sendiri|saya|adalah"
    r"|my name is|name|i am|i'm|it's|bapak|pak|ibu|bu|sdr|sdri|kak|halo"
    r"|(?-i:baik|siap|oke|ok|ini|iya|ya))(?:\s*[:=]\s*|[.,]?\s+)"
    r"|(?:baik|siap|oke|ok|iya|ya)[.,]\s+)+",
    re.IGNORECASE,
)
AFTER_NAME = re.compile(
    rf"[\s,]+(?:{RELATION} saya|(?:umur|usia|age)\W*\d+(?: ?(?:th|thn|tahun))?)\b", re.IGNORECASE
)
NAMED = re.compile(r"\bnam[ae](?:nya|ku)?\b\s*[:=]?\s*\w", re.IGNORECASE)
BEFORE_BIRTH = re.compile(
    r"[\s,;(/-]*\b(?:(?:ttl|tempat[ /,&]*(?:dan )?(?:tanggal|tgl)?[ .]*lahir|lahir di)\b[^\d]*"
    r"|(?:tanggal|tgl)[\s.:]*(?=\d)|(?:(?:tanggal|tgl)[ .]*)?lahir(?:nya)?\b[\s.:=-]*"
    r"|(?:born(?: on)?|birth ?date|date of birth|dob)\b[\s.:=-]*)",
    re.IGNORECASE,
)
WEEKDAY = re.compile(
    rf"(?:^|\s*,\s*|\s+(?=hari ))(?:hari )?(?:{'|'.join(DAYS)})[\s,]*$", re.IGNORECASE
)
TITLE = re.compile(r"\.[^\W\d_]{1,3}$")
# A town behind a comma, before the date: titles such as S.H. are shorter or have dots.
BIRTHPLACE = re.compile(r"^(.*\w.*?)\s*,\s*[^\W\d_]{5,}$")


def read_person(text: str, today: date, *, named: bool, born: bool) -> Request | None:
    """Read name and birth date in plain words.

    Where we know the name, the birth date alone will do, and the other way round. None where the
    text is neither.
    """
    plain, nik = _without_nik(AFTER_NAME.sub("", NUMBERED.sub(r"\1", text.replace("*", ""))))
    plain = BEFORE_BIRTH.sub(", ", _without_lead(plain), count=1).strip(" ,;:")
    said, when = _parts(plain, today)
    birth = read_birth(when, today) if when else DateFault.UNREADABLE
    is_named = NAMED.search(text) is not None
    has_date = isinstance(birth, date)
    is_talk = not has_date and not is_named and _is_talk(_words(text))
    name = None if is_talk else _name(said, is_sure=is_named, has_date=has_date)
    if name and when:
        return Request(name, birth, nik=nik, said=(name, when))
    if name and (not named or is_named or len(name.split()) > 1):
        return Request(name, nik=nik, said=(name,))
    if birth is DateFault.UNREADABLE or not (named or not born):
        return None
    return Request(birth_date=birth, nik=nik, said=("", when))


def is_only_a_greeting(text: str) -> bool:
    """Whether a text that begins like a greeting can be no name: `selamat pagi`, not `Pak Joko`."""
    words = text.lower().replace(",", " ").split()
    is_name = len(words) in range(2, 5) and words[0] in MAY_BEGIN_A_NAME
    return not is_name or words[1] in GREETINGS


def _parts(plain: str, today: date) -> tuple[str, str]:
    """Divide a text into what may be a name and what may be a birth date; either may be empty."""
    turned = DATE_FIRST.fullmatch(plain)
    if turned:
        return turned[2], turned[1]
    match = PERSON.fullmatch(plain)
    if match is None:
        return ("", _without_trail(plain)) if any(map(str.isdecimal, plain)) else (plain, "")
    said, when = match[1], _without_trail(match[2])
    if TITLE.search(said) and plain[len(said) : len(said) + 1] == ".":
        said += "."  # the dot of S.H. is no mark between name and date
    before, _, last = said.rpartition(" ")
    if last.lower() in MONTH_OF and not isinstance(read_birth(when, today), date):
        said, when = before, f"{last} {when}"  # "John Smith, Nov 20, 1967"
    said = WEEKDAY.sub("", said.strip(" ,"))
    place = BIRTHPLACE.match(said)
    return (place[1] if place else said), when


def _without_nik(text: str) -> tuple[str, str | None]:
    found = NIK.search(text)
    return (NIK.sub("", text, count=1), found[1]) if found else (text, None)


def _without_lead(text: str) -> str:
    """Take off hellos and what introduces a name: `pagi kak, nama saya Budi` is `Budi`."""
    words = text.split()
    hellos = 0
    while len(words) - hellos > 1 and words[hellos].lower().strip(",.!") in GREETINGS:
        hellos += 1
    rest = " ".join(words[hellos:] if hellos > 1 else words)
    lead = BEFORE_NAME.match(rest)
    return rest[lead.end() :] if lead else rest


def _without_trail(when: str) -> str:
    words = when.rstrip(" )").split()
    while len(words) > 1 and words[-1].lower().strip(".,!") in POLITE:
        words.pop()
    return " ".join(words)


def _words(text: str) -> list[str]:
    """Take a text apart, `halooo` as `halo`."""
    plain = text.lower().replace(",", " ")
    return [re.sub(r"(.)\1{2,}", r"\1", word) for word in plain.split()]


def _is_talk(words: Sequence[str]) -> bool:
    """Whether more than half of the words are those of questions, orders and small talk."""
    if len(words) > 1 and words[0] == "i" and words[1] not in I_DO:
        words = words[1:]  # I Wayan
    odd = [word in NO_NAMES or word in ASKING or word in POLITE for word in words]
    return sum(odd) > len(words) // 2 or all(odd) or words[0] in ASKING


def _name(text: str, *, is_sure: bool, has_date: bool) -> str | None:
    """Read a name, unless its words are small talk.

    One such word may be a name (Ada Wong, Terima Zega); a birth date beside it, or that it was
    called a name, says that it is one.
    """
    words = _words(text)
    while len(words) > 1 and words[-1] in SAID_AFTER_NAMES:
        words.pop()
        text = text.rstrip(" ,").rpartition(" ")[0]
    is_given = is_sure or (has_date and len(words) == 1)
    is_none = set(words) <= NEVER_NAMES if is_given else _is_talk(words)
    return None if is_none else read_name(text)

"""Reads what a citizen typed or tapped: from the exact to the fuzzy, and never fails.

A tap's id is the text that would have been typed, so buttons and lists need no road of their own.
"""

import re
from collections.abc import Sequence
from datetime import date

from services.gateway.dialog.dates import DateFault, read_birth, read_visit
from services.gateway.dialog.intents import (
    CancelWish,
    Code,
    Intent,
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
from services.gateway.dialog.normal import likeness, normal
from shared.keys import CROCKFORD, booking_code_of, normal_code
from shared.messages import Language, Session, SlotRef

WORDS: dict[str, tuple[str, ...]] = {
    "dates": (
        *("tgllayanan", "tgl layanan", "tanggal layanan", "tanggal", "jadwal", "lihat tanggal"),
        *("lihat jadwal", "daftar", "dates", "schedule", "book"),
    ),
    "status": ("status", "status saya", "jadwal saya", "cek", "my status"),
    "cancel": ("batal", "batalkan jadwal", "cancel"),
    "move": ("ulang", "jadwal ulang", "ubah", "ubah jadwal", "ganti jadwal", "reschedule"),
    "help": ("bantuan", "help", "tolong", "info", "menu", "cara"),
    "office": ("kantor", "pilih kantor", "ganti kantor", "kanim", "office"),
    "service": ("layanan", "pilih layanan", "ganti layanan", "jenis layanan", "service"),
    "english": ("english", "inggris", "in english"),
    "bahasa": ("bahasa", "indonesia", "bahasa indonesia"),
    "stop": ("berhenti", "stop", "unsubscribe"),
    "resume": ("mulai", "start", "subscribe"),
    "staff": ("petugas", "staff", "operator", "admin", "human"),
    "change": ("ganti", "change"),
    "drop": ("batalkan", "tidak jadi"),
    "no": ("tidak", "jangan", "no"),
    "thanks": (
        "terima kasih",
        "terimakasih",
        "makasih",
        "thanks",
        "thank you",
        "ok",
        "oke",
        "siap",
    ),
}
COMMAND_OF = {word: command for command, words in WORDS.items() for word in words}
SIMPLE = {
    "dates": Simple.DATES,
    "status": Simple.STATUS,
    "help": Simple.HELP,
    "no": Simple.NO,
    "stop": Simple.STOP,
    "resume": Simple.RESUME,
    "staff": Simple.STAFF,
    "change": Simple.CHANGE,
    "drop": Simple.DROP,
    "thanks": Simple.THANKS,
}
# A sentence with one of these asks for dates: "kapan ada jadwal?"
ABOUT_DATES = {"jadwal", "tanggal", "tgl", "kuota", "tgllayanan", "dates", "schedule"}
GREETINGS = {
    *("halo", "hallo", "hello", "hai", "hi", "hey", "p", "permisi", "assalamualaikum", "tes"),
    *(
        "assalamu'alaikum",
        "selamat",
        "pagi",
        "siang",
        "sore",
        "malam",
        "test",
        "ping",
        "kak",
        "min",
    ),
}
SESSIONS = {
    **dict.fromkeys(("pagi", "morning", "am"), Session.MORNING),
    **dict.fromkeys(("siang", "sore", "afternoon", "pm"), Session.AFTERNOON),
}
ALIKE_HASH, ALIKE_FREE, SHORTEST_FUZZY = 0.78, 0.80, 4
PERSON = re.compile(r"([^\d#]+?)[\s,;:/.-]*(\d[^#]*)")
CODE_LENGTH, OLD_CODE_LENGTH, NIK_LENGTH = 6, 8, 16
LOGIN = re.compile(r"^#?(?:masuk|login)[ #:]+([0-9a-z][0-9a-z -]{6,12})$", re.IGNORECASE)
MOST_NUMBER = 99


def understand(text: str, today: date) -> Intent:
    """Say what a text means; `today` is the day where it will be acted on."""
    said = normal(text)
    plain = said.lstrip("#").strip().lower()
    login = LOGIN.match(said)
    if login:
        return Login(normal_code(login[1]))
    if plain in COMMAND_OF:
        return _command(COMMAND_OF[plain], (), today)
    fields = [part.strip() for part in said.lstrip("#").split("#")]
    if "#" in said and (len(fields) > 1 or said.startswith("#")):
        return _of_fields(fields, today)
    return _free(said, plain, today)


def read_person(text: str, today: date, *, named: bool) -> Request | None:
    """Read name and birth date in plain words: `Ahmad Yani, 20-11-1967`.

    With `named` the name is known and the birth date alone will do. None where it is neither.
    """
    match = PERSON.fullmatch(text)
    name = read_name(match[1]) if match else None
    if match and name:
        return Request(name, read_birth(match[2], today), said=(name, match[2]))
    birth = read_birth(text, today) if named else DateFault.UNREADABLE
    return None if birth is DateFault.UNREADABLE else Request(birth_date=birth, said=("", text))


def _of_fields(fields: Sequence[str], today: date) -> Intent:
    """Read `#command#...` or the one-line request `#name#birth date#visit`."""
    head, rest = fields[0].lower(), fields[1:]
    if head == "pilih" and rest:
        return _pick(rest[0])
    if head == "pindah" and len(rest) > 1:
        picked = _pick(rest[1])
        slot = picked.slot if isinstance(picked, Pick) else None
        return MoveWish(booking_code_of(rest[0]), slot)
    if head in ("setuju", "agree") and rest:
        return Code(normal_code(rest[0]))
    if head == "batalya" and rest:
        return CancelWish(booking_code_of(rest[0]), sure=True)
    command = COMMAND_OF.get(head)
    if command is None and len(rest) < 2:  # noqa: PLR2004 a request has three fields
        command = _alike(head, ALIKE_HASH)
    if command is not None:
        return _command(command, rest, today)
    if not rest:
        return _code(fields[0]) or Unknown(fields[0])
    return _request(fields, today)


def _command(command: str, rest: Sequence[str], today: date) -> Intent:
    if command in SIMPLE:
        return SIMPLE[command]
    match command:
        case "cancel":
            return CancelWish(booking_code_of(rest[0]) if rest else None)
        case "move":
            return _move(rest, today)
        case "office":
            return OfficeWish(" ".join(rest) or None)
        case "service":
            return ServiceWish(" ".join(rest) or None)
        case "english":
            return Speak(Language.EN)
    return Speak(Language.ID)


def _move(rest: Sequence[str], today: date) -> MoveWish:
    """Read `#ulang#KODE#tanggal#sesi`; the code may be left out by who has one booking."""
    code = booking_code_of(rest[0]) if rest else None
    fields = [field for field in (rest[1:] if code else rest) if field]
    session = next((SESSIONS[f.lower()] for f in fields if f.lower() in SESSIONS), None)
    dates = [field for field in fields if field.lower() not in SESSIONS]
    visit = _visit(dates[0], today) if dates else None
    return MoveWish(code, visit=visit, session=session)


def _request(fields: Sequence[str], today: date) -> Request:
    """Read the request's fields; one that cannot be read does not spoil the others."""
    nik = next((f for f in fields[1:] if f.isdecimal() and len(f) == NIK_LENGTH), None)
    session = next((SESSIONS[f.lower()] for f in fields[1:] if f.lower() in SESSIONS), None)
    rest = [f for f in fields[1:] if f != nik and f.lower() not in SESSIONS]
    birth = read_birth(rest[0], today) if rest else None
    visit = _visit(rest[1], today) if len(rest) > 1 and rest[1] else None
    return Request(read_name(fields[0]), birth, visit, session, nik, tuple(fields))


def _visit(text: str, today: date) -> date | DateFault | int:
    if text.isdecimal() and int(text) <= MOST_NUMBER:
        return int(text)
    return read_visit(text, today)


def _pick(key: str) -> Intent:
    office, _, rest = key.partition("/")
    parts = rest.split("/")
    try:
        service, day, session = parts
        ref = SlotRef(
            office=office, service=service, date=date.fromisoformat(day), session=Session(session)
        )
    except ValueError:
        return Unknown(key)
    return Pick(ref)


def _free(said: str, plain: str, today: date) -> Intent:
    """Read a text without #: a code, a number, a greeting, something like a command."""
    if booking_code_of(said):
        return Simple.STATUS
    code = _code(said)
    if code is not None and code.sure:
        return code
    if plain.isdecimal() and int(plain) <= MOST_NUMBER:
        return Number(int(plain))
    words = re.split(r"[^\w']+", plain.strip("?!., "))
    if words and words[0] in GREETINGS:
        return Simple.GREET
    command = _alike(plain, ALIKE_FREE)
    if command is not None:
        return _command(command, (), today)
    if ABOUT_DATES & set(words):
        return Simple.DATES
    return code or Unknown(said)


def _code(said: str) -> Code | None:
    """Find an approval code: six characters, or eight digits as the old service had them.

    Six letters may be a word, so that only a code with a digit in it is sure.
    """
    code = normal_code(said)
    if len(said) > CODE_LENGTH * 2 or not set(code) <= set(CROCKFORD):
        return None
    if len(code) == OLD_CODE_LENGTH and code.isdecimal():
        return Code(code, sure=False)
    if len(code) != CODE_LENGTH:
        return None
    return Code(code, sure=any(c.isdecimal() for c in said) or said.isupper())


def _alike(word: str, enough: float) -> str | None:
    """Find the command that a mistyped word is nearest to."""
    if len(word) < SHORTEST_FUZZY:
        return None
    scored = ((likeness(word, known), command) for known, command in COMMAND_OF.items())
    score, command = max(scored)
    return command if score >= enough else None

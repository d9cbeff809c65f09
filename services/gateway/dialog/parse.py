"""Reads what a citizen typed or tapped: from the exact to the fuzzy, and never fails.

A tap's id is the text that would have been typed, so buttons and lists need no road of their own.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from services.gateway.dialog.approval import read_code
from services.gateway.dialog.dates import DateFault, read_birth, read_visit
from services.gateway.dialog.intents import (
    CancelWish,
    Change,
    Code,
    Drop,
    Guess,
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
from services.gateway.dialog.normal import likeness, normal, unwrapped
from services.gateway.dialog.vocabulary import (
    ABOUT_DATES,
    ABOUT_OWN,
    BESIDE_YES,
    COMMAND_OF,
    GREETINGS,
    LOGIN,
    NUMBER,
    POLITE,
    SESSIONS,
    SIMPLE,
    SURELY,
    YES,
)
from shared.keys import booking_code_of, normal_code
from shared.messages import Language, Session, SlotRef

ALIKE_HASH, ALIKE_FREE, SHORTEST_FUZZY = 0.78, 0.80, 4
LONGEST_DATE, NIK_LENGTH = 8, 16
BOOKING_CODE = re.compile(r"\w{4}(?:[-. ]?\w{4}){2}", re.ASCII)
EDGES = "#?!., "
ABOUT_ONE: dict[str, Callable[[str | None], Intent]] = {
    "cancel": CancelWish,
    "change": Change,
    "drop": Drop,
}
CHOICES: dict[str, Callable[[str | None], Intent]] = {"office": OfficeWish, "service": ServiceWish}
SPEAK = {"english": Speak(Language.EN), "bahasa": Speak(Language.ID)}


def understand(text: str, today: date) -> Intent:
    """Say what a text means by itself; `today` is the day where it will be acted on."""
    said = unwrapped(normal(text))
    plain = _plain(said)
    login = LOGIN.fullmatch(said)
    if login:
        return Login(normal_code(login[1]))
    if plain in COMMAND_OF and "#" not in said.lstrip("# "):
        return command_of(COMMAND_OF[plain], (), today)
    if NUMBER.fullmatch(plain):
        return Number(int(NUMBER.sub(r"\1", plain)))
    fielded = _fielded(said, today) if "#" in said else None
    return fielded or _free(said, plain, today)


def is_command(text: str) -> bool:
    """Whether a text is one of our commands and nothing else."""
    return _plain(unwrapped(normal(text))) in COMMAND_OF


def about_own(text: str) -> Guess | None:
    """Guess what is wanted with a booking that they have: `mau ubah jadwal`."""
    words = re.split(r"[^\w']+", text.lower())
    about = next((ABOUT_OWN[word] for word in words if word in ABOUT_OWN), None)
    return Guess(about, text) if about else None


def says_yes(text: str) -> bool:
    """Whether a text says yes to a question, however many words it takes: `ya, batalkan saja`."""
    words = re.findall(r"[\w']+", normal(text).lower())
    beside = set(words) - YES - POLITE
    is_plain = beside <= SURELY | BESIDE_YES and "?" not in text
    return bool(words) and words[0] in YES and is_plain and (not beside or bool(beside & SURELY))


def command_of(command: str, rest: Sequence[str], today: date) -> Intent:
    """Make the intent of a command with what was said after it."""
    first = rest[0] if rest and rest[0] else None
    if command == "dates" and first:
        return OfficeWish(" ".join(rest))
    if command in SIMPLE:
        return SIMPLE[command]
    if command in ABOUT_ONE:
        return ABOUT_ONE[command](first)
    if command in CHOICES:
        return CHOICES[command](" ".join(rest) or None)
    return _move(rest, today) if command == "move" else SPEAK[command]


def _plain(said: str) -> str:
    """Write a text as commands are compared: `Batal dong, kak!` is `batal`."""
    words = said.strip(EDGES).lower().replace(",", " ").split()
    while len(words) > 1 and words[-1] in POLITE:
        words.pop()
    return " ".join(words)


def _fielded(said: str, today: date) -> Intent | None:
    """Read a text with # in it; None where the # is only an ornament."""
    before, *rest = (part.strip() for part in said.lstrip("#").split("#"))
    if said.startswith("#") or _plain(before) in COMMAND_OF:
        return _of_fields((before, *rest), today)
    # "halo, #status", "min mau #batal": what comes before a command is no name.
    command = _of_fields(rest, today) if _plain(rest[0]) in COMMAND_OF else None
    led = _led(rest[0], today, anything=True) if len(rest) == 1 else None
    is_request = len(rest) > 1 or isinstance(read_birth(rest[0], today), date)
    return command or led or (_of_fields((before, *rest), today) if is_request else None)


def _of_fields(fields: Sequence[str], today: date) -> Intent:
    """Read `#command#...` or the one-line request `#name#birth date#visit`."""
    head, rest = _plain(fields[0]), fields[1:]
    tapped = _tapped(head, rest)
    if tapped is not None:
        return tapped
    if head in COMMAND_OF:
        return command_of(COMMAND_OF[head], rest, today)
    if not rest:
        return _lonely(fields[0], today)
    is_request = len(rest) > 1 or isinstance(read_birth(rest[0], today), date)
    guess = None if is_request else _alike(head, ALIKE_HASH)
    return Guess(guess, fields[0]) if guess else _request(fields, today)


def _tapped(head: str, rest: Sequence[str]) -> Intent | None:
    """Read the ids of our own rows and buttons."""
    if not rest:
        return None
    match head:
        case "pilih":
            slot = _slot(rest[0])
            return Pick(slot) if slot else Unknown(rest[0])
        case "pindah":
            return _tapped_move(rest)
        case "setuju" | "agree":
            return Code((normal_code(rest[0]),), rest[0], tapped=True)
        case "batalya":
            return CancelWish(rest[0], sure=True)
    return None


def _tapped_move(rest: Sequence[str]) -> Intent:
    """Read `#pindah#CODE#slot`, and `#pindah#command#slot` of a refusal, which knows no code."""
    slot = _slot(rest[-1])
    if slot is None:
        return Unknown(rest[-1])
    try:
        return MoveWish(slot=slot, by=UUID(rest[0]))
    except ValueError:
        return MoveWish(rest[0] or None, slot)


def _lonely(text: str, today: date) -> Intent:
    """Read `#something`: a command with words after it, a code, or a command mistyped."""
    led = _led(text, today, anything=True)
    if led is not None:
        return led
    guess = _alike(text.lower(), ALIKE_HASH)
    code = read_code(text)
    if code is not None:
        return Code((code,), text)
    return Guess(guess, text) if guess else Unknown(text)


def _led(text: str, today: date, *, anything: bool) -> Intent | None:
    """Read `kantor surabaya`, `batal 7K4M-2Q8R-TX3C`: a command and what it is about."""
    words = text.split()
    for length in range(min(2, len(words) - 1), 0, -1):
        command = COMMAND_OF.get(" ".join(words[:length]).lower())
        rest = " ".join(words[length:])
        if command == "move" and (anything or booking_code_of(rest)):
            return command_of(command, rest.split(), today)
        if command == "cancel" and (anything or booking_code_of(rest)):
            named = any(sign.isdecimal() for sign in rest)
            return command_of(command, (rest,) if named else (), today)
        if command in {"office", "service"} or (command == "dates" and anything):
            return command_of(command, (rest,), today)
    return None


def _move(rest: Sequence[str], today: date) -> MoveWish:
    """Read `#ulang#KODE#tanggal#sesi`; the code may be left out by who has one booking."""
    fields = [field for field in rest if field]
    code = fields[0] if fields and _looks_like_code(fields[0]) else None
    fields = fields[1:] if code else fields
    session = next((SESSIONS[f.lower()] for f in fields if f.lower() in SESSIONS), None)
    dates = [field for field in fields if field.lower() not in SESSIONS]
    visit = _visit(dates[0], today) if dates else None
    return MoveWish(code, visit=visit, session=session, words=dates[0] if dates else "")


def _looks_like_code(text: str) -> bool:
    """Whether this names a booking, be it mistyped: longer than any date, letters and digits."""
    code = normal_code(text)
    is_mixed = any(c.isalpha() for c in code) and any(c.isdecimal() for c in code)
    return is_mixed and len(code) > LONGEST_DATE


def _request(fields: Sequence[str], today: date) -> Request:
    """Read the request's fields; one that cannot be read does not spoil the others."""
    nik = next((f for f in fields[1:] if f.isdecimal() and len(f) == NIK_LENGTH), None)
    session = next((SESSIONS[f.lower()] for f in fields[1:] if f.lower() in SESSIONS), None)
    rest = [f for f in fields[1:] if f != nik and f.lower() not in SESSIONS]
    birth = read_birth(rest[0], today) if rest and rest[0] else None
    visit = _visit(rest[1], today) if len(rest) > 1 and rest[1] else None
    session = session or (session_in(rest[1]) if len(rest) > 1 else None)
    return Request(read_name(fields[0]), birth, visit, session, nik, (fields[0], *rest))


def session_in(text: str) -> Session | None:
    """Find the session that a text names."""
    return next((SESSIONS[word] for word in text.lower().split() if word in SESSIONS), None)


def _visit(text: str, today: date) -> date | DateFault | int:
    number = NUMBER.fullmatch(text.lower())
    return int(number[1]) if number else read_visit(text, today)


def _slot(key: str) -> SlotRef | None:
    office, _, rest = key.partition("/")
    parts = rest.split("/")
    try:
        service, day, session = parts
        return SlotRef(
            office=office, service=service, date=date.fromisoformat(day), session=Session(session)
        )
    except ValueError:
        return None


def _free(said: str, plain: str, today: date) -> Intent:
    """Read a text without #: a code, a greeting, something like a command."""
    if BOOKING_CODE.fullmatch(said) and booking_code_of(said):
        return Simple.STATUS
    code = read_code(said)
    if code is not None:
        return Code((code,), said)
    words = re.split(r"[^\w']+", plain)
    about = about_own(said)
    if about is not None and ABOUT_DATES & set(words):
        return about
    if words[0] in GREETINGS:
        return Simple.GREET
    led = _led(said.strip(EDGES), today, anything=False)
    if led is not None:
        return led
    guess = _alike(plain, ALIKE_FREE)
    if guess is not None:
        return Guess(guess, said)
    return Simple.DATES if ABOUT_DATES & set(words) else Unknown(said)


def _alike(word: str, enough: float) -> str | None:
    """Find the command that a mistyped word is nearest to."""
    if len(word) < SHORTEST_FUZZY:
        return None
    scored = ((likeness(word, known), command) for known, command in COMMAND_OF.items())
    score, command = max(scored)
    return command if score >= enough else None

"""What a text means where a conversation stands: an answer to our question, an entry of a list."""

from dataclasses import replace
from datetime import date

from services.gateway.dialog.approval import find_codes
from services.gateway.dialog.choosing import offices_meant
from services.gateway.dialog.dates import DateFault, read_visit
from services.gateway.dialog.intents import (
    CancelWish,
    Code,
    Drop,
    Guess,
    Intent,
    Number,
    OfficeWish,
    Request,
    ServiceWish,
    Simple,
    Unknown,
)
from services.gateway.dialog.normal import normal
from services.gateway.dialog.parse import command_of, is_command, understand
from services.gateway.dialog.persons import read_person
from services.gateway.dialog.search import find_service, is_called
from services.gateway.dialog.state import Facts, State
from services.gateway.dialog.vocabulary import HARMLESS


def resolve(text: str, state: State, known: Facts, today: date) -> Intent:
    """Say what a text means here and now; `known` has the offices and services.

    What answers a question of ours comes before what only looks like a command: Batam is a town
    and near to `batal`. The code of an open hold comes before all of these.
    """
    intent = understand(text, today)
    if state.cancels and intent in (Simple.YES, Drop()):
        return CancelWish(state.cancels, sure=True)
    if intent is Simple.NEVER:
        return Simple.NO if state.cancels else Drop()
    if isinstance(intent, Number):
        return _entry(intent, state, today)
    said = normal(text)
    answered = _answer(said, state, known, today)
    if isinstance(intent, Code):
        return replace(intent, otherwise=_whole(answered)) if not intent.tapped else intent
    if not _is_open(intent, text):
        return intent
    if isinstance(intent, Guess | Unknown):
        intent = answered or _settled(intent, said, known, today)
    elif isinstance(answered, Request):
        # "Selamat Riyadi, 20-11-1967" only looks like a greeting.
        intent = _whole(answered) or intent
    codes = () if isinstance(intent, OfficeWish | ServiceWish) else find_codes(said)
    return Code(codes, said, otherwise=intent) if codes else intent


def _is_open(intent: Intent, text: str) -> bool:
    """Whether a text may mean something else than what it looks like: no command of ours does."""
    if intent in (Simple.GREET, Simple.DATES):
        return not is_command(text)
    is_misread = isinstance(intent, Request) and any(
        isinstance(read, DateFault) for read in (intent.birth_date, intent.visit)
    )
    return isinstance(intent, Guess | Unknown) or is_misread


def _entry(intent: Number, state: State, today: date) -> Intent:
    """Take a number as a tap on that entry of the last list."""
    place = intent.number - 1
    return understand(state.choices[place], today) if 0 <= place < len(state.choices) else intent


def _answer(said: str, state: State, known: Facts, today: date) -> Intent | None:
    """Take a text as the answer to what we asked last, if it can be one."""
    match state.asks:
        case "office":
            return OfficeWish(said) if offices_meant(said, known.offices.values()) else None
        case "service":
            return ServiceWish(said) if find_service(said, known.services) else None
        case "visit":
            visit = read_visit(said, today)
            return (
                None if visit is DateFault.UNREADABLE else Request(visit=visit, said=("", "", said))
            )
        case "person":
            named, born = state.name is not None, state.birth_date is not None
            return read_person(said, today, named=named, born=born)
    return None


def _whole(answered: Intent | None) -> Intent | None:
    """Keep an answer with a date in it that was read without a fault."""
    if not isinstance(answered, Request):
        return answered
    dates = (answered.birth_date, answered.visit)
    is_whole = any(dates) and not any(isinstance(one, DateFault) for one in dates)
    return answered if is_whole else None


def _settled(intent: Guess | Unknown, said: str, known: Facts, today: date) -> Intent:
    """Decide what is left: the plain name of an office, a harmless command mistyped."""
    if is_called(said, known.offices.values()):
        return OfficeWish(said)
    if isinstance(intent, Guess) and intent.command in HARMLESS:
        return command_of(intent.command, (), today)
    return intent

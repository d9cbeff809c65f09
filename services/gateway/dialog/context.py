"""What a text means where a conversation stands: an answer to our question, an entry of a list."""

from datetime import date

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
from services.gateway.dialog.parse import command_of, read_person, understand
from services.gateway.dialog.search import find_service, is_called
from services.gateway.dialog.state import Facts, State
from services.gateway.dialog.vocabulary import HARMLESS


def resolve(text: str, state: State, known: Facts, today: date) -> Intent:
    """Say what a text means here and now; `known` has the offices and services.

    What answers a question of ours comes before what only looks like a code or a command:
    Batam is a town and near to `batal`.
    """
    intent = understand(text, today)
    if state.cancels and intent in (Simple.YES, Drop()):
        return CancelWish(state.cancels, sure=True)
    if intent is Simple.NEVER:
        return Simple.NO if state.cancels else Drop()
    if isinstance(intent, Number):
        return _entry(intent, state, today)
    if not isinstance(intent, Code | Guess | Unknown) or (
        isinstance(intent, Code) and intent.tapped
    ):
        return intent
    return _answer(normal(text), state, known, today) or _settled(intent, text, known, today)


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


def _settled(intent: Code | Guess | Unknown, text: str, known: Facts, today: date) -> Intent:
    """Decide what is left: the plain name of an office, a harmless command mistyped."""
    said = normal(text)
    is_open = not isinstance(intent, Code) or not intent.sure
    if is_open and is_called(said, known.offices.values()):
        return OfficeWish(said)
    if isinstance(intent, Guess) and intent.command in HARMLESS:
        return command_of(intent.command, (), today)
    return intent

"""What a text means where a conversation stands: an answer to our question, an entry of a list."""

from dataclasses import replace
from datetime import date

from services.gateway.dialog.answers import answer_to, whole
from services.gateway.dialog.approval import find_codes
from services.gateway.dialog.dates import DateFault
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
from services.gateway.dialog.parse import command_of, is_command, says_yes, understand
from services.gateway.dialog.persons import is_only_a_greeting
from services.gateway.dialog.search import is_called
from services.gateway.dialog.state import Facts, State
from services.gateway.dialog.vocabulary import HARMLESS

ABOUT_OURS = ("#pilih#", "#pindah#", "#batalkan#", "#batal#", "#ulang#", "#ganti#")


def resolve(text: str, state: State, known: Facts, today: date) -> Intent:
    """Say what a text means here and now; `known` has the offices and services.

    What answers a question of ours comes before what only looks like a command: Batam is a town
    and near to `batal`. The code of an open hold comes before all of these.
    """
    intent = _to_question(understand(text, today), text, state)
    if isinstance(intent, Number):
        return _entry(intent, state, today)
    if isinstance(intent, Code) and intent.tapped:
        return intent
    if not isinstance(intent, Code) and not _is_open(intent, text):
        return intent
    said = normal(text.replace("\n", ", "))
    answered = answer_to(said, state, known, today)
    if isinstance(intent, Code):
        return replace(intent, otherwise=whole(answered))
    if isinstance(intent, Guess | Unknown):
        intent = answered or _settled(intent, said, known, today)
    elif isinstance(answered, Request) and _is_rather(answered, said, intent):
        intent = answered
    codes = () if isinstance(intent, OfficeWish | ServiceWish) else find_codes(said)
    return Code(codes, said, otherwise=intent) if codes else intent


def _to_question(intent: Intent, text: str, state: State) -> Intent:
    """Take a text as the answer to a question of yes and no; one whether to cancel is repeated.

    `Tidak jadi` is a no to whatever we asked or listed last.
    """
    if state.cancels:
        if says_yes(text) or (intent == Drop() and "?" not in text):
            return CancelWish(state.cancels, sure=True)
        is_said_by_the_way = intent is Simple.DATES and not is_command(text)
        is_unclear = intent in (Simple.YES, Simple.THANKS) or isinstance(intent, Guess | Unknown)
        if is_unclear or is_said_by_the_way:
            return CancelWish(state.cancels)
    is_listed = any(choice.startswith(ABOUT_OURS) for choice in state.choices)
    is_asked = bool(state.cancels or state.asks or is_listed)
    if intent is Simple.NEVER and is_asked:
        return Simple.NO
    is_doubtful = "?" in text or (is_asked and intent is not Simple.NEVER)
    if intent in (CancelWish(), Drop(), Simple.NEVER) and is_doubtful:
        return CancelWish(is_doubtful=True)
    return intent


def _is_rather(answered: Request, said: str, intent: Intent) -> bool:
    """Whether what looks like a greeting or a wish is rather the answer that we asked for."""
    is_name = intent is Simple.GREET and answered.name is not None and not is_only_a_greeting(said)
    return whole(answered) is not None or is_name


def _is_open(intent: Intent, text: str) -> bool:
    """Whether a text may mean something else than what it looks like: no command of ours does."""
    if intent in (Simple.GREET, Simple.DATES, Simple.STATUS):
        return not is_command(text)
    is_misread = isinstance(intent, Request) and any(
        isinstance(read, DateFault) for read in (intent.birth_date, intent.visit)
    )
    return isinstance(intent, Guess | Unknown) or is_misread


def _entry(intent: Number, state: State, today: date) -> Intent:
    """Take a number as a tap on that entry of the last list."""
    place = intent.number - 1
    return understand(state.choices[place], today) if 0 <= place < len(state.choices) else intent


def _settled(intent: Guess | Unknown, said: str, known: Facts, today: date) -> Intent:
    """Decide what is left: the plain name of an office, a harmless command mistyped."""
    if is_called(said, known.offices.values()):
        return OfficeWish(said)
    if isinstance(intent, Guess) and intent.command in HARMLESS:
        return command_of(intent.command, (), today)
    return intent

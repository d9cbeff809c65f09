"""What to answer: one reply to one message, or one act of booking whose outcome is the answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from math import ceil
from typing import Any

from services.gateway.dialog import choosing, managing, requesting
from services.gateway.dialog.formats import buttons, say, text
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
from services.gateway.dialog.parse import about_own
from services.gateway.dialog.search import find_service
from services.gateway.dialog.state import Facts, LogOut, Needs, OptOut, ProveLogin, State, Turn
from services.gateway.dialog.vocabulary import WORDS
from shared.messages import Button, Content

MEDIA_PAUSE = timedelta(minutes=10)
OWN = Code | Change | Drop | CancelWish | MoveWish | Unknown
OWN_SIMPLE = {Simple.STATUS, Simple.AGREE, Simple.YES, Simple.THANKS, Simple.NEVER}
# What the entries of a list do at once, so that a number said later must not.
AT_ONCE = ("#pindah#", "#batalkan#")
# The lists and questions on the way to where a booking is to be moved.
ON_THE_WAY, ELSEWHERE = ("#pindah#", "#kantor#", "#layanan#"), ("office", "service")
DATED = Request | Number | OfficeWish | ServiceWish


def needs(intent: Intent, state: State, known: Facts) -> Needs:
    """Say which facts the answer will need, so that no others are loaded.

    `known` has the offices and services, which are always at hand.
    """
    day = intent.visit if isinstance(intent, Request | MoveWish) else None
    day = day if isinstance(day, date) else state.visit
    if isinstance(intent, MoveWish):
        return Needs(own=True, moves=True, code=managing.code_of(intent, state), day=day)
    if isinstance(intent, Code) and intent.otherwise is not None:
        return replace(needs(intent.otherwise, state, known), own=True)
    if isinstance(intent, OWN) or intent in OWN_SIMPLE:
        may_end = isinstance(intent, CancelWish | Drop) or intent is Simple.NEVER
        return Needs(own=True, placed=state.placed if may_end else None)
    if isinstance(intent, Pick):
        return Needs(placed=state.placed, own=state.replaces is not None)
    if not isinstance(intent, DATED) and intent is not Simple.DATES:
        return Needs()
    office, service = _meant(intent, state, known)
    return Needs(dates_of=office, service=service, day=day, own=state.replaces is not None)


def _meant(intent: Intent, state: State, known: Facts) -> tuple[str | None, str | None]:
    """Say of which office and service the answer will speak."""
    if isinstance(intent, OfficeWish) and intent.text:
        found = choosing.offices_meant(intent.text, known.offices.values())
        return (found[0].id if len(found) == 1 else None), state.service
    if isinstance(intent, ServiceWish):
        return state.office, find_service(intent.text or "", known.services)
    return state.office, state.service


def answer(intent: Intent, state: State, facts: Facts) -> Turn:
    """Give the answer to an intent; every state has one.

    A question whether to cancel and a list that moves or gives back are for the next message only.
    """
    does = any(choice.startswith(AT_ONCE) for choice in state.choices)
    asked = state.but(cancels=None, choices=() if does else state.choices)
    is_on_the_way = state.asks in ELSEWHERE or any(
        choice.startswith(ON_THE_WAY) for choice in state.choices
    )
    if isinstance(intent, OfficeWish | ServiceWish) and not is_on_the_way:
        asked = asked.but(moves=None)  # the move is over, and this is for something new
    if isinstance(intent, Simple):
        return SIMPLE[intent](asked, facts)
    return HANDLERS[type(intent)](intent, asked, facts)


def answer_login(state: State, result: str) -> Content:
    """Say what came of a login code: `proven`, `unknown` or `other_phone`."""
    key = "proven" if result == "proven" else f"login_{result}"
    return Content(body=say(key, state.language))


def apology(state: State, key: str) -> Content:
    """Say that a message came too late (`late`) or that we have trouble (`trouble`)."""
    return text(say(key, state.language), state.language, "dates", "status", "help")


def wait(state: State, wait_s: float) -> Content:
    """Say when to send again what was asked too often; nobody types faster than in five seconds."""
    body = say("too_often", state.language, seconds=str(max(5, ceil(wait_s))))
    return text(body, state.language, "status", "help")


def still_at_work(state: State) -> Content:
    """Say that a request was received and that its answer follows."""
    return text(say("still", state.language), state.language, "status")


def _greet(state: State, facts: Facts) -> Turn:
    office = facts.offices.get(state.office or "")
    where = (
        say("at_office", state.language, office=office.name)
        if office
        else say("no_office", state.language)
    )
    hidden = "" if facts.has_phone else say("number_hidden", state.language)
    body = say("greeting", state.language, office=where, hidden=hidden)
    first = "dates" if office else "office"
    choices = buttons(state.language, first, "status", "help")
    # Who says hello in the middle of a request goes on with it.
    greeted = state.but(greeted=True, moves=None)
    return Turn(greeted, Content(body=body, buttons=choices))


def _dates(state: State, facts: Facts) -> Turn:
    # To see dates is to begin anew; who moves a booking asks for that again.
    return choosing.dates(state.but(moves=None, cancels=None), facts)


def _help(state: State, _facts: Facts) -> Turn:
    return Turn(state, text(say("help", state.language), state.language, "dates", "status"))


def _thanks(state: State, facts: Facts) -> Turn:
    if facts.holds:
        return requesting.agree(state, facts)
    if state.asks:
        return requesting.unknown(state, facts)
    return Turn(state, text(say("welcome", state.language), state.language, "status", "dates"))


def _yes(state: State, facts: Facts) -> Turn:
    if facts.holds:
        return requesting.agree(state, facts)
    # A yes to a question for a name or a date answers nothing.
    return requesting.unknown(state, facts) if state.asks else _no(state, facts)


def _no(state: State, _facts: Facts) -> Turn:
    body = say("kept", state.language)
    return Turn(state.anew(), text(body, state.language, "status", "help"))


def _never(state: State, facts: Facts) -> Turn:
    """Give up what is at hand: a request that found no seat, a correction, else the hold."""
    is_correcting = any(held.id == state.replaces for held in facts.holds)
    if is_correcting or facts.refused:
        return _no(state, facts)
    return managing.drop(Drop(), state, facts)


def _number(state: State, facts: Facts) -> Turn:
    if facts.has_phone:
        return Turn(state, text(say("number_known", state.language), state.language, "dates"))
    return Turn(state, Content(body=say("number_asked", state.language), ask_contact=True))


def _stop(state: State, _facts: Facts) -> Turn:
    return Turn(state, Content(body=say("stopped", state.language)), OptOut(out=True))


def _resume(state: State, facts: Facts) -> Turn:
    wanted = OptOut(out=False)
    if not state.greeted:
        first = _greet(state, facts)
        return Turn(first.state, first.reply, wanted)
    body = say("resumed", state.language)
    return Turn(state, text(body, state.language, "dates", "status", "help"), wanted)


def _staff(state: State, _facts: Facts) -> Turn:
    return Turn(state, text(say("staff", state.language), state.language, "help"))


def _media(state: State, facts: Facts) -> Turn:
    told = state.media_told_at
    if told is not None and facts.now - told < MEDIA_PAUSE:
        return Turn(state)
    reply = text(say("media", state.language), state.language, "dates", "help")
    return Turn(state.but(media_told_at=facts.now), reply)


def _speak(intent: Speak, state: State, _facts: Facts) -> Turn:
    spoken = state.but(language=intent.language)
    body = say("speaks", spoken.language)
    return Turn(spoken, text(body, spoken.language, "dates", "status", "help"))


def _log_out(state: State, _facts: Facts) -> Turn:
    body = say("logged_out", state.language)
    return Turn(state, text(body, state.language, "status", "help"), LogOut())


def _login(intent: Login, state: State, _facts: Facts) -> Turn:
    return Turn(state, None, ProveLogin(intent.code))


def _chosen(intent: OfficeWish | ServiceWish, state: State, facts: Facts) -> Turn:
    """Take an office or a service; a request that waited for the choice goes on by itself."""
    choose: Any = choosing.office if isinstance(intent, OfficeWish) else choosing.service
    turn: Turn = choose(intent, state, facts)
    is_settled = turn.state.asks is None and facts.dates_of == turn.state.office
    return (requesting.resume(turn.state, facts) if is_settled else None) or turn


def _guess(intent: Guess, state: State, _facts: Facts) -> Turn:
    """Ask whether they meant the command: what gives something up is not done by a guess."""
    word = f"#{WORDS[intent.command][0]}"
    body = say("did_you_mean", state.language, text=intent.text[:40], command=word)
    meant = Button(id=word, title=word)
    others = buttons(state.language, "status", "help")
    return Turn(state, Content(body=body, buttons=(meant, *others)))


def _unknown(intent: Unknown, state: State, facts: Facts) -> Turn:
    about = about_own(intent.text) if facts.holds or facts.bookings else None
    if about is not None:
        return _guess(about, state, facts)
    is_new = not (state.greeted or facts.holds or state.is_begun)
    return _greet(state, facts) if is_new else requesting.unknown(state, facts)


def _code(intent: Code, state: State, facts: Facts) -> Turn:
    """Take a code of theirs; where it is none, what the text means otherwise."""
    turn = requesting.code(intent, state, facts)
    return turn or answer(intent.otherwise or Unknown(intent.said), state, facts)


SIMPLE: dict[Simple, Callable[[State, Facts], Turn]] = {
    Simple.GREET: _greet,
    Simple.DATES: _dates,
    Simple.STATUS: managing.status,
    Simple.HELP: _help,
    Simple.AGREE: requesting.agree,
    Simple.NUMBER: _number,
    Simple.LOG_OUT: _log_out,
    Simple.STOP: _stop,
    Simple.RESUME: _resume,
    Simple.STAFF: _staff,
    Simple.MEDIA: _media,
    Simple.YES: _yes,
    Simple.NO: _no,
    Simple.NEVER: _never,
    Simple.THANKS: _thanks,
}
HANDLERS: dict[type, Callable[[Any, State, Facts], Turn]] = {
    Request: requesting.request,
    Code: _code,
    Change: managing.change,
    Drop: managing.drop,
    CancelWish: managing.cancel,
    MoveWish: managing.move,
    OfficeWish: _chosen,
    ServiceWish: _chosen,
    Pick: choosing.pick,
    Number: choosing.number,
    Speak: _speak,
    Login: _login,
    Guess: _guess,
    Unknown: _unknown,
}

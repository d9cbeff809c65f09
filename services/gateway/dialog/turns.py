"""What to answer: one reply to one message, or one act of booking whose outcome is the answer."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.gateway.dialog import booking, choosing
from services.gateway.dialog.formats import buttons, say, text
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
from services.gateway.dialog.parse import read_person
from services.gateway.dialog.search import find_offices, find_service
from services.gateway.dialog.state import Facts, Needs, OptOut, ProveLogin, State, Turn
from shared.messages import Content

MEDIA_PAUSE = timedelta(minutes=10)
OWN = {Simple.STATUS, Simple.CHANGE, Simple.DROP}
DATED = Request | Number | MoveWish | OfficeWish | ServiceWish | Unknown


def needs(intent: Intent, state: State, known: Facts) -> Needs:
    """Say which facts the answer will need, so that no others are loaded.

    `known` has the offices and services, which are always at hand.
    """
    intent = _in_context(intent, state, known)
    own = intent in OWN or isinstance(intent, Code | CancelWish | MoveWish)
    if isinstance(intent, MoveWish):
        return Needs(own=True, moves=True, code=intent.code)
    if not isinstance(intent, DATED) and intent is not Simple.DATES:
        return Needs(own=own)
    office, service = _meant(intent, state, known)
    return Needs(dates_of=office, service=service, own=own)


def _meant(intent: Intent, state: State, known: Facts) -> tuple[str | None, str | None]:
    """Say of which office and service the answer will speak."""
    if isinstance(intent, OfficeWish) and intent.text:
        found = choosing.offices_meant(intent.text, known.offices.values())
        return (found[0].id if len(found) == 1 else None), state.service
    if isinstance(intent, ServiceWish):
        return state.office, find_service(intent.text or "", known.services)
    entry = intent.number - 1 if isinstance(intent, Number) else -1
    if 0 <= entry < len(state.offices):
        return state.offices[entry], state.service
    if 0 <= entry < len(state.services):
        return state.office, state.services[entry]
    return state.office, state.service


def _in_context(intent: Intent, state: State, known: Facts) -> Intent:
    """Take a text that is no command as the answer to what we asked, where it can be one."""
    if not isinstance(intent, Unknown | Code) or (isinstance(intent, Code) and intent.sure):
        return intent
    asked, said = state.asks, intent.text if isinstance(intent, Unknown) else intent.code
    if asked == "office" and find_offices(known.offices.values(), said, limit=1):
        return OfficeWish(said)
    if asked == "service" and find_service(said, known.services):
        return ServiceWish(said)
    if asked == "person":
        return read_person(said, _today(state, known), named=state.name is not None) or intent
    return intent


def _today(state: State, known: Facts) -> date:
    """Give the local day at the chosen office, or in Jakarta."""
    office = known.offices.get(state.office or "")
    zone = ZoneInfo(office.timezone if office else "Asia/Jakarta")
    return known.now.astimezone(zone).date()


def answer(intent: Intent, state: State, facts: Facts) -> Turn:
    """Give the answer to an intent; every state has one."""
    intent = _in_context(intent, state, facts)
    if isinstance(intent, Simple):
        return SIMPLE[intent](state, facts)
    return HANDLERS[type(intent)](intent, state, facts)


def answer_login(state: State, result: str) -> Content:
    """Say what came of a login code: `proven`, `unknown` or `other_phone`."""
    key = "proven" if result == "proven" else f"login_{result}"
    return Content(body=say(key, state.language))


def apology(state: State, key: str) -> Content:
    """Say that a message came too late (`late`) or that we have trouble (`trouble`)."""
    return text(say(key, state.language), state.language, "dates", "status", "help")


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
    body = say("greeting", state.language, office=where)
    first = "dates" if office else "office"
    choices = buttons(state.language, first, "status", "help")
    return Turn(state.but(asks=None), Content(body=body, buttons=choices))


def _dates(state: State, facts: Facts) -> Turn:
    # To see dates is to begin anew; who moves a booking asks for that again.
    return choosing.dates(state.but(moves=None), facts)


def _help(state: State, _facts: Facts) -> Turn:
    return Turn(state, text(say("help", state.language), state.language, "dates", "status"))


def _thanks(state: State, _facts: Facts) -> Turn:
    return Turn(state, text(say("welcome", state.language), state.language, "status", "dates"))


def _no(state: State, _facts: Facts) -> Turn:
    body = say("kept", state.language)
    kept = state.but(asks=None, cancels=None, moves=None)
    return Turn(kept, text(body, state.language, "status", "help"))


def _stop(state: State, _facts: Facts) -> Turn:
    return Turn(state, Content(body=say("stopped", state.language)), OptOut(out=True))


def _resume(state: State, _facts: Facts) -> Turn:
    return Turn(state, Content(body=say("resumed", state.language)), OptOut(out=False))


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


def _login(intent: Login, state: State, _facts: Facts) -> Turn:
    return Turn(state, None, ProveLogin(intent.code))


def _unknown(_intent: Unknown, state: State, _facts: Facts) -> Turn:
    body = say("unknown", state.language)
    return Turn(state, text(body, state.language, "dates", "status", "help"))


SIMPLE: dict[Simple, Callable[[State, Facts], Turn]] = {
    Simple.GREET: _greet,
    Simple.DATES: _dates,
    Simple.STATUS: booking.status,
    Simple.HELP: _help,
    Simple.CHANGE: booking.change,
    Simple.DROP: booking.drop,
    Simple.STOP: _stop,
    Simple.RESUME: _resume,
    Simple.STAFF: _staff,
    Simple.MEDIA: _media,
    Simple.NO: _no,
    Simple.THANKS: _thanks,
}
HANDLERS: dict[type, Callable[[Any, State, Facts], Turn]] = {
    Request: booking.request,
    Code: booking.code,
    CancelWish: booking.cancel,
    MoveWish: booking.move,
    OfficeWish: choosing.office,
    ServiceWish: choosing.service,
    Pick: choosing.pick,
    Number: choosing.number,
    Speak: _speak,
    Login: _login,
    Unknown: _unknown,
}

"""What to answer: one reply to one message, or one act of booking whose outcome is the answer."""

from collections.abc import Callable
from datetime import timedelta
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
    Simple,
    Speak,
    Unknown,
)
from services.gateway.dialog.names import read_name
from services.gateway.dialog.search import find_offices
from services.gateway.dialog.state import Facts, Needs, OptOut, ProveLogin, State, Turn
from shared.messages import Content

MEDIA_PAUSE = timedelta(minutes=10)
OWN = {Simple.STATUS, Simple.CHANGE, Simple.DROP}


def needs(intent: Intent, state: State) -> Needs:
    """Say which facts the answer will need, so that no others are loaded."""
    own = intent in OWN or isinstance(intent, Code | CancelWish | MoveWish)
    moves = isinstance(intent, MoveWish | Number | Pick) or bool(state.moves)
    dated = isinstance(intent, Request | Number | MoveWish | Unknown | OfficeWish)
    wants_dates = dated or intent is Simple.DATES
    office = intent.slot.office if isinstance(intent, Pick) else state.office
    return Needs(dates_of=office if wants_dates else None, own=own or moves)


def answer(intent: Intent, state: State, facts: Facts) -> Turn:
    """Give the answer to an intent; every state has one."""
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


def _unknown(intent: Unknown, state: State, facts: Facts) -> Turn:
    """Try the text as the answer to what we asked, then as an office, before giving up."""
    if state.asks == "person" and "," in intent.text:
        fields = [part.strip() for part in intent.text.rsplit(",", 1)]
        name = read_name(fields[0])
        if name:
            return booking.request(Request(name=name, said=tuple(fields)), state, facts)
    found = find_offices(facts.offices.values(), intent.text, limit=1)
    if state.asks == "office" and found:
        return choosing.office(OfficeWish(intent.text), state, facts)
    body = say("unknown", state.language)
    return Turn(state, text(body, state.language, "dates", "status", "help"))


def today_of(state: State, facts: Facts) -> Any:
    """Give the local day at the chosen office, or in Jakarta."""
    office = facts.offices.get(state.office or "")
    zone = ZoneInfo(office.timezone if office else "Asia/Jakarta")
    return facts.now.astimezone(zone).date()


SIMPLE: dict[Simple, Callable[[State, Facts], Turn]] = {
    Simple.GREET: _greet,
    Simple.DATES: choosing.dates,
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
    Pick: choosing.pick,
    Number: choosing.number,
    Speak: _speak,
    Login: _login,
    Unknown: _unknown,
}

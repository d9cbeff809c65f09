"""Asking for a seat, approving it, and what becomes of bookings: status, cancel, move."""

from datetime import date

from services.gateway.dialog import choosing, formats
from services.gateway.dialog.dates import DateFault
from services.gateway.dialog.formats import say, text
from services.gateway.dialog.intents import CancelWish, Code, MoveWish, Request
from services.gateway.dialog.state import (
    Booked,
    Cancel,
    Confirm,
    Facts,
    HeldSeat,
    Place,
    Release,
    Reschedule,
    State,
    Turn,
)
from services.gateway.dialog.words import BUTTONS
from shared.keys import grouped, same_code
from shared.messages import Applicant, Button, Content, Session, SlotRef
from shared.speech import long_date

WOMEN_ADD = 40  # a NIK holds the birth day of a woman plus 40


def request(wish: Request, state: State, facts: Facts) -> Turn:
    """Ask booking for a seat, or ask only for what is still missing or wrong."""
    name = wish.name or (None if wish.said and wish.said[0] else state.name)
    birth = wish.birth_date if isinstance(wish.birth_date, date) else None
    birth = birth or (state.birth_date if wish.birth_date is None else None)
    nik = wish.nik or state.nik
    draft = state.but(name=name, birth_date=birth, nik=nik, asks=None)
    faults = _faults(wish, draft)
    chosen = facts.offices.get(state.office or "")
    by_date = isinstance(wish.visit, date)
    if by_date and not faults and chosen and chosen.service(state.service) is None:
        return choosing.ask_service(draft, chosen, facts)
    slot, trouble = _slot(wish, state, facts)
    if trouble:
        faults.append(trouble)
    if faults or name is None or birth is None:
        return _ask_again(draft, faults, wish)
    if slot is None:
        return choosing.dates(draft, facts)
    # The draft is done with; the next request begins anew.
    done = draft.but(name=None, birth_date=None, nik=None, slot=None)
    return Turn(done, None, Place(slot, Applicant(name=name, birth_date=birth, nik=nik)))


def code(wish: Code, state: State, facts: Facts) -> Turn:
    """Confirm the hold whose code this is; else the newest one, where it counts as a wrong try."""
    if not facts.holds:
        if not wish.sure:
            body = say("unknown", state.language)
            return Turn(state, text(body, state.language, "dates", "status", "help"))
        body = say("no_hold", state.language)
        return Turn(state, text(body, state.language, "dates", "status"))
    right = (held for held in facts.holds if same_code(wish.code, held.code))
    held = next(right, facts.holds[0])
    return Turn(state.but(asks=None), None, Confirm(held.id, wish.code))


def status(state: State, facts: Facts) -> Turn:
    """Show every hold and booking of this person."""
    language = state.language
    lines = [formats.booking_line(booked, language) for booked in facts.bookings]
    for held in facts.holds:
        office = facts.offices.get(held.ref.office)
        lines.append(formats.hold_line(held, office, language))
    if not lines:
        body = say("status_none", language)
        return Turn(state, text(body, language, "dates", "help"))
    body = say("status", language, lines="\n\n".join(lines))
    keys = ("move", "cancel") if facts.bookings else ("dates",)
    return Turn(state, text(body, language, *keys))


def change(state: State, facts: Facts) -> Turn:
    """Let a hold with a mistake in it go, and ask for the request again."""
    held = facts.holds[0] if facts.holds else None
    shown = _example_of(held, state)
    reply = Content(body=say("change", state.language, example=shown))
    if held is None:
        return Turn(state, reply)
    # The hold must go before a corrected one can come: the same person may have only one.
    return Turn(state.but(name=None, birth_date=None, nik=None), None, Release(held.id))


def drop(state: State, facts: Facts) -> Turn:
    """Give the newest hold back; without one they may mean their booking."""
    if facts.holds:
        return Turn(state.but(asks=None), None, Release(facts.holds[0].id))
    return cancel(CancelWish(), state, facts)


def cancel(wish: CancelWish, state: State, facts: Facts) -> Turn:
    """Cancel what they named and were sure of; else ask which, and whether they are sure."""
    language = state.language
    if wish.code is None and not facts.bookings and facts.holds:
        return Turn(state, None, Release(facts.holds[0].id))
    booked = facts.booked(wish.code)
    if booked is None and not facts.bookings:
        body = say("status_none", language)
        return Turn(state, text(body, language, "dates", "help"))
    if booked is None:
        lines = "\n".join(formats.short_line(one, language) for one in facts.bookings)
        return Turn(state, text(say("cancel_which", language, lines=lines), language, "status"))
    if wish.sure:
        return Turn(state.but(cancels=None), None, Cancel(booked.code))
    return _ask_sure(booked, state)


def move(wish: MoveWish, state: State, facts: Facts) -> Turn:
    """Move a booking to the date they named, or show the dates that it could be moved to."""
    language = state.language
    booked = facts.booked(wish.code)
    if booked is None and not facts.bookings:
        body = say("status_none", language)
        return Turn(state, text(body, language, "dates", "help"))
    if booked is None:
        lines = "\n".join(formats.short_line(one, language) for one in facts.bookings)
        return Turn(state, text(say("move_which", language, lines=lines), language, "status"))
    if wish.slot is not None:
        return Turn(state.but(moves=None), None, Reschedule(booked.code, wish.slot))
    kept = state.but(moves=booked.code, office=booked.ref.office, service=booked.ref.service)
    if wish.visit is None:
        return choosing.dates(kept, facts)
    as_request = Request(visit=wish.visit, session=wish.session)
    slot, trouble = _slot(as_request, kept, facts)
    if slot is None:
        return _ask_again(kept, [trouble] if trouble else [], as_request)
    return Turn(kept.but(moves=None), None, Reschedule(booked.code, slot))


def _faults(wish: Request, draft: State) -> list[str]:
    """Say in words what could not be read, quoting it."""
    language, said = draft.language, wish.said
    faults = []
    if wish.name is None and draft.name is None:
        faults.append(say("bad_name", language, text=said[0][:40] if said else "-"))
    if isinstance(wish.birth_date, DateFault):
        shown = said[1][:30] if len(said) > 1 and said[1] else "-"
        faults.append(say(wish.birth_date.value, language, text=shown))
    elif draft.birth_date is None:
        faults.append(say("no_birth", language))
    elif wish.nik and not _fits(wish.nik, draft.birth_date):
        faults.append(say("bad_nik", language))
    return faults


def _slot(wish: Request, state: State, facts: Facts) -> tuple[SlotRef | None, str | None]:
    """Find the slot that is meant: by number, by date, or the one picked before."""
    language, visit = state.language, wish.visit
    if isinstance(visit, DateFault):
        shown = wish.said[2][:30] if len(wish.said) > 2 else "-"  # noqa: PLR2004 the third field
        return None, say(visit.value, language, text=shown)
    if isinstance(visit, int):
        listed = state.listed or tuple(f.ref for f in choosing.first_dates(facts.free))
        if not 1 <= visit <= len(listed):
            return None, say("no_such_number", language, text=str(visit))
        chosen = listed[visit - 1]
        return (_with_session(chosen, wish.session) if wish.session else chosen), None
    if visit is None:
        return state.slot, None
    return _slot_on(visit, wish.session, state, facts), None


def _slot_on(day: date, session: Session | None, state: State, facts: Facts) -> SlotRef | None:
    """Name the slot of a day: the session asked for, else the first that still has seats."""
    on_day = [one.ref for one in facts.free if one.ref.date == day]
    for ref in on_day:
        if session in (None, ref.session):
            return ref
    office = facts.offices.get(state.office or "")
    service = office.service(state.service) if office else None
    if office is None or service is None:
        return None
    # Booking says why there is no seat, and where there still is one.
    return SlotRef(
        office=office.id,
        service=service,
        date=day,
        session=session or Session.MORNING,
    )


def _with_session(ref: SlotRef, session: Session) -> SlotRef:
    return ref.model_copy(update={"session": session})


def _fits(nik: str, birth: date) -> bool:
    """Check the birth date that stands in a NIK: ddmmyy, a woman's day plus 40."""
    day = int(nik[6:8])
    day = day - WOMEN_ADD if day > WOMEN_ADD else day
    return (day, int(nik[8:10]), int(nik[10:12])) == (birth.day, birth.month, birth.year % 100)


def _ask_again(draft: State, faults: list[str], wish: Request) -> Turn:
    visit = str(wish.visit) if isinstance(wish.visit, int) else None
    if isinstance(wish.visit, date):
        visit = wish.visit.strftime("%d%m%Y")
    shown = formats.example(draft.name, draft.birth_date, visit)
    body = say("bad_fields", draft.language, faults="\n".join(faults), example=shown)
    return Turn(draft.but(asks="person"), text(body.strip(), draft.language, "dates", "help"))


def _ask_sure(booked: Booked, state: State) -> Turn:
    language = state.language
    line = {"name": booked.name, "office": booked.office.name}
    code = grouped(booked.code)
    when = long_date(booked.ref.date, language)
    body = say("cancel_sure", language, date=when, code=code, **line)
    yes = Button(id=f"#batalya#{booked.code}", title=BUTTONS["yes"][language])
    no = Button(id="#tidak", title=BUTTONS["no"][language])
    return Turn(state.but(cancels=booked.code), Content(body=body, buttons=(yes, no)))


def _example_of(held: HeldSeat | None, state: State) -> str:
    if held is None:
        return formats.example(state.name, state.birth_date, None)
    visit = held.ref.date.strftime("%d%m%Y")
    return formats.example(held.name, held.birth_date, visit)

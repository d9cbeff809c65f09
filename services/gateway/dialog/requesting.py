"""Asking for a seat and approving it."""

from datetime import date

from services.gateway.dialog import choosing, formats
from services.gateway.dialog.dates import DateFault
from services.gateway.dialog.formats import say, text
from services.gateway.dialog.intents import Code, Pick, Request
from services.gateway.dialog.parse import understand
from services.gateway.dialog.state import Booked, Confirm, Facts, State, Turn
from shared.keys import normal_name
from shared.messages import Applicant, Session, SlotRef

WOMEN_ADD = 40  # a NIK holds the birth day of a woman plus 40


def request(wish: Request, state: State, facts: Facts) -> Turn:
    """Ask booking for a seat, or ask only for what is still missing or wrong."""
    draft = _draft(wish, state, facts)
    faults = _faults(wish, draft)
    if faults.get("nik"):
        draft = draft.but(nik=None)
    chosen = facts.offices.get(draft.office or "")
    slot, trouble = None, None
    if chosen and not chosen.service(draft.service) and _needs_service(wish, draft):
        # A number means nothing yet: its list is of the service that is still to be chosen.
        if not faults:
            return choosing.ask_service(draft, chosen, facts)
    else:
        slot, trouble = _slot(wish, draft, facts)
    if trouble:
        faults["visit"] = trouble
    if faults or draft.name is None or draft.birth_date is None:
        return _ask_again(draft.but(slot=slot), faults, facts.now.date())
    if slot is None:
        return choosing.dates(draft, facts)
    who = Applicant(name=draft.name, birth_date=draft.birth_date, nik=draft.nik)
    return choosing.place(slot, who, draft)


def resume(state: State, facts: Facts) -> Turn | None:
    """Go on with a request whose office or service was chosen meanwhile, if it is whole."""
    if state.name and state.birth_date and state.visit:
        return request(Request(visit=state.visit, session=state.session), state, facts)
    return None


def code(wish: Code, state: State, facts: Facts) -> Turn | None:
    """Confirm the hold whose code this is; a code that is wrong counts as a try of the newest.

    None where the text may mean something else and is of nothing that they have.
    """
    language = state.language
    for one in wish.codes:
        held = facts.held(one)
        if held is not None:
            return Turn(state.anew(), None, Confirm(held.id, one, held.owner))
        done = facts.approved(one)
        if done is not None:
            return confirmed_already(done, state, facts)
    if wish.otherwise is not None:
        return None
    if facts.holds and not wish.tapped:
        newest = facts.holds[0]
        return Turn(state, None, Confirm(newest.id, wish.codes[0], newest.owner))
    key = "no_longer_held" if wish.tapped else "no_hold"
    return Turn(state, text(say(key, language), language, "dates", "status"))


def confirmed_already(done: Booked, state: State, facts: Facts) -> Turn:
    """Show the booking that a message was about, and what can be done with it."""
    language = state.language
    shown = formats.booking_line(done, facts, language)
    body = say("already_confirmed", language, line=shown)
    return Turn(state, text(body, language, "move", "cancel"))


def agree(state: State, facts: Facts) -> Turn:
    """Say that agreeing needs the code: it is what proves that the message was read."""
    if not facts.holds:
        body = say("no_hold", state.language)
        return Turn(state, text(body, state.language, "dates", "status"))
    return Turn(state, formats.waiting("agree_needs_code", facts, state.language))


def unknown(state: State, facts: Facts) -> Turn:
    """Say that we did not understand, and what we do; who has a hold is told that it waits."""
    language = state.language
    if facts.holds:
        return Turn(state, formats.waiting("unknown_held", facts, language))
    hint = _hint(state, facts.now.date())
    body = f"{say('unknown', language)}\n\n{hint}".strip()
    return Turn(state, text(body, language, "dates", "status", "help"))


def _draft(wish: Request, state: State, facts: Facts) -> State:
    """Lay the new fields over what was said before; somebody new takes nothing of it along."""
    is_new = bool(wish.name) or bool(wish.said and wish.said[0])
    name = wish.name or (None if is_new else state.name)
    is_same = _is_same(name, state.name)
    birth = wish.birth_date if isinstance(wish.birth_date, date) else None
    birth = birth or (state.birth_date if wish.birth_date is None and is_same else None)
    visit = wish.visit if isinstance(wish.visit, date) else None
    keeps_session = wish.visit is None or state.asks == "visit"
    if is_new and state.asks != "person":
        state = state.but(visit=None, session=None, slot=None)
        if not _still_corrects(wish, state, facts):
            state = state.but(replaces=None, owner=None)
    return state.but(
        name=name,
        birth_date=birth,
        nik=wish.nik or (None if is_new else state.nik),
        visit=visit or (state.visit if wish.visit is None else None),
        placed=None,
        session=wish.session or (state.session if keeps_session else None),
        asks=None,
        moves=None,
        cancels=None,
    )


def _is_same(one: str | None, other: str | None) -> bool:
    """Whether two names may be of one person; a name that is not known yet may be of anybody."""
    return one is None or other is None or normal_name(one) == normal_name(other)


def _still_corrects(wish: Request, state: State, facts: Facts) -> bool:
    """Whether a request that was not asked for is about the hold that was to be corrected."""
    held = next((one for one in facts.holds if one.id == state.replaces), None)
    if held is None:
        return False
    return held.birth_date == wish.birth_date or _is_same(wish.name or "", held.name)


def _needs_service(wish: Request, draft: State) -> bool:
    """Whether a wish names a visit that can only be found once the service is known."""
    if isinstance(wish.visit, int):
        return not _listed(draft)
    return isinstance(wish.visit, date)


def _faults(wish: Request, draft: State) -> dict[str, str]:
    """Say in words what could not be read, by field, quoting it."""
    language, said = draft.language, wish.said
    faults = {}
    if wish.name is None and draft.name is None:
        key = "bad_name" if said and said[0] else "no_name"
        faults["name"] = say(key, language, text=said[0][:40] if said else "")
    if isinstance(wish.birth_date, DateFault):
        shown = said[1][:30] if len(said) > 1 else ""
        faults["birth_date"] = say(
            wish.birth_date.value, language, text=shown, example="17-08-1990"
        )
    elif draft.birth_date is None:
        faults["birth_date"] = say("no_birth", language)
    elif draft.nik and not _fits(draft.nik, draft.birth_date):
        faults["nik"] = say("bad_nik", language)
    return faults


def _slot(wish: Request, draft: State, facts: Facts) -> tuple[SlotRef | None, str | None]:
    """Find the slot that is meant: by number, by date, or the one picked before."""
    language = draft.language
    if isinstance(wish.visit, DateFault):
        shown = wish.said[2][:30] if len(wish.said) > 2 else ""  # noqa: PLR2004 the third field
        ahead = formats.a_day_ahead(facts.now.date())
        return None, say(wish.visit.value, language, text=shown, example=ahead)
    if isinstance(wish.visit, int):
        listed = _listed(draft) or [one.ref for one in choosing.first_dates(facts.free)]
        if not 1 <= wish.visit <= len(listed):
            return None, say("no_such_number", language, text=str(wish.visit))
        chosen = listed[wish.visit - 1]
        update = {"session": wish.session} if wish.session else {}
        return chosen.model_copy(update=update), None
    if draft.visit is None:
        return draft.slot, None
    return slot_on(draft.visit, draft.session, draft, facts), None


def _listed(state: State) -> list[SlotRef]:
    """Read the slots of the last list, if it was one of dates."""
    chosen = [understand(choice, date.min) for choice in state.choices]
    return [one.slot for one in chosen if isinstance(one, Pick)]


def slot_on(day: date, session: Session | None, state: State, facts: Facts) -> SlotRef | None:
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


def _fits(nik: str, birth: date) -> bool:
    """Check the birth date that stands in a NIK: ddmmyy, a woman's day plus 40."""
    day = int(nik[6:8])
    day = day - WOMEN_ADD if day > WOMEN_ADD else day
    return (day, int(nik[8:10]), int(nik[10:12])) == (birth.day, birth.month, birth.year % 100)


def _ask_again(draft: State, faults: dict[str, str], today: date) -> Turn:
    """Quote what is wrong and ask for that alone, where it is one field."""
    language = draft.language
    asks = "visit" if set(faults) == {"visit"} else "person"
    if set(faults) in ({"visit"}, {"birth_date"}, {"name"}):
        hint = _hint(draft.but(asks=asks), today)
    else:
        visit = draft.visit.strftime("%d%m%Y") if draft.visit else None
        hint = say("send_again", language, example=formats.example(draft, visit))
    body = "\n".join(faults.values()) + f"\n\n{hint}"
    return Turn(draft.but(asks=asks), text(body, language, "dates", "help"))


def _hint(state: State, today: date) -> str:
    """Say what we wait for; nothing where we asked for nothing."""
    language = state.language
    if state.asks == "visit":
        return say("only_visit", language, example=formats.a_day_ahead(today))
    if state.asks != "person":
        return ""
    if state.name is not None:
        return say("only_birth_date", language, name=state.name)
    return say("only_name" if state.birth_date else "for_whom", language)

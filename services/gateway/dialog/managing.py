"""What a person has: status, a hold that is changed or given back, a booking moved or cancelled."""

from collections.abc import Sequence

from services.gateway.dialog import choosing, formats
from services.gateway.dialog.dates import DateFault
from services.gateway.dialog.formats import listing, say, text
from services.gateway.dialog.intents import CancelWish, Change, Drop, MoveWish
from services.gateway.dialog.requesting import confirmed_already, slot_on
from services.gateway.dialog.state import (
    Booked,
    Cancel,
    Facts,
    HeldSeat,
    Release,
    Reschedule,
    State,
    Turn,
)
from services.gateway.dialog.words import BUTTONS
from shared.keys import booking_code_of, grouped
from shared.messages import Button, Content, Row, SlotRef
from shared.speech import local_clock, long_date, short_date


def status(state: State, facts: Facts) -> Turn:
    """Show every hold and booking of this person, and what booking has not decided yet."""
    language = state.language
    lines = [formats.booking_line(booked, facts, language) for booked in facts.bookings]
    lines += [formats.hold_line(held, facts, language) for held in facts.holds]
    lines += [say("pending", language)] if facts.pending else []
    if not lines:
        return Turn(state, text(say("status_none", language), language, "dates", "help"))
    lines += [say("status_moves", language)] if facts.bookings else []
    body = say("status", language, lines="\n\n".join(lines))
    if len(facts.holds) == 1 and len(body) <= formats.BODY_WITH_CHOICES:
        agreeing, *others = formats.about_hold(facts.holds[0], language)
        own = formats.buttons(language, "move", "cancel") if facts.bookings else others
        return Turn(state, Content(body=body, buttons=(agreeing, *own)))
    keys = ("move", "cancel") if facts.bookings else ("dates", "help")
    return Turn(state, text(body, language, *keys))


def change(wish: Change, state: State, facts: Facts) -> Turn:
    """Ask for the right values of a hold; it stays until they come."""
    held = facts.held(wish.code)
    done = facts.approved(wish.code)
    if done is not None:
        return confirmed_already(done, state, facts)
    if held is None:
        return _which_hold("ganti", wish.code, state, facts)
    until = local_clock(held.expires_at, held.office.timezone)
    shown = formats.example_of(held)
    body = say("change", state.language, name=held.name.upper(), example=shown, expires=until)
    kept = state.anew(
        office=held.ref.office,
        service=held.ref.service,
        slot=held.ref,
        replaces=held.id,
        owner=held.owner,
        asks="person",
    )
    return Turn(kept, text(body, state.language, "status"))


def drop(wish: Drop, state: State, facts: Facts) -> Turn:
    """Give a hold back; without one they may mean their booking."""
    if wish.code is None and (facts.bookings or facts.refused or not facts.holds):
        return cancel(CancelWish(), state, facts)
    held = facts.held(wish.code)
    if held is not None:
        return Turn(state.anew(), None, Release(held.id, held.owner))
    done = facts.approved(wish.code)
    if done is not None:
        return _ask_sure(done, state)
    return _which_hold("batalkan", wish.code, state, facts)


def cancel(wish: CancelWish, state: State, facts: Facts) -> Turn:
    """Cancel what they named and were sure of; else ask which, and whether they are sure."""
    if wish.said is None and facts.holds:
        # With a booking beside the hold, or about something else, it is not said what is meant.
        is_doubtful = bool(facts.bookings or wish.is_doubtful or facts.refused)
        return _which_of_all(state, facts) if is_doubtful else drop(Drop(), state, facts)
    code = booking_code_of(wish.said) if wish.said else None
    booked = facts.booked(code) if code or not wish.said else None
    if booked is None:
        return _which_booking("batal", wish.said, state, facts)
    if wish.sure:
        return Turn(state.anew(), None, Cancel(booked.code, booked.owner))
    return _ask_sure(booked, state)


def move(wish: MoveWish, state: State, facts: Facts) -> Turn:
    """Move a booking to the date they named, or show the dates that it could be moved to."""
    language = state.language
    booked = facts.booked(code_of(wish, state)) if not _is_misread(wish) else None
    if booked is None:
        return _which_booking("ulang", wish.said, state, facts)
    if wish.slot is not None:
        return _move_to(wish.slot, booked, state, facts)
    kept = state.anew(moves=booked.code, office=booked.ref.office, service=booked.ref.service)
    if isinstance(wish.visit, DateFault):
        ahead = formats.a_day_ahead(facts.now.date())
        fault = say(wish.visit.value, language, text=wish.words[:30], example=ahead)
        return choosing.dates(kept, facts, fault)
    if wish.visit is None:
        return choosing.dates(kept, facts)
    if isinstance(wish.visit, int):
        free = choosing.first_dates(facts.free)
        slot = free[wish.visit - 1].ref if 1 <= wish.visit <= len(free) else None
    else:
        slot = slot_on(wish.visit, wish.session, kept, facts)
    if slot is None:
        return choosing.dates(kept, facts, say("no_such_number", language, text=str(wish.visit)))
    return _move_to(slot, booked, state, facts)


def _move_to(slot: SlotRef, booked: Booked, state: State, facts: Facts) -> Turn:
    """Ask booking to move a booking; a second tap on the row that it was moved to moves nothing."""
    if slot == booked.ref:
        shown = formats.booking_line(booked, facts, state.language)
        body = say("same_slot", state.language, line=shown)
        return Turn(state.anew(), text(body, state.language, "status", "move"))
    moving = state.anew(moves=booked.code)
    return Turn(moving, None, Reschedule(booked.code, slot, booked.owner))


def code_of(wish: MoveWish, state: State) -> str | None:
    """Say which booking a wish names: by its code, or by the refusal that offered the slot."""
    if wish.said is not None:
        return booking_code_of(wish.said)
    return state.moves if wish.by is not None and wish.by == state.placed else None


def _is_misread(wish: MoveWish) -> bool:
    return wish.said is not None and booking_code_of(wish.said) is None


def _which_hold(command: str, code: str | None, state: State, facts: Facts) -> Turn:
    """Ask which hold is meant, or say that there is none, or not any more."""
    language = state.language
    if code is not None or not facts.holds:
        key = "no_longer_held" if code is not None else "no_hold"
        return Turn(state, text(say(key, language), language, "dates", "status"))
    return _which(f"{command}_which", _rows(command, facts.holds, state), state)


def _which_booking(command: str, said: str | None, state: State, facts: Facts) -> Turn:
    """Ask which booking is meant, or say that there is none, or none of that code."""
    language = state.language
    if said is not None:
        body = say("no_such_booking", language, text=said[:30])
        return Turn(state, text(body, language, "status", "help"))
    if not facts.bookings:
        key = "status_held" if facts.holds else "status_none"
        return Turn(state.anew(), text(say(key, language), language, "dates", "status", "help"))
    return _which(f"{command}_which", _rows(command, facts.bookings, state), state)


def _which_of_all(state: State, facts: Facts) -> Turn:
    """Ask which of their holds and bookings is not wanted."""
    rows = _rows("batalkan", facts.holds, state) + _rows("batal", facts.bookings, state)
    return _which("batal_which", rows, state)


def _rows(command: str, owned: Sequence[HeldSeat | Booked], state: State) -> tuple[Row, ...]:
    """List holds or bookings to choose from, each with what tells it from the others."""
    waits = say("waits", state.language)
    marks = [grouped(one.code) if isinstance(one, Booked) else waits for one in owned]
    return tuple(
        Row(
            id=f"#{command}#{one.code}",
            title=one.name[: formats.TITLE],
            description=f"{_place(one, state)} · {mark}"[: formats.DESCRIPTION],
        )
        for one, mark in zip(owned, marks, strict=True)
    )


def _which(key: str, rows: Sequence[Row], state: State) -> Turn:
    lines = "\n".join(f"{n}. {row.title} · {row.description}" for n, row in enumerate(rows, 1))
    return listing(state, say(key, state.language, lines=lines), tuple(rows))


def _place(one: HeldSeat | Booked, state: State) -> str:
    return f"{short_date(one.ref.date, state.language)} · {one.office.short_name}"


def _ask_sure(booked: Booked, state: State) -> Turn:
    language = state.language
    line = {"name": booked.name, "office": booked.office.name}
    code = grouped(booked.code)
    when = long_date(booked.ref.date, language)
    body = say("cancel_sure", language, date=when, code=code, **line)
    yes = Button(id=f"#batalya#{code}", title=BUTTONS["yes"][language])
    no = Button(id="#tidak", title=BUTTONS["no"][language])
    asked = state.anew(cancels=booked.code)
    return Turn(asked, Content(body=body, buttons=(yes, no)))

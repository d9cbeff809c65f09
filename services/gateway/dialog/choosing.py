"""Choosing an office and a date: lists to tap, numbers to type, "full here, free there"."""

from collections.abc import Sequence

from services.gateway.dialog import formats
from services.gateway.dialog.formats import example, say, text, with_rows
from services.gateway.dialog.intents import Number, OfficeWish, Pick
from services.gateway.dialog.search import find_offices
from services.gateway.dialog.state import Facts, Free, Office, Place, Reschedule, State, Turn
from shared.keys import grouped
from shared.messages import Applicant, Row
from shared.speech import SESSIONS, local_moment, long_date

DATES_SHOWN = 5
LINES = 10
BIG_OFFICES = (
    *("jakarta-pusat", "surabaya", "bandung", "medan", "semarang"),
    *("makassar", "denpasar", "batam", "pontianak", "yogyakarta"),
)


def dates(state: State, facts: Facts) -> Turn:
    """List the next five free dates of the chosen office, or say where there are some."""
    chosen = facts.offices.get(state.office or "")
    if chosen is None:
        return ask_office(state, facts)
    free = first_dates(facts.free)
    if not free:
        return _full_here(state, chosen, facts)
    language = state.language
    lines = (formats.line(n, one, chosen, language) for n, one in enumerate(free, 1))
    listed = "\n".join(lines)
    if state.moves:
        code = grouped(state.moves)
        body = say("dates_to_move", language, office=chosen.name, code=code, lines=listed)
    else:
        shown = example(state.name, state.birth_date, "1")
        body = say("dates", language, office=chosen.name, lines=listed, example=shown)
    rows = tuple(formats.row(one, chosen, language) for one in free)
    kept = state.but(listed=tuple(one.ref for one in free), offices=(), asks=None)
    return Turn(kept, with_rows(body, rows, language))


def first_dates(free: Sequence[Free]) -> list[Free]:
    """Keep the first five dates, with each session of theirs, ten lines at most."""
    days: list[object] = []
    for one in free:
        if one.ref.date not in days:
            days.append(one.ref.date)
    kept = set(days[:DATES_SHOWN])
    return [one for one in free if one.ref.date in kept][:LINES]


def ask_office(state: State, facts: Facts, none: str = "") -> Turn:
    """Ask for an office, with the big ones to tap."""
    body = say("which_office", state.language, none=none).strip()
    big = [facts.offices[key] for key in BIG_OFFICES if key in facts.offices]
    kept = state.but(asks="office", offices=tuple(one.id for one in big))
    return Turn(kept, with_rows(body, _rows(big), state.language))


def office(intent: OfficeWish, state: State, facts: Facts) -> Turn:
    """Take the office that was named, or show which ones it may be."""
    if intent.text is None:
        return ask_office(state, facts)
    named = facts.offices.get(intent.text.strip().lower())
    found = [named] if named else find_offices(facts.offices.values(), intent.text)
    if not found:
        shown = say("office_not_found", state.language, text=intent.text[:40])
        return ask_office(state, facts, shown)
    if len(found) > 1:
        numbered = enumerate(found, 1)
        lines = "\n".join(f"{n}. {one.short_name} · {one.province}" for n, one in numbered)
        body = say("offices_found", state.language, lines=lines)
        kept = state.but(asks="office", offices=tuple(one.id for one in found))
        return Turn(kept, with_rows(body, _rows(found), state.language))
    return take_office(found[0], state, facts)


def take_office(chosen: Office, state: State, facts: Facts) -> Turn:
    """Go on with an office: its dates, where they are known, else how to see them."""
    kept = state.but(office=chosen.id, asks=None, offices=(), slot=None, listed=())
    if facts.free and facts.free[0].ref.office == chosen.id:
        return dates(kept, facts)
    body = say("at_office", state.language, office=chosen.name)
    return Turn(kept, text(body, state.language, "dates", "help"))


def pick(intent: Pick, state: State, facts: Facts) -> Turn:
    """Take a slot that was tapped: book it, move to it, or ask for whom it is."""
    if state.moves:
        kept = state.but(moves=None, listed=())
        return Turn(kept, None, Reschedule(state.moves, intent.slot))
    picked = state.but(office=intent.slot.office, slot=intent.slot, asks="person")
    if state.name and state.birth_date:
        applicant = Applicant(name=state.name, birth_date=state.birth_date, nik=state.nik)
        done = picked.but(asks=None, name=None, birth_date=None, nik=None, slot=None)
        return Turn(done, None, Place(intent.slot, applicant))
    chosen = facts.offices.get(intent.slot.office)
    body = say(
        "picked",
        state.language,
        date=long_date(intent.slot.date, state.language),
        session=SESSIONS[state.language][intent.slot.session],
        office=chosen.name if chosen else intent.slot.office,
    )
    return Turn(picked, text(body, state.language))


def number(intent: Number, state: State, facts: Facts) -> Turn:
    """Take an entry of the last list by its number."""
    if state.offices and 1 <= intent.number <= len(state.offices):
        chosen = facts.offices.get(state.offices[intent.number - 1])
        if chosen is not None:
            return take_office(chosen, state, facts)
    if 1 <= intent.number <= len(state.listed):
        return pick(Pick(state.listed[intent.number - 1]), state, facts)
    body = say("no_such_number", state.language, text=str(intent.number))
    return Turn(state, text(body, state.language, "dates", "help"))


def _full_here(state: State, chosen: Office, facts: Facts) -> Turn:
    """Say that this office is full, when it opens again, and which others are free now."""
    language = state.language
    if facts.opens_at is not None:
        when = local_moment(facts.opens_at, chosen.timezone, language)
        opening = say("opens", language, when=when)
    else:
        opening = say("opens_unknown", language)
    body = say("full_here", language, office=chosen.name, opening=opening)
    others = [place for place in facts.elsewhere if place.office != chosen.id]
    if not others:
        return Turn(state, text(body, language, "office", "status", "help"))
    rows = tuple(formats.office_row(place, language) for place in others)
    return Turn(state, with_rows(f"{body}\n\n{say('free_there', language)}", rows, language))


def _rows(offices: Sequence[Office]) -> tuple[Row, ...]:
    return tuple(
        Row(
            id=f"#kantor#{one.id}",
            title=one.short_name[: formats.TITLE],
            description=one.province[: formats.DESCRIPTION],
        )
        for one in offices[:LINES]
    )

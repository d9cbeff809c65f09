"""Choosing an office, a service and a date: lists to tap, numbers to type, "free there"."""

from collections.abc import Iterable, Sequence

from services.gateway.dialog import formats
from services.gateway.dialog.formats import example, say, text, with_rows
from services.gateway.dialog.intents import Number, OfficeWish, Pick, ServiceWish
from services.gateway.dialog.search import find_offices, find_service
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
    service = chosen.service(state.service)
    if service is None:
        return ask_service(state, chosen, facts)
    if facts.dates_of != chosen.id:
        body = say("at_office", state.language, office=chosen.name)
        return Turn(state, text(body, state.language, "dates", "help"))
    free = first_dates(facts.free)
    if not free:
        return _full_here(state, chosen, facts)
    language, what = state.language, _what(chosen, service, facts, state)
    lines = (formats.line(n, one, chosen, language) for n, one in enumerate(free, 1))
    listed = "\n".join(lines)
    if state.moves:
        code = grouped(state.moves)
        body = say("dates_to_move", language, office=what, code=code, lines=listed)
    else:
        shown = example(state.name, state.birth_date, "1")
        body = say("dates", language, office=what, lines=listed, example=shown)
    rows = tuple(formats.row(one, chosen, language, state.moves) for one in free)
    kept = state.but(listed=tuple(one.ref for one in free), offices=(), services=(), asks=None)
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
    kept = state.but(asks="office", offices=tuple(one.id for one in big), services=())
    return Turn(kept, with_rows(body, _rows(big), state.language))


def offices_meant(words: str, offices: Iterable[Office]) -> Sequence[Office]:
    """Find the office of this id, or those that the words may mean."""
    every = {one.id: one for one in offices}
    named = every.get(words.strip().lower())
    return (named,) if named else find_offices(every.values(), words)


def office(intent: OfficeWish, state: State, facts: Facts) -> Turn:
    """Take the office that was named, or show which ones it may be."""
    if intent.text is None:
        return ask_office(state, facts)
    found = offices_meant(intent.text, facts.offices.values())
    if not found:
        shown = say("office_not_found", state.language, text=intent.text[:40])
        return ask_office(state, facts, shown)
    if len(found) > 1:
        numbered = enumerate(found, 1)
        lines = "\n".join(f"{n}. {one.short_name} · {one.province}" for n, one in numbered)
        body = say("offices_found", state.language, lines=lines)
        kept = state.but(asks="office", offices=tuple(one.id for one in found), services=())
        return Turn(kept, with_rows(body, _rows(found), state.language))
    return take_office(found[0], state, facts)


def take_office(chosen: Office, state: State, facts: Facts) -> Turn:
    """Go on with an office: its dates, or which service is wanted there."""
    kept = state.but(office=chosen.id, asks=None, offices=(), slot=None, listed=())
    return dates(kept, facts)


def ask_service(state: State, chosen: Office, facts: Facts, none: str = "") -> Turn:
    """Ask which service is wanted, where an office has several or not the one asked for."""
    language = state.language
    if state.service is not None and state.service not in chosen.services:
        wanted = facts.named(state.service, language)
        none = say("not_offered_here", language, office=chosen.name, service=wanted)
    named = [(one, facts.named(one, language)) for one in chosen.services]
    lines = "\n".join(f"{n}. {name}" for n, (_, name) in enumerate(named, 1))
    body = say("which_service", language, office=chosen.name, lines=lines)
    rows = tuple(Row(id=f"#layanan#{one}", title=name[: formats.TITLE]) for one, name in named)
    kept = state.but(asks="service", services=chosen.services, offices=())
    return Turn(kept, with_rows(f"{none}\n\n{body}".strip(), rows[:LINES], language))


def service(intent: ServiceWish, state: State, facts: Facts) -> Turn:
    """Take the service that was named, or show which ones the office has."""
    chosen = facts.offices.get(state.office or "")
    if chosen is None:
        return ask_office(state, facts)
    found = find_service(intent.text or "", facts.services)
    if found is None:
        unread = (
            say("service_not_found", state.language, text=intent.text[:40]) if intent.text else ""
        )
        return ask_service(state.but(service=None), chosen, facts, unread)
    kept = state.but(service=found, asks=None, services=(), slot=None, listed=())
    return dates(kept, facts)


def pick(intent: Pick, state: State, facts: Facts) -> Turn:
    """Take a slot that was tapped: book it, or ask for whom it is."""
    slot = intent.slot
    picked = state.but(
        office=slot.office, service=slot.service, slot=slot, asks="person", moves=None
    )
    if state.name and state.birth_date:
        applicant = Applicant(name=state.name, birth_date=state.birth_date, nik=state.nik)
        done = picked.but(asks=None, name=None, birth_date=None, nik=None, slot=None)
        return Turn(done, None, Place(slot, applicant))
    chosen = facts.offices.get(slot.office)
    body = say(
        "picked",
        state.language,
        date=long_date(slot.date, state.language),
        session=SESSIONS[state.language][slot.session],
        office=_what(chosen, slot.service, facts, state) if chosen else slot.office,
    )
    return Turn(picked, text(body, state.language))


def number(intent: Number, state: State, facts: Facts) -> Turn:
    """Take an entry of the last list by its number."""
    entry = intent.number - 1
    if 0 <= entry < len(state.offices):
        chosen = facts.offices.get(state.offices[entry])
        if chosen is not None:
            return take_office(chosen, state, facts)
    if 0 <= entry < len(state.services):
        return service(ServiceWish(state.services[entry]), state, facts)
    if 0 <= entry < len(state.listed):
        if state.moves:
            kept = state.but(moves=None, listed=())
            return Turn(kept, None, Reschedule(state.moves, state.listed[entry]))
        return pick(Pick(state.listed[entry]), state, facts)
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
    wanted = chosen.service(state.service) or ""
    what = _what(chosen, wanted, facts, state)
    body = say("full_here", language, office=what, opening=opening)
    others = [place for place in facts.elsewhere if place.office != chosen.id]
    if not others:
        return Turn(state, text(body, language, "office", "status", "help"))
    rows = tuple(formats.office_row(place, language) for place in others)
    return Turn(state, with_rows(f"{body}\n\n{say('free_there', language)}", rows, language))


def _what(chosen: Office, wanted: str, facts: Facts, state: State) -> str:
    """Name an office, and the service where it has several."""
    if len(chosen.services) == 1:
        return chosen.name
    return f"{chosen.name} ({facts.named(wanted, state.language)})"


def _rows(offices: Sequence[Office]) -> tuple[Row, ...]:
    return tuple(
        Row(
            id=f"#kantor#{one.id}",
            title=one.short_name[: formats.TITLE],
            description=one.province[: formats.DESCRIPTION],
        )
        for one in offices[:LINES]
    )

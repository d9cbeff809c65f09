"""Choosing an office, a service and a date: lists to tap, numbers to type, "free there"."""

from collections.abc import Iterable, Sequence

from services.gateway.dialog import formats
from services.gateway.dialog.formats import example, listing, say, text
from services.gateway.dialog.intents import Number, OfficeWish, Pick, ServiceWish
from services.gateway.dialog.search import find_offices, find_service, is_near
from services.gateway.dialog.state import Facts, Free, Office, Place, State, Turn
from shared.keys import grouped
from shared.messages import Applicant, Refusal, Row, SlotRef
from shared.speech import SESSIONS, local_moment, long_date

DATES_SHOWN = 5
LINES = 10
# Refusals of a place, not of a person: another place may do.
NO_SEAT = {
    *(Refusal.SLOT_FULL, Refusal.SLOT_CLOSED, Refusal.NOT_OPEN_YET),
    *(Refusal.NOT_OFFERED, Refusal.UNKNOWN_SLOT, Refusal.UNKNOWN_OFFICE),
}
BIG_OFFICES = (
    *("jakarta-pusat", "surabaya", "bandung", "medan", "semarang"),
    *("makassar", "denpasar", "batam", "pontianak", "yogyakarta"),
)


def dates(state: State, facts: Facts, before: str = "") -> Turn:
    """List the next five free dates of the chosen office, or say where there are some."""
    chosen = facts.offices.get(state.office or "")
    if chosen is None:
        return ask_office(state, facts, before)
    service = chosen.service(state.service)
    if service is None:
        return ask_service(state, chosen, facts, before)
    if facts.dates_of != chosen.id:
        body = say("at_office", state.language, office=chosen.name)
        return Turn(state, text(f"{before}\n\n{body}".strip(), state.language, "dates", "help"))
    free = first_dates(facts.free)
    if not free:
        return _full_here(state, chosen, facts)
    language, what = state.language, place_of(chosen, service, facts, state)
    rows = tuple(formats.row(one, chosen, language, state.moves) for one in free)
    lines = "\n".join(formats.line(n, one, chosen, language) for n, one in enumerate(free, 1))
    if state.moves:
        body = say("dates_to_move", language, office=what, code=grouped(state.moves), lines=lines)
    else:
        shown = example(state, "1")
        body = say("dates", language, office=what, lines=lines, example=shown)
    return listing(state.but(asks=None), f"{before}\n\n{body}".strip(), rows)


def first_dates(free: Sequence[Free]) -> list[Free]:
    """Keep the first five dates, with each session of theirs, ten lines at most."""
    days: list[object] = []
    for one in free:
        if one.ref.date not in days:
            days.append(one.ref.date)
    kept = set(days[:DATES_SHOWN])
    return [one for one in free if one.ref.date in kept][:LINES]


def ask_office(state: State, facts: Facts, before: str = "") -> Turn:
    """Ask for an office, with the big ones to tap."""
    big = [facts.offices[key] for key in BIG_OFFICES if key in facts.offices]
    body = say("which_office", state.language, lines=_office_lines(big))
    return listing(state.but(asks="office"), f"{before}\n\n{body}".strip(), _office_rows(big))


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
        return ask_office(
            state, facts, say("office_not_found", state.language, text=intent.text[:40])
        )
    if len(found) > 1 or not (found[0].id == intent.text or is_near(intent.text, found[0])):
        body = say("offices_found", state.language, lines=_office_lines(found))
        return listing(state.but(asks="office"), body, _office_rows(found))
    return dates(state.but(office=found[0].id, asks=None, slot=None), facts)


def ask_service(state: State, chosen: Office, facts: Facts, before: str = "") -> Turn:
    """Ask which service is wanted, where an office has several or not the one asked for."""
    language = state.language
    if state.service is not None and state.service not in chosen.services:
        wanted = facts.named(state.service, language)
        before = say("not_offered_here", language, office=chosen.name, service=wanted)
    named = [(one, facts.named(one, language)) for one in chosen.services]
    lines = "\n".join(f"{n}. {name}" for n, (_, name) in enumerate(named, 1))
    body = say("which_service", language, office=chosen.name, lines=lines)
    rows = tuple(Row(id=f"#layanan#{one}", title=name[: formats.TITLE]) for one, name in named)
    return listing(state.but(asks="service"), f"{before}\n\n{body}".strip(), rows)


def service(intent: ServiceWish, state: State, facts: Facts) -> Turn:
    """Take the service that was named, or show which ones the office has."""
    chosen = facts.offices.get(state.office or "")
    if chosen is None:
        return ask_office(state, facts)
    found = find_service(intent.text or "", facts.services)
    if found is None:
        unread = ""
        if intent.text:
            unread = say("service_not_found", state.language, text=intent.text[:40])
        return ask_service(state.but(service=None), chosen, facts, unread)
    return dates(state.but(service=found, asks=None, slot=None), facts)


def pick(intent: Pick, state: State, facts: Facts) -> Turn:
    """Take a slot that was tapped: book it, or ask for whom it is."""
    slot = intent.slot
    if state.placed and facts.refused not in NO_SEAT:
        state = state.anew()  # that person is settled; this one is for somebody else
    if state.name and state.birth_date:
        who = Applicant(name=state.name, birth_date=state.birth_date, nik=state.nik)
        return place(slot, who, state)
    chosen = facts.offices.get(slot.office)
    body = say(
        "picked",
        state.language,
        date=long_date(slot.date, state.language),
        session=SESSIONS[state.language][slot.session],
        office=place_of(chosen, slot.service, facts, state) if chosen else slot.office,
    )
    where = {"office": slot.office, "service": slot.service, "slot": slot}
    picked = state.but(**where, visit=None, session=None, asks="person", moves=None)
    corrected = next((one for one in facts.holds if one.id == state.replaces), None)
    if corrected is not None:
        body += "\n\n" + say("replaces", state.language, name=corrected.name.upper())
    return Turn(picked, text(body, state.language, "dates", "help"))


def place(slot: SlotRef, who: Applicant, draft: State) -> Turn:
    """Ask booking for a seat; who it is for stays known, in case there is none."""
    person = {"name": who.name, "birth_date": who.birth_date, "nik": who.nik}
    where = {"office": slot.office, "service": slot.service}
    kept = draft.anew(**person, **where, replaces=draft.replaces, owner=draft.owner, choices=())
    return Turn(kept, None, Place(slot, who, draft.replaces, draft.owner))


def number(intent: Number, state: State, facts: Facts) -> Turn:
    """Show the dates to one whose number is in no list."""
    return dates(state, facts, say("no_such_number", state.language, text=str(intent.number)))


def place_of(chosen: Office, wanted: str, facts: Facts, state: State) -> str:
    """Name an office, and the service where it has several."""
    if len(chosen.services) == 1:
        return chosen.name
    return f"{chosen.name} ({facts.named(wanted, state.language)})"


def _full_here(state: State, chosen: Office, facts: Facts) -> Turn:
    """Say that this office is full, when it opens again, and which others are free now."""
    language = state.language
    if facts.opens_at is not None:
        when = local_moment(facts.opens_at, chosen.timezone, language)
        opening = say("opens", language, when=when)
    else:
        opening = say("opens_unknown", language)
    what = place_of(chosen, chosen.service(state.service) or "", facts, state)
    body = say("full_here", language, office=what, opening=opening)
    others = [place for place in facts.elsewhere if place.office != chosen.id]
    if not others:
        return Turn(state, text(body, language, "office", "status", "help"))
    rows = tuple(formats.office_row(place, language) for place in others)
    lines = "\n".join(f"{n}. {row.title}: {row.description}" for n, row in enumerate(rows, 1))
    there = say("free_there", language, lines=lines)
    return listing(state, f"{body}\n\n{there}", rows)


def _office_lines(offices: Sequence[Office]) -> str:
    return "\n".join(f"{n}. {one.short_name} · {one.province}" for n, one in enumerate(offices, 1))


def _office_rows(offices: Sequence[Office]) -> tuple[Row, ...]:
    return tuple(
        Row(
            id=f"#kantor#{one.id}",
            title=one.short_name[: formats.TITLE],
            description=one.province[: formats.DESCRIPTION],
        )
        for one in offices[:LINES]
    )

"""Parts of answers: lines of dates, rows of lists, examples."""

from datetime import date, timedelta

from services.gateway.dialog.state import Booked, Facts, Free, HeldSeat, Office, State, Turn
from services.gateway.dialog.words import BUTTONS, COMMANDS, WORDS
from shared.keys import grouped
from shared.messages import Alternative, Button, Content, Language, Row
from shared.speech import (
    SESSIONS,
    clock,
    local_clock,
    long_date,
    short_date,
    zone_name,
)

TITLE, DESCRIPTION = 24, 72
BODY_WITH_CHOICES = 1024
LISTED = 10
AHEAD = timedelta(days=7)


def say(key: str, language: Language, **values: str) -> str:
    """Fill a sentence."""
    return WORDS[key][language].format(**values)


def buttons(language: Language, *keys: str) -> tuple[Button, ...]:
    """Make the buttons that stand for these commands."""
    return tuple(Button(id=COMMANDS[key], title=BUTTONS[key][language]) for key in keys)


def text(body: str, language: Language, *keys: str) -> Content:
    """Make an answer with up to three buttons; a long body goes without them."""
    if len(body) > BODY_WITH_CHOICES:
        return Content(body=body[:4096])
    return Content(body=body, buttons=buttons(language, *keys))


def about_hold(held: HeldSeat, language: Language) -> tuple[Button, ...]:
    """Make the buttons of one hold: each names it by its code."""
    does = {"agree": "setuju", "change": "ganti", "drop": "batalkan"}
    return tuple(
        Button(id=f"#{command}#{held.code}", title=BUTTONS[key][language])
        for key, command in does.items()
    )


def waiting(key: str, facts: Facts, language: Language) -> Content:
    """Remind of the holds that wait for their code; one alone can be agreed to with a tap."""
    lines = "\n\n".join(hold_line(held, facts, language) for held in facts.holds)
    body = f"{say(key, language)}\n\n{lines}"
    if len(facts.holds) > 1 or len(body) > BODY_WITH_CHOICES:
        return text(body, language, "status", "help")
    return Content(body=body, buttons=about_hold(facts.holds[0], language))


def listing(state: State, body: str, rows: tuple[Row, ...]) -> Turn:
    """Answer with a list to tap, whose entries may be typed by number; long ones go untapped."""
    kept = state.but(choices=tuple(row.id for row in rows))
    if len(body) > BODY_WITH_CHOICES or not rows:
        return Turn(kept, Content(body=body[:4096]))
    button = BUTTONS["choose"][state.language]
    return Turn(kept, Content(body=body, rows=rows[:LISTED], rows_button=button))


def line(number: int, free: Free, office: Office, language: Language) -> str:
    """Write a free slot as a numbered line: `1. Sel 18 Jul · Pagi · sisa 14 · 08.00-12.00 WIB`."""
    session = SESSIONS[language][free.ref.session]
    parts = {"number": str(number), "date": short_date(free.ref.date, language)}
    return say("line", language, session=session, **parts, **_seats(free, office))


def row(free: Free, office: Office, language: Language, moves: str | None = None) -> Row:
    """Write a free slot as a row; a tap picks it, or moves the booking of this code there."""
    session = SESSIONS[language][free.ref.session]
    title = f"{short_date(free.ref.date, language)} · {session}"
    description = say("row", language, **_seats(free, office))
    does = f"#pindah#{moves}#{free.ref.key}" if moves else f"#pilih#{free.ref.key}"
    return Row(id=does, title=title[:TITLE], description=description[:DESCRIPTION])


def office_row(place: Alternative, language: Language) -> Row:
    """Write an office that still has quota as a row; a tap changes the office."""
    far = f" · {place.distance_km:.0f} km" if place.distance_km else ""
    when = short_date(place.date, language)
    description = say("there", language, date=when, left=str(place.remaining), far=far)
    return Row(
        id=f"#kantor#{place.office}",
        title=place.office_name[:TITLE],
        description=description[:DESCRIPTION],
    )


def booking_line(booked: Booked, facts: Facts, language: Language) -> str:
    """Write a booking in full."""
    return say(
        "booking_line",
        language,
        name=booked.name.upper(),
        code=grouped(booked.code),
        queue=booked.queue_number,
        date=long_date(booked.ref.date, language),
        hour=booked.service_hour.replace(":", "."),
        zone=zone_name(booked.office.timezone),
        service=facts.named(booked.ref.service, language),
        office=booked.office.name,
        address=booked.office.address or "-",
    )


def hold_line(held: HeldSeat, facts: Facts, language: Language) -> str:
    """Write a hold that waits for its approval code."""
    return say(
        "hold_line",
        language,
        name=held.name.upper(),
        date=long_date(held.ref.date, language),
        session=SESSIONS[language][held.ref.session],
        service=facts.named(held.ref.service, language),
        office=held.office.name,
        expires=local_clock(held.expires_at, held.office.timezone),
        code=held.code,
    )


def example(state: State, visit: str | None) -> str:
    """Write this person's own request with what was good in it, and in words what is missing."""
    name, born, day = PLACEHOLDERS[state.language]
    known = state.birth_date.strftime("%d%m%Y") if state.birth_date else born
    return f"#{state.name or name}#{known}#{visit or day}"


def example_of(held: HeldSeat) -> str:
    """Write the values of a hold as a request that is to be corrected."""
    return f"#{held.name}#{held.birth_date:%d%m%Y}"


def a_day_ahead(today: date) -> str:
    """Give a date that may serve as the example of a visit."""
    return (today + AHEAD).strftime("%d-%m-%Y")


PLACEHOLDERS = {
    Language.ID: ("nama", "tanggal lahir", "tanggal layanan"),
    Language.EN: ("name", "birth date", "visit date"),
}


def _seats(free: Free, office: Office) -> dict[str, str]:
    return {
        "left": str(free.remaining),
        "hours": f"{clock(free.starts)}-{clock(free.ends)}",
        "zone": zone_name(office.timezone),
    }

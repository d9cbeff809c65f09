"""Parts of answers: lines of dates, rows of lists, examples."""

from datetime import date

from services.gateway.dialog.state import Booked, Free, HeldSeat, Office
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
EXAMPLE_NAME = "Ahmad"


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


def with_rows(body: str, rows: tuple[Row, ...], language: Language) -> Content:
    """Make an answer with a list to tap; a long body goes without it."""
    if len(body) > BODY_WITH_CHOICES or not rows:
        return Content(body=body[:4096])
    return Content(body=body, rows=rows[:10], rows_button=BUTTONS["choose"][language])


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


def booking_line(booked: Booked, language: Language) -> str:
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
        office=booked.office.name,
        address=booked.office.address or "-",
    )


def short_line(booked: Booked, language: Language) -> str:
    """Write a booking in one line."""
    when = long_date(booked.ref.date, language)
    return f"{grouped(booked.code)} · {booked.name} · {when} · {booked.office.short_name}"


def hold_line(held: HeldSeat, office: Office | None, language: Language) -> str:
    """Write a hold that waits for its approval code."""
    timezone = office.timezone if office else "Asia/Jakarta"
    return say(
        "hold_line",
        language,
        name=held.name.upper(),
        date=long_date(held.ref.date, language),
        session=SESSIONS[language][held.ref.session],
        office=held.office_name,
        expires=local_clock(held.expires_at, timezone),
    )


def example(name: str | None, birth: date | None, visit: str | None) -> str:
    """Write this person's own request as it should have been, with what was good in it."""
    born = birth.strftime("%d%m%Y") if birth else "20111967"
    return f"#{name or EXAMPLE_NAME}#{born}#{visit or '1'}"


def _seats(free: Free, office: Office) -> dict[str, str]:
    return {
        "left": str(free.remaining),
        "hours": f"{clock(free.starts)}-{clock(free.ends)}",
        "zone": zone_name(office.timezone),
    }

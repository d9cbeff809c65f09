"""What a citizen reads when something happened: an event and whom it concerns, made into words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from string import Formatter

from services.notifier.words import BRAND, BUTTONS, REFUSALS, SMS, WORDS
from shared.keys import grouped
from shared.messages import (
    Alternative,
    Button,
    Channel,
    Contact,
    Content,
    Event,
    EventBody,
    EventType,
    Language,
    Refusal,
    Row,
    Session,
)
from shared.speech import (
    SESSIONS,
    clock,
    law_date,
    local_clock,
    local_moment,
    long_date,
    short_date,
    zone_name,
)

SMS_LENGTH = 160
SMS_NAME, SMS_OFFICE = 20, 21
LEFT = {Language.ID: "Sisa {}", Language.EN: "{} left"}
MOVE = "booking.reschedule"
TITLE, DESCRIPTION = 24, 72
GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a hold or booking is."""

    office_name: str
    short_name: str
    address: str
    timezone: str
    arrive_early_minutes: int
    date: date
    session: Session
    starts: time
    ends: time
    expires_at: datetime
    service_names: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom to tell, and of what; a refused command has no place and no name."""

    contact: Contact
    owner: str
    name: str | None = None
    birth_date: date | None = None
    place: Place | None = None
    approval_code: str | None = None
    booking_code: str | None = None
    service_hour: str | None = None
    queue_number: str | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """One text in all its forms: interactive, as a template, as an SMS.

    Only what may be told outside the 24-hour window has a template.
    """

    purpose: str
    content: Content
    template: str | None = None
    parameters: tuple[str, ...] = ()
    sms: str | None = None


def compose(event: Event, to: Recipient) -> Composed | None:
    """Say in words what happened, or None where this event is not told to this person."""
    kind = event.event_type
    in_chat = event.data.channel is Channel.WHATSAPP
    if kind in (EventType.HOLD_REFUSED, EventType.BOOKING_REFUSED):
        return _refused(event, to)
    if to.place is None or to.name is None or to.birth_date is None:
        return None
    if kind is EventType.HOLD_PLACED and in_chat:
        return _held(to)
    if kind is EventType.HOLD_EXPIRED and in_chat:
        return _plain("expired", to, ("dates",))
    # A hold that was corrected, or lost by wrong codes, is told of by the answer to that.
    is_plain = event.data.code is None and event.data.command is None
    if kind is EventType.HOLD_RELEASED and in_chat and is_plain:
        return _plain("released", to, ("dates",))
    if kind in (EventType.BOOKING_CONFIRMED, EventType.BOOKING_RESCHEDULED) and not to.booking_code:
        return None  # it moved meanwhile: what is told of that says where it is now
    told = {
        EventType.BOOKING_CONFIRMED: ("confirmed", ("status", "move")),
        EventType.BOOKING_RESCHEDULED: ("moved", ("status",)),
        EventType.BOOKING_CANCELLED: ("cancelled", ("dates",)),
    }.get(kind)
    return _plain(told[0], to, told[1]) if told else None


def template_name(key: str) -> str:
    """Name the template of a text, as it is registered with the provider."""
    return f"antrean_{key}"


def fields_of(key: str, language: Language) -> tuple[str, ...]:
    """List what a text names, in order: the parameters of its template."""
    return tuple(name for _, name, _, _ in Formatter().parse(WORDS[key][language]) if name)


def gsm7(text: str) -> str:
    """Write a text in the letters that one SMS segment carries; others become `?`."""
    return "".join(c if c in GSM7 else "?" for c in text)


def _held(to: Recipient) -> Composed:
    language = to.contact.language
    code = to.approval_code or ""
    buttons = (
        Button(id=f"#setuju#{code}", title=BUTTONS["agree"][language]),
        Button(id=f"#ganti#{code}", title=BUTTONS["change"][language]),
        Button(id=f"#batalkan#{code}", title=BUTTONS["cancel"][language]),
    )
    return Composed("held", Content(body=_fill("held", to), buttons=buttons))


COMMANDS = {"dates": "#tgllayanan", "status": "#status", "move": "#ulang"}


def _plain(key: str, to: Recipient, buttons: tuple[str, ...]) -> Composed:
    language = to.contact.language
    titles = tuple(Button(id=COMMANDS[b], title=BUTTONS[b][language]) for b in buttons)
    content = Content(body=_fill(key, to), buttons=titles)
    if key not in SMS:
        return Composed(key, content)
    values = _values(to)
    # A parameter is one line and never empty, or the API refuses it.
    parameters = tuple(" ".join(values[one].split()) or "-" for one in fields_of(key, language))
    return Composed(key, content, template_name(key), parameters, _sms(key, to))


def _fill(key: str, to: Recipient) -> str:
    return WORDS[key][to.contact.language].format(**_values(to))


def _values(to: Recipient) -> dict[str, str]:
    """Gather everything that a sentence may name."""
    place, language = to.place, to.contact.language
    if place is None or to.name is None or to.birth_date is None:
        return {}
    return {
        "phone": _local_phone(to.contact.phone),
        "name": to.name.upper(),
        "birth": law_date(to.birth_date),
        "birth_long": long_date(to.birth_date, language),
        "date": law_date(place.date),
        "date_long": long_date(place.date, language),
        "session": SESSIONS[language][place.session],
        "hours": f"{clock(place.starts)}-{clock(place.ends)}",
        "zone": zone_name(place.timezone),
        "service": place.service_names[language],
        "office": place.office_name,
        "address": place.address or "-",
        "early": str(place.arrive_early_minutes),
        "expires": local_clock(place.expires_at, place.timezone),
        "code": to.approval_code or "-",
        "booking_code": grouped(to.booking_code or "-"),
        "service_hour": (to.service_hour or "-").replace(":", "."),
        "queue_number": to.queue_number or "-",
    }


def _sms(key: str, to: Recipient) -> str | None:
    words = SMS.get(key)
    if words is None or to.place is None:
        return None
    values = _values(to)
    values["name"] = values["name"][:SMS_NAME].strip()
    values["office"] = to.place.short_name[:SMS_OFFICE].strip()
    return gsm7(BRAND + words[to.contact.language].format(**values))[:SMS_LENGTH]


def _refused(event: Event, to: Recipient) -> Composed:
    language = to.contact.language
    body = _refusal(event, to)
    rows = tuple(_row(place, event.data, language) for place in event.data.alternatives)
    if rows:
        lines = "\n".join(f"- {row.title}: {row.description}" for row in rows)
        body = f"{body}\n\n{WORDS['elsewhere'][language].format(lines=lines)}"
        content = Content(body=body, rows=rows, rows_button=BUTTONS["choose"][language])
    else:
        if "#" not in body:
            body = f"{body} {WORDS['nowhere'][language]}"
        key = "status" if COMMANDS["status"] in body else "dates"
        button = Button(id=COMMANDS[key], title=BUTTONS[key][language])
        content = Content(body=body, buttons=(button,))
    return Composed("refused", content)


def _refusal(event: Event, to: Recipient) -> str:
    data, language = event.data, to.contact.language
    key: str = data.code.value if data.code and data.code.value in REFUSALS else "other"
    if data.code is Refusal.WRONG_CODE and not data.tries_left:
        key = "no_tries_left"
    timezone = data.timezone or "Asia/Jakarta"
    unsaid = "tanggal itu" if language is Language.ID else "that date"
    session = SESSIONS[language][data.session] if data.session else "-"
    return REFUSALS[key][language].format(
        date_long=long_date(data.date, language) if data.date else unsaid,
        session=session,
        opens=local_moment(data.opens_at, timezone, language) if data.opens_at else "-",
        tries_left=data.tries_left,
    )


def _row(place: Alternative, about: EventBody, language: Language) -> Row:
    """Offer a free slot: a tap chooses it, or moves the booking there that could not move."""
    when = f"{short_date(place.date, language)} · {SESSIONS[language][place.session]}"
    left = LEFT[language].format(place.remaining)
    far = f" · {place.distance_km:.0f} km" if place.distance_km else ""
    is_here = place.office == about.office
    # The booking that could not move is known to whoever asked by this command.
    does = f"#pindah#{about.command_id}" if about.command == MOVE else "#pilih"
    key = f"{place.office}/{place.service}/{place.date.isoformat()}/{place.session.value}"
    return Row(
        id=f"{does}#{key}",
        title=(when if is_here else place.office_name)[:TITLE],
        description=(left if is_here else f"{when} · {left}{far}")[:DESCRIPTION],
    )


def _local_phone(phone: str | None) -> str:
    return f"0{phone[3:]}" if phone and phone.startswith("+62") else phone or "-"

"""A booking to take along: for a calendar and as a QR code."""

import io
from datetime import UTC, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

import segno

from services.gateway.bodies import Ticket
from shared.keys import grouped

LINE_BYTES = 75
STAMP = "%Y%m%dT%H%M%SZ"


def calendar(ticket: Ticket, changes: int, now: datetime) -> str:
    """Write a visit as iCalendar (RFC 5545); the same booking keeps the same UID.

    `changes` counts how often it was moved, so that a calendar takes the newer file.
    """
    starts, ends = (_moment(ticket, clock) for clock in ticket.service_hour.split("-"))
    status = "CONFIRMED" if ticket.state in {"confirmed", "visited"} else "CANCELLED"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Antrean//Antrean//ID",
        "BEGIN:VEVENT",
        f"UID:{ticket.booking_code}@antrean",
        f"SEQUENCE:{changes}",
        f"DTSTAMP:{now.astimezone(UTC).strftime(STAMP)}",
        f"DTSTART:{starts.strftime(STAMP)}",
        f"DTEND:{ends.strftime(STAMP)}",
        f"STATUS:{status}",
        f"SUMMARY:{_escaped(f'Antrean {ticket.queue_number}: {ticket.office_name}')}",
        f"LOCATION:{_escaped(ticket.address)}",
        f"DESCRIPTION:{_escaped(_description(ticket))}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(_folded(line) for line in lines)


def qr(code: str) -> bytes:
    """Draw a booking code."""
    return draw(grouped(code))


@lru_cache(maxsize=1_000)
def draw(text: str) -> bytes:
    """Draw a QR code as SVG; no Micro QR, which the scanners in phones do not read."""
    picture = io.BytesIO()
    segno.make_qr(text, error="m").save(
        picture, kind="svg", scale=8, border=4, light="white", xmldecl=False
    )
    return picture.getvalue()


def _moment(ticket: Ticket, clock: str) -> datetime:
    local = datetime.combine(ticket.date, time.fromisoformat(clock), ZoneInfo(ticket.timezone))
    return local.astimezone(UTC)


def _description(ticket: Ticket) -> str:
    return (
        f"Kode booking {ticket.booking_code}\nNomor antrean {ticket.queue_number}\n"
        "Tunjukkan kode ini di loket."
    )


def _escaped(text: str) -> str:
    for sign in "\\;,":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Fold a line at 75 bytes, never within a character (RFC 5545, 3.1)."""
    folded, length = "", 0
    for sign in line:
        size = len(sign.encode())
        if length + size > LINE_BYTES:
            folded, length = folded + "\r\n ", 1
        folded, length = folded + sign, length + size
    return folded + "\r\n"

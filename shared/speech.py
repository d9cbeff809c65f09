"""How dates, times and sessions are said in Indonesian and English."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from shared.messages import Language, Session

DAYS = {
    Language.ID: ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    Language.EN: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    Language.ID: (
        *("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus"),
        *("September", "Oktober", "November", "Desember"),
    ),
    Language.EN: (
        *("January", "February", "March", "April", "May", "June", "July", "August"),
        *("September", "October", "November", "December"),
    ),
}
SESSIONS = {
    Language.ID: {Session.MORNING: "Pagi", Session.AFTERNOON: "Siang"},
    Language.EN: {Session.MORNING: "Morning", Session.AFTERNOON: "Afternoon"},
}
ZONES = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
}


def long_date(day: date, language: Language) -> str:
    """Write a date so that a misread one is noticed: `Senin, 17 Agustus 1990`."""
    month = MONTHS[language][day.month - 1]
    return f"{DAYS[language][day.weekday()]}, {day.day} {month} {day.year}"


def short_date(day: date, language: Language) -> str:
    """Write a date for a list: `Sel 18 Jul`."""
    month = MONTHS[language][day.month - 1]
    return f"{DAYS[language][day.weekday()][:3]} {day.day} {month[:3]}"


def law_date(day: date) -> str:
    """Write a date as the service that came before did: `20-11-1967`."""
    return day.strftime("%d-%m-%Y")


def clock(moment: time | datetime) -> str:
    """Write a time of day as Indonesians do: `08.00`."""
    return f"{moment.hour:02d}.{moment.minute:02d}"


def zone_name(timezone: str) -> str:
    """Name an office's time zone: WIB, WITA or WIT."""
    return ZONES.get(timezone, timezone)


def local_clock(moment: datetime, timezone: str) -> str:
    """Write a moment as a time of day at an office: `14.22 WIB`."""
    return f"{clock(moment.astimezone(ZoneInfo(timezone)))} {zone_name(timezone)}"


def local_moment(moment: datetime, timezone: str, language: Language) -> str:
    """Write a moment in full at an office: `Jumat, 18 Januari 2027 pukul 14.00 WIB`."""
    day = long_date(moment.astimezone(ZoneInfo(timezone)).date(), language)
    word = "pukul" if language is Language.ID else "at"
    return f"{day} {word} {local_clock(moment, timezone)}"

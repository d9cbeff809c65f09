"""Dates and times as the pages say them, written down apart from the pages."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

JAKARTA = ZoneInfo("Asia/Jakarta")
DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "id": (
        *("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli"),
        *("Agustus", "September", "Oktober", "November", "Desember"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June", "July"),
        *("August", "September", "October", "November", "December"),
    ),
}
POINT = {"id": ".", "en": ":"}


def day_in(day: date, language: str = "id") -> str:
    """Name a day in full: "Rabu, 9 Januari 2019"."""
    weekday, month = DAYS[language][day.weekday()], MONTHS[language][day.month - 1]
    return f"{weekday}, {day.day} {month} {day.year}"


def time_in(moment: datetime, language: str = "id") -> str:
    """Name a time of day in Jakarta: "14.22 WIB"."""
    local = moment.astimezone(JAKARTA)
    return f"{local:%H}{POINT[language]}{local:%M} WIB"

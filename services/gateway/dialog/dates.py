"""Dates as Indonesians type them: day, month, year, always in this order."""

import re
from datetime import date, timedelta
from enum import StrEnum

from services.gateway.dialog.normal import likeness, normal

MONTHS = {
    1: ("januari", "january", "jan"),
    2: ("februari", "pebruari", "february", "feb", "peb"),
    3: ("maret", "march", "mar", "mrt"),
    4: ("april", "apr"),
    5: ("mei", "may"),
    6: ("juni", "june", "jun"),
    7: ("juli", "july", "jul"),
    8: ("agustus", "august", "agst", "agt", "ags", "agu", "aug"),
    9: ("september", "sept", "sep"),
    10: ("oktober", "october", "okt", "oct"),
    11: ("november", "nopember", "nov", "nop"),
    12: ("desember", "december", "des", "dec"),
}
MONTH_OF = {name: number for number, names in MONTHS.items() for name in names}
DAYS = {
    "senin": 0,
    "selasa": 1,
    "rabu": 2,
    "kamis": 3,
    "jumat": 4,
    "jum'at": 4,
    "sabtu": 5,
    "minggu": 6,
    "ahad": 6,
    "monday": 0,
    "tuesday": 1,
    "wednesday": 2,
    "thursday": 3,
    "friday": 4,
    "saturday": 5,
    "sunday": 6,
}
SOON = {"hari ini": 0, "today": 0, "besok": 1, "tomorrow": 1, "lusa": 2}
NEXT, THIS = {"depan", "next"}, {"ini", "this"}
# Words that may stand beside a date without changing it.
BESIDE = {"hari", "tanggal", "tgl", "pagi", "siang", "sore", "morning", "afternoon", "on"}
ALIKE = 0.7
OLDEST, OLDEST_SAID = 1900, 1000
LONGEST_AGE = timedelta(days=365 * 120)


class DateFault(StrEnum):
    """Why a date could not be read; the answer says it in words."""

    UNREADABLE = "unreadable"
    MONTH_DAY_SWAPPED = "month_day_swapped"
    NO_SUCH_DATE = "no_such_date"
    BIRTH_IN_FUTURE = "birth_in_future"
    TOO_OLD = "too_old"
    SERVICE_IN_PAST = "service_in_past"
    YEAR_MISSING = "year_missing"
    AMBIGUOUS_WEEKDAY = "ambiguous_weekday"


def read_birth(text: str, today: date) -> date | DateFault:
    """Read a birth date; a year of two digits that lies ahead is of the last century."""
    found = _read(text, today)
    if isinstance(found, DateFault):
        return found
    day, month, year = found
    if year is None:
        return DateFault.YEAR_MISSING
    if year < 100:
        year += 2000 if year <= today.year % 100 else 1900
    born = _date(day, month, year)
    if born is DateFault.NO_SUCH_DATE and OLDEST_SAID <= year < OLDEST:
        return DateFault.TOO_OLD
    if isinstance(born, DateFault):
        return born
    if born > today:
        return DateFault.BIRTH_IN_FUTURE
    return DateFault.TOO_OLD if today - born > LONGEST_AGE else born


def read_visit(text: str, today: date) -> date | DateFault:
    """Read the date of a visit: also `besok`, `lusa`, `senin depan`; no year means the next one."""
    text = normal(text).lower()
    word = " ".join(part for part in text.split() if part not in BESIDE)
    soon = SOON.get(text, SOON.get(word))
    if soon is not None:
        return today + timedelta(days=soon)
    weekday = _weekday(word, today)
    if weekday is not None:
        return weekday
    found = _read(word, today)
    if isinstance(found, DateFault):
        return found
    day, month, year = found
    if year is None:
        this_year = _date(day, month, today.year)
        is_over = isinstance(this_year, date) and this_year < today
        year = today.year + 1 if is_over else today.year
    elif year < 100:
        year += 2000
    visit = _date(day, month, year)
    if isinstance(visit, date) and visit < today:
        return DateFault.SERVICE_IN_PAST
    return visit


def _weekday(word: str, today: date) -> date | DateFault | None:
    """Read `senin depan` and `rabu ini`; `senin` alone could be this week's or next week's."""
    parts = word.split()
    if not parts or (parts[0] not in DAYS and parts[-1] not in DAYS):
        return None
    rest = set(parts) - set(DAYS)
    # "minggu depan" is next Sunday, and next week.
    if not rest or (rest <= NEXT and "minggu" in parts):
        return DateFault.AMBIGUOUS_WEEKDAY
    if not rest <= NEXT and not rest <= THIS:
        return None
    wanted = next(DAYS[part] for part in parts if part in DAYS)
    monday = today - timedelta(days=today.weekday())
    visit = monday + timedelta(days=wanted + (7 if rest <= NEXT else 0))
    return visit if visit >= today else DateFault.SERVICE_IN_PAST


def _read(text: str, today: date) -> tuple[int, int, int | None] | DateFault:
    """Find day, month and year, whatever stands between them."""
    words = re.findall(r"\d+|[^\W\d_']+(?:'[^\W\d_]+)?", normal(text).lower())
    words = [word for word in words if word not in DAYS]
    if len(words) == 1 and words[0].isdecimal():
        return _run_together(words[0], today)
    named = [_month(word) for word in words]
    if any(named):
        return _with_name(words, named)
    if not words or not all(word.isdecimal() for word in words) or len(words) > 3:
        return DateFault.UNREADABLE
    numbers = [int(word) for word in words]
    if len(numbers) < 2:
        return DateFault.UNREADABLE
    if len(words[0]) == 4 and len(numbers) == 3:
        return numbers[2], numbers[1], numbers[0]
    year = numbers[2] if len(numbers) == 3 else None
    if len(words) == 3 and len(words[2]) not in (2, 4):
        return DateFault.UNREADABLE
    return numbers[0], numbers[1], year


def _run_together(digits: str, today: date) -> tuple[int, int, int | None] | DateFault:
    """Read ddmmyyyy or ddmmyy; yyyymmdd only where ddmmyyyy would be no date at all."""
    if len(digits) == 8:
        day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:])
        if month > 12 and OLDEST <= int(digits[:4]) <= today.year + 1:
            return int(digits[6:]), int(digits[4:6]), int(digits[:4])
        return day, month, year
    if len(digits) == 6:
        return int(digits[:2]), int(digits[2:4]), int(digits[4:])
    return DateFault.UNREADABLE


def _with_name(
    words: list[str], named: list[int | None]
) -> tuple[int, int, int | None] | DateFault:
    month = next(number for number in named if number)
    numbers = [int(word) for word in words if word.isdecimal()]
    if len(numbers) not in (1, 2):
        return DateFault.UNREADABLE
    return numbers[0], month, numbers[1] if len(numbers) == 2 else None


def _month(word: str) -> int | None:
    """Find a month by its name, an abbreviation or a misspelling of it."""
    if word in MONTH_OF:
        return MONTH_OF[word]
    if word.isdecimal() or len(word) < 4:
        return None
    score, month = max((likeness(word, name), number) for name, number in MONTH_OF.items())
    return month if score >= ALIKE else None


def _date(day: int, month: int, year: int) -> date | DateFault:
    if month > 12 and 1 <= day <= 12 and month <= 31:
        return DateFault.MONTH_DAY_SWAPPED
    try:
        return date(year, month, day) if year >= OLDEST else DateFault.NO_SUCH_DATE
    except (ValueError, OverflowError):
        return DateFault.NO_SUCH_DATE

"""Takes a text as the answer to what we asked or listed last."""

import re
from dataclasses import replace
from datetime import date

from services.gateway.dialog.choosing import offices_meant
from services.gateway.dialog.dates import DateFault, read_visit
from services.gateway.dialog.intents import Intent, MoveWish, OfficeWish, Pick, Request, ServiceWish
from services.gateway.dialog.parse import session_in, understand
from services.gateway.dialog.persons import read_person
from services.gateway.dialog.search import find_service, is_called, is_town
from services.gateway.dialog.state import Facts, State

PASTED = re.compile(r"(\d{1,2})[.)] ")  # a line of our list, sent back


def answer_to(said: str, state: State, known: Facts, today: date) -> Intent | None:
    """Take a text as an answer, if it can be one."""
    match state.asks:
        case "office":
            return OfficeWish(said) if offices_meant(said, known.offices.values()) else None
        case "service":
            return ServiceWish(said) if find_service(said, known.services) else None
        case "visit":
            visit = read_visit(said, today)
            read = Request(visit=visit, session=session_in(said), said=("", "", said))
            return None if visit is DateFault.UNREADABLE else read
        case "person":
            return _person(said, state, known, today)
    return _of_list(said, state, today)


def whole(answered: Intent | None) -> Intent | None:
    """Keep an answer with a date in it that was read without a fault."""
    if not isinstance(answered, Request):
        return answered
    dates = (answered.birth_date, answered.visit)
    is_whole = any(dates) and not any(isinstance(one, DateFault) for one in dates)
    return answered if is_whole else None


def _person(said: str, state: State, known: Facts, today: date) -> Intent | None:
    """Read who comes; a town alone is an office, and with a birth date where they were born."""
    offices = known.offices.values()
    if is_called(said, offices):
        return OfficeWish(said)
    named, born = state.name is not None, state.birth_date is not None
    wish = read_person(said, today, named=named, born=born)
    if wish and wish.name and wish.birth_date and named and is_town(wish.name, offices):
        return replace(wish, name=None, said=("", *wish.said[1:]))
    return wish


def _of_list(said: str, state: State, today: date) -> Intent | None:
    """Find what a text means of a list of dates: a line of it, a day of it, or for whom."""
    rows = [understand(choice, today) for choice in state.choices]
    dates = [row for row in rows if isinstance(row, Pick | MoveWish) and row.slot]
    if not dates and not state.placed:
        return None
    pasted = PASTED.match(said)
    if pasted and 0 < int(pasted[1]) <= len(rows):
        return rows[int(pasted[1]) - 1]
    visit, session = read_visit(said, today), session_in(said)
    if isinstance(visit, date) and dates:
        on_day = [row for row in dates if row.slot and row.slot.date == visit]
        fit = [row for row in on_day if row.slot and session in (None, row.slot.session)]
        return fit[0] if fit else None
    wish = whole(read_person(said, today, named=False, born=False))
    return wish if isinstance(wish, Request) and wish.name else None

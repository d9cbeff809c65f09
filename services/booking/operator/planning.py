"""What an operator said, checked against what the office is: a plan, or why there is none."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from services.booking.operator import store
from services.booking.operator.plan import (
    LONGEST,
    Plan,
    PlanError,
    days_between,
    local_moment,
    moment,
    read_sentence,
)
from shared.db import Db, Row
from shared.messages import Session
from shared.operating import Words


async def plan_of(db: Db, words: Words) -> Plan:
    """Make a plan of a sentence or of options; days that are over are left out."""
    named = {Session.MORNING: words.morning, Session.AFTERNOON: words.afternoon}
    seats = {session: number for session, number in named.items() if number is not None}
    if words.sentence:
        if seats or any((words.office, words.days, words.first, words.last)):
            raise PlanError("say it in a sentence or with options, not both")
        said = read_sentence(words.sentence)
        row = await known_office(db, said.office)
        first, last = said.span(today_at(row))
        days, seats = said.days, said.seats
    elif words.office and words.first and words.last and seats:
        row = await known_office(db, words.office)
        first, last, days = words.first, words.last, words.days or "weekdays"
    else:
        raise PlanError("say --office, --from, --to and --morning or --afternoon")
    coming = days_between(*_to_come(first, last, today_at(row)), days)
    service = words.service or await _only_service(db, row["id"])
    opens_at = await _opening(db, row, words.opens_at, coming[0], seats)
    return Plan(row["id"], service, coming, seats, opens_at)


async def known_office(db: Db, office: str) -> Row:
    """Read an office; raises PlanError where there is none."""
    row = await store.find_office(db, office)
    if row is None:
        raise PlanError(f"there is no office {office!r}; `offices list` names them")
    return row


def today_at(office: Row) -> date:
    """Give the day that it is at an office."""
    return datetime.now(ZoneInfo(office["timezone"])).date()


def _to_come(first: date, last: date, today: date) -> tuple[date, date]:
    if last < first:
        raise PlanError("--to lies before --from")
    if last < today:
        raise PlanError(f"the last of these days was {last}: quota is opened for days to come")
    if last - today > LONGEST:
        raise PlanError(f"{last} is more than {LONGEST.days} days from now")
    return max(first, today), last


async def _opening(
    db: Db, office: Row, text: str | None, first: date, seats: dict[Session, int]
) -> datetime | None:
    """Read when quota opens; what opened after its session began could never be held."""
    if not text:
        return None
    opens_at = moment(text, office["timezone"], datetime.now(UTC))
    hours = await store.find_hours(db, office["id"])
    starts = min((hours[one]["starts"] for one in seats if one in hours), default=None)
    if starts is not None and opens_at >= local_moment(first, starts, office["timezone"]):
        raise PlanError(f"--opens-at {text} is not before the first session, on {first} {starts}")
    return opens_at


async def _only_service(db: Db, office: str) -> str:
    services = await store.find_services(db, office)
    if len(services) != 1:
        raise PlanError(f"say --service: {office} offers {', '.join(services) or 'nothing'}")
    return services[0]

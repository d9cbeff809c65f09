"""Offices: what they offer, when, and by which rules."""

import json
import re
from datetime import time
from typing import Any

import asyncpg

from services.booking.operator import store
from services.booking.operator.plan import PlanError
from services.booking.operator.planning import known_office
from shared.db import Db, Pool
from shared.messages import Session
from shared.operating import Words

RULES = {
    *("hold_minutes", "extend_minutes", "phone_cap", "code_tries", "reschedule_days_before"),
    *("reschedule_limit", "release_after_min_s", "release_after_max_s", "window_minutes"),
    "arrive_early_minutes",
}
TEXTS = {"whatsapp_number", "phone", "address", "name", "short_name"}
SESSIONS = set(Session)
NEEDED = {"name", "short_name", "address"}
NUMBER = re.compile(r"\+[1-9]\d{7,14}")
SMALL_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
HOURS = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)", re.ASCII)


async def offices_list(pool: Pool, words: Words) -> int:
    """Print every office."""
    rows = await pool.fetch("SELECT * FROM booking.office ORDER BY id")
    if words.json:
        print(json.dumps([dict(row) for row in rows], indent=1, ensure_ascii=False))
        return 0
    for row in rows:
        print(f"{row['id']:<24} {row['timezone']:<15} {row['name']}")
    return 0


async def offices_show(pool: Pool, words: Words) -> int:
    """Print one office, its rules and what it offers."""
    async with pool.acquire() as db:
        office = await known_office(db, words.office)
        services = await store.find_services(db, words.office)
        hours = await store.find_hours(db, words.office)
    for name, value in office.items():
        print(f"{name:<24} {'' if value is None else value}")
    print(f"{'services':<24} {', '.join(services)}")
    for session, row in hours.items():
        print(f"{session:<24} {row['starts']:%H:%M}-{row['ends']:%H:%M}")
    return 0


async def offices_set(pool: Pool, words: Words) -> int:
    """Change rules and hours of an office; the database refuses values out of range."""
    pairs = dict(rule.partition("=")[::2] for rule in words.rules)
    known = RULES | TEXTS | SESSIONS
    unknown = sorted(set(pairs) - known)
    if unknown:
        raise PlanError(f"{unknown[0]!r} is no rule; these are: {', '.join(sorted(known))}")
    hours = {name: _hours(name, text) for name, text in pairs.items() if name in SESSIONS}
    values = {name: _value(name, text) for name, text in pairs.items() if name not in SESSIONS}
    try:
        async with pool.acquire() as db, db.transaction():
            await known_office(db, words.office)
            if values:
                await store.set_rules(db, words.office, values)
            await _set_hours(db, words.office, hours)
            await store.add_audit(db, words.by, "offices.set", {"office": words.office} | pairs)
    except asyncpg.CheckViolationError as error:
        rule = (error.constraint_name or "").removeprefix("office_").removesuffix("_check")
        raise PlanError(f"a value is out of range: {rule}") from error
    print("Done; it holds for what is opened, held and freed from now on.")
    return 0


async def offices_offer(pool: Pool, words: Words) -> int:
    """Let an office offer a service more; quota for it is opened as for any other."""
    async with pool.acquire() as db, db.transaction():
        await known_office(db, words.office)
        every = await store.find_all_services(db)
        if words.service not in every:
            raise PlanError(f"there is no service {words.service!r}; these are: {', '.join(every)}")
        if not await store.add_service(db, words.office, words.service):
            print(f"{words.office} offers {words.service} already.")
            return 0
        offered = {"office": words.office, "service": words.service}
        await store.add_audit(db, words.by, "offices.offer", offered)
    print(f"{words.office} offers {words.service} from now on; open quota for it.")
    return 0


async def _set_hours(db: Db, office: str, hours: dict[str, tuple[time, time]]) -> None:
    """Change the hours of sessions; two of a day must not overlap."""
    for session, (starts, ends) in hours.items():
        await store.set_hours(db, office, session, starts, ends)
    now = await store.find_hours(db, office)
    if set(now) == SESSIONS and now[Session.MORNING]["ends"] > now[Session.AFTERNOON]["starts"]:
        raise PlanError("the afternoon would begin before the morning ends")


def _hours(session: str, text: str) -> tuple[time, time]:
    match = HOURS.fullmatch(text)
    try:
        starts, ends = map(time.fromisoformat, match.groups() if match else ("", ""))
    except ValueError:
        raise PlanError(f"{session} is written like 08:00-12:00, not {text!r}") from None
    if starts >= ends:
        raise PlanError(f"{session} ends before it begins")
    return starts, ends


def _value(name: str, text: str) -> Any:
    if name == "whatsapp_number" and text and not NUMBER.fullmatch(text):
        raise PlanError(f"a number is written like +6281234567890, not {text!r}")
    if name in NEEDED and not text:
        raise PlanError(f"an office without {name} is none")
    if name in TEXTS:
        return text or (None if name == "whatsapp_number" else "")
    if not SMALL_NUMBER.fullmatch(text):
        raise PlanError(f"{name} is a whole number, not {text!r}")
    return int(text)

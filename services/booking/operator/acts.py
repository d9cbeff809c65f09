"""One function per command: ask, act in one transaction, say what came of it."""

import json
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.booking.operator import filling, quota, sowing, store
from services.booking.operator.plan import Closure, PlanError
from services.booking.operator.planning import known_office, plan_of, today_at
from services.booking.settings import OperatorSettings
from shared import settings
from shared.db import Pool, Row
from shared.operating import Words


async def quota_open(pool: Pool, words: Words) -> int:
    """Open seats as the words say, after saying what that means."""
    async with pool.acquire() as db, db.transaction():
        plan = await plan_of(db, words)
        opened = await quota.open_quota(
            db, plan, words.by, dry=words.dry_run, partial=words.partial
        )
    new = sum(c.after - c.before for c in opened.changes if c.what in quota.CHANGING)
    days = {c.ref.date for c in opened.changes if c.what in quota.CHANGING}
    taken = sum(c.taken for c in opened.changes)
    print(
        f"This makes {new:+d} seats on {_count(len(days), 'day')}; "
        f"{_count(taken, 'seat')} there {'is' if taken == 1 else 'are'} taken already."
    )
    moved = sum(c.what == "move" for c in opened.changes)
    if moved:
        print(f"It moves the opening of {_count(moved, 'slot')}, whose seats stay as they are.")
    closed = {str(c.ref.date) for c in opened.changes if c.what == "closed"}
    if closed:
        print(f"Left out because the office is closed: {', '.join(sorted(closed))}")
    for change in opened.refused:
        taken_there = _count(change.taken, "seat")
        print(f"Refused: {change.ref.key} has {taken_there} taken, more than {change.after}")
    if not opened.done:
        print("Nothing was changed." if opened.refused else "A dry run: nothing was changed.")
        return 1 if opened.refused else 0
    print("Done.")
    return 1 if opened.refused else 0


async def quota_show(pool: Pool, words: Words) -> int:
    """Print the seats of each slot."""
    async with pool.acquire() as db:
        office = await known_office(db, words.office)
        first = words.first or today_at(office)
        last = words.last or first + timedelta(days=31)
        rows = await store.show_slots(db, words.office, first, last)
    if words.json:
        print(json.dumps([_shown(row) for row in rows], indent=1))
        return 0
    titles = ("date", "session", "service", "capacity", "booked", "held", "withheld", "remaining")
    print("".join(f"{title:<11}" for title in titles) + "state")
    for row in rows:
        shown = _shown(row)
        print("".join(f"{shown[title]!s:<11.10}" for title in titles) + shown["state"])
    if not rows:
        print(f"{words.office} has no quota from {first} to {last}.")
    return 0


async def quota_close(pool: Pool, words: Words) -> int:
    """Close a day or a session."""
    async with pool.acquire() as db, db.transaction():
        await known_office(db, words.office)
        closure = Closure(words.office, words.date, words.session)
        slots, people = await quota.close_quota(db, closure, words.reason, words.by)
    holders = "1 person holds" if people == 1 else f"{people} people hold"
    print(f"Closed {_count(slots, 'slot')} on {words.date}; {holders} a place there.")
    if people:
        print("Their bookings stay: tell them, or move them.")
    return 0


async def quota_reopen(pool: Pool, words: Words) -> int:
    """Take a closure back."""
    async with pool.acquire() as db, db.transaction():
        await known_office(db, words.office)
        closure = Closure(words.office, words.date, words.session)
        slots = await quota.reopen_quota(db, closure, words.by)
    print(f"Opened {_count(slots, 'slot')} on {words.date} again.")
    return 0


async def seed(pool: Pool, words: Words) -> int:
    """Add offices, services and hours, and with --demo sample quota and sample bookings."""
    config = settings.read(OperatorSettings)
    if words.demo and not config.secret:
        raise PlanError("ANTREAN_SECRET is missing: sample bookings are sealed with it")
    async with pool.acquire() as db:
        await sowing.sow_offices(db)
        if words.demo:
            await sowing.sow_quota(db, words.by)
    if words.demo:
        booked = await filling.fill(pool, config, sowing.FULL)
        print(f"  {booked} new sample bookings at {', '.join(sowing.FULL)}, which is full")
    return 0


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _shown(row: Row) -> dict[str, Any]:
    names = ("session", "capacity", "booked", "held", "withheld", "remaining")
    shown: dict[str, Any] = {"date": str(row["date"]), "service": row["service_id"]}
    return shown | {name: row[name] for name in names} | {"state": _state(row)}


def _state(row: Row) -> str:
    if row["closed"] or row["closes_at"] <= row["now"]:
        return "closed"
    if row["opens_at"] > row["now"]:
        local = row["opens_at"].astimezone(ZoneInfo(row["timezone"]))
        return f"opens {local:%Y-%m-%d %H:%M} local time"
    return "open" if row["remaining"] else "full"

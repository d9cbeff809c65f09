"""Seed data: every office of a list of public facts, and sample quota at a dozen of them."""

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from services.booking.operator import quota, store
from services.booking.operator.plan import Closure, Plan, days_between
from shared.db import Db
from shared.messages import Session

OFFICES = Path(__file__).parents[1] / "data" / "offices.csv"
SERVICES = (
    ("passport", "Paspor", "Passport"),
    ("passport-replacement", "Penggantian paspor", "Passport replacement"),
    ("e-passport", "Paspor elektronik", "Electronic passport"),
)
HOURS = (("morning", time(8), time(12)), ("afternoon", time(13), time(16)))
DAYS = 30


@dataclass(frozen=True, slots=True)
class Sample:
    """Sample quota of one office: seats per session, and what is special about it."""

    office: str
    morning: int
    afternoon: int
    services: tuple[str, ...] = ("passport",)
    opens_tomorrow: bool = False
    is_full: bool = False
    closed_on: int | None = None
    at_once: bool = False


# Sizes are in the proportion of quotas that offices published.
SAMPLES = (
    Sample("jakarta-pusat", 40, 40, closed_on=9),
    Sample("jakarta-selatan", 60, 40, ("passport", "e-passport")),
    Sample("jakarta-barat", 5, 3, is_full=True),
    Sample("soekarno-hatta", 40, 25, ("passport", "e-passport")),
    Sample("bandung", 45, 30, ("passport", "passport-replacement")),
    Sample("semarang", 30, 20),
    Sample("surabaya", 60, 45, ("passport", "passport-replacement"), closed_on=5),
    Sample("medan", 40, 25, at_once=True),
    Sample("batam", 50, 35, ("passport", "passport-replacement")),
    Sample("pontianak", 30, 15),
    Sample("denpasar", 35, 25, ("passport", "e-passport")),
    Sample("makassar", 30, 20, opens_tomorrow=True),
    Sample("jayapura", 20, 10),
)

FULL = tuple(sample.office for sample in SAMPLES if sample.is_full)


async def sow_offices(db: Db) -> None:
    """Add what is missing of offices, services and hours; what is there stays as it is."""
    with OFFICES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    async with db.transaction():
        await db.executemany(
            "INSERT INTO booking.service VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", SERVICES
        )
        await db.executemany(
            """
            INSERT INTO booking.office (id, name, office_class, short_name, province, timezone,
                                        address, phone, lat, lon, note)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING
            """,
            [
                (
                    *(row[name] for name in ("slug", "name", "office_class", "short_name")),
                    *(row[name] for name in ("province", "timezone", "address", "phone")),
                    _number(row["lat"]),
                    _number(row["lon"]),
                    row["note"],
                )
                for row in rows
            ],
        )
        slugs = [row["slug"] for row in rows]
        await db.executemany(
            "INSERT INTO booking.session VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            [(slug, *hours) for slug in slugs for hours in HOURS],
        )
        samples = {sample.office: sample.services for sample in SAMPLES}
        await db.executemany(
            "INSERT INTO booking.office_service VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            [
                (slug, service, place)
                for slug in slugs
                for place, service in enumerate(samples.get(slug, ("passport",)))
            ],
        )
    print(f"  {len(rows)} offices (public facts of about 2017: verify before use)")


async def sow_quota(db: Db, who: str) -> None:
    """Open sample quota for the next 30 days; slots that exist stay as they are."""
    known = {row["id"] for row in await db.fetch("SELECT id FROM booking.office")}
    opened = 0
    for sample in SAMPLES:
        if sample.office in known:
            async with db.transaction():
                opened += await _sow_office(db, sample, who)
    print(f"  {opened} new slots of sample quota at {len(SAMPLES)} offices")


async def _sow_office(db: Db, sample: Sample, who: str) -> int:
    office = await store.find_office(db, sample.office)
    if office is None:
        return 0
    today = datetime.now(ZoneInfo(office["timezone"])).date()
    # What opens tomorrow must not begin before it opens.
    begins = today + timedelta(days=2 if sample.opens_tomorrow else 1)
    days = days_between(begins, today + timedelta(days=DAYS), "weekdays")
    opened = 0
    for service in sample.services:
        new = await _days_without(db, sample.office, service, days)
        if sample.at_once and new == days:
            await _release_at_once(db, sample.office, who)
        if new:
            opened += await _open(db, sample, service, new, who)
    return opened


async def _release_at_once(db: Db, office: str, who: str) -> None:
    """Let an office show how seats come back; only at first, for later its rule is its own."""
    await db.execute(
        """
        UPDATE booking.office SET release_after_min_s = 0, release_after_max_s = 0 WHERE id = $1
        """,
        office,
    )
    rule = {"office": office, "release_after_min_s": 0, "release_after_max_s": 0}
    await store.add_audit(db, who, "offices.set", rule)


async def _open(db: Db, sample: Sample, service: str, days: tuple[date, ...], who: str) -> int:
    office = await store.find_office(db, sample.office)
    zone = ZoneInfo(office["timezone"]) if office else UTC
    tomorrow = datetime.now(zone).date() + timedelta(days=1)
    opens_at = datetime.combine(tomorrow, time(9), zone) if sample.opens_tomorrow else None
    seats = {Session.MORNING: sample.morning, Session.AFTERNOON: sample.afternoon}
    plan = Plan(sample.office, service, days, seats, opens_at)
    opened = await quota.open_quota(db, plan, who, dry=False, partial=False)
    if sample.closed_on is not None and sample.closed_on < len(days):
        day = days[sample.closed_on]
        await quota.close_quota(db, Closure(sample.office, day), "Sample closure", who)
    return sum(change.what == "new" for change in opened.changes)


async def _days_without(
    db: Db, office: str, service: str, days: tuple[date, ...]
) -> tuple[date, ...]:
    rows = await db.fetch(
        "SELECT DISTINCT date FROM booking.slot WHERE office_id = $1 AND service_id = $2",
        office,
        service,
    )
    there = {row["date"] for row in rows}
    return tuple(day for day in days if day not in there)


def _number(text: str) -> float | None:
    return float(text) if text else None

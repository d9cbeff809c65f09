"""Loads what a turn of the conversation needs to know, and nothing else."""

import time
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from services.gateway.chat import store, views
from services.gateway.dialog.state import Booked, Facts, Free, HeldSeat, Needs, Office
from shared.db import Db, Row
from shared.keys import Keys
from shared.messages import Alternative, Contact, Language, SlotRef

KEPT_FOR_S = 30.0
SLOTS_READ = 12


@dataclass(frozen=True, slots=True)
class Person:
    """Who writes: first the key they are known by, then the one they had before it."""

    owners: tuple[str, ...]
    has_phone: bool

    @staticmethod
    def of(keys: Keys, contact: Contact) -> "Person":
        """Take the phone where it is known; what was made without it stays theirs."""
        known = keys.owners_of(contact.phone, contact.bsuid)
        return Person(known, has_phone=contact.phone is not None)


@dataclass(slots=True)
class FactBook:
    """Reads facts; offices and services, which seldom change, are kept for half a minute."""

    keys: Keys
    offices: dict[str, Office] = field(default_factory=dict)
    services: dict[str, dict[Language, str]] = field(default_factory=dict)
    kept_until: float = 0.0

    def known(self, now: datetime) -> Facts:
        """Give what is at hand without a look: offices and services."""
        return Facts(now=now, offices=self.offices, services=self.services)

    async def load(self, db: Db, needs: Needs, person: Person, now: datetime) -> Facts:
        """Load what the turn needs."""
        facts = replace(self.known(now), has_phone=person.has_phone)
        if needs.own:
            held = await views.find_holds(db, person.owners)
            booked = await views.find_bookings(db, person.owners)
            if not {row["office_id"] for row in (*held, *booked)} <= self.offices.keys():
                self.kept_until = 0.0  # an office that was added a moment ago
                await self.refresh(db)
            facts = replace(
                facts,
                holds=tuple(self._held(row) for row in held),
                bookings=tuple(self._booked(row) for row in booked),
                pending=await store.count_undecided(db, person.owners),
            )
        if needs.placed:
            facts = replace(facts, refused=await views.find_refusal(db, needs.placed))
        where, wanted = needs.dates_of, needs.service
        moved = facts.booked(needs.code) if needs.moves else None
        if moved is not None:
            where, wanted = moved.ref.office, moved.ref.service
        office = self.offices.get(where or "")
        if office is None:
            return facts
        return await _with_dates(db, facts, office, wanted, needs.day)

    async def refresh(self, db: Db) -> None:
        """Read offices and services again, if they are old."""
        if time.monotonic() > self.kept_until:
            self.offices = {row["id"]: _office(row) for row in await views.find_offices(db)}
            self.services = {
                row["id"]: {Language.ID: row["name_id"], Language.EN: row["name_en"]}
                for row in await views.find_services(db)
            }
            self.kept_until = time.monotonic() + KEPT_FOR_S

    def _held(self, row: Row) -> HeldSeat:
        person = self.keys.unseal(row["person"], f"hold/{row['id']}")
        return HeldSeat(
            id=row["id"],
            owner=row["owner"],
            code=self.keys.approval_code(row["id"], row["owner"]),
            name=person["name"],
            birth_date=date.fromisoformat(person["birth_date"]),
            ref=_ref(row),
            office=self.offices[row["office_id"]],
            expires_at=row["expires_at"],
        )

    def _booked(self, row: Row) -> Booked:
        person = self.keys.unseal(row["person"], f"hold/{row['hold_id']}")
        return Booked(
            code=row["code"],
            owner=row["owner"],
            approval=self.keys.approval_code(row["hold_id"], row["owner"]),
            name=person["name"],
            ref=_ref(row),
            office=self.offices[row["office_id"]],
            service_hour=row["service_hour"],
            queue_number=row["queue_number"],
        )


async def _with_dates(
    db: Db, facts: Facts, office: Office, wanted: str | None, day: date | None
) -> Facts:
    """Add an office's free slots; without any, when it opens and where else there are some."""
    service = office.service(wanted)
    if service is None:
        return facts
    rows = await views.find_free(db, office.id, service, SLOTS_READ)
    if rows and day is not None and day > rows[-1]["date"]:
        rows += await views.find_free_on(db, office.id, service, day)
    if rows:
        free = tuple(_free(row) for row in rows)
        return replace(facts, dates_of=office.id, free=free)
    found = await views.find_alternatives(db, office.id, service)
    return replace(
        facts,
        dates_of=office.id,
        elsewhere=tuple(Alternative.model_validate(dict(row)) for row in found),
        opens_at=await views.find_next_opening(db, office.id, service),
    )


def _office(row: Row) -> Office:
    names = ("id", "name", "short_name", "province", "address", "timezone")
    return Office(
        **{name: row[name] for name in names},
        services=tuple(row["services"]),
        arrive_early_minutes=row["arrive_early_minutes"],
        whatsapp_number=row["whatsapp_number"],
    )


def _free(row: Row) -> Free:
    return Free(_ref(row), row["starts"], row["ends"], row["remaining"])


def _ref(row: Row) -> SlotRef:
    return SlotRef(
        office=row["office_id"],
        service=row["service_id"],
        date=row["date"],
        session=row["session"],
    )

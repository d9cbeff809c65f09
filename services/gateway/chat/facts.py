"""Loads what a turn of the conversation needs to know, and nothing else."""

import time
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from services.gateway.chat import store
from services.gateway.dialog.state import Booked, Facts, Free, HeldSeat, Needs, Office
from shared.db import Db, Row
from shared.keys import Keys
from shared.messages import Alternative, Language, SlotRef

KEPT_FOR_S = 30.0
SLOTS_READ = 12


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

    async def load(self, db: Db, needs: Needs, owner: str, now: datetime) -> Facts:
        """Load what the turn needs."""
        facts = self.known(now)
        if needs.own:
            holds = [self._held(row) for row in await store.find_holds(db, owner)]
            booked = [self._booked(row) for row in await store.find_bookings(db, owner)]
            facts = replace(facts, holds=tuple(holds), bookings=tuple(booked))
        where, wanted = needs.dates_of, needs.service
        moved = facts.booked(needs.code) if needs.moves else None
        if moved is not None:
            where, wanted = moved.ref.office, moved.ref.service
        office = self.offices.get(where or "")
        return await _with_dates(db, facts, office, wanted) if office else facts

    async def refresh(self, db: Db) -> None:
        """Read offices and services again, if they are old."""
        if time.monotonic() > self.kept_until:
            self.offices = {row["id"]: _office(row) for row in await store.find_offices(db)}
            self.services = {
                row["id"]: {Language.ID: row["name_id"], Language.EN: row["name_en"]}
                for row in await store.find_services(db)
            }
            self.kept_until = time.monotonic() + KEPT_FOR_S

    def _held(self, row: Row) -> HeldSeat:
        person = self.keys.unseal(row["person"], f"hold/{row['id']}")
        office = self.offices.get(row["office_id"])
        return HeldSeat(
            id=row["id"],
            code=self.keys.approval_code(row["id"], row["owner"]),
            name=person["name"],
            birth_date=date.fromisoformat(person["birth_date"]),
            ref=_ref(row),
            office_name=office.name if office else row["office_id"],
            expires_at=row["expires_at"],
        )

    def _booked(self, row: Row) -> Booked:
        person = self.keys.unseal(row["person"], f"hold/{row['hold_id']}")
        return Booked(
            code=row["code"],
            name=person["name"],
            ref=_ref(row),
            office=self.offices[row["office_id"]],
            service_hour=row["service_hour"],
            queue_number=row["queue_number"],
        )


async def _with_dates(db: Db, facts: Facts, office: Office, wanted: str | None) -> Facts:
    """Add an office's free slots; without any, when it opens and where else there are some."""
    service = office.service(wanted)
    if service is None:
        return facts
    rows = await store.find_free(db, office.id, service, SLOTS_READ)
    if rows:
        free = tuple(_free(row) for row in rows)
        return replace(facts, dates_of=office.id, free=free)
    found = await store.find_alternatives(db, office.id, service)
    return replace(
        facts,
        dates_of=office.id,
        elsewhere=tuple(Alternative.model_validate(dict(row)) for row in found),
        opens_at=await store.find_next_opening(db, office.id, service),
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

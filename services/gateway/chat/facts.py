"""Loads what a turn of the conversation needs to know, and nothing else."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from services.gateway.chat import store
from services.gateway.dialog.state import Booked, Facts, Free, HeldSeat, Needs, Office
from shared.db import Db, Row
from shared.keys import Keys
from shared.messages import Alternative, SlotRef

OFFICES_FOR_S = 30.0
SLOTS_READ = 12


@dataclass(slots=True)
class FactBook:
    """Reads facts; the offices, which seldom change, are kept for half a minute."""

    keys: Keys
    offices: dict[str, Office] = field(default_factory=dict)
    offices_until: float = 0.0

    async def load(self, db: Db, needs: Needs, owner: str, now: datetime) -> Facts:
        """Load what the turn needs."""
        await self.refresh(db)
        free: Sequence[Free] = ()
        elsewhere: Sequence[Alternative] = ()
        opens_at = None
        office = self.offices.get(needs.dates_of or "")
        if office is not None:
            service = office.services[0] if office.services else None
            rows = await store.find_free(db, office.id, service, SLOTS_READ)
            free = [_free(row) for row in rows]
            if not free and service is not None:
                found = await store.find_alternatives(db, office.id, service)
                elsewhere = [Alternative.model_validate(dict(row)) for row in found]
                opens_at = await store.find_next_opening(db, office.id)
        holds: Sequence[HeldSeat] = ()
        bookings: Sequence[Booked] = ()
        if needs.own:
            holds = [self._held(row) for row in await store.find_holds(db, owner)]
            bookings = [self._booked(row) for row in await store.find_bookings(db, owner)]
        return Facts(
            now=now,
            offices=self.offices,
            free=tuple(free),
            elsewhere=tuple(elsewhere),
            opens_at=opens_at,
            holds=tuple(holds),
            bookings=tuple(bookings),
        )

    async def refresh(self, db: Db) -> None:
        """Read the offices again, if they are old."""
        if time.monotonic() > self.offices_until:
            self.offices = {row["id"]: _office(row) for row in await store.find_offices(db)}
            self.offices_until = time.monotonic() + OFFICES_FOR_S

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

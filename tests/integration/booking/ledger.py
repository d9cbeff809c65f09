"""A booking service without its loop: commands go in, outcomes come out, the ledger is real."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.booking import sweeper
from services.booking.batch import Batches
from services.booking.desk import Tools
from shared.db import Pool
from shared.keys import Keys
from shared.messages import (
    Applicant,
    BookingGranted,
    CancelBooking,
    Channel,
    ConfirmHold,
    Contact,
    ExtendHold,
    HoldGranted,
    PlaceHold,
    ReleaseHold,
    RescheduleBooking,
    SlotRef,
    SomeCommand,
    SomeResult,
)

PoolOf = Callable[[str], Awaitable[Pool]]


@dataclass(slots=True)
class Citizen:
    """Somebody with a phone and a name of their own."""

    keys: Keys
    phone: str = field(default_factory=lambda: f"+62812{uuid4().int % 10**8:08d}")
    name: str = field(default_factory=lambda: f"Contoh {letters()}")
    born: date = date(1990, 8, 17)
    nik: str | None = None

    def asks(self, kind: type[Any], **more: Any) -> Any:
        values: dict[str, Any] = {
            "id": uuid4(),
            "owner": self.keys.owner_of(self.phone, None),
            "channel": Channel.WEB,
            "contact": Contact(phone=self.phone),
        }
        return kind(**values | more)

    def hold(self, slot: SlotRef, **more: Any) -> PlaceHold:
        who = Applicant(name=self.name, birth_date=self.born, nik=self.nik)
        command: PlaceHold = self.asks(PlaceHold, slot=slot, **{"applicant": who} | more)
        return command

    def confirm(self, hold_id: UUID, code: str | None = None, **more: Any) -> ConfirmHold:
        right = self.keys.approval_code(hold_id, self.keys.owner_of(self.phone, None))
        code = right if code is None else code
        command: ConfirmHold = self.asks(ConfirmHold, hold_id=hold_id, approval_code=code, **more)
        return command

    def extend(self, hold_id: UUID, **more: Any) -> ExtendHold:
        command: ExtendHold = self.asks(ExtendHold, hold_id=hold_id, **more)
        return command

    def release(self, hold_id: UUID) -> ReleaseHold:
        command: ReleaseHold = self.asks(ReleaseHold, hold_id=hold_id)
        return command

    def cancel(self, code: str) -> CancelBooking:
        command: CancelBooking = self.asks(CancelBooking, booking_code=code)
        return command

    def move(self, code: str, slot: SlotRef) -> RescheduleBooking:
        command: RescheduleBooking = self.asks(RescheduleBooking, booking_code=code, slot=slot)
        return command


@dataclass(slots=True)
class Ledger:
    """Decides commands and lets time pass."""

    batches: Batches
    tools: Tools
    admin: Pool

    async def decide(self, *commands: SomeCommand) -> list[SomeResult]:
        return [outcome.result for outcome in await self.batches.decide(commands)]

    async def one(self, command: SomeCommand) -> Any:
        return (await self.decide(command))[0]

    async def held(self, citizen: Citizen, slot: SlotRef) -> UUID:
        result = await self.one(citizen.hold(slot))
        assert isinstance(result, HoldGranted), result
        return result.hold_id

    async def booked(self, citizen: Citizen, slot: SlotRef) -> BookingGranted:
        result = await self.one(citizen.confirm(await self.held(citizen, slot)))
        assert isinstance(result, BookingGranted), result
        return result

    async def sweep(self) -> int:
        async with self.batches.pool.acquire() as db, db.transaction():
            return (await sweeper.sweep(db, self.tools)).moved

    async def let_expire(self, hold_id: UUID) -> None:
        """Put a hold's end into the past: the database's clock is everybody's."""
        past = datetime.now(UTC) - timedelta(seconds=1)
        await self.admin.execute(
            "UPDATE booking.hold SET held_at = $2::timestamptz - interval '10 min', expires_at = $2"
            " WHERE id = $1",
            hold_id,
            past,
        )

    async def slot(self, ref: SlotRef) -> Any:
        return await self.admin.fetchrow(
            "SELECT capacity, remaining, withheld FROM booking.slot WHERE id = $1", ref.slot_id
        )

    async def events(self, ref: SlotRef) -> list[str]:
        rows = await self.admin.fetch(
            "SELECT type FROM booking.event_log WHERE slot_id = $1 ORDER BY slotsequence",
            ref.slot_id,
        )
        return [row["type"] for row in rows]


def letters() -> str:
    return "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=10))

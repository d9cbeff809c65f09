"""Sample bookings: made by the same decisions as everybody's, for people who do not exist."""

import random
from collections.abc import Sequence
from datetime import date
from uuid import uuid4

from services.booking.batch import Batches
from services.booking.codes import new_booking_code
from services.booking.desk import Tools
from services.booking.outbox import EventOutbox
from services.booking.settings import OperatorSettings
from shared.broker import Broker
from shared.db import Pool
from shared.keys import Keys
from shared.messages import (
    Applicant,
    Channel,
    ConfirmHold,
    Contact,
    HoldGranted,
    PlaceHold,
    Session,
    SlotRef,
)
from shared.relay import Relay

BORN = date(1990, 8, 17)
NOWHERE = Contact()  # nobody is told of a sample booking


async def fill(pool: Pool, config: OperatorSettings, offices: Sequence[str]) -> int:
    """Book every seat of those slots at the offices that nobody has asked for yet."""
    keys = Keys.from_secret(config.secret)
    # Never opened: nobody waits for these answers, and the workers' relay tells of the events.
    publisher = Broker(config.amqp_url, "seed").publisher
    tools = Tools(keys, new_booking_code, random.SystemRandom().random)
    batches = Batches(pool, Relay(pool, publisher, EventOutbox()), publisher, tools)
    rows = await pool.fetch(
        """
        SELECT office_id, service_id, date, session, capacity FROM booking.slot
         WHERE office_id = ANY ($1::text[]) AND remaining = capacity AND NOT closed
           AND opens_at <= now() AND closes_at > now()
        """,
        list(offices),
    )
    booked = 0
    for row in rows:
        ref = SlotRef(
            office=row["office_id"],
            service=row["service_id"],
            date=row["date"],
            session=Session(row["session"]),
        )
        booked += await _fill_slot(batches, keys, ref, row["capacity"])
    return booked


async def _fill_slot(batches: Batches, keys: Keys, ref: SlotRef, seats: int) -> int:
    wishes = [_wish(keys, ref, seat) for seat in range(seats)]
    held = await batches.decide(wishes)
    confirms = [
        ConfirmHold(
            id=uuid4(),
            owner=wish.owner,
            channel=wish.channel,
            contact=NOWHERE,
            hold_id=outcome.result.hold_id,
            approval_code=keys.approval_code(outcome.result.hold_id, wish.owner),
        )
        for wish, outcome in zip(wishes, held, strict=True)
        if isinstance(outcome.result, HoldGranted)
    ]
    await batches.decide(confirms)
    return len(confirms)


def _wish(keys: Keys, ref: SlotRef, seat: int) -> PlaceHold:
    mark = f"{ref.slot_id}/{seat}"
    letters = "".join(chr(ord("a") + byte % 26) for byte in keys.hashed("sample", mark)[:8])
    return PlaceHold(
        id=uuid4(),
        owner=keys.owner_of(None, f"sample/{mark}"),
        channel=Channel.WEB,
        contact=NOWHERE,
        slot=ref,
        applicant=Applicant(name=f"Contoh {letters}", birth_date=BORN),
    )

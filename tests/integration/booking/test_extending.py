"""A hold that stands longer: once, by the office's rule and the database's clock."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.messages import BookingGranted, Channel, HoldExtended, Refusal, Refused
from tests.integration.booking.ledger import Citizen, Ledger
from tests.integration.gateway.world import World
from tests.ledger import broken_invariants

Citizens = Callable[[int], list[Citizen]]
FIVE = timedelta(minutes=5)


@pytest.fixture(autouse=True)
async def _sound(admin: Any) -> Any:
    yield
    assert await broken_invariants(admin) == {}


def code_of(result: Any) -> Refusal | None:
    return result.code if isinstance(result, Refused) else None


async def ends_at(admin: Any, hold_id: UUID) -> datetime:
    found: datetime = await admin.fetchval(
        "SELECT expires_at FROM booking.hold WHERE id = $1", hold_id
    )
    return found


async def set_rule(admin: Any, office: str, minutes: int) -> None:
    await admin.execute(
        "UPDATE booking.office SET extend_minutes = $2 WHERE id = $1", office, minutes
    )


async def test_a_hold_stands_five_minutes_longer_and_all_are_told(
    ledger: Ledger, world: World, citizen: Citizen, admin: Any
) -> None:
    ref = await world.new_slot(seats=1)
    held = await ledger.one(citizen.hold(ref))

    longer = await ledger.one(citizen.extend(held.hold_id))

    assert isinstance(longer, HoldExtended)
    assert longer.expires_at == held.expires_at + FIVE
    assert await ends_at(admin, held.hold_id) == longer.expires_at
    assert tuple(await ledger.slot(ref)) == (1, 0, 0)
    assert await ledger.events(ref) == ["hold.placed", "slot.changed", "hold.extended"]


async def test_a_hold_is_extended_once_and_a_repeat_is_answered_as_before(
    ledger: Ledger, world: World, citizen: Citizen, admin: Any
) -> None:
    held = await ledger.one(citizen.hold(await world.new_slot(seats=1)))
    command = citizen.extend(held.hold_id)

    first, again = await ledger.one(command), await ledger.one(command)
    more = await ledger.one(citizen.extend(held.hold_id))

    assert first == again
    assert code_of(more) == Refusal.ALREADY_EXTENDED
    assert more.expires_at == await ends_at(admin, held.hold_id) == held.expires_at + FIVE


async def test_of_many_who_extend_one_hold_at_once_one_does(
    ledger: Ledger, world: World, citizen: Citizen, admin: Any
) -> None:
    held = await ledger.one(citizen.hold(await world.new_slot(seats=1)))

    results = await asyncio.gather(
        *(ledger.one(citizen.extend(held.hold_id)) for _ in range(10)),
    )

    codes = [code_of(result) for result in results]
    assert sorted(map(str, codes)) == sorted(["None"] + ["already_extended"] * 9)
    assert await ends_at(admin, held.hold_id) == held.expires_at + FIVE


async def test_the_office_says_by_how_much_and_may_let_none(
    ledger: Ledger, world: World, citizens: Citizens, admin: Any
) -> None:
    long, none = [await world.new_slot(seats=1) for _ in range(2)]
    await set_rule(admin, long.office, 20)
    await set_rule(admin, none.office, 0)
    one, other = citizens(2)
    held = [await ledger.one(one.hold(long)), await ledger.one(other.hold(none))]

    longer = await ledger.one(one.extend(held[0].hold_id))
    refused = await ledger.one(other.extend(held[1].hold_id))

    assert longer.expires_at == held[0].expires_at + timedelta(minutes=20)
    assert code_of(refused) == Refusal.NOT_EXTENDABLE
    assert await ends_at(admin, held[1].hold_id) == held[1].expires_at


async def test_what_is_over_is_not_extended(
    ledger: Ledger, world: World, citizens: Citizens
) -> None:
    ref = await world.new_slot(seats=3)
    late, swept, gone = citizens(3)
    holds = [await ledger.held(one, ref) for one in (late, swept, gone)]
    await ledger.let_expire(holds[1])
    await ledger.sweep()
    await ledger.let_expire(holds[0])
    await ledger.one(gone.release(holds[2]))

    asked = [one.extend(hold) for one, hold in zip((late, swept, gone), holds, strict=True)]

    assert [code_of(r) for r in await ledger.decide(*asked)] == [Refusal.HOLD_EXPIRED] * 3
    await ledger.sweep()


async def test_a_booking_or_somebody_elses_hold_is_not_found(
    ledger: Ledger, world: World, citizens: Citizens, admin: Any
) -> None:
    ref = await world.new_slot(seats=2)
    owner, booker = citizens(2)
    held = await ledger.one(owner.hold(ref))
    booked = await ledger.booked(booker, ref)

    results = await ledger.decide(
        booker.extend(held.hold_id), booker.extend(booked.hold_id), owner.extend(UUID(int=7))
    )

    assert [code_of(result) for result in results] == [Refusal.NOT_FOUND] * 3
    assert await ends_at(admin, held.hold_id) == held.expires_at


async def test_who_extends_keeps_the_seat_beyond_its_first_time_and_not_beyond_its_second(
    ledger: Ledger, world: World, citizens: Citizens, admin: Any
) -> None:
    ref = await world.new_slot(seats=2)
    quick, slow = citizens(2)
    holds = [await ledger.held(one, ref) for one in (quick, slow)]
    for one, hold in zip((quick, slow), holds, strict=True):
        await ledger.one(one.extend(hold))
    await admin.execute(
        "UPDATE booking.hold SET held_at = held_at - $2::interval,"
        " expires_at = expires_at - $2::interval WHERE id = ANY ($1::uuid[])",
        holds,
        timedelta(minutes=12),
    )

    await ledger.sweep()
    booked = await ledger.one(quick.confirm(holds[0]))
    await ledger.let_expire(holds[1])
    await ledger.sweep()

    assert isinstance(booked, BookingGranted)
    assert code_of(await ledger.one(slow.confirm(holds[1]))) == Refusal.HOLD_EXPIRED
    assert tuple(await ledger.slot(ref)) == (2, 1, 0)


async def test_a_correction_gives_no_second_extension(
    ledger: Ledger, world: World, citizen: Citizen
) -> None:
    ref = await world.new_slot(seats=1)
    held = await ledger.one(citizen.hold(ref))
    longer = await ledger.one(citizen.extend(held.hold_id))
    respelt = replace(citizen, name=f"{citizen.name}h")

    corrected = await ledger.one(respelt.hold(ref, replaces=held.hold_id))
    again = await ledger.one(respelt.extend(corrected.hold_id))

    assert corrected.expires_at == longer.expires_at
    assert code_of(again) == Refusal.ALREADY_EXTENDED


async def test_who_extends_in_a_chat_in_vain_is_told_of_a_hold(
    ledger: Ledger, world: World, citizen: Citizen, admin: Any
) -> None:
    ref = await world.new_slot(seats=1)
    held = await ledger.one(citizen.hold(ref))
    chat = {"channel": Channel.WHATSAPP, "tell": True}

    for _ in range(2):
        await ledger.one(citizen.extend(held.hold_id, **chat))

    assert await ledger.events(ref) == [
        *("hold.placed", "slot.changed", "hold.extended", "hold.refused")
    ]
    code = await admin.fetchval(
        "SELECT data ->> 'code' FROM booking.event_log"
        " WHERE slot_id = $1 AND type = 'hold.refused'",
        ref.slot_id,
    )
    assert code == Refusal.ALREADY_EXTENDED


async def test_a_hold_that_ends_while_its_extension_waits_for_the_slot_is_over(
    ledger: Ledger, world: World, citizen: Citizen, admin: Any
) -> None:
    ref = await world.new_slot(seats=1)
    hold_id = await ledger.held(citizen, ref)
    soon = datetime.now(UTC) + timedelta(seconds=0.5)
    await admin.execute("UPDATE booking.hold SET expires_at = $2 WHERE id = $1", hold_id, soon)

    async with world.admin.acquire() as db, db.transaction():
        await db.execute("SELECT FROM booking.slot WHERE id = $1 FOR UPDATE", ref.slot_id)
        extending = asyncio.create_task(ledger.one(citizen.extend(hold_id)))
        await asyncio.sleep(0.7)

    assert code_of(await extending) == Refusal.HOLD_EXPIRED


@pytest.mark.parametrize(
    "change",
    [
        "closed = true",
        (
            "starts_at = now() - interval '5 h', closes_at = now() - interval '5 h',"
            " ends_at = now() - interval '1 s'"
        ),
    ],
)
async def test_a_hold_that_could_not_be_confirmed_any_more_is_not_extended(
    change: str, ledger: Ledger, world: World, citizen: Citizen, admin: Any
) -> None:
    ref = await world.new_slot(seats=1)
    held = await ledger.held(citizen, ref)
    await admin.execute(f"UPDATE booking.slot SET {change} WHERE id = $1", ref.slot_id)

    assert code_of(await ledger.one(citizen.extend(held))) is Refusal.SLOT_CLOSED


async def test_a_column_that_is_added_in_use_parks_nobodys_command(
    ledger: Ledger, world: World, citizens: Citizens, admin: Any
) -> None:
    """A statement that was prepared before has another result now, and Postgres says so once."""
    ref = await world.new_slot(seats=2)
    one, two = citizens(2)
    first, second = await ledger.held(one, ref), await ledger.held(two, ref)
    await ledger.one(one.confirm(first))
    await admin.execute("ALTER TABLE booking.hold ADD COLUMN trial int")
    try:
        assert isinstance(await ledger.one(two.confirm(second)), BookingGranted)
    finally:
        await admin.execute("ALTER TABLE booking.hold DROP COLUMN trial")

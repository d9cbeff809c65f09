"""What no phone, no person and no trick gets past, on the real ledger."""

import asyncio
import dataclasses
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from services.booking import sweeper
from services.booking.arriving import Arrived, prepare
from services.booking.codes import new_booking_code
from shared.messages import (
    HoldGranted,
    Refusal,
    Refused,
    SeatGivenBack,
)
from tests.integration.booking.ledger import Citizen, Ledger
from tests.integration.gateway.world import TODAY, World
from tests.ledger import broken_invariants

Citizens = Callable[[int], list[Citizen]]
OTHER_DAY = TODAY + timedelta(days=12)
OVER = """
    UPDATE booking.slot SET starts_at = now() - interval '5 h', closes_at = now() - interval '5 h',
           ends_at = now() - interval '1 s' WHERE id = $1
"""


@pytest.fixture(autouse=True)
async def _sound(admin: Any) -> Any:
    yield
    assert await broken_invariants(admin) == {}


@pytest.fixture
def family(citizens: Citizens) -> Callable[[int], list[Citizen]]:
    """People with one phone between them."""

    def of(number: int) -> list[Citizen]:
        people = citizens(number)
        return [dataclasses.replace(one, phone=people[0].phone) for one in people]

    return of


def code_of(result: Any) -> Refusal | None:
    return result.code if isinstance(result, Refused) else None


def granted(results: list[Any]) -> int:
    return sum(isinstance(result, HoldGranted) for result in results)


async def test_a_phone_holds_no_more_however_many_ask_at_once(
    ledger: Ledger, world: World, family: Citizens
) -> None:
    slots = [await world.new_slot(seats=5) for _ in range(12)]
    asks = [one.hold(ref) for one, ref in zip(family(12), slots, strict=True)]

    results = await asyncio.gather(*(ledger.one(ask) for ask in asks))

    assert granted(results) == 5
    assert {code_of(r) for r in results} == {None, Refusal.TOO_MANY_FOR_PHONE}


async def test_two_batches_at_once_give_a_phone_no_more_than_one(
    ledger: Ledger, world: World, family: Citizens
) -> None:
    here, there = [await world.new_slot(seats=50) for _ in range(2)]
    people = family(10)

    results = await asyncio.gather(
        ledger.decide(*(one.hold(here) for one in people[:5])),
        ledger.decide(*(one.hold(there) for one in people[5:])),
    )

    assert granted([*results[0], *results[1]]) == 5


async def test_what_ends_in_a_batch_makes_room_in_it(
    ledger: Ledger, world: World, family: Citizens
) -> None:
    ref = await world.new_slot(seats=10)
    *people, sixth = family(6)
    held = [await ledger.held(one, ref) for one in people]

    results = await ledger.decide(
        people[0].release(held[0]), people[0].hold(ref), people[1].release(held[1]), sixth.hold(ref)
    )

    assert [code_of(result) for result in results] == [None] * 4


async def test_a_hold_past_its_time_stands_in_nobodys_way(
    ledger: Ledger, world: World, family: Citizens
) -> None:
    ref = await world.new_slot(seats=6)
    *people, sixth = family(6)
    for one in people:
        await ledger.let_expire(await ledger.held(one, ref))

    results = [await ledger.one(people[0].hold(ref)), await ledger.one(sixth.hold(ref))]

    assert granted(results) == 2
    assert tuple(await ledger.slot(ref)) == (6, 4, 0)
    assert (await ledger.events(ref)).count("hold.expired") == 5


async def test_a_booking_moves_to_no_service_where_its_person_has_one(
    ledger: Ledger, world: World, citizen: Citizen, citizens: Citizens
) -> None:
    office = world.new_office(("passport", "visa"))
    passport = await world.open_slot(office, 5, service="passport")
    visa = await world.open_slot(office, 5, service="visa")
    later = await world.open_slot(office, 5, service="visa", day=OTHER_DAY)
    booked = await ledger.booked(citizen, passport)
    await ledger.booked(citizen, visa)
    (neighbour,) = citizens(1)

    results = await ledger.decide(citizen.move(booked.booking_code, later), neighbour.hold(later))

    assert [code_of(result) for result in results] == [Refusal.ALREADY_BOOKED, None]


@pytest.mark.parametrize("change", ["UPDATE booking.slot SET closed = true WHERE id = $1", OVER])
async def test_a_hold_of_a_session_that_closed_or_is_over_is_not_confirmed_and_frees_its_person(
    change: str, ledger: Ledger, world: World, citizen: Citizen, admin: Any
) -> None:
    ref = await world.new_slot(seats=2)
    other = await world.open_slot(ref.office, 2, day=OTHER_DAY)
    held = await ledger.held(citizen, ref)
    await admin.execute(change, ref.slot_id)

    refused = await ledger.one(citizen.confirm(held))

    assert code_of(refused) is Refusal.SLOT_CLOSED
    assert tuple(await ledger.slot(ref)) == (2, 2, 0)
    assert isinstance(await ledger.one(citizen.hold(other)), HoldGranted)


async def test_a_booking_moves_as_often_as_the_office_allows(
    ledger: Ledger, world: World, citizen: Citizen
) -> None:
    ref = await world.new_slot(seats=1)
    others = [await world.open_slot(ref.office, 1, TODAY + timedelta(days=12 + n)) for n in (0, 1)]
    code = (await ledger.booked(citizen, ref)).booking_code

    moved = [await ledger.one(citizen.move(code, there)) for there in (*others, ref)]

    assert [code_of(one) for one in moved] == [None, None, Refusal.TOO_MANY_RESCHEDULES]


async def test_a_session_that_began_is_too_late_to_cancel(
    ledger: Ledger, world: World, citizen: Citizen, admin: Any
) -> None:
    ref = await world.new_slot(seats=1)
    code = (await ledger.booked(citizen, ref)).booking_code
    await admin.execute(OVER, ref.slot_id)

    assert code_of(await ledger.one(citizen.cancel(code))) is Refusal.TOO_LATE
    assert tuple(await ledger.slot(ref)) == (1, 0, 0)


async def test_a_booking_is_not_released_like_a_hold(
    ledger: Ledger, world: World, citizen: Citizen
) -> None:
    ref = await world.new_slot(seats=1)
    booked = await ledger.booked(citizen, ref)

    assert code_of(await ledger.one(citizen.release(booked.hold_id))) is Refusal.NOT_FOUND
    assert tuple(await ledger.slot(ref)) == (1, 0, 0)


async def test_freed_seats_go_from_the_lowest_and_none_above_the_capacity(
    ledger: Ledger, world: World, citizens: Citizens, admin: Any
) -> None:
    ref = await world.new_slot(seats=6)
    people = citizens(9)
    booked = [await ledger.booked(one, ref) for one in people[:6]]
    for place in (4, 5, 1, 0):
        await ledger.one(people[place].cancel(booked[place].booking_code))
    await admin.execute(
        "UPDATE booking.slot SET capacity = 4, remaining = remaining - 2 WHERE id = $1",
        ref.slot_id,
    )

    again = [await ledger.booked(one, ref) for one in people[6:8]]

    assert [one.queue_number for one in again] == ["A-001", "A-002"]
    assert code_of(await ledger.one(people[8].hold(ref))) is Refusal.SLOT_FULL


async def test_a_visit_ends_with_its_session_and_the_person_may_book_again(
    ledger: Ledger, world: World, citizen: Citizen, admin: Any
) -> None:
    ref = await world.new_slot(seats=1)
    other = await world.open_slot(ref.office, 1, day=OTHER_DAY)
    booked = await ledger.booked(citizen, ref)

    async def state_after_sweep() -> str:
        async with ledger.batches.pool.acquire() as db, db.transaction():
            await sweeper.end_visits(db)
        found: str = await admin.fetchval(
            "SELECT state FROM booking.hold WHERE id = $1", booked.hold_id
        )
        return found

    before = await state_after_sweep()
    await admin.execute(OVER, ref.slot_id)

    assert (before, await state_after_sweep()) == ("confirmed", "visited")
    assert isinstance(await ledger.one(citizen.hold(other)), HoldGranted)


async def test_one_sweeper_works_at_a_time(
    ledger: Ledger, world: World, citizen: Citizen, admin: Any
) -> None:
    ref = await world.new_slot(seats=1)
    await ledger.let_expire(await ledger.held(citizen, ref))

    async with admin.transaction():
        await admin.execute("SELECT pg_advisory_xact_lock(7236002)")
        beside = await ledger.sweep()
    after = await ledger.sweep()

    assert beside == 0
    assert after >= 1


async def test_twins_of_a_command_that_are_decided_at_once_hear_the_same(
    ledger: Ledger, world: World, citizen: Citizen
) -> None:
    ref = await world.new_slot(seats=3)
    cancel = citizen.cancel((await ledger.booked(citizen, ref)).booking_code)

    answers = await asyncio.gather(*(ledger.one(cancel) for _ in range(4)))

    assert all(isinstance(one, SeatGivenBack) for one in answers)
    assert (await ledger.events(ref)).count("booking.cancelled") == 1


async def test_a_booking_code_that_is_somebodys_is_not_given_again(
    ledger: Ledger, world: World, citizens: Citizens
) -> None:
    ref = await world.new_slot(seats=2)
    one, two = citizens(2)
    code = (await ledger.booked(one, ref)).booking_code
    codes = iter([code, new_booking_code()])
    batches = ledger.batches
    tools = dataclasses.replace(batches.tools, new_code=lambda: next(codes))
    unlucky = dataclasses.replace(ledger, batches=dataclasses.replace(batches, tools=tools))

    second = await unlucky.booked(two, ref)

    assert second.booking_code != code
    assert isinstance(await ledger.one(one.cancel(code)), SeatGivenBack)


async def test_who_repeats_a_parked_request_with_another_body_keeps_what_they_got(
    ledger: Ledger, world: World, citizen: Citizen
) -> None:
    one, two = [citizen.hold(await world.new_slot(seats=2)) for _ in range(2)]
    two = two.model_copy(update={"id": one.id})
    await ledger.batches.park(
        Arrived(prepare(ledger.batches.tools.keys, one), {}, None), "KeyError"
    )

    first, again = await ledger.one(two), await ledger.one(two)

    assert isinstance(first, HoldGranted)
    assert first == again
    assert code_of(await ledger.one(one)) is Refusal.IDEMPOTENCY_CONFLICT


async def test_what_is_put_aside_is_said_to_be_open_only_where_nobody_decided_it(
    ledger: Ledger, world: World, citizen: Citizen
) -> None:
    ref, keys = await world.new_slot(seats=2), ledger.batches.tools.keys
    decided, new = citizen.hold(ref), citizen.hold(ref)
    granted = await ledger.one(decided)

    is_open = [
        await ledger.batches.park(Arrived(prepare(keys, one), {}, None), "KeyError")
        for one in (decided, new)
    ]

    assert is_open == [False, True]
    told = citizen.hold(ref, tell=True)
    twice = [
        await ledger.batches.park(Arrived(prepare(keys, told), {}, None), "KeyError")
        for _ in range(2)
    ]
    assert twice == [True, True]
    assert await ledger.one(decided) == granted


@pytest.mark.parametrize("tell", [True, False])
async def test_only_who_waits_for_no_answer_is_told_of_a_refusal_and_has_an_address_stored(
    tell: bool, ledger: Ledger, world: World, citizen: Citizen, admin: Any
) -> None:
    ref = await world.new_slot(seats=0)
    refused, parked = citizen.hold(ref, tell=tell), citizen.hold(ref, tell=tell)

    await ledger.one(refused)
    await ledger.batches.park(
        Arrived(prepare(ledger.batches.tools.keys, parked), {}, None), "KeyError"
    )

    rows = await admin.fetch(
        """
        SELECT data->>'code' AS code, (data->>'command_id')::uuid AS command
          FROM booking.event_log WHERE data->>'command_id' = ANY ($1::text[]) ORDER BY occurred_at
        """,
        [str(refused.id), str(parked.id)],
    )
    said = {row["command"]: row["code"] for row in rows}
    told = {refused.id: "slot_full", parked.id: "needs_attention"}
    assert said == (told if tell else {})
    kept = await admin.fetchval(
        "SELECT count(contact) FROM booking.command WHERE id = ANY ($1::uuid[])", list(told)
    )
    assert kept == (2 if tell else 0)


async def test_what_is_told_of_a_slot_is_what_the_ledger_counts(
    ledger: Ledger, world: World, citizens: Citizens, admin: Any
) -> None:
    ref = await world.new_slot(seats=5)
    await ledger.decide(*(one.hold(ref) for one in citizens(3)))

    said = await admin.fetchval(
        """
        SELECT data FROM booking.event_log WHERE slot_id = $1 AND type = 'slot.changed'
         ORDER BY slotsequence DESC LIMIT 1
        """,
        ref.slot_id,
    )

    assert (said["capacity"], said["remaining"]) == (5, 2)


async def test_a_seat_is_not_handed_on_letter_by_letter(
    ledger: Ledger, world: World, citizen: Citizen
) -> None:
    ref = await world.new_slot(seats=1)
    steps = [
        ("Budi Santoso", date(1970, 1, 1)),
        ("Budi Santoso", date(1993, 5, 5)),  # the birth date of the buyer
        ("Budi Santosa", date(1993, 5, 5)),
        ("Badi Santosa", date(1993, 5, 5)),
    ]
    results: list[Any] = []
    for name, born in steps:
        asks = dataclasses.replace(citizen, name=name, born=born)
        before = results[-1].hold_id if results else None
        results.append(await ledger.one(asks.hold(ref, replaces=before)))
        if code_of(results[-1]):
            break

    assert [code_of(one) for one in results] == [None, None, Refusal.SLOT_FULL]


async def test_a_closed_slot_is_no_alternative(world: World, admin: Any) -> None:
    ref = await world.new_slot(seats=0)
    await world.open_slot(ref.office, 5, day=OTHER_DAY, closed=True)
    free = await world.open_slot(ref.office, 5, day=OTHER_DAY + timedelta(days=1))

    found = await admin.fetch(
        "SELECT * FROM booking_api.alternatives($1, 'passport', 0)", ref.office
    )

    assert [row["date"] for row in found] == [free.date]


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("UPDATE booking.slot SET remaining = -1 WHERE id = $1", "slot_never_oversold"),
        ("UPDATE booking.hold SET seat = 1 WHERE slot_id = $1", "hold_one_per_seat"),
        ("UPDATE booking.hold SET person_key = 'one' WHERE slot_id = $1", "hold_one_per_person"),
        ("UPDATE booking.hold SET nik_key = 'one' WHERE slot_id = $1", "hold_one_per_nik"),
    ],
)
async def test_the_schema_itself_refuses_what_must_never_be(
    change: str, constraint: str, ledger: Ledger, world: World, citizens: Citizens, admin: Any
) -> None:
    ref = await world.new_slot(seats=2)
    for one in citizens(2):
        await ledger.held(one, ref)

    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
        await admin.execute(change, ref.slot_id)

    assert refused.value.constraint_name == constraint

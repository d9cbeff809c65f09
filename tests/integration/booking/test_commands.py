"""Each command and each refusal, decided on the real ledger."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.booking.codes import new_booking_code
from shared.db import Pool
from shared.messages import (
    BookingGranted,
    HoldGranted,
    Refusal,
    Refused,
    SeatGivenBack,
    Session,
    SlotRef,
)
from tests.integration.booking.ledger import Citizen, Ledger
from tests.integration.gateway.world import TODAY, World
from tests.ledger import broken_invariants

Citizens = Callable[[int], list[Citizen]]
OTHER_DAY = TODAY + timedelta(days=12)


@pytest.fixture(autouse=True)
async def _sound(admin: Any) -> Any:
    yield
    assert await broken_invariants(admin) == {}


def code_of(result: Any) -> Refusal | None:
    return result.code if isinstance(result, Refused) else None


async def set_rule(admin: Any, office: str, **rules: int) -> None:
    for name, value in rules.items():
        await admin.execute(f"UPDATE booking.office SET {name} = $2 WHERE id = $1", office, value)


async def test_a_hold_takes_a_seat_for_ten_minutes(
    ledger: Ledger, world: World, citizen: Citizen
) -> None:
    ref = await world.new_slot(seats=2)
    before = datetime.now(UTC)

    granted = await ledger.one(citizen.hold(ref))

    assert isinstance(granted, HoldGranted)
    assert timedelta(minutes=9) < granted.expires_at - before < timedelta(minutes=11)
    assert tuple(await ledger.slot(ref)) == (2, 1, 0)
    assert await ledger.events(ref) == ["hold.placed", "slot.changed"]


async def test_a_command_that_comes_five_times_has_one_outcome(
    ledger: Ledger, world: World, citizen: Citizen
) -> None:
    ref = await world.new_slot(seats=9)
    command = citizen.hold(ref)

    together = await ledger.decide(*[command] * 5)
    apart = [await ledger.one(command) for _ in range(5)]
    at_once = await asyncio.gather(*(ledger.one(command) for _ in range(5)))

    assert len({result.model_dump_json() for result in [*together, *apart, *at_once]}) == 1
    assert tuple(await ledger.slot(ref)) == (9, 8, 0)


async def test_another_body_under_the_same_id_is_a_conflict(
    ledger: Ledger, world: World, citizen: Citizen
) -> None:
    ref, other = await world.new_slot(seats=9), await world.new_slot(seats=9)
    first = citizen.hold(ref)
    second = citizen.hold(other, id=first.id)

    results = [*await ledger.decide(first, second), await ledger.one(second)]

    assert [code_of(result) for result in results[1:]] == [Refusal.IDEMPOTENCY_CONFLICT] * 2
    assert tuple(await ledger.slot(other)) == (9, 9, 0)


async def test_seats_go_in_the_order_of_arrival_until_none_is_left(
    ledger: Ledger, world: World, citizens: Citizens
) -> None:
    ref = await world.new_slot(seats=3)

    results = await ledger.decide(*(someone.hold(ref) for someone in citizens(5)))

    assert [code_of(result) for result in results] == [None] * 3 + [Refusal.SLOT_FULL] * 2


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"seats": 0}, Refusal.SLOT_FULL),
        ({"seats": 1, "closed": True}, Refusal.SLOT_CLOSED),
        ({"seats": 1, "opens_at": datetime.now(UTC) + timedelta(hours=1)}, Refusal.NOT_OPEN_YET),
    ],
)
async def test_a_slot_that_has_no_seat_to_give_says_why(
    more: dict[str, Any], code: Refusal, ledger: Ledger, world: World, citizen: Citizen
) -> None:
    assert code_of(await ledger.one(citizen.hold(await world.new_slot(**more)))) == code


async def test_a_slot_that_is_not_there_says_why(
    ledger: Ledger, world: World, citizen: Citizen
) -> None:
    ref = await world.new_slot(seats=1)
    missing = {
        Refusal.UNKNOWN_OFFICE: {"office": "nowhere"},
        Refusal.NOT_OFFERED: {"service": "stamps"},
        Refusal.UNKNOWN_SLOT: {"session": Session.AFTERNOON},
    }

    asked = [citizen.hold(ref.model_copy(update=changed)) for changed in missing.values()]

    assert [code_of(result) for result in await ledger.decide(*asked)] == list(missing)


async def test_a_command_past_its_deadline_does_nothing(
    ledger: Ledger, world: World, citizen: Citizen
) -> None:
    ref = await world.new_slot(seats=1)
    late = citizen.hold(ref, deadline=datetime.now(UTC) - timedelta(seconds=1))

    assert code_of(await ledger.one(late)) == Refusal.EXPIRED
    assert tuple(await ledger.slot(ref)) == (1, 1, 0)


@pytest.mark.parametrize("at_once", [True, False])
async def test_one_person_has_one_hold_by_name_and_birth_date_or_by_nik(
    at_once: bool, ledger: Ledger, world: World, citizens: Citizens
) -> None:
    refs = [await world.new_slot(seats=5) for _ in range(4)]
    first, same_name, same_nik, other = citizens(4)
    first.nik = same_nik.nik = f"31710117089{uuid4().int % 10**5:05d}"
    same_name.name = f"  {first.name.upper().replace(' ', '.  ')} "

    asked = [
        someone.hold(ref)
        for someone, ref in zip((first, same_name, same_nik, other), refs, strict=True)
    ]

    results = await ledger.decide(*asked) if at_once else [await ledger.one(c) for c in asked]

    booked = Refusal.ALREADY_BOOKED
    assert [code_of(result) for result in results] == [None, booked, booked, None]


async def test_one_person_who_asks_ten_slots_at_once_gets_one(
    ledger: Ledger, world: World, citizen: Citizen
) -> None:
    refs = [await world.new_slot(seats=5) for _ in range(10)]

    results = await asyncio.gather(*(ledger.one(citizen.hold(ref)) for ref in refs))

    assert sorted(str(code_of(result)) for result in results) == ["None"] + ["already_booked"] * 9


async def test_a_phone_holds_for_five_people(
    ledger: Ledger, world: World, citizens: Citizens
) -> None:
    ref = await world.new_slot(seats=9)
    family = citizens(6)
    for one in family:
        one.phone = family[0].phone

    results = await ledger.decide(*(one.hold(ref) for one in family))

    assert [code_of(r) for r in results] == [None] * 5 + [Refusal.TOO_MANY_FOR_PHONE]


async def test_a_confirmed_hold_is_a_booking_with_hour_number_and_code(
    ledger: Ledger, world: World, citizens: Citizens
) -> None:
    ref = await world.new_slot(seats=16)

    booked = [await ledger.booked(someone, ref) for someone in citizens(4)]

    # Sixteen seats in four hours of half-hour windows: two to a window.
    hours = [one.service_hour for one in booked]
    assert hours == ["08:00-08:30", "08:00-08:30", "08:30-09:00", "08:30-09:00"]
    assert [one.queue_number for one in booked] == ["A-001", "A-002", "A-003", "A-004"]
    assert len({one.booking_code for one in booked}) == 4


async def test_a_code_is_right_however_it_is_typed_and_five_wrong_ones_end_the_hold(
    ledger: Ledger, world: World, citizens: Citizens
) -> None:
    ref = await world.new_slot(seats=2)
    careful, guesser = citizens(2)
    hold_id, guessed = await ledger.held(careful, ref), await ledger.held(guesser, ref)
    code = careful.confirm(hold_id).approval_code.lower()
    typed = f" {code[:3]}-{code[3:]} "

    granted = await ledger.one(careful.confirm(hold_id, typed))
    wrong = [await ledger.one(guesser.confirm(guessed, "000000")) for _ in range(5)]
    too_late = await ledger.one(guesser.confirm(guessed))

    assert isinstance(granted, BookingGranted)
    assert [one.tries_left for one in wrong] == [4, 3, 2, 1, 0]
    assert code_of(too_late) == Refusal.HOLD_EXPIRED
    assert tuple(await ledger.slot(ref)) == (2, 1, 0)


async def test_what_belongs_to_somebody_else_is_not_found(
    ledger: Ledger, world: World, citizens: Citizens
) -> None:
    ref, other = await world.new_slot(seats=5), await world.new_slot(seats=5)
    owner, stranger = citizens(2)
    hold_id = await ledger.held(owner, ref)
    booked = await ledger.booked(citizens(1)[0], ref)
    right = owner.confirm(hold_id).approval_code

    results = await ledger.decide(
        stranger.confirm(hold_id, right),
        stranger.release(hold_id),
        stranger.cancel(booked.booking_code),
        stranger.move(booked.booking_code, other),
        stranger.cancel(new_booking_code()),
        stranger.release(uuid4()),
    )

    assert [code_of(result) for result in results] == [Refusal.NOT_FOUND] * 6
    assert tuple(await ledger.slot(ref)) == (5, 3, 0)


async def test_a_released_seat_is_there_again_and_the_person_may_ask_again(
    ledger: Ledger, world: World, citizen: Citizen
) -> None:
    ref = await world.new_slot(seats=1)
    hold_id = await ledger.held(citizen, ref)

    given_back = await ledger.one(citizen.release(hold_id))
    again = await ledger.one(citizen.hold(ref))

    assert isinstance(given_back, SeatGivenBack)
    assert isinstance(again, HoldGranted)


async def test_a_freed_seat_gives_its_number_and_hour_to_the_next(
    ledger: Ledger, world: World, citizens: Citizens
) -> None:
    ref = await world.new_slot(seats=3)
    first, second, third, late = citizens(4)
    gone = await ledger.booked(first, ref)
    kept = [await ledger.booked(someone, ref) for someone in (second, third)]

    await ledger.one(first.cancel(gone.booking_code))
    again = await ledger.booked(late, ref)

    assert (again.queue_number, again.service_hour) == (gone.queue_number, gone.service_hour)
    assert again.booking_code not in {one.booking_code for one in (gone, *kept)}


async def test_a_hold_that_expires_frees_its_seat_once(
    ledger: Ledger, world: World, citizen: Citizen
) -> None:
    ref = await world.new_slot(seats=1)
    hold_id = await ledger.held(citizen, ref)
    await ledger.let_expire(hold_id)

    late = await ledger.one(citizen.confirm(hold_id))
    for _ in range(2):
        await ledger.sweep()

    assert code_of(late) == Refusal.HOLD_EXPIRED
    assert tuple(await ledger.slot(ref)) == (1, 1, 0)
    assert (await ledger.events(ref)).count("hold.expired") == 1


async def test_of_expiry_and_confirmation_one_wins(
    ledger: Ledger, world: World, citizens: Citizens
) -> None:
    ref = await world.new_slot(seats=20)
    people = citizens(20)
    holds = [await ledger.held(someone, ref) for someone in people]
    for hold_id in holds[::2]:
        await ledger.let_expire(hold_id)

    confirms = [ledger.one(p.confirm(h)) for p, h in zip(people, holds, strict=True)]
    results, _, _ = await asyncio.gather(asyncio.gather(*confirms), ledger.sweep(), ledger.sweep())

    assert [code_of(result) for result in results] == [Refusal.HOLD_EXPIRED, None] * 10
    await ledger.sweep()
    assert tuple(await ledger.slot(ref)) == (20, 10, 0)


async def test_a_freed_seat_is_withheld_until_its_time_has_come(
    ledger: Ledger, world: World, citizens: Citizens, admin: Any
) -> None:
    ref = await world.new_slot(seats=1)
    await set_rule(admin, ref.office, release_after_max_s=7200, release_after_min_s=1800)
    first, second = citizens(2)
    booked = await ledger.booked(first, ref)

    await ledger.one(first.cancel(booked.booking_code))
    await ledger.sweep()
    withheld, refused = await ledger.slot(ref), await ledger.one(second.hold(ref))
    delay = await admin.fetchval(
        "SELECT release_at - now() FROM booking.withheld WHERE slot_id = $1", ref.slot_id
    )
    await admin.execute(
        "UPDATE booking.withheld SET release_at = now() WHERE slot_id = $1", ref.slot_id
    )
    await ledger.sweep()

    assert (tuple(withheld), code_of(refused)) == ((1, 0, 1), Refusal.SLOT_FULL)
    assert timedelta(minutes=70) < delay < timedelta(minutes=80)  # the middle of 30 to 120
    assert tuple(await ledger.slot(ref)) == (1, 1, 0)
    assert isinstance(await ledger.one(citizens(1)[0].hold(ref)), HoldGranted)


async def test_a_moved_booking_keeps_its_code_and_gives_the_old_seat_back(
    ledger: Ledger, world: World, citizen: Citizen
) -> None:
    ref = await world.new_slot(seats=1)
    other = await world.open_slot(ref.office, seats=1, day=OTHER_DAY)
    booked = await ledger.booked(citizen, ref)

    moved = await ledger.one(citizen.move(booked.booking_code, other))

    assert (moved.booking_code, moved.slot) == (booked.booking_code, other)
    assert [tuple(await ledger.slot(r)) for r in (ref, other)] == [(1, 1, 0), (1, 0, 0)]
    assert "booking.rescheduled" in await ledger.events(other)


@pytest.mark.parametrize("why", ["full", "closed", "too_late", "too_often"])
async def test_a_booking_that_cannot_move_keeps_its_seat(
    why: str, ledger: Ledger, world: World, citizen: Citizen, admin: Any
) -> None:
    ref = await world.new_slot(seats=1)
    booked = await ledger.booked(citizen, ref)
    seats = {"full": 0}.get(why, 1)
    other = await world.open_slot(ref.office, seats, day=OTHER_DAY, closed=why == "closed")
    if why == "too_late":
        await set_rule(admin, ref.office, reschedule_days_before=30)
    if why == "too_often":
        await set_rule(admin, ref.office, reschedule_limit=0)

    refused = await ledger.one(citizen.move(booked.booking_code, other))

    codes = {
        "full": Refusal.SLOT_FULL,
        "closed": Refusal.SLOT_CLOSED,
        "too_late": Refusal.TOO_LATE,
        "too_often": Refusal.TOO_MANY_RESCHEDULES,
    }
    assert code_of(refused) == codes[why]
    assert tuple(await ledger.slot(ref)) == (1, 0, 0)


async def test_to_move_once_more_to_the_same_slot_is_answered_as_the_first_time(
    ledger: Ledger, world: World, citizen: Citizen, admin: Any
) -> None:
    ref = await world.new_slot(seats=1)
    other = await world.open_slot(ref.office, seats=1, day=OTHER_DAY)
    await set_rule(admin, ref.office, reschedule_limit=1)
    booked = await ledger.booked(citizen, ref)

    first, again = [await ledger.one(citizen.move(booked.booking_code, other)) for _ in range(2)]

    assert again == first
    assert tuple(await ledger.slot(other)) == (1, 0, 0)
    assert (await ledger.events(other)).count("booking.rescheduled") == 1


async def test_two_who_swap_slots_at_once_do_not_block_one_another(
    ledger: Ledger, world: World, citizens: Citizens
) -> None:
    ref = await world.new_slot(seats=20)
    other = await world.open_slot(ref.office, seats=20, day=OTHER_DAY)
    here, there = citizens(8), citizens(8)
    codes = [(await ledger.booked(p, ref)).booking_code for p in here]
    codes += [(await ledger.booked(p, other)).booking_code for p in there]

    targets = [other] * 8 + [ref] * 8
    moved = await asyncio.gather(
        *(
            ledger.one(p.move(code, target))
            for p, code, target in zip([*here, *there], codes, targets, strict=True)
        )
    )

    assert all(isinstance(result, BookingGranted) for result in moved)
    assert [tuple(await ledger.slot(r)) for r in (ref, other)] == [(20, 12, 0)] * 2


async def test_the_events_of_a_slot_are_numbered_without_a_gap(
    ledger: Ledger, world: World, citizens: Citizens, admin_pool: Pool
) -> None:
    ref = await world.new_slot(seats=30)

    await asyncio.gather(*(life(ledger, someone, ref) for someone in citizens(20)))

    numbers = await admin_pool.fetch(
        "SELECT slotsequence FROM booking.event_log WHERE slot_id = $1 ORDER BY 1", ref.slot_id
    )
    assert [row["slotsequence"] for row in numbers] == list(range(1, len(numbers) + 1))
    assert tuple(await ledger.slot(ref)) == (30, 30, 0)


async def life(ledger: Ledger, citizen: Citizen, ref: SlotRef) -> None:
    booked = await ledger.booked(citizen, ref)
    await ledger.one(citizen.cancel(booked.booking_code))


async def test_a_hold_that_ends_while_its_confirmation_waits_for_the_slot_is_over(
    ledger: Ledger, world: World, citizen: Citizen
) -> None:
    ref = await world.new_slot(seats=1)
    hold_id = await ledger.held(citizen, ref)
    await world.admin.execute(
        "UPDATE booking.hold SET held_at = now() - interval '1 h', expires_at = now() + interval"
        " '0.5 s' WHERE id = $1",
        hold_id,
    )

    async with world.admin.acquire() as db, db.transaction():
        await db.execute("SELECT FROM booking.slot WHERE id = $1 FOR UPDATE", ref.slot_id)
        confirming = asyncio.create_task(ledger.one(citizen.confirm(hold_id)))
        await asyncio.sleep(0.7)

    assert code_of(await confirming) == Refusal.HOLD_EXPIRED

"""A hold whose values were wrong: corrected in place, or swapped, and never handed to another."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from shared.messages import HoldGranted, Refusal, Refused
from tests.integration.booking.ledger import Citizen, Ledger
from tests.integration.gateway.world import TODAY, World
from tests.ledger import broken_invariants

Citizens = Callable[[int], list[Citizen]]


@pytest.fixture(autouse=True)
async def _sound(admin: Any) -> Any:
    yield
    assert await broken_invariants(admin) == {}


def respelt(citizen: Citizen) -> Citizen:
    return replace(citizen, name=f"{citizen.name}h")


@pytest.mark.parametrize("change", [respelt, lambda one: replace(one, born=date(1991, 8, 17))])
async def test_a_mistake_is_corrected_on_the_last_seat_without_losing_it(
    change: Callable[[Citizen], Citizen], ledger: Ledger, world: World, citizen: Citizen
) -> None:
    ref = await world.new_slot(seats=1)
    first = await ledger.one(citizen.hold(ref))

    second = await ledger.one(change(citizen).hold(ref, replaces=first.hold_id))

    assert isinstance(second, HoldGranted)
    assert second.hold_id != first.hold_id
    assert second.expires_at == first.expires_at
    assert tuple(await ledger.slot(ref)) == (1, 0, 0)
    assert await ledger.events(ref) == [
        *("hold.placed", "slot.changed", "hold.released", "hold.placed")
    ]


async def test_a_seat_does_not_go_from_one_person_to_another(
    ledger: Ledger, world: World, citizen: Citizen, citizens: Citizens
) -> None:
    ref = await world.new_slot(seats=1)
    first = await ledger.one(citizen.hold(ref))
    (buyer,) = citizens(1)
    buyer = replace(buyer, phone=citizen.phone)

    refused = await ledger.one(buyer.hold(ref, replaces=first.hold_id))
    still = await ledger.one(citizen.confirm(first.hold_id))

    assert isinstance(refused, Refused)
    assert refused.code is Refusal.SLOT_FULL
    assert still.kind == "booking_granted"


async def test_another_date_is_taken_in_the_moment_in_which_the_old_one_goes(
    ledger: Ledger, world: World, citizen: Citizen
) -> None:
    ref = await world.new_slot(seats=1)
    other = await world.open_slot(ref.office, seats=1, day=TODAY + timedelta(days=12))
    full = await world.open_slot(ref.office, seats=0, day=TODAY + timedelta(days=13))
    first = await ledger.one(citizen.hold(ref))

    refused = await ledger.one(citizen.hold(full, replaces=first.hold_id))
    kept = tuple(await ledger.slot(ref))
    moved = await ledger.one(citizen.hold(other, replaces=first.hold_id))

    assert (refused.code, kept) == (Refusal.SLOT_FULL, (1, 0, 0))
    assert isinstance(moved, HoldGranted)
    assert [tuple(await ledger.slot(one)) for one in (ref, other)] == [(1, 1, 0), (1, 0, 0)]


async def test_nobody_corrects_the_hold_of_somebody_else(
    ledger: Ledger, world: World, citizen: Citizen, citizens: Citizens
) -> None:
    ref = await world.new_slot(seats=2)
    (stranger,) = citizens(1)
    first = await ledger.one(citizen.hold(ref))

    theirs = await ledger.one(stranger.hold(ref, replaces=first.hold_id))
    still = await ledger.one(citizen.confirm(first.hold_id))

    assert isinstance(theirs, HoldGranted)
    assert still.kind == "booking_granted"


async def test_a_booking_is_not_corrected_by_a_hold(
    ledger: Ledger, world: World, citizen: Citizen
) -> None:
    ref = await world.new_slot(seats=2)
    booked = await ledger.booked(citizen, ref)

    other = await ledger.one(respelt(citizen).hold(ref, replaces=booked.hold_id))
    same = await ledger.one(citizen.hold(ref, replaces=booked.hold_id))

    assert isinstance(other, HoldGranted)  # another name is another person
    assert same.code is Refusal.ALREADY_BOOKED


async def test_a_phone_at_its_cap_may_still_correct(
    ledger: Ledger, world: World, citizen: Citizen, citizens: Citizens
) -> None:
    ref = await world.new_slot(seats=9)
    family = [replace(one, phone=citizen.phone) for one in citizens(5)]
    held = [await ledger.one(one.hold(ref)) for one in family]

    corrected = await ledger.one(respelt(family[0]).hold(ref, replaces=held[0].hold_id))

    assert isinstance(corrected, HoldGranted)


async def test_with_the_seat_or_nothing_a_mistake_is_corrected_on_it(
    ledger: Ledger, world: World, citizen: Citizen
) -> None:
    ref = await world.new_slot(seats=1)
    first = await ledger.one(citizen.hold(ref))

    second = await ledger.one(respelt(citizen).hold(ref, replaces=first.hold_id, keeps_seat=True))

    assert isinstance(second, HoldGranted)
    assert second.expires_at == first.expires_at


async def test_with_the_seat_or_nothing_another_person_and_another_session_lose_nothing(
    ledger: Ledger, world: World, citizen: Citizen, citizens: Citizens
) -> None:
    ref = await world.new_slot(seats=2)
    other = await world.open_slot(ref.office, seats=1, day=TODAY + timedelta(days=12))
    first = await ledger.one(citizen.hold(ref))
    sibling = replace(citizens(1)[0], phone=citizen.phone)
    alone: dict[str, Any] = {"replaces": first.hold_id, "keeps_seat": True}

    answers = await ledger.decide(sibling.hold(ref, **alone), citizen.hold(other, **alone))
    still = await ledger.one(citizen.confirm(first.hold_id))

    assert [answer.code for answer in answers] == [Refusal.SEAT_NOT_KEPT] * 2
    assert tuple(await ledger.slot(ref)) == (2, 1, 0)
    assert still.kind == "booking_granted"


async def test_the_seat_of_a_hold_that_is_no_more_is_not_kept(
    ledger: Ledger, world: World, citizen: Citizen, citizens: Citizens
) -> None:
    ref = await world.new_slot(seats=5)
    late, gone, booked = citizens(3)
    holds = [await ledger.one(one.hold(ref)) for one in (late, gone, booked)]
    await ledger.let_expire(holds[0].hold_id)
    await ledger.one(gone.release(holds[1].hold_id))
    await ledger.one(booked.confirm(holds[2].hold_id))

    answers = [
        await ledger.one(one.hold(ref, replaces=hold.hold_id, keeps_seat=True))
        for one, hold in zip((late, gone, booked, citizen), (*holds, holds[0]), strict=True)
    ]

    assert [answer.code for answer in answers] == [
        *(Refusal.HOLD_EXPIRED, Refusal.HOLD_EXPIRED, Refusal.ALREADY_BOOKED, Refusal.NOT_FOUND)
    ]

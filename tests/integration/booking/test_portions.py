"""A batch that is larger than a portion: written piece by piece, and still one transaction."""

from typing import Any
from uuid import uuid4

import pytest

from services.booking import batch
from services.booking.desk import Desk
from shared.messages import BookingGranted, HoldGranted, Refusal, SeatGivenBack, SomeCommand
from tests.integration.booking.ledger import Citizen, Ledger
from tests.integration.gateway.world import World
from tests.ledger import broken_invariants

OTHERS = batch.PORTION + 20


async def test_what_began_in_one_portion_goes_on_in_the_next(
    ledger: Ledger, world: World, citizen: Citizen, admin: Any
) -> None:
    slot = await world.new_slot(seats=OTHERS + 5)
    other = Citizen(ledger.batches.tools.keys)
    first, second = citizen.hold(slot), other.hold(slot)
    between = [Citizen(ledger.batches.tools.keys).hold(slot) for _ in range(OTHERS)]

    results = await ledger.decide(
        first, second, *between, citizen.confirm(first.id), other.release(second.id)
    )

    assert [type(one) for one in results] == [
        *[HoldGranted] * (OTHERS + 2),
        BookingGranted,
        SeatGivenBack,
    ]
    assert await broken_invariants(admin) == {}
    states = await admin.fetch(
        "SELECT state FROM booking.hold WHERE id = ANY ($1::uuid[])", [first.id, second.id]
    )
    assert sorted(row["state"] for row in states) == ["confirmed", "released"]


async def test_a_batch_that_breaks_in_a_later_portion_leaves_nothing(
    ledger: Ledger, world: World, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = await world.new_slot(seats=OTHERS)
    wishes = [Citizen(ledger.batches.tools.keys).hold(slot) for _ in range(OTHERS)]
    decide, last = batch.decide, wishes[-1].id

    def stumble(desk: Desk, command: SomeCommand) -> Any:
        if command.id == last:
            raise KeyError("a bug of ours")
        return decide(desk, command)

    monkeypatch.setattr(batch, "decide", stumble)

    with pytest.raises(KeyError):
        await ledger.decide(*wishes)

    ids = [wish.id for wish in wishes]
    for table in ("hold", "command"):
        kept = f"SELECT count(*) FROM booking.{table} WHERE id = ANY ($1::uuid[])"
        assert await admin.fetchval(kept, ids) == 0
    assert tuple(await ledger.slot(slot)) == (OTHERS, OTHERS, 0)


async def test_refusals_of_a_full_slot_write_nothing_on_it(
    ledger: Ledger, world: World, admin: Any
) -> None:
    slot = await world.new_slot(seats=1)
    await ledger.held(Citizen(ledger.batches.tools.keys), slot)
    look = "SELECT xmin::text, seq FROM booking.slot WHERE id = $1"
    before = await admin.fetchrow(look, slot.slot_id)

    results = await ledger.decide(
        *(Citizen(ledger.batches.tools.keys).hold(slot, id=uuid4()) for _ in range(3))
    )

    assert {one.code for one in results} == {Refusal.SLOT_FULL}
    assert await admin.fetchrow(look, slot.slot_id) == before

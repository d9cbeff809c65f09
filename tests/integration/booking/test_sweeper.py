"""Seats that time has freed are free at the gateways too, however far behind the relay is."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from services.booking.sweeper import Sweeper
from shared.broker import SLOTS_STREAM, Publisher
from shared.messages import SeatsTold
from tests.conftest import eventually
from tests.integration.booking.ledger import Citizen, Ledger
from tests.integration.gateway.world import World

Citizens = Callable[[int], list[Citizen]]


class Listening(Publisher):
    """Hears what is sent to the gateways, and what the ledger says at that moment."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.heard: list[tuple[int, int]] = []

    async def send_plain(self, queue: str, body: bytes) -> None:
        assert queue == SLOTS_STREAM
        for slot in SeatsTold.model_validate_json(body).slots:
            stored = await self._ledger.admin.fetchrow(
                "SELECT seq, remaining FROM booking.slot WHERE id = $1", slot.slot_id
            )
            assert (slot.seq, slot.remaining) == tuple(stored)
            self.heard.append((slot.capacity, slot.remaining))


async def test_seats_of_holds_that_expired_are_told_at_once_and_once_committed(
    ledger: Ledger, world: World, citizens: Citizens
) -> None:
    ref = await world.new_slot(seats=3)
    for someone in citizens(3):
        await ledger.let_expire(await ledger.held(someone, ref))
    publisher, woken = Listening(ledger), asyncio.Event()
    sweeper = Sweeper(ledger.batches.pool, ledger.tools, publisher, woken.set)

    sweeping = asyncio.create_task(sweeper.run(0.05))
    heard: Any = await eventually(lambda: heard_by(publisher))
    sweeping.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sweeping

    assert heard == [(3, 3)]
    assert woken.is_set()


async def heard_by(publisher: Listening) -> list[tuple[int, int]]:
    return publisher.heard

import asyncio
from typing import Any

from deploy.local import services
from deploy.local.environment import Stack
from tests.ledger import broken_invariants


async def test_the_full_office_is_full_of_sample_bookings_and_seeding_again_adds_none(
    stack: Stack, admin: Any
) -> None:
    words = ["seed", "--demo"]
    await asyncio.to_thread(services.run, stack, "booking", words)
    first = await admin.fetch(FULL)

    await asyncio.to_thread(services.run, stack, "booking", words)

    assert {(row["remaining"], row["withheld"]) for row in first} == {(0, 0)}
    assert all(row["booked"] == row["capacity"] > 0 for row in first)
    assert await admin.fetch(FULL) == first
    assert await broken_invariants(admin) == {}


FULL = """
    SELECT s.id, s.capacity, s.remaining, s.withheld,
           (SELECT count(*) FROM booking.hold h WHERE h.slot_id = s.id AND h.state = 'confirmed')
               AS booked
      FROM booking.slot s WHERE s.office_id = 'jakarta-barat' ORDER BY s.id
"""

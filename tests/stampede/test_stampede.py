"""The minute in which quota opens: N rivals, Q seats, exactly Q."""

import asyncio
from collections import Counter
from uuid import uuid4

import asyncpg
import pytest

from tests.e2e.test_deaths import insist
from tests.ledger import broken_invariants
from tests.system_fixtures import Person, System, open_slot

pytestmark = pytest.mark.timeout(240)
SEATS, WEB, CHAT = 50, 400, 100


async def people(system: System, number: int) -> list[Person]:
    """People who have proven their phones, some at a time."""
    found = [system.person() for _ in range(number)]
    for start in range(0, number, 25):
        await asyncio.gather(*(one.log_in() for one in found[start : start + 25]))
    return found


async def test_500_rivals_on_two_channels_get_exactly_the_50_seats(system: System) -> None:
    slot = await open_slot(system, SEATS)
    web, chat = await people(system, WEB), [system.person() for _ in range(CHAT)]
    text = "#{name}#17081990#" + f"{slot.date:%d%m%Y}"

    asked = [insist(one, "POST", "/v1/holds", one.wish(slot)) for one in web]
    typed = [one.say(text.format(name=one.name)) for one in chat]
    answers = await asyncio.gather(*asked, *typed)

    by_web = Counter(status for status, _ in answers[:WEB])
    reasons = {body["code"] for status, body in answers[:WEB] if status == 409}
    by_chat = Counter("ditahan" in text["text"] for text in answers[WEB:])
    db = await asyncpg.connect(system.stack.environment("migrate")["ANTREAN_DATABASE_URL"])
    try:
        seats = await db.fetch("SELECT seat FROM booking.hold WHERE slot_id = $1", slot.slot_id)
        left = await db.fetchval("SELECT remaining FROM booking.slot WHERE id = $1", slot.slot_id)
        assert await broken_invariants(db) == {}
        assert await db.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname ="
            " current_database() AND application_name = 'antrean-reconciler'"
        )
    finally:
        await db.close()
    assert by_web[201] + by_chat[True] == SEATS
    assert by_web[409] + by_chat[False] == WEB + CHAT - SEATS
    assert reasons == {"slot_full"}
    assert left == 0
    assert sorted(row["seat"] for row in seats) == list(range(1, SEATS + 1))


async def test_one_applicant_rushing_at_ten_slots_gets_one_hold(system: System) -> None:
    slots = [await open_slot(system, 5) for _ in range(10)]
    someone = (await people(system, 1))[0]

    answers = await asyncio.gather(*(someone.hold(slot) for slot in slots))

    assert Counter(status for status, _ in answers) == {201: 1, 409: 9}
    assert {body["code"] for status, body in answers if status == 409} == {"already_booked"}


async def test_one_command_sent_five_times_has_one_outcome(system: System) -> None:
    slot = await open_slot(system, 5)
    someone = (await people(system, 1))[0]
    key = str(uuid4())

    answers = await asyncio.gather(*(someone.hold(slot, key) for _ in range(5)))

    assert {status for status, _ in answers} == {201}
    assert len({str(body) for _, body in answers}) == 1

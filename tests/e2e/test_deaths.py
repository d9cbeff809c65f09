"""Processes die by SIGKILL in the middle of the work, and nobody notices but the clock."""

import asyncio
from collections import Counter
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg
import pytest

from shared.messages import SlotRef
from tests.ledger import broken_invariants
from tests.system_fixtures import Person, System, open_slot

pytestmark = pytest.mark.timeout(280)
PHONES, EACH, SLOTS, SEATS, CONFIRMED = 200, 5, 8, 100, 200
LETTERS = "abcde"


async def insist(someone: Person, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
    """Call as an honest client does: the same key again until there is an answer."""
    headers = someone.auth(str(uuid4())) | {"Prefer": "wait=5"}
    async with asyncio.timeout(120):
        while True:
            try:
                call = someone.system.call(method, path, json=body, headers=headers)
                status, answer = await call
            except (aiohttp.ClientError, ValueError):
                status, answer = 503, {}
            if status not in (202, 503):
                return status, answer
            await asyncio.sleep(0.1)


async def ask(someone: Person, letter: str, slot: SlotRef) -> tuple[int, Any]:
    name = f"{someone.name} {letter}"
    wish = someone.wish(slot) | {"applicant": {"name": name, "birth_date": "1990-08-17"}}
    return await insist(someone, "POST", "/v1/holds", wish)


async def kill_in_turn(system: System) -> None:
    """Kill every process of a service at once, start it again, go on to the next."""
    for name, number in (("booking", 2), ("gateway", 1), ("notifier", 1)):
        await asyncio.sleep(0.7)
        await asyncio.to_thread(system.processes.kill, name)
        await asyncio.to_thread(system.processes.start, *[name] * number)


async def test_deaths_lose_nothing_and_double_nothing(system: System) -> None:
    slots = [await open_slot(system, SEATS) for _ in range(SLOTS)]
    people = [system.person() for _ in range(PHONES)]
    for start in range(0, PHONES, 25):
        await asyncio.gather(*(one.log_in() for one in people[start : start + 25]))

    killing = asyncio.create_task(kill_in_turn(system))
    wishes = [
        ask(one, LETTERS[turn], slots[(place + turn) % SLOTS])
        for turn in range(EACH)
        for place, one in enumerate(people)
    ]
    answers = await asyncio.gather(*wishes)
    held = [
        (people[place % PHONES], hold)
        for place, (status, hold) in enumerate(answers)
        if status == 201
    ][:CONFIRMED]
    confirmed = await asyncio.gather(
        *(
            insist(
                one,
                "POST",
                f"/v1/holds/{hold['hold_id']}/confirm",
                {"approval_code": hold["approval_code"]},
            )
            for one, hold in held
        )
    )
    await killing

    assert Counter(status for status, _ in answers) == {
        201: SLOTS * SEATS,
        409: 1000 - SLOTS * SEATS,
    }
    assert {status for status, _ in confirmed} == {201}
    db = await asyncpg.connect(system.stack.environment("migrate")["ANTREAN_DATABASE_URL"])
    try:
        assert await broken_invariants(db) == {}
        ids = [slot.slot_id for slot in slots]
        left = await db.fetchval(
            "SELECT sum(remaining) FROM booking.slot WHERE id = ANY ($1::uuid[])", ids
        )
        assert left == 0
    finally:
        await db.close()
    await confirmations_arrive_once([one for one, _ in held], [t for _, t in confirmed])


async def confirmations_arrive_once(people: list[Person], tickets: list[Any]) -> None:
    """Count the texts that name each booking code, once all are there."""
    wanted = Counter(ticket["booking_code"] for ticket in tickets)
    found: Counter[str] = Counter()
    owners = {one.phone: one for one in people}.values()
    async with asyncio.timeout(120):
        while set(found) < set(wanted):
            found = Counter()
            for one in owners:
                for text in await one.texts() + await one.texts("sms"):
                    found.update(code for code in wanted if code in text["text"])
            await asyncio.sleep(0.5)
    assert found == wanted

"""Processes die by SIGKILL in the middle of the work, and nobody notices but the clock."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg
import pytest

from services.booking.operator import parked
from shared.messages import SlotRef
from tests.conftest import eventually
from tests.ledger import broken_invariants
from tests.system_fixtures import Person, System, open_slot

pytestmark = pytest.mark.timeout(280)
PHONES, EACH, SLOTS, SEATS, CONFIRMED = 200, 5, 8, 100, 200
LETTERS = "abcde"
COMMANDS = "SELECT (SELECT count(*) FROM booking.command WHERE kind = 'hold.place')"
TOLD = """
    SELECT (SELECT count(*) FROM notifier.text
             WHERE purpose = 'confirmed' AND state IN ('sent', 'delivered', 'read'))
"""


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


@dataclass(slots=True)
class Progress:
    """Kills processes in the middle of the work: by what is done, not by the clock."""

    system: System
    db: asyncpg.Connection
    sql: str
    whole: int
    seen: list[int] = field(default_factory=list)

    async def kill_at(self, share: float, name: str, number: int = 1) -> None:
        """Kill every process of a service once so much is done, and start it again."""
        async with asyncio.timeout(120):
            while (done := await self.db.fetchval(self.sql)) < share * self.whole:
                await asyncio.sleep(0.005)
        await asyncio.to_thread(self.system.processes.kill, name)
        self.seen.append(done)
        await asyncio.to_thread(self.system.processes.start, *[name] * number)

    @property
    def was_in_the_middle(self) -> bool:
        """Whether something was done and something was not, at each death."""
        return all(0 < done < self.whole for done in self.seen)


@pytest.fixture
async def db(system: System) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(system.stack.environment("migrate")["ANTREAN_DATABASE_URL"])
    yield opened
    await opened.close()


async def test_deaths_lose_nothing_and_double_nothing(
    system: System, db: asyncpg.Connection
) -> None:
    slots = [await open_slot(system, SEATS) for _ in range(SLOTS)]
    people = [system.person() for _ in range(PHONES)]
    for start in range(0, PHONES, 25):
        await asyncio.gather(*(one.log_in() for one in people[start : start + 25]))

    asked = Progress(system, db, f"{COMMANDS} - {await db.fetchval(COMMANDS)}", PHONES * EACH)
    killing = asyncio.create_task(kill_askers(asked))
    wishes = [
        ask(one, LETTERS[turn], slots[(place + turn) % SLOTS])
        for turn in range(EACH)
        for place, one in enumerate(people)
    ]
    answers = await asyncio.gather(*wishes)
    await killing
    held = [
        (people[place % PHONES], hold)
        for place, (status, hold) in enumerate(answers)
        if status == 201
    ][:CONFIRMED]

    told = Progress(system, db, f"{TOLD} - {await db.fetchval(TOLD)}", CONFIRMED)
    killing = asyncio.create_task(kill_tellers(told))
    confirmed = await asyncio.gather(*(confirm(one, hold) for one, hold in held))
    await killing

    assert (asked.was_in_the_middle, told.was_in_the_middle) == (True, True), (asked, told)
    assert Counter(status for status, _ in answers) == {
        201: SLOTS * SEATS,
        409: 1000 - SLOTS * SEATS,
    }
    assert {status for status, _ in confirmed} == {201}
    assert await broken_invariants(db) == {}
    left = await db.fetchval(
        "SELECT sum(remaining) FROM booking.slot WHERE id = ANY ($1::uuid[])",
        [slot.slot_id for slot in slots],
    )
    assert left == 0
    await until_all_are_told(told)
    await confirmations_arrived_once([one for one, _ in held], [t for _, t in confirmed])


async def kill_askers(asked: Progress) -> None:
    await asked.kill_at(0.1, "booking", 2)
    await asked.kill_at(0.4, "gateway")
    await asked.kill_at(0.7, "booking", 2)


async def kill_tellers(told: Progress) -> None:
    for share in (0.05, 0.3, 0.6):
        await told.kill_at(share, "notifier")


async def confirm(one: Person, hold: dict[str, Any]) -> tuple[int, Any]:
    code = {"approval_code": hold["approval_code"]}
    return await insist(one, "POST", f"/v1/holds/{hold['hold_id']}/confirm", code)


async def until_all_are_told(told: Progress) -> None:
    """Wait until every text came to rest: one that is still to be sent might be one too many."""

    async def all_rest() -> bool:
        waiting = await told.db.fetchval(
            "SELECT count(*) FROM notifier.text WHERE due_at IS NOT NULL"
        )
        return waiting == 0 and await told.db.fetchval(told.sql) >= told.whole

    await eventually(all_rest, 90)


async def confirmations_arrived_once(people: list[Person], tickets: list[Any]) -> None:
    """Count the texts that name each booking code."""
    wanted = Counter(ticket["booking_code"] for ticket in tickets)
    found: Counter[str] = Counter()
    for one in {one.phone: one for one in people}.values():
        for text in await one.texts() + await one.texts("sms"):
            found.update(code for code in wanted if code in text["text"])
    assert found == wanted


END_SESSIONS = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
     WHERE datname = $1 AND usename IN ('antrean_booking', 'antrean_gateway', 'antrean_notifier')
"""


async def test_sessions_that_end_under_the_work_park_nothing(
    system: System, db: asyncpg.Connection
) -> None:
    slots = [await open_slot(system, 50) for _ in range(4)]
    people = [system.person() for _ in range(60)]
    for start in range(0, len(people), 20):
        await asyncio.gather(*(one.log_in() for one in people[start : start + 20]))
    admin = await asyncpg.connect(system.stack.servers.database_admin)
    wishes = [
        ask(one, letter, slots[(place + turn) % len(slots)])
        for turn, letter in enumerate(LETTERS)
        for place, one in enumerate(people)
    ]

    answering = asyncio.gather(*wishes)
    ended = 0
    while not answering.done() and ended < 300:
        ended += await admin.fetchval(END_SESSIONS, system.stack.database)
        await asyncio.sleep(0.1)
    answers = await answering
    await admin.close()

    assert ended > 0
    assert Counter(status for status, _ in answers) == {201: 200, 409: 100}
    assert await broken_invariants(db) == {}
    assert await parked.peek(system.stack.environment("booking")["ANTREAN_AMQP_URL"]) == []

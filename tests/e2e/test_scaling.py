"""Any number of gateways and workers, without names: more of them, and one that leaves."""

import asyncio
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from deploy.local import services
from deploy.local.processes import Processes
from deploy.local.testing import fresh_stack
from tests.e2e.test_deaths import insist
from tests.ledger import broken_invariants
from tests.system_fixtures import ONE_ADDRESS, Person, System, open_slot

pytestmark = pytest.mark.timeout(240)
GATEWAYS, WORKERS, PEOPLE, SEATS = 2, 4, 120, 40
BEGAN = re.compile(r"^process_start_time_seconds (.+)$", re.MULTILINE)


@pytest.fixture
async def crowd(tmp_path: Path) -> AsyncIterator[System]:
    """Two gateways on one port, four workers."""
    async with fresh_stack() as stack:
        shared = ONE_ADDRESS | {"ANTREAN_SHARE_PORT": "true"}
        processes = Processes(stack, tmp_path, {"gateway": shared})
        await asyncio.to_thread(services.run, stack, "booking", ["seed"])
        names = ["simulator", "notifier", "gateway", *["booking"] * WORKERS]
        await asyncio.to_thread(processes.start, *names)
        for _ in range(GATEWAYS - 1):
            processes.start_beside("gateway")
        connector = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(connector=connector) as http:
            system = System(stack, processes, http)
            await _until_all_answer(system)
            yield system
        await asyncio.to_thread(processes.stop)


async def _until_all_answer(system: System) -> None:
    """Wait until the port is answered by every gateway."""
    seen: set[str] = set()
    async with asyncio.timeout(30):
        while len(seen) < GATEWAYS:
            async with system.http.get(f"{system.gateway}/metrics") as answer:
                seen |= set(BEGAN.findall(await answer.text()))


async def test_a_gateway_and_two_workers_leave_in_the_rush_and_nobody_notices(
    crowd: System,
) -> None:
    slot = await open_slot(crowd, SEATS)
    people = [crowd.person() for _ in range(PEOPLE)]
    for start in range(0, PEOPLE, 20):
        await asyncio.gather(*(one.log_in() for one in people[start : start + 20]))
    leaving = [crowd.processes.running["gateway"][0], *crowd.processes.running["booking"][:2]]

    async def ask(number: int, someone: Person) -> tuple[int, str]:
        if number == PEOPLE // 3:
            for process in leaving:
                process.send_signal(signal.SIGTERM)
        status, answer = await insist(someone, "POST", "/v1/holds", someone.wish(slot))
        return status, str(answer.get("hold_id"))

    gate = asyncio.Semaphore(30)

    async def in_turn(number: int, someone: Person) -> tuple[int, str]:
        async with gate:
            return await ask(number, someone)

    answers = await asyncio.gather(*(in_turn(i, one) for i, one in enumerate(people)))

    ended = [await asyncio.to_thread(process.wait, 12) for process in leaving]
    db = await asyncpg.connect(crowd.stack.environment("migrate")["ANTREAN_DATABASE_URL"])
    try:
        assert await broken_invariants(db) == {}
        held = await db.fetchval("SELECT count(*) FROM booking.hold WHERE state = 'held'")
    finally:
        await db.close()
    assert ended == [0] * len(leaving)
    assert Counter(status for status, _ in answers) == {201: SEATS, 409: PEOPLE - SEATS}
    assert len({hold for status, hold in answers if status == 201}) == SEATS == held

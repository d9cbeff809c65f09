"""SIGTERM in the rush: who leaves finishes what is in hand, and nobody sees an error."""

import asyncio
import json
import re
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from deploy.local import services, system
from deploy.local.testing import fresh_stack
from tests.failover.rush import Ledger, Rush, running
from tests.system_fixtures import System

pytestmark = pytest.mark.timeout(200)
SLOTS, SEATS, PEOPLE = 3, 100, 420
SERVICES = ["gateway", "gateway", "booking", "booking"]
LEAVING = 1  # of the workers
DRAINED_S = 10
AGAIN = re.compile(r"^antrean_messages_redelivered_total\{.*\} ([0-9.]+)$", re.MULTILINE)


@pytest.fixture
async def many(tmp_path: Path) -> AsyncIterator[System]:
    """Two gateways and two booking workers, each on a port of its own."""
    async with fresh_stack() as stack:
        await asyncio.to_thread(services.run, stack, "booking", ["seed"])
        async with running(stack, tmp_path, SERVICES) as system:
            yield system


def bases_of(found: System, service: str, first: int = 0) -> list[str]:
    """Give the address of each process of a service, from one on."""
    processes = found.processes.running[service][first:]
    ports = [system.environment_of(one.pid)["ANTREAN_PORT"] for one in processes]
    return [f"http://127.0.0.1:{port}" for port in ports]


@dataclass(slots=True)
class Front:
    """What stands before the gateways: one that takes no call is left out for the next."""

    http: aiohttp.ClientSession
    bases: list[str]
    turn: int = 0
    cut: int = 0  # calls that a gateway took and did not answer

    async def call(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        """Call them in turn; a call may be repeated, because it has a key."""
        for _ in self.bases:
            self.turn += 1
            base = self.bases[self.turn % len(self.bases)]
            try:
                async with self.http.request(method, base + path, **more) as answer:
                    return answer.status, await answer.json(content_type=None)
            except aiohttp.ClientConnectorError:
                continue
            except aiohttp.ClientError:
                self.cut += 1
        raise aiohttp.ClientConnectionError("no gateway takes a call")


async def came_again(found: System) -> float:
    """Count what was delivered again to the workers that are left."""
    texts = []
    for base in bases_of(found, "booking", LEAVING):
        async with found.http.get(f"{base}/metrics") as answer:
            texts.append(await answer.text())
    return sum(float(number) for text in texts for number in AGAIN.findall(text))


def given_back(logs: Path) -> int:
    """Count what the workers that left gave back, by what they say."""
    lines = [json.loads(line) for line in (logs / "booking.log").read_text().splitlines()]
    said = [line["messages"] for line in lines if line["event"] == "work_given_back"]
    assert len(said) == LEAVING
    return sum(said)


async def test_who_is_told_to_leave_drains_and_nobody_sees_an_error(
    many: System, tmp_path: Path
) -> None:
    one_call_each = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
    front = Front(one_call_each, bases_of(many, "gateway"))
    rush = await Rush.at(many, SLOTS, SEATS, PEOPLE)
    rush.call, rush.at_once = front.call, 20
    group = many.processes.running
    leaving = [group["gateway"][0], *group["booking"][:LEAVING]]

    rush.begin()
    await rush.until_told(SLOTS * SEATS // 3)
    began = time.monotonic()
    for process in leaving:
        process.send_signal(signal.SIGTERM)
    ended = [await asyncio.to_thread(process.wait, 20) for process in leaving]
    took_s = time.monotonic() - began
    told = await rush.end()
    await one_call_each.close()

    db = await asyncpg.connect(many.stack.environment("migrate")["ANTREAN_DATABASE_URL"])
    ledger = await Ledger.read(db, rush.slots)
    await db.close()
    assert ended == [0] * len(leaving)
    assert took_s < DRAINED_S
    assert told == {201: SLOTS * SEATS, 409: PEOPLE - SLOTS * SEATS}
    assert [one.seen for one in rush.told if max(one.seen) >= 500] == []
    assert front.cut <= 1  # one may come between the last look at the door and its closing
    assert ledger == Ledger(broken={}, held=rush.holds, left=0)
    assert await came_again(many) <= given_back(tmp_path)

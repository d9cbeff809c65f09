"""A stack on servers of the test's own, and people who insist until they have an answer."""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg

from deploy.local import provision, services
from deploy.local.environment import Stack, shared_secrets
from deploy.local.paths import free_port
from deploy.local.processes import Processes
from deploy.local.provision import Servers
from services.booking.migrate import migrate
from services.gateway import callers
from services.gateway.logins import Login
from shared.keys import Keys
from shared.messages import SlotRef
from tests.ledger import broken_invariants
from tests.system_fixtures import ONE_ADDRESS, Person, System, open_slot

# Who insists asks far more often than a person may, and all of them from one address.
PATIENT = ONE_ADDRESS | {
    f"ANTREAN_{what}_PER_MINUTE": "100000" for what in ("ACTS", "LOGIN", "APPLICANT")
}
AGAIN_S = 0.1
Call = Callable[..., Awaitable[tuple[int, Any]]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody was told in the end, and every status on the way there."""

    status: int
    body: dict[str, Any]
    seen: tuple[int, ...]


@dataclass(slots=True)
class Rush:
    """People who want a seat each, of slots that have fewer; so many ask at once."""

    call: Call
    slots: list[SlotRef]
    people: list[Person]
    at_once: int = 40
    told: list[Answer] = field(default_factory=list)
    task: "asyncio.Task[None] | None" = None

    @staticmethod
    async def at(system: System, slots: int, seats: int, people: int) -> "Rush":
        """Open slots and find people whose phones are proven."""
        opened = [await open_slot(system, seats) for _ in range(slots)]
        return Rush(system.call, opened, proven(system, people))

    def begin(self) -> None:
        """Let them ask, so many at once."""
        self.task = asyncio.create_task(self._run())

    async def end(self) -> Counter[int]:
        """Wait until all were told, and count what."""
        assert self.task is not None
        async with asyncio.timeout(100):
            await self.task
        return Counter(answer.status for answer in self.told)

    @property
    def holds(self) -> set[str]:
        """The holds that people were told of."""
        return {answer.body["hold_id"] for answer in self.told if answer.status == 201}

    async def until_told(self, number: int) -> None:
        """Wait until so many people have their answers."""
        async with asyncio.timeout(60):
            while len(self.told) < number:
                await asyncio.sleep(0.005)

    async def _run(self) -> None:
        gate = asyncio.Semaphore(self.at_once)

        async def ask(number: int, someone: Person) -> None:
            async with gate:
                slot = self.slots[number % len(self.slots)]
                self.told.append(await insist(someone, someone.wish(slot), self.call))

        async with asyncio.TaskGroup() as group:
            for number, someone in enumerate(self.people):
                group.create_task(ask(number, someone))


async def insist(someone: Person, wish: dict[str, Any], call: Call) -> Answer:
    """Ask for a seat as an honest client does: the same key again until there is an answer."""
    headers = someone.auth(str(uuid4())) | {"Prefer": "wait=5"}
    seen: list[int] = []
    while True:
        try:
            status, body = await call("POST", "/v1/holds", json=wish, headers=headers)
            seen.append(status)
            if status not in {202, 503}:
                return Answer(status, body, tuple(seen))
        except (aiohttp.ClientError, TimeoutError):
            pass  # nobody was there
        await asyncio.sleep(AGAIN_S)


def proven(system: System, number: int) -> list[Person]:
    """Find people whose phones are proven, without the messages by which that is done."""
    keys, now = Keys.from_secret(system.stack.secrets["root"]), datetime.now(UTC)
    ends = now + timedelta(hours=12)
    found = [system.person() for _ in range(number)]
    for one in found:
        login = Login(keys.owner_of(one.phone, None), {"phone": one.phone}, ends, ends)
        one.token = callers.issue(keys, secrets.token_hex(8), login, now)[0]
    return found


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of it, by the ledger."""

    broken: dict[str, int]
    held: set[str]
    left: int

    @staticmethod
    async def read(db: asyncpg.Connection, slots: Sequence[SlotRef]) -> "Ledger":
        """Read what is held of these slots, and count what must never be."""
        ids = [slot.slot_id for slot in slots]
        holds = await db.fetch(
            "SELECT id FROM booking.hold WHERE state = 'held' AND slot_id = ANY ($1::uuid[])", ids
        )
        left = await db.fetchval(
            "SELECT sum(remaining) FROM booking.slot WHERE id = ANY ($1::uuid[])", ids
        )
        return Ledger(await broken_invariants(db), {str(row["id"]) for row in holds}, left)


@asynccontextmanager
async def stack_on(servers: Servers) -> AsyncIterator[Stack]:
    """Give a migrated stack of its own with offices; nothing is dropped after."""
    name = f"test_{secrets.token_hex(5)}"
    ports = {one: free_port() for one in ("gateway", "booking", "notifier", "simulator")}
    stack = Stack(servers, name, name, ports, shared_secrets())
    await provision.provision(servers, name, name)
    await migrate(stack.environment("migrate")["ANTREAN_DATABASE_URL"])
    await asyncio.to_thread(services.run, stack, "booking", ["seed"])
    yield stack


@asynccontextmanager
async def running(
    stack: Stack, logs: Path, names: Sequence[str], more: dict[str, dict[str, str]] | None = None
) -> AsyncIterator[System]:
    """Run services of a stack; `more` are settings that differ from the stack's, by service."""
    others = more or {}
    settings = others | {"gateway": PATIENT | others.get("gateway", {})}
    processes = Processes(stack, logs, settings)
    try:
        for name in names:  # together they would take each other's time to get ready
            await asyncio.to_thread(processes.start, name)
        timeout = aiohttp.ClientTimeout(total=15)
        async with aiohttp.ClientSession(
            timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
        ) as http:
            yield System(stack, processes, http)
    finally:
        await asyncio.to_thread(processes.stop)

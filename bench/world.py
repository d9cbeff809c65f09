"""The bench's own stack: database, virtual host, services as processes, slots and people."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg

from bench import broker, proc
from deploy.local import paths, postgres, provision, servers, services
from deploy.local.environment import DEFAULT_OFFICE, Stack, shared_secrets
from deploy.local.processes import Processes
from services.booking.migrate import analyze, migrate
from services.booking.operator import quota
from services.booking.operator.plan import Plan
from shared.db import Pool, open_pool
from shared.messages import Session, SlotRef

PREFIX = "bench_"
# All the load comes from one address, which no limit on addresses foresees.
ONE_ADDRESS = {
    "ANTREAN_ADDRESS_PER_MINUTE": "1000000000",
    "ANTREAN_LOOKUPS_PER_MINUTE": "1000000000",
}
SETTINGS = {"gateway": ONE_ADDRESS}
FIRST_DAY, LAST_DAY = 3, 390
DEEP_S = 60.0


@dataclass(slots=True)
class World:
    """A stack, and what was handed out of it: no slot and no person is used twice."""

    stack: Stack
    processes: Processes
    admin: Pool
    booking: Pool
    offices: list[str]
    looker: broker.Looker
    people: int = 10_000
    days: dict[str, int] = field(default_factory=dict)

    def take_people(self, count: int) -> int:
        """Give the number of the first of so many people whom nobody used yet."""
        first, self.people = self.people, self.people + count + -count % 10
        return first

    async def open_slots(self, seats: int, count: int = 1) -> tuple[SlotRef, ...]:
        """Open so many slots with so many seats each, through the operator's own code."""
        found: list[SlotRef] = []
        while len(found) < count:
            office = next(o for o in self.offices if self.days.get(o, FIRST_DAY) < LAST_DAY)
            found += await self._open_some(office, seats, count - len(found))
        return tuple(found)

    async def open_slot(self, seats: int, office: str = "") -> SlotRef:
        """Open one slot, at an office of its own or anywhere."""
        if office:
            return (await self._open_some(office, seats, 1))[0]
        return (await self.open_slots(seats))[0]

    async def _open_some(self, office: str, seats: int, count: int) -> list[SlotRef]:
        first = self.days.get(office, FIRST_DAY)
        days = min((count + 1) // 2, LAST_DAY - first, 100)
        self.days[office] = first + days
        today = datetime.now(UTC).date()
        wanted = tuple(today + timedelta(days=first + n) for n in range(days))
        sessions = (Session.MORNING, Session.AFTERNOON) if count > 1 else (Session.MORNING,)
        plan = Plan(office, "passport", wanted, dict.fromkeys(sessions, seats))
        async with self.booking.acquire() as db, db.transaction():
            opened = await quota.open_quota(db, plan, "bench", dry=False, partial=False)
        return [change.ref for change in opened.changes if change.what == "new"][:count]

    async def start(self, *names: str) -> None:
        """Start one process of each and wait until they are ready."""
        await asyncio.to_thread(self.processes.start, *names)

    async def halt(self, *names: str) -> None:
        """End every process of these services, gently."""
        every = [one for name in names for one in self.processes.running.pop(name, [])]
        for process in every:
            process.terminate()
        for process in every:
            await asyncio.to_thread(process.wait, 20)

    async def run_only(self, *names: str) -> None:
        """Have exactly one process of each of these services running, and no other."""
        group = self.processes.running
        running = {name for name in names if len(group.get(name, ())) == 1}
        await self.halt(*(group.keys() - running))
        await self.start(*(name for name in names if name not in running))

    def pid(self, name: str) -> int:
        """Give the first process of a service."""
        return self.processes.running[name][0].pid

    def cpu_s(self, name: str) -> float:
        """Give the seconds of CPU that all processes of a service used."""
        return sum(proc.cpu_s(one.pid) for one in self.processes.running[name])

    def rss_mb(self) -> dict[str, list[float]]:
        """Give the memory of every process that runs, by service, in MB."""
        running = self.processes.running.items()
        return {
            name: [round(proc.rss_mb(one.pid), 1) for one in group]
            for name, group in running
            if group
        }

    async def analyze(self) -> None:
        """Let Postgres count its rows, as an operator does after seeding."""
        await analyze(self.stack.environment("migrate")["ANTREAN_DATABASE_URL"])

    async def settle(self, timeout_s: float = DEEP_S) -> bool:
        """Wait until nothing is under way: no command, no event; says whether that came true."""
        queues = ["antrean.commands.booking"]
        queues += ["antrean.notifier"] if self.processes.running.get("notifier") else []
        try:
            async with asyncio.timeout(timeout_s):
                while await self._is_busy(queues):
                    await asyncio.sleep(0.1)
        except TimeoutError:
            return False
        return True

    async def _is_busy(self, queues: Iterable[str]) -> bool:
        if await self.admin.fetchval("SELECT EXISTS (SELECT FROM booking.outbox)"):
            return True
        depths = [await self.looker.depth(queue) for queue in queues]
        return any(depths)

    async def sweep_out(self) -> None:
        """Drop what waits for a notifier that does not run; the next one would have to read it."""
        if not self.processes.running.get("notifier"):
            await broker.purge(self.stack, "antrean.notifier")


def postgres_cpu_s() -> float:
    """Give the seconds of CPU that our Postgres used, all its processes together."""
    pid = postgres.pid()
    return proc.tree_cpu_s(pid) if pid else 0.0


@asynccontextmanager
async def fresh_world() -> AsyncIterator[World]:
    """Give a seeded stack of its own with no service running; dropped afterwards.

    Servers that were not running before are stopped again.
    """
    were_running = await asyncio.to_thread(_are_running)
    found = await asyncio.to_thread(servers.start)
    await drop_leftovers(found.database_admin)
    for vhost in await broker.unused_vhosts(found, PREFIX):
        await provision.drop_vhost(found, vhost)
    try:
        async with another_world(found) as world:
            yield world
    finally:
        if not were_running:
            await asyncio.to_thread(servers.stop)


@asynccontextmanager
async def another_world(found: provision.Servers) -> AsyncIterator[World]:
    """Give a seeded stack on servers that run already; dropped afterwards."""
    name = f"{PREFIX}{secrets.token_hex(5)}"
    ports = {one: paths.free_port() for one in services.MODULES}
    stack = Stack(found, name, name, ports, shared_secrets())
    await provision.provision(found, name, name)
    try:
        with TemporaryDirectory(prefix="antrean-bench-") as folder:
            async with _furnished(stack, Path(folder)) as world:
                yield world
    finally:
        await provision.drop_database(found, name)
        await provision.drop_vhost(found, name)


@asynccontextmanager
async def _furnished(stack: Stack, folder: Path) -> AsyncIterator[World]:
    await migrate(stack.environment("migrate")["ANTREAN_DATABASE_URL"])
    await asyncio.to_thread(services.run, stack, "booking", ["seed"])
    admin = await _pool(stack, "migrate")
    booking = await _pool(stack, "booking")
    # A hold that expired in the midst of a measurement would be work that nobody asked for.
    await admin.execute("UPDATE booking.office SET hold_minutes = 1440")
    rows = await admin.fetch(
        "SELECT office_id FROM booking.office_service WHERE service_id = 'passport' ORDER BY 1"
    )
    processes = Processes(stack, folder, {name: dict(more) for name, more in SETTINGS.items()})
    looker = await broker.Looker.open(stack)
    # Who writes by WhatsApp and names no office means the default one; its slots are kept for them.
    offices = [row["office_id"] for row in rows if row["office_id"] != DEFAULT_OFFICE]
    world = World(stack, processes, admin, booking, offices, looker)
    try:
        yield world
    finally:
        await asyncio.to_thread(processes.stop)
        await looker.broker.stop()
        await admin.close()
        await booking.close()


async def _pool(stack: Stack, service: str) -> Pool:
    url = stack.environment(service)["ANTREAN_DATABASE_URL"]
    return await open_pool(url, name=f"bench-{service}", size=4)


def _are_running() -> bool:
    try:
        servers.find()
    except paths.StackError:
        return False
    return True


async def drop_leftovers(admin_url: str) -> None:
    """Drop the databases of benches that were killed: those that nobody is connected to."""
    db = await asyncpg.connect(admin_url, timeout=10)
    try:
        rows = await db.fetch(
            """
            SELECT datname FROM pg_database d WHERE starts_with(datname, $1) AND NOT EXISTS
                   (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)
            """,
            PREFIX,
        )
        for row in rows:
            await db.execute(f'DROP DATABASE IF EXISTS "{row["datname"]}"')
    finally:
        await db.close()

"""Where the suite plays: servers of its own, cables between everything, processes, a town."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg

from chaos.cables import Cable
from chaos.clocks import WrongClock
from chaos.crew import Crew
from chaos.management import Management
from deploy.local import paths, provision, servers, services
from deploy.local.environment import DEFAULT_OFFICE, Stack, shared_secrets
from services.booking.migrate import migrate
from services.booking.operator import quota
from services.booking.operator.plan import Plan
from shared.db import open_pool
from shared.messages import Session, SlotRef

GATEWAYS, WORKERS = 2, 3
OFFICES = ("bandung", "semarang", DEFAULT_OFFICE)
FIRST_DAY = 3
# Everybody comes from one address, and repeats what was not answered.
PATIENT = {
    "ANTREAN_ADDRESS_PER_MINUTE": "1000000000",
    "ANTREAN_LOOKUPS_PER_MINUTE": "1000000000",
    "ANTREAN_ACTS_PER_MINUTE": "1000000",
    "ANTREAN_LOGIN_PER_MINUTE": "1000000",
    "ANTREAN_APPLICANT_PER_MINUTE": "1000000",
}
REHEARSAL = {"ANTREAN_ENVIRONMENT": "rehearsal", "ANTREAN_LOG_LEVEL": "WARNING"}
# A call that is not answered is in doubt sooner than in life, and the platform repeats a webhook
# sooner: a receipt must have the time to come, however long the gateways were away.
DOUBT = {"ANTREAN_CALL_TIMEOUT_S": "5"}
HASTY = {"ANTREAN_SIMULATOR_RETRY_S": "0.25"}
RULES = """
    UPDATE booking.office SET hold_minutes = 1, release_after_min_s = 1, release_after_max_s = 3
     WHERE id = ANY ($1)
"""


@dataclass(slots=True)
class Stage:
    """A running system with faults at hand; `db` reaches the ledger by no cable."""

    stack: Stack
    crew: Crew
    cables: dict[str, Cable]
    clocks: dict[str, WrongClock]
    db: "asyncpg.Pool[asyncpg.Record]"
    slots: tuple[SlotRef, ...]
    chat_slot: SlotRef
    simulator: str

    @property
    def gateways(self) -> list[str]:
        """Give the addresses of all gateways."""
        return [member.url for member in self.crew.of("gateway")]


@dataclass(frozen=True, slots=True)
class Script:
    """What a stage is raised for: whose code runs, `beside` which other, with how many seats.

    `sql` is done to the database once it is migrated: what a mutant takes away.
    """

    root: Path
    seats: int
    sql: Sequence[str] = ()
    beside: Path | None = None


@contextlib.asynccontextmanager
async def raised(script: Script, folder: Path) -> AsyncIterator[Stage]:
    """Raise a stage; afterwards nothing of it is left but its logs, in `folder`."""
    stack = await _provisioned()
    db = await open_pool(stack.environment("migrate")["ANTREAN_DATABASE_URL"], name="chaos", size=3)
    crew = Crew(script.root, folder)
    cables: dict[str, Cable] = {}
    watching = None
    try:
        *slots, chat_slot = await _opened(stack, db, script)
        clocks = await _wire(stack, crew, cables)
        if script.beside is not None:
            await _mix(stack, crew, script.beside)
        watching = asyncio.create_task(crew.watch())
        await crew.ready()
        simulator = crew.of("simulator")[0].url
        yield Stage(stack, crew, cables, clocks, db, tuple(slots), chat_slot, simulator)
    finally:
        if watching is not None:
            watching.cancel()
        await crew.end()
        for cable in cables.values():
            await cable.close()
        await db.close()
        await provision.drop_database(stack.servers, stack.database)
        await provision.drop_vhost(stack.servers, stack.vhost)


async def _provisioned() -> Stack:
    """Start the servers, and make a seeded stack with no service running."""
    found = await asyncio.to_thread(servers.start)
    name = f"chaos_{secrets.token_hex(4)}"
    ports = {one: paths.free_port() for one in services.MODULES}
    stack = Stack(found, name, name, ports, shared_secrets())
    await provision.provision(found, name, name)
    await migrate(stack.environment("migrate")["ANTREAN_DATABASE_URL"])
    await asyncio.to_thread(services.run, stack, "booking", ["seed"])
    return stack


async def _opened(
    stack: Stack, db: "asyncpg.Pool[asyncpg.Record]", script: Script
) -> list[SlotRef]:
    """Set the rules of the offices, and open the slots; the last one is for WhatsApp."""
    await db.execute(RULES, list(OFFICES))
    for statement in script.sql:
        await db.execute(statement)
    return [
        one
        for office, days in zip(OFFICES, (2, 2, 1), strict=True)
        for one in await _open(stack, office, script.seats, days)
    ]


async def _open(stack: Stack, office: str, seats: int, days: int) -> list[SlotRef]:
    """Open slots through the operator's own code."""
    pool = await open_pool(stack.environment("booking")["ANTREAN_DATABASE_URL"], name="chaos-open")
    today = datetime.now(UTC).date()
    wanted = tuple(today + timedelta(days=FIRST_DAY + n) for n in range(days))
    plan = Plan(office, "passport", wanted, {Session.MORNING: seats})
    async with pool.acquire() as db, db.transaction():
        opened = await quota.open_quota(db, plan, "chaos", dry=False, partial=False)
    await pool.close()
    return [change.ref for change in opened.changes if change.what == "new"]


async def _wire(stack: Stack, crew: Crew, cables: dict[str, Cable]) -> dict[str, WrongClock]:
    """Put a cable between each service and each of its servers, and take the processes on.

    Gives the clocks that may go wrong: of the last process of each service.
    """
    clocks = {}
    urls = stack.environment("gateway")
    for service in ("gateway", "booking", "notifier"):
        for what, variable in (("db", "ANTREAN_DATABASE_URL"), ("mq", "ANTREAN_AMQP_URL")):
            cable = cables[f"{service}-{what}"] = Cable.to(f"{service}-{what}", urls[variable])
            await cable.join()
    more = HASTY | {"ANTREAN_PORT": str(stack.ports["simulator"])}
    crew.add("simulator", "simulator", services.environment(stack, "simulator") | more)
    for service, count in (("gateway", GATEWAYS), ("booking", WORKERS), ("notifier", 1)):
        found = services.environment(stack, service) | REHEARSAL
        found |= {"gateway": PATIENT, "notifier": DOUBT}.get(service, {})
        for what, variable in (("db", "ANTREAN_DATABASE_URL"), ("mq", "ANTREAN_AMQP_URL")):
            found[variable] = cables[f"{service}-{what}"].through(found[variable])
        for number in range(count):
            port = stack.ports[service] if number == 0 else paths.free_port()
            name, own = f"{service}-{number}", {"ANTREAN_PORT": str(port)}
            if number == count - 1:
                clocks[name] = WrongClock.at(crew.logs / f"{name}.clock")
                own |= clocks[name].environment()
            crew.add(name, service, found | own)
    return clocks


async def _mix(stack: Stack, crew: Crew, beside: Path) -> None:
    """Let one gateway and one worker run an older release, in an installation that it had made.

    Notifiers are the first to be replaced, so that none of them is older than a worker.
    """
    await Management(stack, beside).keep_topology()
    for member in crew.members:
        if member.name.endswith("-1"):
            member.root = beside

"""A ledger that is in use is dumped, and restored on a server that has nothing."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from deploy.local import postgres, provision, services
from deploy.local import system as programs
from deploy.local.environment import Stack
from deploy.local.paths import free_port
from deploy.local.testing import fresh_stack
from services.booking.batch import Batches
from services.booking.desk import Tools
from services.booking.migrate import migrate
from services.booking.outbox import EventOutbox
from shared.broker import Publisher
from shared.db import open_pool
from shared.keys import Keys
from shared.relay import Relay
from tests.conftest import eventually
from tests.failover.homes import homes
from tests.failover.pair import Database
from tests.failover.rush import insist, proven, running
from tests.integration.booking.ledger import Citizen, Ledger
from tests.ledger import broken_invariants
from tests.system_fixtures import Person, System, open_slot

pytestmark = pytest.mark.timeout(200)
SERVICES = ["gateway", "booking"]
SEATS = 12
TABLES = """
    SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
     WHERE schemaname IN ('booking', 'gateway', 'notifier') ORDER BY 1
"""
CODES = "SELECT code FROM booking.booking"


@pytest.fixture
async def used(tmp_path: Path) -> AsyncIterator[System]:
    """A system with offices, at work."""
    async with fresh_stack() as stack:
        await asyncio.to_thread(services.run, stack, "booking", ["seed"])
        async with running(stack, tmp_path, SERVICES) as system:
            yield system


@pytest.fixture
def empty() -> Iterator[Database]:
    """A Postgres that was made a moment ago."""
    with homes(1, {"secret.postgres": secrets.token_urlsafe(16)}, ("postgres",)) as (home,):
        home.start("postgres")
        yield Database(home)


@dataclass(slots=True)
class Kept:
    """A person, the key of what they asked for, and what they were told."""

    person: Person
    key: str
    hold: dict[str, Any]
    ticket: dict[str, Any] | None = None

    @staticmethod
    async def ask(person: Person, slot: Any) -> "Kept":
        key = secrets.token_hex(8)
        status, hold = await person.hold(slot, key)
        assert status == 201, hold
        return Kept(person, key, hold)

    async def confirm(self) -> None:
        status, self.ticket = await self.person.confirm(self.hold)
        assert status == 201, self.ticket


async def dump(stack: Stack, path: Path) -> None:
    """Dump as docs/operations.md says, while the services work."""
    url = stack.environment("migrate")["ANTREAN_DATABASE_URL"]
    words = [postgres.programs() / "pg_dump", "-Fc", "-d", url, "-f", path]
    await asyncio.to_thread(programs.run, words)


async def restore(stack: Stack, path: Path) -> None:
    """Restore as docs/operations.md says: roles and database first, then what was dumped."""
    await provision.provision(stack.servers, stack.database, stack.vhost)
    url = stack.environment("migrate")["ANTREAN_DATABASE_URL"]
    words = [postgres.programs() / "pg_restore", "--no-owner", "--exit-on-error", "-d", url, path]
    await asyncio.to_thread(programs.run, words)


async def contents(stack: Stack) -> dict[str, Any]:
    """Say how many rows each table has, and what is in them, shortened."""
    db = await asyncpg.connect(stack.environment("migrate")["ANTREAN_DATABASE_URL"])
    try:
        found = {}
        for (table,) in await db.fetch(TABLES):
            sql = f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t"
            found[table] = tuple(await db.fetchrow(sql))
        return found
    finally:
        await db.close()


def elsewhere(stack: Stack, empty: Database) -> Stack:
    """Describe the same stack on the new server, with queues of its own."""
    ports = {name: free_port() for name in stack.ports}
    servers = replace(stack.servers, database_admin=empty.url())
    return replace(stack, servers=servers, vhost=f"{stack.vhost}_again", ports=ports)


async def is_told(system: System) -> bool:
    """Whether nothing waits any more, so that two looks at the tables see the same."""
    db = await asyncpg.connect(system.stack.environment("migrate")["ANTREAN_DATABASE_URL"])
    try:
        sql = "SELECT NOT EXISTS (SELECT FROM booking.outbox) AND published = position"
        return bool(await db.fetchval(f"{sql} FROM booking.relay"))
    finally:
        await db.close()


async def test_a_dump_of_a_ledger_in_use_is_a_whole_ledger_elsewhere(
    used: System, empty: Database, tmp_path: Path
) -> None:
    slot = await open_slot(used, SEATS)
    kept = [await Kept.ask(one, slot) for one in proven(used, 6)]
    for one in kept[:3]:
        await one.confirm()
    await used.call("DELETE", f"/v1/holds/{kept[5].hold['hold_id']}", headers=kept[5].person.auth())
    await eventually(lambda: is_told(used))
    stack = elsewhere(used.stack, empty)

    before = await contents(used.stack)
    await dump(used.stack, tmp_path / "antrean.dump")
    await Kept.ask(proven(used, 1)[0], slot)  # after the dump: what a backup cannot have
    await restore(stack, tmp_path / "antrean.dump")

    try:
        assert await contents(stack) == before
        assert await migrate(stack.environment("migrate")["ANTREAN_DATABASE_URL"]) == []
        async with running(stack, tmp_path, SERVICES) as again:
            await serves_on(again, kept, slot)
            await draws_no_code_twice(again, {one.ticket["booking_code"] for one in kept[:3]})
    finally:
        await provision.drop_vhost(stack.servers, stack.vhost)


async def serves_on(again: System, kept: list[Kept], slot: Any) -> None:
    """See that people find what they had, and that the other seats are sold once each."""
    for one in kept:
        one.person.system = again
    status, ticket = await again.call(
        "GET", f"/v1/bookings/{kept[0].ticket['booking_code']}", headers=kept[0].person.auth()
    )
    assert (status, ticket["queue_number"]) == (200, kept[0].ticket["queue_number"])
    assert await kept[4].person.hold(slot, kept[4].key) == (201, kept[4].hold)
    await kept[4].confirm()
    answers = [await insist(one, one.wish(slot), again.call) for one in proven(again, SEATS)]
    granted = [answer for answer in answers if answer.status == 201]
    assert len(granted) == SEATS - 6  # the seat that was given back rests for a while


async def draws_no_code_twice(again: System, old: set[str]) -> None:
    """See that a code which is drawn again is not given again."""
    drawn = [code.replace("-", "") for code in sorted(old)]
    fresh = "000000000001"
    stack, keys = again.stack, Keys.from_secret(again.stack.secrets["root"])
    pool = await open_pool(stack.environment("booking")["ANTREAN_DATABASE_URL"], name="test")
    codes = iter([*drawn, fresh])
    tools = Tools(keys, codes.__next__, lambda: 0.5)
    publisher = Publisher(stack.environment("booking")["ANTREAN_AMQP_URL"], "test")
    batches = Batches(pool, Relay(pool, publisher, EventOutbox()), publisher, tools)
    slot = await open_slot(again, 1)

    ticket = await Ledger(batches, tools, pool).booked(Citizen(keys), slot)

    db = await asyncpg.connect(stack.environment("migrate")["ANTREAN_DATABASE_URL"])
    found = [row["code"] for row in await db.fetch(CODES)]
    broken = await broken_invariants(db)
    await db.close()
    await pool.close()
    assert ticket.booking_code == fresh
    assert next(codes, None) is None  # each of the old ones was drawn, and refused
    assert len(set(found)) == len(found)
    assert set(drawn) < set(found)
    assert broken == {}

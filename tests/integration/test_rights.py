"""What each role and user may not do, tried on the real servers."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aio_pika
import asyncpg
import pytest
from aiormq.exceptions import ChannelAccessRefused

from deploy.local.environment import Stack
from shared.db import Pool

SERVICES = ("gateway", "booking", "notifier")
TRIES = (
    "SELECT * FROM {table} WHERE false",
    "INSERT INTO {table} DEFAULT VALUES",
    "UPDATE {table} SET {column} = {column} WHERE false",
    "DELETE FROM {table} WHERE false",
)
PoolOf = Callable[[str], Awaitable[Pool]]


@pytest.fixture
async def columns(admin: Any) -> list[tuple[str, str, str]]:
    """Every table as (schema, table, first column)."""
    rows = await admin.fetch(
        """
        SELECT n.nspname, c.relname, a.attname FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = 1
         WHERE c.relkind = 'r' AND n.nspname = ANY ($1::text[])
        """,
        list(SERVICES),
    )
    return [tuple(row) for row in rows]


async def is_denied(db: Any, statement: str) -> bool:
    transaction = db.transaction()
    await transaction.start()
    try:
        await db.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return True
    except asyncpg.PostgresError:
        return False
    finally:
        await transaction.rollback()
    return False


async def test_no_service_touches_the_tables_of_another(
    columns: list[tuple[str, str, str]], pools: PoolOf
) -> None:
    denied, allowed = 0, []
    for service in SERVICES:
        async with (await pools(service)).acquire() as db:
            for (schema, table, column), how in itertools.product(columns, TRIES):
                if schema == service:
                    continue
                statement = how.format(table=f"{schema}.{table}", column=column)
                if await is_denied(db, statement):
                    denied += 1
                else:
                    allowed.append(f"{service}: {statement}")

    assert allowed == []
    assert denied >= 60


async def test_no_service_changes_what_the_migrator_made(pools: PoolOf) -> None:
    for service, statement in itertools.product(
        SERVICES,
        (
            "CREATE TABLE {0}.mine ()",
            "CREATE TABLE public.mine ()",
            "CREATE SCHEMA mine",
            "ALTER TABLE {0}.{1} ADD COLUMN mine int",
            "DROP TABLE {0}.{1}",
            "CREATE ROLE mine",
        ),
    ):
        table = {"gateway": "inbox", "booking": "slot", "notifier": "text"}[service]
        async with (await pools(service)).acquire() as db:
            assert await is_denied(db, statement.format(service, table)), (service, statement)


NEVER = (
    *(f"UPDATE booking.hold SET {one} = {one}" for one in ("slot_id", "seat", "owner_key")),
    *(f"UPDATE booking.hold SET {one} = {one}" for one in ("person_key", "nik_key", "person")),
    "UPDATE booking.booking SET code = code",
    "UPDATE booking.event_log SET data = data",
    "UPDATE booking.audit SET who = who",
    *(f"DELETE FROM booking.{one}" for one in ("hold", "booking", "command", "event_log", "audit")),
    "TRUNCATE booking.slot",
)


@pytest.mark.parametrize("statement", NEVER)
async def test_booking_itself_does_not_rewrite_what_was(statement: str, pools: PoolOf) -> None:
    async with (await pools("booking")).acquire() as db:
        assert await is_denied(db, f"{statement} WHERE false".replace("slot WHERE false", "slot"))


async def test_whom_to_tell_is_for_the_notifier_alone(pools: PoolOf) -> None:
    async def may_read(service: str, view: str) -> bool:
        async with (await pools(service)).acquire() as db:
            return not await is_denied(db, f"SELECT * FROM booking_api.{view} WHERE false")

    assert await may_read("notifier", "recipient")
    assert not await may_read("gateway", "recipient")
    assert not await may_read("notifier", "booking")
    assert not await may_read("notifier", "hold")
    assert await may_read("gateway", "slot")


async def test_what_was_accepted_is_shown_to_booking_and_not_whose_it_is(
    pools: PoolOf,
) -> None:
    view = "SELECT * FROM gateway_api.accepted WHERE false"
    async with (await pools("booking")).acquire() as db:
        assert not await is_denied(db, view)
        columns = [one.name for one in (await db.prepare(view)).get_attributes()]
    async with (await pools("notifier")).acquire() as db:
        assert await is_denied(db, view)

    assert columns == ["command_id", "asked_at"]


@pytest.mark.parametrize("service", ["gateway", "notifier"])
async def test_what_another_service_writes_down_names_its_role_whatever_it_says(
    service: str, pools: PoolOf, admin: Any
) -> None:
    act = f"test.{service}"
    async with (await pools(service)).acquire() as db:
        data = {"role": "antrean_booking"}
        await db.execute("SELECT booking_api.add_audit($1, $2, $3)", "rina", act, data)
    rows = await admin.fetch("SELECT who, data FROM booking.audit WHERE act = $1", act)

    assert [tuple(row) for row in rows] == [("rina", {"role": f"antrean_{service}"})]


@pytest.fixture
async def channel_of(stack: Stack) -> AsyncIterator[Callable[[str], Awaitable[Any]]]:
    """Open a fresh channel as a service; a refusal closes it."""
    connections: dict[str, Any] = {}

    async def run(service: str) -> Any:
        if service not in connections:
            url = stack.environment(service)["ANTREAN_AMQP_URL"]
            connections[service] = await aio_pika.connect(url)
        return await connections[service].channel()

    yield run
    for connection in connections.values():
        await connection.close()


@pytest.mark.parametrize(
    ("service", "queue"),
    [
        ("gateway", "antrean.commands.booking"),
        ("gateway", "antrean.notifier"),
        ("gateway", "antrean.parking"),
        ("notifier", "antrean.commands.booking"),
        ("notifier", "antrean.parking"),
        ("booking", "antrean.notifier"),
    ],
)
async def test_a_queue_is_read_by_its_own_service_alone(
    channel_of: Any, service: str, queue: str
) -> None:
    channel = await channel_of(service)
    found = await channel.get_queue(queue, ensure=False)

    with pytest.raises(ChannelAccessRefused):
        await found.get(fail=False)


@pytest.mark.parametrize(
    ("service", "exchange"),
    [
        ("gateway", "antrean.events"),
        ("gateway", "antrean.dlx"),
        ("notifier", "antrean.events"),
        ("notifier", "antrean.commands"),
        ("booking", "antrean.commands"),
    ],
)
async def test_nobody_publishes_in_the_name_of_another(
    channel_of: Any, service: str, exchange: str
) -> None:
    channel = await channel_of(service)
    target = await channel.get_exchange(exchange, ensure=False)

    with pytest.raises(ChannelAccessRefused):
        await target.publish(aio_pika.Message(b"{}"), routing_key="booking.commands")


@pytest.mark.parametrize("service", SERVICES)
async def test_no_service_changes_the_topology(channel_of: Any, service: str) -> None:
    channel = await channel_of(service)

    with pytest.raises(ChannelAccessRefused):
        await channel.declare_queue("antrean.mine", durable=True)

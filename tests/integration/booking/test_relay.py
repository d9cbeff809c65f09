"""Events leave in order, numbered without a gap, and keep their number however often they leave."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from bench.broker import purge
from deploy.local import provision
from deploy.local.environment import Stack
from deploy.local.testing import fresh_stack
from services.booking.batch import Batches
from services.booking.codes import new_booking_code
from services.booking.desk import Tools
from services.booking.outbox import TOGETHER, EventOutbox
from shared.broker import Broker, Published, Publisher, peek_queue
from shared.db import Db, Pool, open_pool
from shared.keys import Keys
from shared.messages import Event
from shared.relay import BATCH, QUIET_S, Outgoing, Relay
from tests.conftest import eventually
from tests.integration.booking.ledger import Citizen, Ledger
from tests.integration.gateway.world import World
from tests.ledger import broken_invariants

OFFICE = "uji-relay"


@dataclass(slots=True)
class Integrator:
    """Hears every event on a queue of its own."""

    heard: list[dict[str, Any]] = field(default_factory=list)

    async def listen(self, connection: Any) -> None:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind("antrean.events", "#")
        await queue.consume(self.hear, no_ack=True)

    async def hear(self, message: Any) -> None:
        self.heard.append(json.loads(message.body))

    def ids(self, subject: str) -> list[tuple[str, str]]:
        return [(e["id"], e["sequence"]) for e in self.heard if e.get("subject") == subject]


@pytest.fixture(scope="module")
async def apart() -> AsyncIterator[Stack]:
    """A ledger of this module's own: no worker relays its events."""
    async with fresh_stack() as stack:
        yield stack


@pytest.fixture
async def pool(apart: Stack) -> AsyncIterator[Pool]:
    url = apart.environment("booking")["ANTREAN_DATABASE_URL"]
    opened = await open_pool(url, name="relay", size=6)
    yield opened
    await opened.close()


@pytest.fixture
async def world(apart: Stack) -> AsyncIterator[World]:
    url = apart.environment("migrate")["ANTREAN_DATABASE_URL"]
    admin = await open_pool(url, name="relay-admin")
    yield World(admin)
    await admin.close()


@pytest.fixture
async def integrator() -> Integrator:
    return Integrator()


@pytest.fixture
async def broker(apart: Stack, integrator: Integrator) -> AsyncIterator[Broker]:
    opened = Broker(provision.admin_amqp_url(apart.servers, apart.vhost), "relay")
    opened.on_consume(integrator.listen)
    await opened.start()
    await opened.wait_up()
    yield opened
    await opened.stop()


@pytest.fixture
async def ledger(apart: Stack, pool: Pool, broker: Broker, world: World) -> Ledger:
    keys = Keys.from_secret(apart.secrets["root"])
    tools = Tools(keys, new_booking_code, lambda: 0.5)
    quiet = Relay(pool, broker.publisher, EventOutbox())
    return Ledger(Batches(pool, quiet, broker.publisher, tools), tools, world.admin)


async def some_lives(ledger: Ledger, world: World, number: int) -> str:
    """Hold, confirm and cancel for so many people; gives the slot's subject."""
    await world.open_office(OFFICE, ("passport",))
    day = await world.admin.fetchval(
        "SELECT coalesce(max(date), current_date) + 1 FROM booking.slot"
    )
    ref = await world.open_slot(OFFICE, 100, day)

    async def life(citizen: Citizen) -> None:
        booked = await ledger.booked(citizen, ref)
        await ledger.one(citizen.cancel(booked.booking_code))

    await asyncio.gather(*(life(Citizen(ledger.tools.keys)) for _ in range(number)))
    return ref.key


async def drain(*relays: Relay) -> None:
    while any(await asyncio.gather(*(relay.publish_waiting() for relay in relays))):
        pass


async def test_two_relays_send_every_event_once_in_order_and_without_a_gap(
    ledger: Ledger, world: World, pool: Pool, broker: Broker, integrator: Integrator
) -> None:
    subject = await some_lives(ledger, world, 40)

    await drain(*(Relay(pool, broker.publisher, EventOutbox()) for _ in range(2)))

    slot = await eventually(lambda: all_of(integrator, subject, world))
    numbers = [event["slotsequence"] for event in slot]
    assert numbers == list(range(1, len(numbers) + 1))
    positions = [int(event["sequence"]) for event in integrator.heard]
    assert positions == list(range(positions[0], positions[0] + len(positions)))
    async with world.admin.acquire() as db:
        assert await broken_invariants(db) == {}


async def test_who_is_to_be_told_comes_to_the_notifier_many_in_one_message(
    ledger: Ledger, world: World, pool: Pool, broker: Broker, integrator: Integrator, apart: Stack
) -> None:
    await drain(Relay(pool, broker.publisher, EventOutbox()))
    await purge(apart, "antrean.notifier")
    subject = await some_lives(ledger, world, 70)

    await drain(Relay(pool, broker.publisher, EventOutbox()))

    events = await eventually(lambda: all_of(integrator, subject, world))
    url = provision.admin_amqp_url(apart.servers, apart.vhost)
    bodies = [json.loads(body) for _, body in await peek_queue(url, "antrean.notifier", 100)]
    told = {"booking.confirmed", "booking.cancelled"}
    assert [event for body in bodies for event in body] == [
        event for event in events if Event.model_validate(event).event_type in told
    ]
    assert len(bodies) == -(-140 // TOGETHER)


async def all_of(integrator: Integrator, subject: str, world: World) -> list[dict[str, Any]]:
    found = [event for event in integrator.heard if event.get("subject") == subject]
    stored = await world.admin.fetchval(
        "SELECT count(*) FROM booking.event_log WHERE subject = $1", subject
    )
    return found if len(found) >= stored else []


class DyingError(Exception):
    """The process dies here."""


class Dying(EventOutbox):
    """An outbox whose relay dies after the broker has the events and before it says so."""

    async def forget(self, db: Db, sent: Sequence[Outgoing]) -> None:
        raise DyingError(db, sent)


async def test_an_event_that_leaves_twice_has_the_same_id_and_the_same_number(
    ledger: Ledger, world: World, pool: Pool, broker: Broker, integrator: Integrator
) -> None:
    subject = await some_lives(ledger, world, 5)

    with pytest.raises(DyingError):
        await Relay(pool, broker.publisher, Dying()).publish_waiting()
    first = await eventually(lambda: all_of(integrator, subject, world))
    await pool.execute(LATE)
    await drain(Relay(pool, broker.publisher, EventOutbox()))

    async def twice() -> list[tuple[str, str]]:
        found = integrator.ids(subject)
        return found if len(found) >= 2 * len(first) else []

    said = await eventually(twice)
    assert len(set(said)) == len(first)


# Another transaction began before those events and commits only now: its number came from then.
LATE = """
    WITH early AS (
        INSERT INTO booking.event_log (id, type, subject, data, occurred_at)
        VALUES (gen_random_uuid(), 'slot.changed', 'early', '{}', now()) RETURNING id
    )
    INSERT INTO booking.outbox (id, event_id) OVERRIDING SYSTEM VALUE SELECT -1, id FROM early
"""


async def test_what_the_broker_refuses_waits_and_is_not_overtaken(
    ledger: Ledger, world: World, pool: Pool, broker: Broker, integrator: Integrator
) -> None:
    subject = await some_lives(ledger, world, 3)
    nowhere = Broker("amqp://nobody:nothing@127.0.0.1:1/none", "nowhere")

    unsent = await Relay(pool, nowhere.publisher, EventOutbox()).publish_waiting()
    await drain(Relay(pool, broker.publisher, EventOutbox()))

    slot = await eventually(lambda: all_of(integrator, subject, world))
    assert unsent == 0
    assert [event["slotsequence"] for event in slot] == list(range(1, len(slot) + 1))


class Picky(Publisher):
    """A publisher whose broker refuses the third message."""

    def __init__(self, real: Publisher) -> None:
        self._real, self._asked = real, 0

    async def publish_confirmed(self, *what: Any, **more: Any) -> Published:
        self._asked += 1
        if self._asked == 3:
            return Published.REFUSED
        return await self._real.publish_confirmed(*what, **more)


async def test_what_stands_behind_a_refused_event_waits_with_it(
    ledger: Ledger, world: World, pool: Pool, broker: Broker, integrator: Integrator
) -> None:
    await drain(Relay(pool, broker.publisher, EventOutbox()))
    subject = await some_lives(ledger, world, 4)

    sent = await Relay(pool, Picky(broker.publisher), EventOutbox()).publish_waiting()
    await drain(Relay(pool, broker.publisher, EventOutbox()))

    async def numbers() -> list[int]:
        events = [event for event in integrator.heard if event.get("subject") == subject]
        stored = await world.admin.fetchval(
            "SELECT count(*) FROM booking.event_log WHERE subject = $1", subject
        )
        found = sorted({event["slotsequence"] for event in events})
        return found if len(found) == stored else []

    assert sent == 2
    assert await eventually(numbers)


class Instant(Publisher):
    """A publisher whose broker takes everything at once."""

    def __init__(self) -> None:
        pass

    async def publish_confirmed(self, *_what: Any, **_more: Any) -> Published:
        return Published.ACCEPTED


@dataclass
class Counting(EventOutbox):
    """An outbox that notes how many events are asked for at a time."""

    asked: list[int] = field(default_factory=list)

    async def take(self, db: Db, limit: int) -> list[Outgoing]:
        taken = await super().take(db, limit)
        if taken:
            self.asked.append(limit)
        return taken


MANY = """
    WITH new AS (
        INSERT INTO booking.event_log (id, type, subject, data, occurred_at)
        SELECT gen_random_uuid(), 'slot.changed', 'many', '{}', now() + $2::interval
          FROM generate_series(1, $1) RETURNING id
    )
    INSERT INTO booking.outbox (event_id) SELECT id FROM new
"""


async def all_told(pool: Pool) -> bool:
    waits = await pool.fetchval("SELECT count(*) FROM booking.outbox")
    told = await pool.fetchval("SELECT position = published FROM booking.relay")
    return not waits and bool(told)


@contextlib.asynccontextmanager
async def relaying(pool: Pool, *, is_busy: bool) -> AsyncIterator[tuple[Relay, Counting]]:
    """A relay at work whose broker takes everything at once, and its outbox, which counts."""
    await drain(Relay(pool, Instant(), EventOutbox()))
    outbox = Counting()
    relay = Relay(pool, Instant(), outbox, lambda: is_busy)
    work = asyncio.create_task(relay.run())
    await asyncio.sleep(0.1)  # it has seen that there is nothing
    yield relay, outbox
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work


@pytest.mark.parametrize("is_busy", [True, False])
async def test_a_busy_worker_tells_in_one_round_what_a_quiet_one_tells_soon(
    is_busy: bool, world: World, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.relay.BUSY_S", 1.0)
    async with relaying(pool, is_busy=is_busy) as (relay, outbox):
        for _ in range(5):
            await world.admin.execute(MANY, 3, timedelta())
            relay.wake()
            await asyncio.sleep(2 * QUIET_S)
        assert await eventually(lambda: all_told(pool))

    assert (len(outbox.asked) == 1) is is_busy


async def test_what_is_more_than_a_round_follows_without_a_rest(
    world: World, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with relaying(pool, is_busy=True) as (relay, outbox):
        await world.admin.execute(MANY, 2 * BATCH + 1, timedelta())
        monkeypatch.setattr("shared.relay.POLL_S", 60.0)
        relay.wake()
        assert await eventually(lambda: all_told(pool))

    assert len(outbox.asked) == 3

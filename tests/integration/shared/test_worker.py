"""The consume loop on a real queue: what is bad is parked alone, an outage parks nothing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import asyncpg
import pytest
from aio_pika.exceptions import ChannelClosed

from deploy.local import provision
from deploy.local.environment import Stack
from deploy.local.testing import fresh_stack
from shared.broker import DIRECT, PARKING_QUEUE, Broker, Incoming, Published, peek_queue
from shared.worker import Work, Worker
from tests.conftest import eventually

QUEUE = "antrean.notifier"


@dataclass
class Shop:
    """Handles words; `down` counts the tries that fail for a passing reason."""

    down: int = 0
    trouble: Exception = field(default_factory=ConnectionResetError)
    deaf: int = 0
    sizes: list[int] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    parked: list[tuple[str, str]] = field(default_factory=list)

    def decode(self, message: Incoming) -> list[str]:
        if message.body == b"odd":
            raise KeyError("odd")
        return message.body.decode("ascii").split()

    async def handle(self, items: Sequence[str]) -> None:
        if self.down:
            self.down -= 1
            raise self.trouble
        self.sizes.append(len(items))
        if "bad" in items:
            raise KeyError("bad")
        self.done.extend(items)

    async def put_aside(self, item: str, reason: str) -> None:
        if self.deaf:
            self.deaf -= 1
            raise ConnectionResetError
        self.parked.append((item, reason))


@pytest.fixture(scope="module")
async def quiet() -> AsyncIterator[Stack]:
    """Queues of this module's own, with nobody else at them."""
    async with fresh_stack() as stack:
        yield stack


@pytest.fixture
async def broker(quiet: Stack) -> AsyncIterator[Broker]:
    """The administrator's connections: may publish to and consume from anything."""
    admin = provision.admin_amqp_url(quiet.servers, quiet.vhost)
    opened = Broker(admin, "test")
    yield opened
    await opened.stop()


@contextlib.asynccontextmanager
async def open_shop(broker: Broker, shop: Shop) -> AsyncIterator[Worker[str]]:
    work = Work(QUEUE, shop.decode, shop.handle, str.encode, shop.put_aside, batch=8)
    worker = Worker(broker, work)
    await broker.start()
    await broker.wait_up()
    loop = asyncio.create_task(worker.run())
    yield worker
    await worker.stop()
    await loop


async def put(broker: Broker, *bodies: bytes) -> None:
    for body in bodies:
        assert await broker.publisher.publish_confirmed(DIRECT, QUEUE, body) == Published.ACCEPTED


async def test_the_one_bad_item_is_parked_and_its_neighbours_are_done(
    broker: Broker, quiet: Stack
) -> None:
    shop = Shop()
    async with open_shop(broker, shop):
        await put(broker, b"a b c bad d e f")
        await eventually(lambda: is_there(shop.parked))
        await eventually(lambda: is_there(len(shop.done) == 6))

    assert sorted(shop.done) == ["a", "b", "c", "d", "e", "f"]
    assert shop.parked == [("bad", "KeyError in handle")]
    url = provision.admin_amqp_url(quiet.servers, quiet.vhost)
    headers, body = (await peek_queue(url, PARKING_QUEUE, 100))[-1]
    assert (body, headers["x-queue"], headers["x-reason"]) == (b"bad", QUEUE, "KeyError in handle")


async def test_what_cannot_be_read_is_parked_whole_and_the_rest_is_done(
    broker: Broker, quiet: Stack
) -> None:
    shop = Shop()
    async with open_shop(broker, shop):
        await put(broker, b"x", b"\xff\xfe", b"y")
        await eventually(lambda: is_there(len(shop.done) == 2))

    url = provision.admin_amqp_url(quiet.servers, quiet.vhost)
    bodies = {
        body: headers["x-reason"] for headers, body in await peek_queue(url, PARKING_QUEUE, 9)
    }
    assert shop.done == ["x", "y"]
    assert bodies[b"\xff\xfe"] == "unreadable: UnicodeDecodeError in decode"


async def test_a_fault_nobody_thought_of_parks_its_message_and_the_rest_is_done(
    broker: Broker, quiet: Stack
) -> None:
    shop, url = Shop(), provision.admin_amqp_url(quiet.servers, quiet.vhost)

    async def parked() -> list[str]:
        found = await peek_queue(url, PARKING_QUEUE, 100)
        return [headers["x-reason"] for headers, body in found if body == b"odd"]

    async with open_shop(broker, shop):
        await put(broker, b"odd", b"x", b"odd", b"y")
        await eventually(lambda: is_there(len(shop.done) == 2))
        reasons = await eventually(parked)

    assert shop.done == ["x", "y"]
    assert reasons == ["unreadable: KeyError in decode"] * 2


async def test_an_outage_parks_nothing_and_everything_is_done_after_it(broker: Broker) -> None:
    shop = Shop(down=3)
    async with open_shop(broker, shop) as worker:
        await put(broker, b"p", b"q")
        await eventually(lambda: is_there(len(shop.done) == 2))
        assert worker.trouble is None

    assert (sorted(shop.done), shop.parked, shop.down) == (["p", "q"], [], 0)


@pytest.mark.parametrize(
    "fault",
    [
        asyncpg.InsufficientPrivilegeError("a right is missing"),
        asyncpg.UndefinedColumnError("the migration did not run yet"),
        asyncpg.InvalidPasswordError("the password was changed"),
        asyncpg.InvalidCatalogNameError("no such database"),
    ],
    ids=lambda fault: type(fault).__name__,
)
async def test_what_is_no_fault_of_a_message_parks_none_and_is_told_as_unready(
    fault: Exception, broker: Broker
) -> None:
    shop = Shop(down=1_000_000, trouble=fault)
    async with open_shop(broker, shop) as worker:
        await put(broker, b"p", b"q")
        await eventually(worker.readiness)
        told = await worker.readiness()
        shop.down = 0
        await eventually(lambda: is_there(len(shop.done) == 2))
        healed = await worker.readiness()

    assert (told, healed) == ({QUEUE: type(fault).__name__}, {})
    assert shop.parked == []


async def test_who_cannot_be_told_of_a_parked_item_is_told_later(broker: Broker) -> None:
    shop = Shop(deaf=3)
    async with open_shop(broker, shop):
        await put(broker, b"bad", b"good")
        await eventually(lambda: is_there(shop.parked and shop.done))

    assert (shop.parked, shop.done) == ([("bad", "KeyError in handle")], ["good"])


async def test_a_message_of_many_items_is_handled_in_batches(broker: Broker) -> None:
    shop = Shop()
    async with open_shop(broker, shop):
        await put(broker, b" ".join([b"w"] * 30))
        await eventually(lambda: is_there(len(shop.done) == 30))

    assert max(shop.sizes) == 8


async def test_a_channel_that_the_broker_closes_is_made_anew(broker: Broker) -> None:
    shop = Shop()
    async with open_shop(broker, shop) as worker:
        channel = worker._channel
        assert channel is not None
        with pytest.raises(ChannelClosed):
            await channel.declare_queue("antrean.nowhere", passive=True)
        await eventually(lambda: is_there(worker._channel is not channel))
        await put(broker, b"after")
        await eventually(lambda: is_there(shop.done))

    assert shop.done == ["after"]


async def test_a_queue_that_is_made_anew_is_consumed_again(broker: Broker, quiet: Stack) -> None:
    shop = Shop()
    async with open_shop(broker, shop) as worker:
        channel = worker._channel
        assert channel is not None
        await channel.queue_delete(QUEUE)
        await provision.provision_broker(quiet.servers, quiet.vhost)
        await eventually(lambda: is_there(worker._channel is not channel))
        await broker.wait_up()
        await put(broker, b"after")
        await eventually(lambda: is_there(shop.done))

    assert shop.done == ["after"]


async def test_what_waits_together_is_handled_together_up_to_a_batch(broker: Broker) -> None:
    shop = Shop(down=1)  # the first try rests, and meanwhile the others arrive
    async with open_shop(broker, shop):
        await put(broker, *[b"w"] * 20)
        await eventually(lambda: is_there(len(shop.done) == 20))

    assert max(shop.sizes) == 8


async def test_a_worker_that_stops_gives_back_what_it_did_not_handle(broker: Broker) -> None:
    first, second = Shop(down=1_000_000), Shop()
    work = Work(QUEUE, first.decode, first.handle, str.encode, batch=1)
    worker = Worker(broker, work)
    await broker.start()
    await broker.wait_up()
    loop = asyncio.create_task(worker.run())
    await put(broker, b"m", b"n", b"o")
    await eventually(lambda: is_there(worker.trouble))
    loop.cancel()  # as a process that dies in the middle
    await broker.stop()

    other = Broker(broker.publisher.link._addresses[0], "test")
    async with open_shop(other, second):
        await eventually(lambda: is_there(len(second.done) == 3))
    await other.stop()

    assert sorted(second.done) == ["m", "n", "o"]


async def is_there(value: object) -> object:
    return value

"""What a gateway knows of all slots: from events while it hears them, else from the database."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY

from deploy.local import provision
from deploy.local.environment import Stack
from services.booking.operator import quota
from services.booking.operator.plan import Closure
from services.gateway import api_holds, keeper, views
from services.gateway.context import Gateway
from services.gateway.memory import Seats, state_of
from services.gateway.questions import Questions
from shared.broker import SLOTS_STREAM, Publisher
from shared.db import Pool, is_passing
from shared.messages import Alternative, EventType, SeatsTold, SlotRef, SlotSeats
from tests.conftest import eventually
from tests.integration.gateway.cables import Far
from tests.integration.gateway.world import TODAY, Client, World, event_of, wish


def seats_of(gateway: Gateway, ref: SlotRef) -> Seats:
    seats = gateway.catalogue.memory.find(ref)
    assert seats is not None
    return seats


async def until(gateway: Gateway, ref: SlotRef, state: str) -> None:
    async def look() -> bool:
        is_live = gateway.catalogue.memory.is_live
        return is_live and state_of(seats_of(gateway, ref), datetime.now(UTC)) == state

    await eventually(look)


async def shown(caller: Client, ref: SlotRef) -> dict[str, Any]:
    path = f"/v1/offices/{ref.office}/availability?from={ref.date}&to={ref.date}"
    found: dict[str, Any] = (await caller.get(path)).json["days"][0]["sessions"][0]
    return found


@pytest.mark.usefixtures("booking")
async def test_a_booking_changes_what_is_remembered(
    gateway: Gateway, citizen: Client, world: World
) -> None:
    ref = await world.new_slot(seats=2)

    await citizen.post("/v1/holds", wish(ref))

    async def look() -> bool:
        return seats_of(gateway, ref).remaining == 1

    assert await eventually(look)


async def test_what_a_worker_says_right_after_a_batch_is_heard_before_its_events(
    gateway: Gateway, world: World, stack: Stack
) -> None:
    ref = await world.new_slot(seats=5)
    publisher = Publisher(stack.environment("booking")["ANTREAN_AMQP_URL"], "test")
    publisher.link.start()
    await publisher.link.up.wait()
    seats = SlotSeats(slot_id=ref.slot_id, seq=3, capacity=5, remaining=0)
    told = SeatsTold(at=datetime.now(UTC), slots=(seats,))

    await publisher.send_plain(SLOTS_STREAM, told.model_dump_json().encode())
    await until(gateway, ref, "full")
    await world.tell(event_of(ref, EventType.SLOT_CHANGED, seq=2, capacity=5, remaining=1))
    await world.tell(event_of(ref, EventType.SLOT_CHANGED, seq=4, capacity=6, remaining=1))
    await until(gateway, ref, "open")
    await publisher.link.stop()

    assert (seats_of(gateway, ref).capacity, seats_of(gateway, ref).seq) == (6, 4)


@pytest.mark.usefixtures("booking")
async def test_a_slot_that_is_full_is_refused_until_a_seat_is_freed(
    gateway: Gateway, citizen: Client, world: World
) -> None:
    ref = await world.new_slot(seats=1)
    held = await citizen.post("/v1/holds", wish(ref))
    await until(gateway, ref, "full")
    refused = await citizen.post("/v1/holds", wish(ref))

    await citizen.call("DELETE", f"/v1/holds/{held.json['hold_id']}")
    await until(gateway, ref, "open")
    again = await citizen.post("/v1/holds", wish(ref))

    assert (refused.json["code"], "request_id" in refused.json) == ("slot_full", False)
    assert again.status == 201


@pytest.mark.usefixtures("booking")
async def test_a_closed_session_is_refused_until_it_is_opened_again(
    gateway: Gateway, citizen: Client, world: World, pools: Callable[[str], Awaitable[Pool]]
) -> None:
    ref = await world.new_slot(seats=1)
    closure = Closure(ref.office, ref.date, None)
    booking = await pools("booking")

    async with booking.acquire() as db, db.transaction():
        await quota.close_quota(db, closure, "flood", "a test")
    await until(gateway, ref, "closed")
    refused = await citizen.post("/v1/holds", wish(ref))
    async with booking.acquire() as db, db.transaction():
        await quota.reopen_quota(db, closure, "a test")
    await until(gateway, ref, "open")
    held = await citizen.post("/v1/holds", wish(ref))

    assert (refused.json["code"], held.status) == ("slot_closed", 201)


@pytest.mark.usefixtures("booking")
async def test_a_slot_opens_by_time_alone(gateway: Gateway, citizen: Client, world: World) -> None:
    opens_at = datetime.now(UTC) + timedelta(seconds=1.5)
    ref = await world.new_slot(seats=1, opens_at=opens_at)

    early = await citizen.post("/v1/holds", wish(ref))
    state = (await shown(citizen, ref))["state"]
    await until(gateway, ref, "open")
    held = await citizen.post("/v1/holds", wish(ref))

    assert (early.json["code"], state, held.status) == ("not_open_yet", "unreleased", 201)


@pytest.mark.usefixtures("booking")
async def test_a_key_granted_at_another_gateway_is_answered_alike_when_the_slot_is_full(
    gateway: Gateway, other_gateway: Gateway, citizen: Client, world: World
) -> None:
    ref = await world.new_slot(seats=1)
    body, key = wish(ref), "granted-elsewhere"
    there = Client(citizen.http, other_gateway.config.public_url, citizen.token)
    held = await there.post("/v1/holds", body, key)
    await until(gateway, ref, "full")

    assert (await citizen.post("/v1/holds", body, key)).text == held.text


@pytest.mark.usefixtures("booking")
async def test_nobody_is_refused_by_what_was_written_before_the_slot_opened(
    gateway: Gateway, citizen: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_holds, "LIFE", timedelta(minutes=1))
    ref = await world.new_slot(seats=1, opens_at=datetime.now(UTC) + timedelta(seconds=1.5))

    early = await citizen.post("/v1/holds", wish(ref))
    await until(gateway, ref, "open")
    held = await citizen.post("/v1/holds", wish(ref))

    assert (early.json["code"], held.status) == ("not_open_yet", 201)


async def test_what_was_heard_is_acknowledged_also_when_nothing_follows(
    gateway: Gateway, world: World
) -> None:
    ref = await world.new_slot(seats=5)

    await world.tell(event_of(ref, EventType.SLOT_CHANGED, seq=1, capacity=5, remaining=0))
    await until(gateway, ref, "full")

    async def look() -> bool:
        return gateway.keeper._unsettled is None

    assert await eventually(look)


async def test_availability_needs_no_database(far: Far, world: World) -> None:
    ref = await world.new_slot(seats=5)
    await shown(far.caller, ref)

    await far.cables["database_url"].cut()
    await world.tell(event_of(ref, EventType.SLOT_CHANGED, seq=1, capacity=5, remaining=4))

    async def look() -> bool:
        return (await shown(far.caller, ref))["remaining"] == 4

    assert await eventually(look)
    answers = [await shown(far.caller, ref) for _ in range(200)]
    assert {answer["remaining"] for answer in answers} == {4}


@pytest.fixture
def slow_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is noticed by asking, but only by hearing of it."""
    monkeypatch.setattr(keeper, "BEAT_S", 60.0)


@pytest.mark.usefixtures("slow_beat")
async def test_a_lost_connection_is_doubted_without_asking(far: Far) -> None:
    await far.cables["amqp_url"].cut()

    await far.until_live(is_live=False)


async def test_without_its_broker_a_gateway_shows_what_the_database_says(
    far: Far, world: World
) -> None:
    ref = await world.new_slot(seats=5)

    await far.cables["amqp_url"].cut()
    await far.until_live(is_live=False)
    await world.change_silently(ref, 3)

    async def look() -> bool:
        return (await shown(far.caller, ref))["remaining"] == 3

    assert await eventually(look)
    assert seats_of(far.gateway, ref).remaining == 5


async def test_a_broker_that_says_nothing_any_more_is_not_trusted(far: Far, world: World) -> None:
    ref = await world.new_slot(seats=5)
    cable = far.cables["amqp_url"]

    cable.hears.clear()
    await far.until_live(is_live=False)
    await world.tell(event_of(ref, EventType.SLOT_CHANGED, seq=1, capacity=5, remaining=4))
    cable.hears.set()
    await far.until_live()

    async def look() -> bool:
        return seats_of(far.gateway, ref).remaining == 4

    assert await eventually(look)


async def test_what_was_missed_while_the_connection_was_cut_is_read(far: Far, world: World) -> None:
    ref = await world.new_slot(seats=5)

    await far.cables["amqp_url"].cut()
    await far.until_live(is_live=False)
    await world.change_silently(ref, 2)
    await far.cables["amqp_url"].join()
    await far.until_live()

    assert seats_of(far.gateway, ref).remaining == 2


async def test_a_gap_in_the_stream_makes_it_read_anew(far: Far, world: World) -> None:
    ref, other = await world.new_slot(seats=5), await world.new_slot(seats=5)
    kept = far.gateway.keeper
    await world.change_silently(ref, 2)

    kept._next_offset -= 7  # type: ignore[operator]  # it has heard of slots
    await world.tell(event_of(other, EventType.SLOT_CHANGED, seq=1, capacity=5, remaining=4))

    async def look() -> bool:
        return seats_of(far.gateway, ref).remaining == 2

    assert await eventually(look)
    await far.until_live()


async def test_a_message_that_says_nothing_makes_it_read_anew(
    far: Far, world: World, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "SNAPSHOT_S", 0.0)
    ref = await world.new_slot(seats=5)
    publisher = Publisher(stack.environment("booking")["ANTREAN_AMQP_URL"], "test")
    publisher.link.start()
    await publisher.link.up.wait()
    await world.change_silently(ref, 2)

    await publisher.send_plain(SLOTS_STREAM, b'{"slots": "of another kind"}')

    async def look() -> bool:
        return seats_of(far.gateway, ref).remaining == 2

    assert await eventually(look)
    await far.until_live()
    await publisher.link.stop()


async def test_a_stream_that_was_deleted_is_made_by_another_provisioning_and_read_again(
    far: Far, world: World, stack: Stack
) -> None:
    ref = await world.new_slot(seats=5)
    async with provision._management(stack.servers) as api:
        await provision._call(
            api, "DELETE", f"/api/queues/{stack.vhost}/antrean.slots.stream", None
        )
    await far.until_live(is_live=False)

    await provision.provision_broker(stack.servers, stack.vhost)
    await far.until_live()
    await world.tell(event_of(ref, EventType.SLOT_CHANGED, seq=1, capacity=5, remaining=4))

    async def look() -> bool:
        return seats_of(far.gateway, ref).remaining == 4

    assert await eventually(look)


async def test_a_change_that_was_never_heard_of_is_corrected_and_counted(
    far: Far, world: World
) -> None:
    lost, late = await world.new_slot(seats=5), await world.new_slot(seats=5)
    kept = far.gateway.keeper
    before = corrections()

    await world.change_silently(lost, 2)
    await world.change_silently(late, 2)
    await kept._check()
    known = seats_of(far.gateway, lost).remaining
    await world.tell(event_of(late, EventType.SLOT_CHANGED, seq=1, capacity=5, remaining=2))

    async def is_heard() -> bool:
        return kept._unheard == {lost.slot_id.int}

    assert await eventually(is_heard)
    await kept._check()
    assert (known, corrections() - before) == (2, 1)


def corrections() -> float:
    return REGISTRY.get_sample_value("antrean_memory_corrections_total") or 0.0


class Counting:
    """A pool that counts how often it is asked."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.borrowed = pool, 0

    def acquire(self, **_: Any) -> Any:
        self.borrowed += 1
        return self.pool.acquire()


@pytest.mark.usefixtures("booking")
async def test_500_who_ask_at_once_whether_they_were_answered_cost_two_statements(
    gateway: Gateway, citizen: Client, world: World
) -> None:
    pool: Any = Counting(gateway.pool)
    questions = Questions(pool)
    held = await citizen.post("/v1/holds", wish(await world.new_slot(seats=1)))
    ids = [UUID(held.json["request_id"]), *(uuid4() for _ in range(499))]

    answers = await asyncio.gather(*(questions.is_decided(one) for one in ids))

    assert answers == [True] + [False] * 499
    assert pool.borrowed <= 2


async def test_whoever_asks_without_a_database_hears_so(far: Far) -> None:
    await far.cables["database_url"].cut()

    trouble = await asyncio.gather(
        *(far.gateway.questions.is_decided(uuid4()) for _ in range(3)), return_exceptions=True
    )

    assert all(isinstance(one, Exception) and is_passing(one) for one in trouble)


async def test_other_places_are_named_as_booking_names_them(gateway: Gateway, world: World) -> None:
    service = "tempat"
    names = [f"tempat-{place}" for place in range(6)]
    for place, name in enumerate(names):
        await world.open_office(name, (service,))
        await world.admin.execute(
            "UPDATE booking.office SET lat = $2 WHERE id = $1", name, -6.2 - place**2 / 10
        )
        for ahead in (3, 2, 4):
            day = TODAY + timedelta(days=ahead + place)
            await world.open_slot(name, place % 5, day, service=service)

    async def by_booking(office: str) -> list[Alternative]:
        async with gateway.pool.acquire() as db:
            rows = await views.list_alternatives(db, office, service, 3)
        return [Alternative.model_validate(dict(row)) for row in rows]

    async def look() -> bool:
        known = await gateway.catalogue.places()
        return names[-1] in known and known[names[-1]].lat != -6.2

    await eventually(look)
    assert gateway.catalogue.memory.is_live
    for name in names:
        key = (name, service)
        assert await gateway.catalogue._load_alternatives(key) == await by_booking(name)

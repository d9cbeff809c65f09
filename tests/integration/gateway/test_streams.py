"""Pages that stay open: told of what changes, when it changes, and of nothing else."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from deploy.local.paths import free_port
from services.gateway import streams
from services.gateway.__main__ import running
from services.gateway.context import Gateway
from services.gateway.settings import GatewaySettings
from shared.messages import EventType, SlotRef
from tests.conftest import eventually
from tests.gateway_fixtures import ready
from tests.integration.gateway.cables import Far
from tests.integration.gateway.world import Client, World, event_of, wish

Told = tuple[str, str | None, Any]


class Reader:
    """Reads an open page event by event."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer
        self.comments = 0

    async def next(self, within_s: float = 10) -> Told:
        """Read the next event as (name, id, data); raises EOFError at the end."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(within_s):
            while line := (await self.answer.content.readline()).decode():
                if line.startswith(":"):
                    self.comments += 1
                name, _, value = line.rstrip("\n").partition(": ")
                fields |= {name: value} if name else {}
                if line == "\n" and "data" in fields:
                    return fields["event"], fields.get("id"), json.loads(fields["data"])
        raise EOFError


@contextlib.asynccontextmanager
async def reading(caller: Client, ref: SlotRef, **headers: str) -> AsyncIterator[Reader]:
    path = f"/v1/offices/{ref.office}/availability/stream?from={ref.date}&to={ref.date}"
    async with caller.http.get(caller.base + path, headers=headers) as answer:
        assert answer.status == 200
        yield Reader(answer)


async def change(world: World, ref: SlotRef, seq: int, remaining: int) -> None:
    seats = {"capacity": 9, "remaining": remaining}
    await world.tell(event_of(ref, EventType.SLOT_CHANGED, seq=seq, **seats))


async def until_nobody_reads(gateway: Gateway) -> None:
    async def look() -> bool:
        return gateway.streams.count == 0 and not gateway.streams._watches

    assert await eventually(look)


async def test_a_page_gets_all_there_is_and_then_what_changes(
    anybody: Client, world: World
) -> None:
    ref = await world.new_slot(seats=9)
    path = f"/v1/offices/{ref.office}/availability?from={ref.date}&to={ref.date}"
    shown = (await anybody.get(path)).json

    async with reading(anybody, ref) as page:
        first, first_id, whole = await page.next()
        await change(world, ref, 1, 8)
        second, second_id, slot = await page.next()
        headers = page.answer.headers

    assert (first, second) == ("availability", "slot")
    assert whole | {"as_of": None} == shown | {"as_of": None}
    assert first_id
    assert second_id not in {None, first_id}
    assert slot | {"opens_at": None} == {
        "date": ref.date.isoformat(),
        "session": "morning",
        "hours": "08:00-12:00",
        "state": "open",
        "capacity": 9,
        "remaining": 8,
        "opens_at": None,
    }
    assert slot["opens_at"]
    assert headers["Content-Type"] == "text/event-stream"
    assert (headers["Cache-Control"], headers["X-Accel-Buffering"]) == ("no-store", "no")


@pytest.mark.usefixtures("booking")
async def test_a_booking_is_seen_on_an_open_page(citizen: Client, world: World) -> None:
    ref = await world.new_slot(seats=1)

    async with reading(citizen, ref) as page:
        await page.next()
        await citizen.post("/v1/holds", wish(ref))
        _, _, slot = await page.next()

    assert (slot["state"], slot["remaining"]) == ("full", 0)


async def test_a_slot_that_opens_is_told_at_that_moment(anybody: Client, world: World) -> None:
    opens_at = datetime.now(UTC) + timedelta(seconds=1)
    ref = await world.new_slot(seats=9, opens_at=opens_at)

    async with reading(anybody, ref) as page:
        _, _, whole = await page.next()
        _, _, slot = await page.next()
        told_at = datetime.now(UTC)

    assert (whole["days"][0]["sessions"][0]["state"], slot["state"]) == ("unreleased", "open")
    assert told_at >= opens_at


async def test_who_comes_again_gets_only_what_is_new(anybody: Client, world: World) -> None:
    ref = await world.new_slot(seats=9)
    async with reading(anybody, ref) as page:
        _, known, _ = await page.next()
    assert known

    async with reading(anybody, ref, **{"Last-Event-ID": known}) as page:
        await change(world, ref, 1, 8)
        second, _, slot = await page.next()
    async with reading(anybody, ref, **{"Last-Event-ID": known}) as page:
        third, _, whole = await page.next()

    assert (second, slot["remaining"]) == ("slot", 8)
    assert (third, whole["days"][0]["sessions"][0]["remaining"]) == ("availability", 8)


async def test_many_changes_at_once_are_told_as_one(anybody: Client, world: World) -> None:
    ref = await world.new_slot(seats=9)

    async with reading(anybody, ref) as page:
        await page.next()
        for number in range(1, 9):
            await change(world, ref, number, 9 - number)
        told = [(await page.next())[2]["remaining"]]
        while told[-1] != 1:
            told.append((await page.next())[2]["remaining"])

    assert len(told) <= 3


async def test_pages_that_show_the_same_are_written_once(
    gateway: Gateway, anybody: Client, world: World
) -> None:
    ref = await world.new_slot(seats=9)
    await until_nobody_reads(gateway)

    async with contextlib.AsyncExitStack() as until:
        pages = [await until.enter_async_context(reading(anybody, ref)) for _ in range(20)]
        for page in pages:
            await page.next()
        shared, count = len(gateway.streams._watches), gateway.streams.count
        await change(world, ref, 1, 8)
        told = [await page.next() for page in pages]

    assert (shared, count) == (1, 20)
    assert len({str(one) for one in told}) == 1


async def test_a_page_that_is_closed_leaves_nothing_behind(
    gateway: Gateway, anybody: Client, world: World
) -> None:
    ref = await world.new_slot(seats=9)
    offer = gateway.catalogue.memory.offer(ref.office, "passport")
    await until_nobody_reads(gateway)

    async with reading(anybody, ref) as page:
        await page.next()
        before = (gateway.streams.count, len(offer.wakes))

    await until_nobody_reads(gateway)
    assert before == (1, 1)
    assert offer.wakes == []


async def test_silence_is_broken_by_a_heartbeat(
    anybody: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "BEAT_S", 0.1)
    ref = await world.new_slot(seats=9)

    async with reading(anybody, ref) as page:
        await page.next()
        while page.comments < 2:
            line = await asyncio.wait_for(page.answer.content.readline(), 10)
            page.comments += line.startswith(b":")

    assert page.comments == 2


async def test_a_page_that_does_not_read_is_cut_off(
    gateway: Gateway, anybody: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "UNREAD", 0)
    ref = await world.new_slot(seats=9)

    async with reading(anybody, ref) as page:
        await page.next()
        await change(world, ref, 1, 8)
        with pytest.raises(aiohttp.ClientPayloadError):
            await page.next()

    await until_nobody_reads(gateway)


async def test_a_page_that_was_open_for_long_comes_again(
    anybody: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "LIFE_S", (0.0, 0.0))
    ref = await world.new_slot(seats=9)

    async with reading(anybody, ref) as page:
        await page.next()
        with pytest.raises(EOFError):
            await page.next()


async def test_one_page_too_many_is_sent_away(
    anybody: Client, world: World, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = await world.new_slot(seats=9)
    await until_nobody_reads(gateway)
    monkeypatch.setattr(gateway.streams, "_most", 1)
    path = f"/v1/offices/{ref.office}/availability/stream"

    async with reading(anybody, ref):
        refused = await anybody.get(path)

    assert (refused.status, refused.json["code"]) == (503, "overloaded")
    assert int(refused.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/offices/nowhere/availability/stream", 404),
        ("/v1/offices/{}/availability/stream?from=x", 422),
    ],
)
async def test_what_cannot_be_shown_is_no_stream(
    path: str, status: int, anybody: Client, world: World
) -> None:
    assert (await anybody.get(path.format(world.new_office()))).status == status


async def test_a_gateway_that_ends_lets_its_pages_go_at_once(
    config: GatewaySettings, world: World, http: aiohttp.ClientSession
) -> None:
    ref = await world.new_slot(seats=9)
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    changed = config.model_copy(update={"port": port, "public_url": base})
    async with contextlib.AsyncExitStack() as until:
        async with running(changed):
            await ready(f"{base}/readyz")
            page = await until.enter_async_context(reading(Client(http, base), ref))
            await page.next()

        with pytest.raises(EOFError):
            await page.next(within_s=1)


async def test_an_open_page_is_told_from_the_database_while_the_broker_is_away(
    far: Far, world: World
) -> None:
    ref = await world.new_slot(seats=9)

    async with reading(far.caller, ref) as page:
        await page.next()
        await far.cables["amqp_url"].cut()
        await far.until_live(is_live=False)
        await world.change_silently(ref, 2)
        _, _, slot = await page.next()

    assert slot["remaining"] == 2

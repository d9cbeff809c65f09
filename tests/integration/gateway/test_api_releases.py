"""When quota opens next: at one office, or at the first of all."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.gateway.bodies import NextRelease
from tests.conftest import eventually
from tests.integration.gateway.cables import Far
from tests.integration.gateway.world import Client, World

SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
LATER = SOON + timedelta(days=2)


@pytest.fixture(autouse=True)
async def _nothing_else_opens(admin: Any) -> AsyncIterator[None]:
    yield
    await admin.execute("UPDATE booking.slot SET opens_at = now() WHERE opens_at > now()")


async def shown(client: Client, query: str = "") -> Any:
    return NextRelease.model_validate((await client.get(f"/v1/releases/next{query}")).json).release


async def test_an_office_says_when_its_quota_opens_and_with_how_many_seats(
    anybody: Client, world: World
) -> None:
    office = world.new_office()
    await world.open_slot(office, seats=7, opens_at=LATER)
    await world.open_slot(office, seats=4, session="afternoon", opens_at=SOON)
    await world.open_slot(office, seats=2, day=SOON.date() + timedelta(days=9), opens_at=SOON)

    async def look() -> Any:
        return await shown(anybody, f"?office={office}&service=passport")

    release = await eventually(look)
    assert (release.opens_at, release.seats, release.offices) == (SOON, 6, 1)
    assert (release.office, release.timezone) == (office, "Asia/Jakarta")


async def test_where_quota_is_open_already_or_closed_nothing_is_said_to_open(
    anybody: Client, world: World
) -> None:
    ref = await world.new_slot(seats=3)
    await world.open_slot(ref.office, seats=3, session="afternoon", opens_at=SOON, closed=True)

    answer = await anybody.get(f"/v1/releases/next?office={ref.office}")

    assert (answer.status, answer.json) == (200, {"release": None})


@pytest.mark.parametrize("is_live", [True, False])
async def test_the_first_opening_of_all_offices_is_told_by_memory_and_by_the_ledger_alike(
    is_live: bool, far: Far, world: World
) -> None:
    first, second, third = (world.new_office() for _ in range(3))
    for office, moment in ((first, LATER), (second, SOON), (third, SOON)):
        await world.open_slot(office, seats=5, opens_at=moment)
    if not is_live:
        await far.cables["amqp_url"].cut()
        await far.until_live(is_live=False)

    async def look() -> Any:
        release = await shown(far.caller)
        return release if release and release.offices == 2 else None

    release = await eventually(look)
    assert (release.opens_at, release.seats) == (SOON, 10)
    assert release.office == min(second, third)


async def test_a_moment_that_has_come_is_not_shown_any_more(anybody: Client, world: World) -> None:
    office = world.new_office()
    await world.open_slot(office, seats=1, opens_at=datetime.now(UTC) + timedelta(seconds=2))

    async def look() -> Any:
        return await shown(anybody, f"?office={office}")

    assert await eventually(look)
    opened = await eventually(lambda: _is_none(look))
    assert opened


async def _is_none(look: Any) -> bool:
    return await look() is None


async def test_an_unknown_office_is_404_and_an_unknown_service_opens_nowhere(
    anybody: Client,
) -> None:
    office = await anybody.get("/v1/releases/next?office=nowhere")
    service = await anybody.get("/v1/releases/next?service=nothing")

    assert (office.status, office.json["code"]) == (404, "unknown_office")
    assert (service.status, service.json) == (200, {"release": None})

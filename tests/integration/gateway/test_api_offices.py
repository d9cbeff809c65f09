"""Where, when and how many: public, and the same for everybody."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.conftest import eventually
from tests.integration.gateway.world import TODAY, Client, World


async def offices(client: Client, query: str = "") -> list[str]:
    return [one["office"] for one in (await client.get(f"/v1/offices?{query}")).json["offices"]]


async def days(client: Client, office: str, query: str = "") -> list[dict[str, Any]]:
    path = f"/v1/offices/{office}/availability?service=passport&{query}"
    return list((await client.get(path)).json["days"])


async def test_an_office_is_found_by_words_and_says_when_it_is_free(
    anybody: Client, world: World
) -> None:
    ref = await world.new_slot(seats=4)

    async def look() -> Any:
        found = (await anybody.get(f"/v1/offices?q={ref.office}")).json["offices"]
        return found if found and found[0]["next_available"] else None

    (office,) = await eventually(look)
    assert office["next_available"] == {
        "date": ref.date.isoformat(),
        "session": "morning",
        "remaining": 4,
    }
    names = {"office", "name", "address", "province", "timezone", "lat", "lon", "phone", "services"}
    assert names <= office.keys()


async def test_a_brief_list_leaves_out_what_a_phone_does_not_show(
    anybody: Client, world: World
) -> None:
    office = world.new_office()

    async def look(more: str) -> Any:
        (found,) = (await anybody.get(f"/v1/offices?q={office}{more}")).json["offices"]
        return found

    whole, brief = await look(""), await look("&brief=true")

    assert whole.keys() - brief.keys() == {"short_name", "phone"}
    assert (brief["lat"], brief["lon"]) == (round(whole["lat"], 4), round(whole["lon"], 4))


async def test_a_long_list_travels_compressed(anybody: Client, world: World) -> None:
    assert len(world.offices) > 1

    small = await anybody.get("/v1/offices", headers={"Accept-Encoding": "gzip"})
    plain = await anybody.get("/v1/offices", headers={"Accept-Encoding": "identity"})

    assert small.headers["Content-Encoding"] == "gzip"
    assert int(small.headers["Content-Length"]) * 3 < int(plain.headers["Content-Length"])
    assert small.json == plain.json


async def test_only_offices_with_seats_are_listed_on_request(anybody: Client, world: World) -> None:
    full, free = await world.new_slot(seats=0), await world.new_slot(seats=1)

    async def look() -> bool:
        listed = await offices(anybody, "available=true")
        return free.office in listed and full.office not in listed

    await eventually(look)


async def test_the_nearest_comes_first(anybody: Client, world: World) -> None:
    office = world.new_office()
    await world.admin.execute(
        "UPDATE booking.office SET lat = -8.65, lon = 115.22 WHERE id = $1", office
    )

    async def look() -> bool:
        return (await offices(anybody, "near=-8.65,115.22"))[0] == office

    await eventually(look)


async def test_a_service_that_nobody_offers_lists_no_office(anybody: Client) -> None:
    assert await offices(anybody, "service=stamps") == []


async def test_an_unknown_office_is_404(anybody: Client) -> None:
    answers = [
        await anybody.get("/v1/offices/nowhere"),
        await anybody.get("/v1/offices/nowhere/availability"),
    ]

    assert [(a.status, a.json["code"]) for a in answers] == [(404, "unknown_office")] * 2


async def test_every_state_of_a_session_is_shown(anybody: Client, world: World) -> None:
    office, later = world.new_office(), datetime.now(UTC) + timedelta(hours=1)
    slots: list[dict[str, Any]] = [
        {"seats": 3},
        {"seats": 0},
        {"seats": 3, "closed": True},
        {"seats": 3, "opens_at": later},
    ]
    for ahead, more in enumerate(slots, start=1):
        await world.open_slot(office, day=TODAY + timedelta(days=ahead), **more)

    shown = await days(anybody, office, f"from={TODAY + timedelta(days=1)}")

    mornings = [day["sessions"][0] for day in shown[:5]]
    assert [one["state"] for one in mornings] == [
        *("open", "full", "closed", "unreleased", "not_offered")
    ]
    assert mornings[3]["opens_at"]
    assert mornings[0] | {"opens_at": None} == {
        "session": "morning",
        "hours": "08:00-12:00",
        "state": "open",
        "capacity": 3,
        "remaining": 3,
        "opens_at": None,
    }


async def test_what_did_not_change_is_304(anybody: Client, world: World) -> None:
    ref = await world.new_slot(seats=4)
    path = f"/v1/offices/{ref.office}/availability?service=passport"

    first = await anybody.get(path)
    assert first.status == 200, first.headers
    again = await anybody.get(path, headers={"If-None-Match": first.headers["ETag"]})
    other = await anybody.get(path, headers={"If-None-Match": '"other"'})

    assert "max-age" in first.headers["Cache-Control"]
    assert (again.status, again.text, other.status) == (304, "", 200)


@pytest.mark.parametrize("query", ["from=2020-01-01", "from=2027-01-10&to=2027-01-01", "to=x"])
async def test_days_that_make_no_sense_are_422(query: str, anybody: Client, world: World) -> None:
    office = world.new_office()

    answer = await anybody.get(f"/v1/offices/{office}/availability?service=passport&{query}")

    assert (answer.status, answer.json["code"]) == (422, "invalid")

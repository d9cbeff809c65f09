"""The ticket: found, shown, put into a calendar, moved, cancelled."""

import os
import signal
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.integration.gateway.world import TODAY, Client, World, wish

pytestmark = pytest.mark.usefixtures("booking")


@pytest.fixture
async def booked(world: World, citizen: Client) -> Any:
    ref = await world.new_slot(seats=3)
    body = wish(ref)
    held = (await citizen.post("/v1/holds", body)).json
    code = {"approval_code": held["approval_code"]}
    booking = (await citizen.post(f"/v1/holds/{held['hold_id']}/confirm", code)).json
    return booking | {"ref": ref, "name": body["applicant"]["name"]}


async def test_a_ticket_is_found_by_code_and_birth_date_however_the_code_is_typed(
    booked: Any, anybody: Client
) -> None:
    typed = f" {booked['booking_code'].replace('-', '').lower()} "

    found = await anybody.post(
        "/v1/bookings/find", {"booking_code": typed, "birth_date": "1990-08-17"}
    )

    assert (found.status, found.json["booking_code"]) == (200, booked["booking_code"])
    assert found.json["applicant"] == {"name": booked["name"]}


async def test_the_calendar_file_names_place_and_hour_and_nobody(
    booked: Any, citizen: Client
) -> None:
    calendar = await citizen.get(f"/v1/bookings/{booked['booking_code']}/ticket.ics")

    lines = calendar.text.split("\r\n")
    day = f"{booked['ref'].date:%Y%m%d}"
    assert calendar.headers["Content-Type"].startswith("text/calendar")
    assert (lines[0], lines[-2]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert any(line.startswith("DTSTART") and day in line for line in lines)
    assert all(len(line.encode()) <= 75 for line in lines)
    assert booked["name"].split()[1] not in calendar.text


async def test_the_qr_code_is_a_picture(booked: Any, citizen: Client) -> None:
    picture = await citizen.get(f"/v1/bookings/{booked['booking_code']}/qr.svg")

    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    assert ET.fromstring(picture.text).tag.endswith("svg")  # noqa: S314 our own


async def test_a_booking_moves_and_keeps_its_code(
    booked: Any, citizen: Client, world: World
) -> None:
    ref = booked["ref"]
    other = await world.open_slot(ref.office, seats=1, day=TODAY + timedelta(days=14))
    path = f"/v1/bookings/{booked['booking_code']}"

    moved = await citizen.post(
        f"{path}/reschedule", {"date": other.date.isoformat(), "session": "morning"}
    )
    shown = await citizen.get(path)

    assert (moved.status, moved.json["date"]) == (201, other.date.isoformat())
    assert shown.json["date"] == other.date.isoformat()
    assert shown.json["booking_code"] == booked["booking_code"]
    assert [await world.remaining(one) for one in (ref, other)] == [3, 0]


async def test_a_booking_that_cannot_move_stays_where_it_is(
    booked: Any, citizen: Client, world: World
) -> None:
    full = await world.open_slot(booked["ref"].office, seats=0, day=TODAY + timedelta(days=14))
    path = f"/v1/bookings/{booked['booking_code']}"

    refused = await citizen.post(
        f"{path}/reschedule", {"date": full.date.isoformat(), "session": "morning"}
    )

    assert (refused.status, refused.json["code"]) == (409, "slot_full")
    assert (await citizen.get(path)).json["date"] == booked["ref"].date.isoformat()


async def test_a_cancelled_booking_frees_its_seat_once(
    booked: Any, citizen: Client, world: World
) -> None:
    path = f"/v1/bookings/{booked['booking_code']}"

    gone = await citizen.post(f"{path}/cancel")
    again = await citizen.post(f"{path}/cancel")

    assert (gone.status, gone.json["state"]) == (200, "cancelled")
    assert (again.status, again.json["state"]) == (200, "cancelled")
    assert (await citizen.get(path)).json["state"] == "cancelled"
    assert await world.remaining(booked["ref"]) == 3


async def test_confirming_twice_gives_the_same_booking(world: World, citizen: Client) -> None:
    held = (await citizen.post("/v1/holds", wish(await world.new_slot(seats=1)))).json
    path, code = f"/v1/holds/{held['hold_id']}/confirm", {"approval_code": held["approval_code"]}

    first, second = [await citizen.post(path, code) for _ in range(2)]

    assert (first.status, second.status) == (201, 201)
    assert first.json["booking_code"] == second.json["booking_code"]


async def test_who_holds_the_ticket_reads_a_refusal_that_came_late(
    booked: Any, anybody: Client, citizen: Client, world: World, booking: Any
) -> None:
    full = await world.open_slot(booked["ref"].office, seats=0, day=TODAY + timedelta(days=14))
    proof = {"booking_code": booked["booking_code"], "birth_date": "1990-08-17"}
    ticket = (await anybody.post("/v1/bookings/find", proof)).json["ticket_token"]
    headers = {"Authorization": f"Bearer {ticket}"}
    path = f"/v1/bookings/{booked['booking_code']}/reschedule"
    wished = {"date": full.date.isoformat(), "session": "morning"}

    os.kill(booking.pid, signal.SIGSTOP)
    try:
        begun = await anybody.post(path, wished, headers=headers | {"Prefer": "wait=0"})
    finally:
        os.kill(booking.pid, signal.SIGCONT)
    place = begun.headers["Location"]
    await citizen.get(f"{place}?wait=10")
    told = await anybody.get(place, headers=headers)

    assert begun.status == 202
    assert (told.status, told.json["outcome"]["code"]) == (200, "slot_full")


async def test_what_is_there_already_is_changed_without_a_key(
    world: World, citizen: Client
) -> None:
    async def call(method: str, path: str, body: Any = None) -> Any:
        return await citizen.call(method, path, json=body)

    held = (await citizen.post("/v1/holds", wish(await world.new_slot(seats=1)))).json
    path, code = f"/v1/holds/{held['hold_id']}", {"approval_code": held["approval_code"]}
    twice = [await call("POST", f"{path}/confirm", code) for _ in range(2)]
    ticket = f"/v1/bookings/{twice[0].json['booking_code']}"
    gone = [await call("POST", f"{ticket}/cancel") for _ in range(2)]

    assert [one.status for one in (*twice, *gone)] == [201, 201, 200, 200]
    assert twice[0].json["booking_code"] == twice[1].json["booking_code"]
    assert (await call("POST", "/v1/holds", wish(await world.new_slot(seats=1)))).status == 400

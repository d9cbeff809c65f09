"""What a citizen has: found after a login, on whatever device."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.messages import Contact
from tests.integration.gateway.world import TODAY, Client, LogIn, World, wish

pytestmark = pytest.mark.usefixtures("booking")


async def book(citizen: Client, world: World, days: int, office: str | None = None) -> Any:
    """Book a place so many days from now."""
    day = TODAY + timedelta(days=days)
    ref = await world.open_slot(office or world.new_office(), seats=1, day=day)
    held = (await citizen.post("/v1/holds", wish(ref))).json
    code = {"approval_code": held["approval_code"]}
    return (await citizen.post(f"/v1/holds/{held['hold_id']}/confirm", code)).json


async def let_pass(admin: Any, code: str, days: int) -> None:
    """Let a visit be over since so many days."""
    await admin.execute(
        """
        UPDATE booking.hold SET state = 'visited', ended_at = now() - $2::interval
         WHERE id = (SELECT hold_id FROM booking.booking WHERE code = $1)
        """,
        code.replace("-", ""),
        timedelta(days=days),
    )


async def mine(citizen: Client) -> Any:
    answer = await citizen.get("/v1/bookings")
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    return answer.json


async def test_who_has_nothing_is_shown_nothing(citizen: Client) -> None:
    assert await mine(citizen) == {"bookings": [], "holds": []}


async def test_bookings_to_come_stand_first_and_then_what_was_of_late(
    world: World, citizen: Client, admin: Any
) -> None:
    long_ago, last_week, gone, later, soon = [
        await book(citizen, world, days) for days in (3, 4, 9, 12, 5)
    ]
    await let_pass(admin, long_ago["booking_code"], days=31)
    await let_pass(admin, last_week["booking_code"], days=7)
    await citizen.post(f"/v1/bookings/{gone['booking_code']}/cancel")

    shown = (await mine(citizen))["bookings"]

    expected = [(soon, "confirmed"), (later, "confirmed")]
    expected += [(gone, "cancelled"), (last_week, "visited")]
    assert [(one["booking_code"], one["state"]) for one in shown] == [
        (one["booking_code"], state) for one, state in expected
    ]
    ticket = await citizen.get(f"/v1/bookings/{soon['booking_code']}")
    assert shown[0] == ticket.json


async def test_a_hold_is_shown_with_its_code_as_long_as_it_stands(
    world: World, citizen: Client, admin: Any
) -> None:
    ref = await world.new_slot(seats=4)
    kept, lapsed, released = [(await citizen.post("/v1/holds", wish(ref))).json for _ in range(3)]
    await citizen.call("DELETE", f"/v1/holds/{released['hold_id']}")
    await admin.execute(
        "UPDATE booking.hold SET expires_at = now() WHERE id = $1::uuid", lapsed["hold_id"]
    )

    shown = await mine(citizen)

    assert shown == {"bookings": [], "holds": [kept]}


async def test_a_booking_that_moved_is_shown_once_where_it_is_now(
    world: World, citizen: Client
) -> None:
    office = world.new_office()
    booked = await book(citizen, world, 10, office)
    other = await world.open_slot(office, seats=1, day=TODAY + timedelta(days=14))
    wished = {"date": other.date.isoformat(), "session": "morning"}
    await citizen.post(f"/v1/bookings/{booked['booking_code']}/reschedule", wished)

    (shown,) = (await mine(citizen))["bookings"]

    assert (shown["booking_code"], shown["date"]) == (booked["booking_code"], wished["date"])


async def test_nobody_is_shown_what_others_have(
    world: World, citizen: Client, log_in: LogIn, anybody: Client
) -> None:
    booked = await book(citizen, world, 10)
    proof = {"booking_code": booked["booking_code"], "birth_date": "1990-08-17"}
    ticket = (await anybody.post("/v1/bookings/find", proof)).json["ticket_token"]

    other = await mine(await log_in())
    by_ticket = await anybody.get("/v1/bookings", headers={"Authorization": f"Bearer {ticket}"})

    assert other == {"bookings": [], "holds": []}
    assert (by_ticket.status, by_ticket.json["code"]) == (401, "login_required")


async def test_what_was_booked_on_another_device_is_shown_too(
    world: World, citizen: Client, log_in: LogIn
) -> None:
    booked = await book(citizen, world, 10)

    again = await log_in(citizen.phone)

    (shown,) = (await mine(again))["bookings"]
    assert shown["booking_code"] == booked["booking_code"]


@pytest.fixture
async def both(log_in: LogIn) -> tuple[Client, Client]:
    """Somebody whose number WhatsApp hid at first, and the same person since it is shown."""
    bsuid = f"ID.{uuid4().int % 10**15}"
    hidden = await log_in(writes_as=Contact(bsuid=bsuid))
    shown = await log_in(hidden.phone, Contact(phone=hidden.phone, bsuid=bsuid))
    return hidden, shown


async def test_what_was_made_while_the_number_was_hidden_is_shown_beside_the_rest(
    world: World, both: tuple[Client, Client]
) -> None:
    hidden, shown = both
    early, late = await book(hidden, world, 12), await book(shown, world, 5)
    held = (await hidden.post("/v1/holds", wish(await world.new_slot(seats=1)))).json

    listed = await mine(shown)

    codes = [one["booking_code"] for one in listed["bookings"]]
    assert codes == [late["booking_code"], early["booking_code"]]
    assert listed["holds"] == [held]


async def test_what_was_made_while_the_number_was_hidden_can_be_acted_on(
    world: World, both: tuple[Client, Client]
) -> None:
    hidden, shown = both
    booked, moved = await book(hidden, world, 12), await book(hidden, world, 9, world.new_office())
    other = await world.open_slot(moved["office"], seats=1, day=TODAY + timedelta(days=14))
    kept, dropped = [
        (await hidden.post("/v1/holds", wish(await world.new_slot(seats=1)))).json for _ in "ab"
    ]
    there = {"date": other.date.isoformat(), "session": "morning"}

    answers = [
        await shown.get(f"/v1/requests/{kept['request_id']}"),
        await shown.post(f"/v1/holds/{kept['hold_id']}/extend"),
        await shown.call("DELETE", f"/v1/holds/{dropped['hold_id']}"),
        await shown.get(f"/v1/bookings/{booked['booking_code']}"),
        await shown.post(f"/v1/bookings/{booked['booking_code']}/cancel"),
        await shown.post(f"/v1/bookings/{moved['booking_code']}/reschedule", there),
    ]
    (held,) = (await mine(shown))["holds"]
    code = {"approval_code": held["approval_code"]}
    confirmed = await shown.post(f"/v1/holds/{held['hold_id']}/confirm", code)

    assert [answer.status for answer in answers] == [200, 200, 200, 200, 200, 201]
    assert answers[0].json["outcome"]["approval_code"] == kept["approval_code"]
    assert confirmed.status == 201


async def test_a_number_alone_does_not_prove_who_writes_without_it(
    world: World, both: tuple[Client, Client], log_in: LogIn
) -> None:
    hidden, _ = both
    booked = await book(hidden, world, 12)

    by_number = await log_in(hidden.phone)

    assert await mine(by_number) == {"bookings": [], "holds": []}
    assert (await by_number.get(f"/v1/bookings/{booked['booking_code']}")).status == 404

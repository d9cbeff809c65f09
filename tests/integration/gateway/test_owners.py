"""Somebody else's hold, booking or request is as unknown as one that never was."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from services.gateway.app import ENDPOINTS
from services.gateway.callers import Access
from tests.integration.gateway.world import Client, LogIn, World, wish

pytestmark = pytest.mark.usefixtures("booking")

OWNED = [e for e in ENDPOINTS if "{" in e.path and e.access != Access.EVERYBODY]
GUARDED = [e for e in ENDPOINTS if e.access != Access.EVERYBODY]
BODIES = {
    "ApprovalCode": {"approval_code": "7K4M2Q"},
    "SlotWish": {"date": "2099-01-01", "session": "morning"},
    "HoldWish": {},
}
UNKNOWN = {"hold": str(uuid4()), "request": str(uuid4()), "code": "0000-0000-0000"}


@dataclass(frozen=True, slots=True)
class Theirs:
    """What one citizen has: a hold, a booking, and the ids of both."""

    ids: dict[str, str]
    owner: Client
    booking: dict[str, Any]


@pytest.fixture
async def theirs(world: World, log_in: LogIn) -> Theirs:
    owner, ref = await log_in(), await world.new_slot(seats=5)
    held = (await owner.post("/v1/holds", wish(ref))).json
    other = (await owner.post("/v1/holds", wish(ref))).json
    path = f"/v1/holds/{other['hold_id']}/confirm"
    booked = (await owner.post(path, {"approval_code": other["approval_code"]})).json
    ids = {"hold": held["hold_id"], "request": held["request_id"], "code": booked["booking_code"]}
    return Theirs(ids, owner, booked)


async def ask(client: Client, endpoint: Any, ids: dict[str, str]) -> Any:
    body = BODIES[endpoint.body.__name__] if endpoint.body else None
    headers = {"Idempotency-Key": uuid4().hex}
    path = endpoint.path.format(**ids)
    return await client.call(endpoint.method, path, json=body, headers=headers)


def name(endpoint: Any) -> str:
    return f"{endpoint.method} {endpoint.path}"


@pytest.mark.parametrize("endpoint", OWNED, ids=name)
async def test_another_citizen_meets_what_they_would_meet_for_nothing(
    endpoint: Any, theirs: Theirs, log_in: LogIn, admin: Any
) -> None:
    stranger = await log_in()
    before = await state_of(admin, theirs)

    answer = await ask(stranger, endpoint, theirs.ids)
    nothing = await ask(stranger, endpoint, UNKNOWN)

    assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert without_ids(answer.json) == without_ids(nothing.json)
    assert await state_of(admin, theirs) == before


@pytest.mark.parametrize("endpoint", GUARDED, ids=name)
async def test_nobody_gets_in_without_a_token(
    endpoint: Any, theirs: Theirs, anybody: Client
) -> None:
    answer = await ask(anybody, endpoint, theirs.ids)

    assert (answer.status, answer.json["code"]) == (401, "login_required")


async def test_the_owner_does_see_what_the_stranger_does_not(theirs: Theirs) -> None:
    shown = [
        await theirs.owner.get(f"/v1/bookings/{theirs.ids['code']}"),
        await theirs.owner.get(f"/v1/requests/{theirs.ids['request']}"),
        await theirs.owner.get(f"/v1/bookings/{theirs.ids['code']}/ticket.ics"),
    ]

    assert [answer.status for answer in shown] == [200, 200, 200]


async def test_a_ticket_opens_its_own_booking_alone(
    theirs: Theirs, anybody: Client, world: World, log_in: LogIn
) -> None:
    other, ref = await log_in(), await world.new_slot(seats=1)
    held = (await other.post("/v1/holds", wish(ref))).json
    path = f"/v1/holds/{held['hold_id']}/confirm"
    booked = (await other.post(path, {"approval_code": held["approval_code"]})).json
    proof = {"booking_code": booked["booking_code"], "birth_date": "1990-08-17"}
    ticket = (await anybody.post("/v1/bookings/find", proof)).json["ticket_token"]
    holder = Client(anybody.http, anybody.base, token=ticket)

    own = await holder.get(f"/v1/bookings/{booked['booking_code']}")
    foreign = await holder.get(f"/v1/bookings/{theirs.ids['code']}")
    hold = await holder.post("/v1/holds", wish(ref))

    assert (own.status, foreign.status, hold.status) == (200, 404, 401)


async def test_a_ticket_does_not_open_another_booking_of_its_owner(
    theirs: Theirs, anybody: Client, world: World
) -> None:
    held = (await theirs.owner.post("/v1/holds", wish(await world.new_slot(seats=1)))).json
    code = {"approval_code": held["approval_code"]}
    other = (await theirs.owner.post(f"/v1/holds/{held['hold_id']}/confirm", code)).json
    proof = {"booking_code": other["booking_code"], "birth_date": "1990-08-17"}
    ticket = (await anybody.post("/v1/bookings/find", proof)).json["ticket_token"]
    holder = Client(anybody.http, anybody.base, token=ticket)

    shown = await holder.get(f"/v1/bookings/{theirs.ids['code']}")
    ended = await holder.post(f"/v1/bookings/{theirs.ids['code']}/cancel")

    assert (shown.status, ended.status) == (404, 404)


async def test_a_code_with_the_wrong_birth_date_and_an_unknown_code_are_told_apart_by_nobody(
    theirs: Theirs, anybody: Client
) -> None:
    wrong = {"booking_code": theirs.ids["code"], "birth_date": "1990-08-18"}
    unknown = {"booking_code": UNKNOWN["code"], "birth_date": "1990-08-17"}

    answers = [await anybody.post("/v1/bookings/find", proof) for proof in (wrong, unknown)]

    assert [answer.status for answer in answers] == [404, 404]
    assert without_ids(answers[0].json) == without_ids(answers[1].json)


async def state_of(admin: Any, theirs: Theirs) -> list[Any]:
    rows = await admin.fetch(
        "SELECT id, state, wrong_tries, slot_id FROM booking.hold WHERE owner_key = $1 ORDER BY id",
        bytes.fromhex(await owner_key(admin, theirs)),
    )
    return [tuple(row) for row in rows]


async def owner_key(admin: Any, theirs: Theirs) -> str:
    found = await admin.fetchval(
        "SELECT encode(owner_key, 'hex') FROM booking.hold WHERE id = $1::uuid", theirs.ids["hold"]
    )
    return str(found)


def without_ids(problem: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in problem.items() if not key.endswith("_id")}

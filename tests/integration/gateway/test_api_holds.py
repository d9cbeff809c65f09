import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.gateway.context import Gateway
from shared.keys import Keys
from shared.messages import command_id
from tests.conftest import eventually
from tests.integration.gateway.world import TODAY, Client, LogIn, World, wish

pytestmark = pytest.mark.usefixtures("booking")
THE_FIFTH = TODAY + timedelta(days=5)


async def test_a_hold_is_granted_confirmed_and_shown(world: World, citizen: Client) -> None:
    ref = await world.new_slot(seats=2)

    held = await citizen.post("/v1/holds", wish(ref, name="Siti Aminah"))
    code = {"approval_code": held.json["approval_code"].lower()}
    booked = await citizen.post(f"/v1/holds/{held.json['hold_id']}/confirm", code)
    shown = await citizen.get(f"/v1/bookings/{booked.json['booking_code']}")

    assert (held.status, booked.status, shown.status) == (201, 201, 200)
    assert shown.json["applicant"] == {"name": "Siti Aminah"}
    assert shown.json["queue_number"] == booked.json["queue_number"] == "A-001"
    assert shown.json["service_hour"] == "08:00-08:30"


async def test_the_same_key_gives_the_same_answer(world: World, citizen: Client) -> None:
    body, key = wish(await world.new_slot(seats=1)), uuid4().hex

    answers = [await citizen.post("/v1/holds", body, key) for _ in range(3)]

    assert {a.status for a in answers} == {201}
    assert len({a.text for a in answers}) == 1


async def test_five_copies_at_once_make_one_hold(world: World, citizen: Client) -> None:
    ref, key = await world.new_slot(seats=5), uuid4().hex
    body = wish(ref)

    answers = await asyncio.gather(*(citizen.post("/v1/holds", body, key) for _ in range(5)))

    assert len({a.text for a in answers}) == 1
    assert await world.remaining(ref) == 4


async def test_another_body_under_the_same_key_is_a_conflict(world: World, citizen: Client) -> None:
    ref, key = await world.new_slot(seats=5), uuid4().hex

    first = await citizen.post("/v1/holds", wish(ref), key)
    second = await citizen.post("/v1/holds", wish(ref), key)

    assert (first.status, second.status) == (201, 422)
    assert second.json["code"] == "idempotency_conflict"


async def test_two_bodies_under_one_key_at_once_make_one_hold_and_one_conflict(
    world: World, citizen: Client
) -> None:
    ref, key = await world.new_slot(seats=5), uuid4().hex

    answers = await asyncio.gather(*(citizen.post("/v1/holds", wish(ref), key) for _ in range(2)))

    assert sorted(a.status for a in answers) == [201, 422]


async def test_a_full_slot_says_where_there_still_is_quota(world: World, citizen: Client) -> None:
    ref = await world.new_slot(seats=0)
    free = await world.open_slot(ref.office, seats=3, day=THE_FIFTH)

    refused = await citizen.post("/v1/holds", wish(ref))

    assert (refused.status, refused.json["code"]) == (409, "slot_full")
    assert refused.json["alternatives"][0]["date"] == free.date.isoformat()


async def test_a_closed_slot_is_refused(world: World, citizen: Client) -> None:
    refused = await citizen.post("/v1/holds", wish(await world.new_slot(seats=3, closed=True)))

    assert (refused.status, refused.json["code"]) == (409, "slot_closed")


async def test_a_slot_that_is_not_open_yet_says_when_it_opens(
    world: World, citizen: Client
) -> None:
    opens_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)

    refused = await citizen.post(
        "/v1/holds", wish(await world.new_slot(seats=3, opens_at=opens_at))
    )

    assert (refused.status, refused.json["code"]) == (409, "not_open_yet")
    assert datetime.fromisoformat(refused.json["opens_at"]) == opens_at


async def test_a_service_that_the_office_does_not_offer_is_refused(
    world: World, citizen: Client
) -> None:
    body = wish(await world.new_slot(seats=3)) | {"service": "stamps"}

    refused = await citizen.post("/v1/holds", body)

    assert (refused.status, refused.json["code"]) == (409, "not_offered")
    assert refused.json["services"] == ["passport"]


async def test_an_unknown_office_and_an_unknown_slot_are_404(world: World, citizen: Client) -> None:
    ref = await world.new_slot(seats=3)

    office = await citizen.post("/v1/holds", wish(ref) | {"office": "nowhere"})
    slot = await citizen.post("/v1/holds", wish(ref) | {"date": THE_FIFTH.isoformat()})

    assert (office.status, office.json["code"]) == (404, "unknown_office")
    assert (slot.status, slot.json["code"]) == (404, "unknown_slot")


async def test_the_only_service_may_be_left_out(world: World, citizen: Client) -> None:
    body = wish(await world.new_slot(seats=1))
    del body["service"]

    assert (await citizen.post("/v1/holds", body)).json["service"] == "passport"


async def test_a_service_must_be_named_where_there_are_several(
    world: World, citizen: Client
) -> None:
    office = world.new_office(("passport", "visa"))
    body = wish(await world.open_slot(office, seats=1))
    del body["service"]

    refused = await citizen.post("/v1/holds", body)

    assert (refused.status, refused.json["code"]) == (422, "invalid")
    assert refused.json["services"] == ["passport", "visa"]


async def test_one_applicant_gets_one_hold_whoever_asks(world: World, log_in: LogIn) -> None:
    refs = [await world.new_slot(seats=1) for _ in range(5)]
    citizens = [await log_in() for _ in range(5)]
    person = wish(refs[0])["applicant"]

    answers = await asyncio.gather(
        *(
            c.post("/v1/holds", wish(ref) | {"applicant": person})
            for c, ref in zip(citizens, refs, strict=True)
        )
    )

    assert Counter(a.json.get("code", "held") for a in answers) == {"held": 1, "already_booked": 4}


async def test_a_phone_has_a_cap(world: World, citizen: Client) -> None:
    ref = await world.new_slot(seats=10)

    answers = [await citizen.post("/v1/holds", wish(ref)) for _ in range(6)]

    codes = [a.json.get("code", "held") for a in answers]
    assert codes == ["held"] * 5 + ["too_many_for_phone"]


async def test_a_wrong_code_tells_how_many_tries_are_left(world: World, citizen: Client) -> None:
    held = await citizen.post("/v1/holds", wish(await world.new_slot(seats=1)))
    path = f"/v1/holds/{held.json['hold_id']}/confirm"

    answers = [await citizen.post(path, {"approval_code": "000000"}) for _ in range(6)]

    assert [a.json["code"] for a in answers] == ["wrong_code"] * 5 + ["hold_expired"]
    assert [a.json.get("tries_left") for a in answers] == [4, 3, 2, 1, 0, None]


async def test_a_hold_given_back_frees_its_seat(world: World, citizen: Client) -> None:
    ref = await world.new_slot(seats=1)
    held = await citizen.post("/v1/holds", wish(ref))
    path = f"/v1/holds/{held.json['hold_id']}"

    first, again = await citizen.call("DELETE", path), await citizen.call("DELETE", path)

    assert [one.status for one in (first, again)] == [200, 200]
    assert [one.json["state"] for one in (first, again)] == ["released", "released"]
    assert await world.remaining(ref) == 1


async def test_100_rivals_for_10_seats_make_exactly_10_holds(world: World, log_in: LogIn) -> None:
    ref = await world.new_slot(seats=10)
    rivals = await asyncio.gather(*(log_in() for _ in range(100)))

    answers = await asyncio.gather(*(r.post("/v1/holds", wish(ref)) for r in rivals))

    assert Counter(a.json.get("code", "held") for a in answers) == {"held": 10, "slot_full": 90}
    assert await world.remaining(ref) == 0


async def test_who_waits_for_fair_use_counts_as_under_way_and_who_is_refused_does_not(
    world: World, citizen: Client, gateway: Gateway, admin: Any
) -> None:
    free, full = await world.new_slot(seats=1), await world.new_slot(seats=1)
    await citizen.post("/v1/holds", wish(full))
    await world.wait_for_state(citizen, full, "full")

    async def is_counted() -> bool:
        return gateway.admission.entering == 1

    async with admin.transaction():
        await admin.execute("LOCK TABLE gateway.bucket IN EXCLUSIVE MODE")
        asking = asyncio.create_task(citizen.post("/v1/holds", wish(free)))
        assert await eventually(is_counted)
        refused = await citizen.post("/v1/holds", wish(full))
        counted = gateway.admission.entering
    await asking

    assert (refused.status, counted, gateway.admission.entering) == (409, 1, 0)


async def test_a_key_that_was_granted_is_answered_alike_when_the_slot_is_full(
    world: World, citizen: Client
) -> None:
    ref, key = await world.new_slot(seats=1), uuid4().hex
    body = wish(ref)
    held = await citizen.post("/v1/holds", body, key)
    await world.wait_for_state(citizen, ref, "full")

    assert (await citizen.post("/v1/holds", body, key)).text == held.text


@pytest.mark.parametrize(
    ("applicant", "field"),
    [
        ({"name": "R2 D2"}, "name"),
        ({"name": "--"}, "name"),
        ({"birth_date": "2999-01-01"}, "birth_date"),
        ({"birth_date": "1899-12-31"}, "birth_date"),
        ({"birth_date": "1990-02-30"}, "birth_date"),
        ({"nik": "3171011708910001"}, "nik"),
        ({"nik": "0000001708900001"}, "nik"),
    ],
)
async def test_an_impossible_applicant_is_told_which_field_is_wrong(
    world: World, citizen: Client, applicant: dict[str, str], field: str
) -> None:
    refused = await citizen.post("/v1/holds", wish(await world.new_slot(seats=1), **applicant))

    assert (refused.status, refused.json["code"]) == (422, "invalid")
    assert [e["loc"] for e in refused.json["errors"]] == [["applicant", field]]
    assert next(iter(applicant.values())) not in refused.text


@pytest.mark.parametrize("nik", ["3171011708900001", "3171015708900001"])
async def test_a_nik_of_that_birth_date_is_taken(world: World, citizen: Client, nik: str) -> None:
    held = await citizen.post("/v1/holds", wish(await world.new_slot(seats=1), nik=nik))

    assert held.status == 201


async def test_giving_back_too_early_keeps_nothing_from_being_given_back_later(
    world: World, citizen: Client, keys: Keys
) -> None:
    ref, key = await world.new_slot(seats=1), uuid4().hex
    hold = command_id(keys.owner_of(citizen.phone, None), key)

    early = await citizen.call("DELETE", f"/v1/holds/{hold}")
    held = await citizen.post("/v1/holds", wish(ref), key)
    later = await citizen.call("DELETE", f"/v1/holds/{held.json['hold_id']}")

    assert held.json["hold_id"] == str(hold)
    assert (early.status, later.status) == (404, 200)


async def test_a_hold_is_extended_once_and_the_same_key_is_answered_alike(
    world: World, citizen: Client
) -> None:
    held = (await citizen.post("/v1/holds", wish(await world.new_slot(seats=1)))).json
    path, key = f"/v1/holds/{held['hold_id']}/extend", uuid4().hex

    first, again = [await citizen.post(path, key=key) for _ in range(2)]
    more = await citizen.post(path)
    code = {"approval_code": first.json["approval_code"]}
    booked = await citizen.post(f"/v1/holds/{held['hold_id']}/confirm", code)
    too_late = await citizen.post(path)

    assert (first.status, again.text) == (200, first.text)
    before, after = (datetime.fromisoformat(one["expires_at"]) for one in (held, first.json))
    assert after - before == timedelta(minutes=5)
    assert {**held, "request_id": None, "expires_at": None} == {
        **first.json, "request_id": None, "expires_at": None,
    }  # fmt: skip
    assert (more.status, more.json["code"]) == (409, "already_extended")
    assert more.json["expires_at"] == first.json["expires_at"]
    assert booked.status == 201
    assert (too_late.status, too_late.json["code"]) == (404, "not_found")


async def test_a_hold_that_is_over_is_not_extended(
    world: World, citizen: Client, admin: Any
) -> None:
    held = (await citizen.post("/v1/holds", wish(await world.new_slot(seats=1)))).json
    await admin.execute(
        "UPDATE booking.hold SET held_at = now() - interval '1 h', expires_at = now()"
        " WHERE id = $1::uuid",
        held["hold_id"],
    )

    refused = await citizen.post(f"/v1/holds/{held['hold_id']}/extend")

    assert (refused.status, refused.json["code"]) == (409, "hold_expired")


async def test_an_extension_that_nobody_waits_for_is_asked_for_later(
    world: World, citizen: Client
) -> None:
    held = (await citizen.post("/v1/holds", wish(await world.new_slot(seats=1)))).json

    begun = await citizen.post(f"/v1/holds/{held['hold_id']}/extend", headers={"Prefer": "wait=0"})
    told = (await citizen.get(f"{begun.headers['Location']}?wait=10")).json

    assert begun.status == 202
    assert (told["outcome"]["status"], told["outcome"]["hold_id"]) == (200, held["hold_id"])
    assert told["outcome"]["expires_at"] > held["expires_at"]


def corrected(body: dict[str, Any], hold_id: str, **more: Any) -> dict[str, Any]:
    """Write the body of a hold again for the same person, whose birth date was wrong."""
    right = body["applicant"] | {"birth_date": "1991-08-17"}
    return body | {"applicant": right, "replaces": hold_id} | more


async def test_a_mistake_is_mended_on_the_last_seat_and_the_key_is_answered_alike(
    world: World, citizen: Client
) -> None:
    ref, key = await world.new_slot(seats=1), uuid4().hex
    body = wish(ref)
    held = (await citizen.post("/v1/holds", body)).json
    await world.wait_for_state(citizen, ref, "full")
    mended = corrected(body, held["hold_id"], keeps_seat=True)

    first, again = [await citizen.post("/v1/holds", mended, key=key) for _ in range(2)]
    code = {"approval_code": first.json["approval_code"]}
    old = await citizen.post(f"/v1/holds/{held['hold_id']}/confirm", code)
    new = await citizen.post(f"/v1/holds/{first.json['hold_id']}/confirm", code)

    assert (first.status, first.json["expires_at"]) == (201, held["expires_at"])
    assert again.text == first.text
    assert (old.status, new.status) == (409, 201)


async def test_another_person_gets_a_seat_of_their_own_or_none(
    world: World, citizen: Client
) -> None:
    ref = await world.new_slot(seats=2)
    held = (await citizen.post("/v1/holds", wish(ref))).json
    other = wish(ref) | {"replaces": held["hold_id"]}

    refused = await citizen.post("/v1/holds", other | {"keeps_seat": True})
    before = await world.remaining(ref)
    swapped = await citizen.post("/v1/holds", other)

    assert (refused.status, refused.json["code"], before) == (409, "seat_not_kept", 1)
    assert swapped.status == 201
    # The old seat came back at once, by the rule of these offices.
    assert await world.remaining(ref) == 1


@pytest.mark.parametrize("keeps_seat", [True, False])
async def test_nobody_mends_what_somebody_else_holds(
    keeps_seat: bool,
    world: World,
    citizen: Client,
    log_in: LogIn,
) -> None:
    ref = await world.new_slot(seats=2)
    body = wish(ref)
    held = (await (await log_in()).post("/v1/holds", body)).json

    answers = [
        await citizen.post("/v1/holds", corrected(body, one, keeps_seat=keeps_seat))
        for one in (held["hold_id"], str(uuid4()))
    ]

    assert [(one.status, one.json["code"]) for one in answers] == [(404, "not_found")] * 2
    assert await world.remaining(ref) == 1


async def test_what_is_to_be_replaced_is_named_by_its_id(world: World, citizen: Client) -> None:
    ref = await world.new_slot(seats=1)

    answer = await citizen.post("/v1/holds", wish(ref) | {"replaces": "seat 5"})

    assert (answer.status, answer.json["code"]) == (422, "invalid")
    assert answer.json["errors"][0]["loc"] == ["replaces"]


async def test_a_seat_is_kept_only_of_a_hold_that_is_named(world: World, citizen: Client) -> None:
    ref = await world.new_slot(seats=1)

    answer = await citizen.post("/v1/holds", wish(ref) | {"keeps_seat": True})

    assert (answer.status, answer.json["errors"][0]["loc"]) == (422, ["replaces"])
    assert await world.remaining(ref) == 1

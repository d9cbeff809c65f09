"""A phone is proven once, by whoever has it; codes by SMS cost money and are counted."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.gateway import logins, tickets
from services.gateway.context import Gateway
from services.gateway.fair.use import Bucket
from services.gateway.logins import Proof
from shared.messages import Contact
from tests.integration.gateway.world import Client


def a_phone() -> str:
    return f"+62813{uuid4().int % 10**8:08d}"


async def prove(gateway: Gateway, code: str, phone: str, later: timedelta = timedelta()) -> Proof:
    async with gateway.pool.acquire() as db, db.transaction():
        now = datetime.now(UTC) + later
        return await logins.prove(db, gateway.keys, code, Contact(phone=phone), now)


async def begin(client: Client, phone: str, **more: Any) -> Any:
    return (await client.post("/v1/logins", {"phone": phone} | more)).json


async def test_a_login_waits_is_proven_and_then_gives_tokens(
    anybody: Client, gateway: Gateway
) -> None:
    phone = a_phone()
    begun = await begin(anybody, phone)
    path = f"/v1/logins/{begun['login_id']}"

    before = (await anybody.get(path)).json
    waiting = asyncio.create_task(anybody.get(f"{path}?wait=10"))
    proof = await prove(gateway, begun["text"].split()[1], phone)

    assert (before["state"], proof) == ("pending", Proof.PROVEN)
    assert (await waiting).json["state"] == "proven"
    assert (await anybody.get(path)).json["access_token"]
    anybody.http.cookie_jar.clear()


async def test_only_the_phone_that_was_named_can_prove_it(
    anybody: Client, gateway: Gateway
) -> None:
    begun = await begin(anybody, a_phone())

    proof = await prove(gateway, begun["text"].split()[1], a_phone())

    assert proof == Proof.OTHER_PHONE
    assert (await anybody.get(f"/v1/logins/{begun['login_id']}")).json["state"] == "pending"


async def test_a_code_proves_once_and_for_ten_minutes(anybody: Client, gateway: Gateway) -> None:
    phone = a_phone()
    first, second = [await begin(anybody, phone) for _ in range(2)]

    used = [await prove(gateway, first["text"].split()[1], phone) for _ in range(2)]
    late = await prove(gateway, second["text"].split()[1], phone, timedelta(minutes=11))

    assert used == [Proof.PROVEN, Proof.UNKNOWN]
    assert late == Proof.UNKNOWN


async def test_the_answer_is_the_same_for_every_phone(anybody: Client) -> None:
    known, unknown = a_phone(), a_phone()
    await begin(anybody, known)

    bodies = [await begin(anybody, phone) for phone in (known, unknown)]

    assert bodies[0].keys() == bodies[1].keys()
    assert len({len(body["text"]) for body in bodies}) == 1


async def test_a_login_that_nobody_began_is_unknown(anybody: Client) -> None:
    assert (await anybody.get("/v1/logins/nothing")).status == 404


async def test_the_link_to_the_chat_is_drawn_for_a_phone_while_it_is_awaited(
    anybody: Client, gateway: Gateway
) -> None:
    phone = a_phone()
    begun = await begin(anybody, phone)
    path = f"/v1/logins/{begun['login_id']}/qr.svg"

    drawn = await anybody.get(path)
    await prove(gateway, begun["text"].split()[1], phone)
    proven = await anybody.get(path)

    assert drawn.text == tickets.draw(begun["whatsapp_url"]).decode()
    assert drawn.headers["Content-Type"].startswith("image/svg+xml")
    assert drawn.headers["Cache-Control"] == "no-store"
    assert (proven.status, proven.json["code"]) == (404, "not_found")


async def test_what_nobody_is_to_send_is_not_drawn(anybody: Client, admin: Any) -> None:
    late, by_sms = await begin(anybody, a_phone()), await begin(anybody, a_phone(), by="sms")
    await admin.execute(
        "UPDATE gateway.login SET created_at = now() - interval '1 h', expires_at = now()"
        " WHERE owner IS NULL AND by = 'whatsapp'"
    )

    ids = (late["login_id"], by_sms["login_id"], "nothing")
    answers = [await anybody.get(f"/v1/logins/{one}/qr.svg") for one in ids]

    assert [answer.status for answer in answers] == [404] * 3


async def test_logging_out_ends_the_login(anybody: Client, gateway: Gateway) -> None:
    phone = a_phone()
    begun = await begin(anybody, phone)
    await prove(gateway, begun["text"].split()[1], phone)
    path = f"/v1/logins/{begun['login_id']}"

    gone = await anybody.call("DELETE", path)

    assert gone.status == 204
    assert (await anybody.get(path)).status == 404


@pytest.mark.parametrize(
    ("phone", "by"),
    [
        ("+14155550100", "sms"),  # a code by SMS goes to Indonesian mobiles only
        ("+62211234567", "sms"),  # a landline
        ("+900", "whatsapp"),
        ("not a phone", "whatsapp"),
        ("+628123456789012345", "whatsapp"),
        ("０８１２３４５６７８９", "whatsapp"),
    ],
)
async def test_a_phone_that_cannot_be_reached_so_is_refused(
    phone: str, by: str, anybody: Client
) -> None:
    refused = await anybody.post("/v1/logins", {"phone": phone, "by": by})

    assert (refused.status, refused.json["code"]) == (422, "invalid")


async def code_of(gateway: Gateway, login_id: str) -> str:
    """Guess the code that went out: the table has only its hash, so try all against the hash."""
    async with gateway.pool.acquire() as db:
        id_key = logins.key_of(gateway.keys, login_id)
        wanted = await db.fetchval("SELECT code_key FROM gateway.login WHERE id_key = $1", id_key)
    codes = (f"{number:06d}" for number in range(10**6))
    return next(c for c in codes if logins._code_key(gateway.keys, "sms", c, id_key) == wanted)


async def test_a_code_by_sms_has_five_tries(anybody: Client, gateway: Gateway) -> None:
    begun = await begin(anybody, a_phone(), by="sms")
    right = await code_of(gateway, begun["login_id"])
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    path = f"/v1/logins/{begun['login_id']}/code"

    tries = [(await anybody.post(path, {"code": wrong})).json for _ in range(5)]
    too_late = await anybody.post(path, {"code": right})

    assert [one["tries_left"] for one in tries] == [4, 3, 2, 1, 0]
    assert (too_late.status, too_late.json["code"]) == (409, "wrong_code")


async def test_the_right_code_by_sms_proves_the_phone(anybody: Client, gateway: Gateway) -> None:
    begun = await begin(anybody, a_phone(), by="sms")
    code = await code_of(gateway, begun["login_id"])

    proven = await anybody.post(f"/v1/logins/{begun['login_id']}/code", {"code": code})

    assert (proven.status, proven.json["state"]) == (200, "proven")
    anybody.http.cookie_jar.clear()


async def test_a_phone_gets_one_code_a_minute(anybody: Client) -> None:
    phone = a_phone()

    answers = [await anybody.post("/v1/logins", {"phone": phone, "by": "sms"}) for _ in range(3)]

    assert [answer.status for answer in answers] == [201, 429, 429]
    assert int(answers[1].headers["Retry-After"]) == 60


async def test_a_pump_of_ten_thousand_phones_gets_two_hundred_codes(
    gateway: Gateway, admin: Any
) -> None:
    """What nobody ever uses stops at the breaker, whatever address and number it comes from."""
    await admin.execute("TRUNCATE gateway.sms_code")
    now = datetime.now(UTC)
    room = asyncio.Semaphore(8)

    async def pump(number: int) -> bool:
        # A hundred to each prefix of a minute that moves on: only the breaker can stop it.
        moment = now + timedelta(seconds=number / 2)
        phone = f"+62812{number % 1000:03d}{number:05d}"
        async with room, gateway.db() as db, db.transaction():
            begun = await logins.begin(db, gateway.keys, phone, "sms", moment)
            return await logins.count_sms(db, gateway.keys, begun, 100_000, moment) is None

    sent = Counter(await asyncio.gather(*(pump(number) for number in range(10_000))))

    assert sent[True] == 200
    assert await admin.fetchval("SELECT count(*) FROM gateway.sms_code") == sent[True]
    await admin.execute("TRUNCATE gateway.sms_code")


async def test_the_breaker_closes_once_codes_are_used_and_after_two_hours_by_itself(
    gateway: Gateway, admin: Any
) -> None:
    await admin.execute("TRUNCATE gateway.sms_code")
    now = datetime.now(UTC)

    async def ask(number: int, later: timedelta = timedelta()) -> timedelta | None:
        phone = f"+62812{number:03d}{number:05d}"
        async with gateway.db() as db, db.transaction():
            begun = await logins.begin(db, gateway.keys, phone, "sms", now + later)
            return await logins.count_sms(db, gateway.keys, begun, 100_000, now + later)

    sent = [await ask(number) for number in range(201)]
    by_itself = await ask(300, timedelta(hours=2, seconds=1))
    await admin.execute(
        "UPDATE gateway.sms_code SET used = true WHERE ctid = ANY (ARRAY("
        " SELECT ctid FROM gateway.sms_code LIMIT 70))"
    )
    after_use = await ask(301)
    await admin.execute("TRUNCATE gateway.sms_code")

    assert sent == [None] * 200 + [timedelta(minutes=1)]
    assert (by_itself, after_use) == (None, None)


async def test_one_address_asks_for_so_many_codes_a_minute(gateway: Gateway) -> None:
    wanted = {Bucket.SMS_OF_ADDRESS: f"address {uuid4()}"}

    waits = await asyncio.gather(*(gateway.fair_use.take(wanted) for _ in range(31)))

    assert waits[:30] == [0] * 30
    assert waits[30] > 0

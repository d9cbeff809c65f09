"""Booking by WhatsApp while the provider does its worst: nobody notices but the clock."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest

from services.notifier.routing import LADDER
from shared.messages import SlotRef
from tests.conftest import eventually
from tests.integration.gateway.webhooks import Meta, Writer
from tests.ledger import broken_invariants
from tests.system_fixtures import Person, System, open_slot

pytestmark = pytest.mark.timeout(240)
CODE = re.compile(r"\*([0-9A-HJKMNP-TV-Z]{6})\*")
BOOKING_CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")
PEOPLE = 10
LETTERS = "abcdefghij"
DOSES = {
    **dict.fromkeys(("duplicate", "delay", "batch", "milliseconds", "unknown_fields"), 0.4),
    **dict.fromkeys(("reorder", "drop", "unheard", "delivered_and_failed"), 0.25),
    **dict.fromkeys(("unknown_types", "skip_delivered", "slow"), 0.2),
    **dict.fromkeys(("error", "error_in_200", "timeout", "truncated"), 0.1),
}
HOW = {
    **dict.fromkeys(("delay_s", "reorder_s", "batch_s"), 0.4),
    "slow_s": 1.0,
    "codes": [4, 80007, 130429],
    "limits": {"pair_s": 1},
}
WATCH = """
    CREATE SCHEMA watch;
    CREATE TABLE watch.step (of text, id uuid, was text, now text);
    CREATE FUNCTION watch.note() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO watch.step VALUES (TG_TABLE_NAME, NEW.id, OLD.state, NEW.state);
            RETURN NULL;
        END
    $$;
    CREATE TRIGGER watched AFTER UPDATE OF state ON notifier.attempt
        FOR EACH ROW EXECUTE FUNCTION watch.note();
    CREATE TRIGGER watched AFTER UPDATE OF state ON notifier.text
        FOR EACH ROW EXECUTE FUNCTION watch.note();
"""
REACHED = ("delivered", "read")


@pytest.fixture
async def db(system: System) -> AsyncIterator[asyncpg.Connection]:
    """The migrator's connection; every step of an attempt and of a text is noted meanwhile."""
    opened = await asyncpg.connect(system.stack.environment("migrate")["ANTREAN_DATABASE_URL"])
    await opened.execute(WATCH)
    yield opened
    await opened.execute("DROP SCHEMA watch CASCADE")
    await opened.close()


@pytest.fixture
async def mode(system: System) -> AsyncIterator[Callable[..., Any]]:
    """Ask for the hostile mode: `await mode("PUT", seed=7)`; it is off afterwards."""

    async def call(method: str, **body: Any) -> Any:
        url = f"{system.simulator}/api/hostile"
        async with system.http.request(method, url, json=body) as done:
            assert done.status == 200, await done.text()
            return await done.json()

    yield call
    await call("DELETE")


def people_of(system: System, seed: int) -> list[Person]:
    """Give the same phones for the same seed, so that the same befalls them."""
    return [
        Person(system, f"+62813{seed:04d}{place:04d}", f"Contoh Keras {chr(97 + seed)}{letter}")
        for place, letter in enumerate(LETTERS[:PEOPLE])
    ]


async def told(someone: Person, pattern: re.Pattern[str]) -> str:
    """Wait until the phone shows what matches, on either channel; whatever else comes first."""

    async def look() -> str:
        texts = await someone.texts() + await someone.texts("sms")
        found = (pattern.search(one["text"]) for one in texts)
        return next((one[one.re.groups] for one in found if one), "")

    return await eventually(look, 60)


async def book(someone: Person, slot: SlotRef) -> str:
    """Ask for a seat and confirm it; gives the booking code that the phone shows."""
    await someone.send(f"#{someone.name}#20111967#{slot.date:%d%m%Y}")
    await someone.send(await told(someone, CODE))
    return await told(someone, BOOKING_CODE)


async def until_all_rest(db: asyncpg.Connection) -> None:
    """Wait until nothing more is to be sent: one text that still is might be one too many."""

    async def all_rest() -> bool:
        return not await db.fetchval("SELECT count(*) FROM notifier.text WHERE due_at IS NOT NULL")

    await eventually(all_rest, 60)


async def steps_back(db: asyncpg.Connection) -> list[tuple[str, str, str]]:
    """List the steps by which an attempt went down, or a text that was there went away."""
    steps = await db.fetch("SELECT of, was, now FROM watch.step")
    assert steps
    return [
        (of, was, now)
        for of, was, now in steps
        if (of == "attempt" and LADDER.index(now) < LADDER.index(was))
        or (of == "text" and was in REACHED and now not in REACHED[REACHED.index(was) :])
    ]


@pytest.mark.parametrize("seed", [7, 8, 9])
async def test_whatever_the_provider_does_each_gets_one_seat_and_one_confirmation(
    seed: int, system: System, db: asyncpg.Connection, mode: Callable[..., Any]
) -> None:
    slot = await open_slot(system, PEOPLE)
    people = people_of(system, seed)
    await mode("PUT", seed=seed, **DOSES, **HOW)

    codes = await asyncio.gather(*(book(one, slot) for one in people))
    await until_all_rest(db)

    shown: Counter[str] = Counter()
    for someone in people:
        for text in await someone.texts() + await someone.texts("sms"):
            shown.update(code for code in codes if code in text["text"])
    holds = await db.fetch(
        "SELECT owner_key, state FROM booking.hold WHERE slot_id = $1", slot.slot_id
    )
    assert shown == Counter(set(codes)) == Counter(codes)
    assert Counter(row["state"] for row in holds) == {"confirmed": PEOPLE}
    assert len({row["owner_key"] for row in holds}) == PEOPLE
    assert await steps_back(db) == []
    assert await broken_invariants(db) == {}
    assert DOSES.keys() <= (await mode("GET"))["done"].keys()


async def test_a_thousand_deliveries_of_one_request_are_one_seat_and_one_answer(
    system: System, db: asyncpg.Connection
) -> None:
    slot = await open_slot(system, 5)
    someone = system.person()
    await someone.say("Halo")
    (secret,) = json.loads(system.stack.environment("gateway")["ANTREAN_WHATSAPP_APP_SECRETS"])
    meta = Meta(system.http, system.gateway, secret)
    wish = Writer(someone.phone.lstrip("+")).text(f"#{someone.name}#20111967#{slot.date:%d%m%Y}")

    async def insist() -> None:
        """Deliver as the platform does: again where the answer is 503."""
        while (status := await meta.deliver(wish)) != 200:
            assert status == 503

    await asyncio.gather(*(insist() for _ in range(1_000)))
    await someone.hear()
    await someone.say("#bantuan")
    await until_all_rest(db)

    assert len(await someone.texts()) == 3
    holds = await db.fetch("SELECT state FROM booking.hold WHERE slot_id = $1", slot.slot_id)
    assert [row["state"] for row in holds] == ["held"]

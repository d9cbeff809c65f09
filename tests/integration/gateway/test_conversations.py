"""Conversations on the real inbox: in order, each once, and none of them the end of the others."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.gateway.chat import store
from services.gateway.chat.inbox import FLOOD
from services.gateway.context import Gateway
from shared.messages import Session
from tests.conftest import eventually
from tests.integration.gateway.webhooks import Heard, Meta, Writer, a_name, answered, replies
from tests.integration.gateway.world import World


async def test_a_message_that_cannot_be_opened_is_set_aside_and_ends_nothing(
    meta: Meta, heard: Heard, admin: Any
) -> None:
    spoilt = uuid4().hex
    await admin.execute(
        "INSERT INTO gateway.inbox (message_id, owner, sealed, at) VALUES ($1, $2, '\\x01', now())",
        spoilt,
        "a" * 64,
    )

    async def is_aside() -> bool:
        state = await admin.fetchval(
            "SELECT state FROM gateway.inbox WHERE message_id = $1", spoilt
        )
        return bool(state == "failed")

    await eventually(is_aside)
    message = Writer().text("#bantuan")
    await meta.deliver(message)

    assert len(await answered(heard, message)) == 1


async def test_a_message_that_cannot_be_opened_does_not_end_the_writers_conversation(
    meta: Meta, heard: Heard, admin: Any
) -> None:
    writer = Writer()
    first, second = writer.text("#bantuan"), writer.text("#bantuan")
    await meta.deliver(first)
    await answered(heard, first)
    owner = await admin.fetchval(
        "SELECT owner FROM gateway.inbox WHERE message_id = $1", first["id"]
    )
    await admin.execute(
        "INSERT INTO gateway.inbox (message_id, owner, sealed, at) VALUES ($1, $2, '\\x01', $3)",
        uuid4().hex,
        owner,
        datetime.now(UTC) - timedelta(minutes=1),
    )

    await meta.deliver(second)

    assert len(await answered(heard, second)) == 1


@pytest.mark.usefixtures("booking")
async def test_what_follows_a_request_waits_for_its_outcome(
    meta: Meta, heard: Heard, world: World
) -> None:
    ref, writer, name = await world.new_slot(seats=5), Writer(), a_name()
    now = int(datetime.now(UTC).timestamp())
    written = [
        writer.text(f"#kantor#{ref.office}", timestamp=str(now - 3)),
        writer.text(f"#{name}#17081990#{ref.date:%d%m%Y}", timestamp=str(now - 2)),
        writer.text("#status", timestamp=str(now - 1)),
    ]

    await meta.deliver(*written[:2])
    await meta.deliver(written[2])
    await answered(heard, written[0], written[2])

    (status,) = replies(heard, written[2])
    assert name.upper() in status["content"]["body"]


@pytest.mark.usefixtures("booking")
async def test_a_booking_made_without_a_visible_number_stays_theirs_when_it_is_shown(
    meta: Meta, heard: Heard, world: World
) -> None:
    ref, writer, name = await world.new_slot(seats=5), Writer(), a_name()
    bsuid = f"ID.{uuid4().int % 10**15}"
    hidden = {"from": None, "from_user_id": bsuid}
    texts = (f"#kantor#{ref.office}", f"#{name}#17081990#{ref.date:%d%m%Y}")
    for text in texts:
        await meta.deliver(writer.text(text, **hidden))
    first = writer.text("#status", **hidden)
    await meta.deliver(first)
    await answered(heard, first)

    shown = writer.text("#status", from_user_id=bsuid)
    await meta.deliver(shown)
    (status,) = await answered(heard, shown)

    assert name.upper() in status["content"]["body"]


@pytest.mark.usefixtures("booking")
async def test_who_found_no_seat_asks_for_another_with_a_tap_and_then_for_somebody_else(
    meta: Meta, heard: Heard, world: World
) -> None:
    full, writer = await world.new_slot(seats=0), Writer()
    free = await world.open_slot(full.office, 5, full.date, session=Session.AFTERNOON)
    tap = f"#pilih#{free.key}"

    for text in (f"#kantor#{full.office}", f"#{a_name()}#17081990#{full.date:%d%m%Y}#pagi", tap):
        await meta.deliver(writer.text(text))

    async def is_taken() -> bool:
        return await world.remaining(free) == 4

    await eventually(is_taken)
    again = writer.text(tap)
    await meta.deliver(again)
    (asked,) = await answered(heard, again)
    assert "Untuk siapa?" in asked["content"]["body"]
    assert await world.remaining(free) == 4


async def test_who_shows_their_number_goes_on_where_they_were(meta: Meta, heard: Heard) -> None:
    writer, bsuid = Writer(), f"ID.{uuid4().int % 10**15}"
    before = writer.text("English", **{"from": None, "from_user_id": bsuid})
    await meta.deliver(before)
    await answered(heard, before)

    shown = writer.text("#bantuan", from_user_id=bsuid)
    await meta.deliver(shown)
    (helped,) = await answered(heard, shown)

    assert "Commands:" in helped["content"]["body"]


@pytest.mark.parametrize(
    ("done", "ago_s", "is_held_up"), [(10, 1, True), (9, 1, False), (10, 11, False)]
)
async def test_who_writes_very_many_messages_is_held_up_for_some_seconds(
    done: int, ago_s: int, is_held_up: bool, gateway: Gateway
) -> None:
    owner = uuid4().hex
    async with gateway.pool.acquire() as db:
        transaction = db.transaction()
        await transaction.start()
        await db.execute(
            """
            INSERT INTO gateway.inbox (message_id, owner, sealed, at, state, done_at)
            SELECT $1 || n, $1, '-', now(), CASE WHEN n < $2 THEN 'done' ELSE 'new' END,
                   CASE WHEN n < $2 THEN now() - make_interval(secs => $3) END
              FROM generate_series(0, $2) n
            """,
            owner,
            done,
            ago_s,
        )
        waiting = await store.find_waiting(db, 100, FLOOD)
        await transaction.rollback()

    assert {row["owner"]: row["is_held_up"] for row in waiting}[owner] is is_held_up


async def test_old_messages_and_silent_conversations_are_forgotten(
    meta: Meta, heard: Heard, admin: Any, gateway: Gateway
) -> None:
    old, new = Writer().text("#bantuan"), Writer().text("#bantuan")
    await meta.deliver(old, new)
    await answered(heard, old, new)
    await admin.execute(
        """
        WITH aged AS (
            UPDATE gateway.inbox SET received_at = now() - interval '40 days'
             WHERE message_id = $1 RETURNING owner)
        UPDATE gateway.conversation SET updated_at = now() - interval '40 days'
         WHERE owner IN (SELECT owner FROM aged)
        """,
        old["id"],
    )

    async with gateway.pool.acquire() as db:
        await store.forget_old(db)

    kept = await admin.fetchval(
        """
        SELECT array_agg(i.message_id) FROM gateway.inbox i
          JOIN gateway.conversation c USING (owner) WHERE i.message_id = ANY ($1::text[])
        """,
        [old["id"], new["id"]],
    )
    assert kept == [new["id"]]

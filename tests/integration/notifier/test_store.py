from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from services.notifier import receipts, store
from services.notifier.routing import Step
from services.notifier.store import NewText, Seen, Waits
from shared.db import Pool
from shared.messages import Receipt

PoolOf = Callable[[str], Awaitable[Pool]]


@pytest.fixture
async def db(pools: PoolOf) -> Any:
    """A transaction of the notifier that leaves nothing behind."""
    async with (await pools("notifier")).acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        yield connection
        await transaction.rollback()


USUAL = Waits((), 45)


def text(recipient: str, channel: str = "whatsapp", later: tuple[str, ...] = ()) -> NewText:
    return NewText(uuid4(), "test", recipient, b"-", channel, later, None)


def rest(_provider: str) -> None:
    """No provider is in trouble here."""


async def claim(db: Any, *texts: NewText, waits: Waits = USUAL) -> list[int]:
    """Take what is due and say which of these texts that is."""
    ids = [one.id for one in texts]
    rows = await store.claim_due(db, 100, waits)
    return [ids.index(row["id"]) for row in rows if row["id"] in ids]


async def test_texts_to_one_person_go_one_after_the_other_and_others_do_not_wait(db: Any) -> None:
    first, second, other = text("ani"), text("ani"), text("budi")
    await store.add_texts(db, [first, second, other])

    together = await claim(db, first, second, other)
    meanwhile = await claim(db, first, second, other)
    await store.move(db, first.id, Step("sent"))
    after = await claim(db, first, second, other)

    assert (sorted(together), meanwhile, after) == ([0, 2], [], [1])


async def test_a_text_that_must_wait_for_long_holds_nobody_up(db: Any) -> None:
    first, second = text("ani"), text("ani")
    await store.add_texts(db, [first, second])
    await claim(db, first)
    await store.move(db, first.id, Step("waiting", 60))

    assert await claim(db, first, second) == [1]


async def test_a_text_is_stored_once(db: Any) -> None:
    one = text("ani")

    assert [await store.add_texts(db, [one]) for _ in range(3)] == [1, 0, 0]


async def test_a_text_whose_sender_died_is_due_again_after_the_wait_for_receipts(db: Any) -> None:
    one = text("ani")
    await store.add_texts(db, [one])
    await claim(db, one)
    asleep = await claim(db, one)
    await db.execute(
        "UPDATE notifier.text SET due_at = due_at - $2::interval WHERE id = $1",
        one.id,
        timedelta(seconds=46),
    )

    rows = [row for row in await store.claim_due(db, 100, USUAL) if row["id"] == one.id]

    assert asleep == []
    assert [(row["was"], row["attempt_id"]) for row in rows] == [("sending", None)]


async def test_a_settled_text_is_moved_by_nothing(db: Any) -> None:
    one = text("ani")
    await store.add_texts(db, [one])
    await claim(db, one)
    await store.settle(db, one.id, "delivered")

    await store.move(db, one.id, Step("waiting", 0))

    row = await db.fetchrow("SELECT state, due_at FROM notifier.text WHERE id = $1", one.id)
    assert tuple(row) == ("delivered", None)


@pytest.mark.parametrize(
    ("said", "state"), [("delivered", "delivered"), ("sent", "sent"), ("failed", "undeliverable")]
)
async def test_a_receipt_that_is_quicker_than_the_answer_counts_all_the_same(
    db: Any, said: Any, state: str
) -> None:
    one, reference = text("ani"), uuid4().hex
    await store.add_texts(db, [one])
    (row,) = await store.claim_due(db, 100, USUAL)
    await store.name_provider(db, row["attempt_id"], "generic")
    early = Receipt(provider="generic", provider_ref=reference, status=said, at=datetime.now(UTC))
    await receipts.record(db, [early], rest)

    await store.record_accepted(db, row["attempt_id"], reference, 1)
    await store.move(db, one.id, Step("sent"))
    await receipts.adopt(db, row["attempt_id"], reference, rest)

    found = await db.fetchval("SELECT state FROM notifier.text WHERE id = $1", one.id)
    assert found == state


async def later(db: Any, one: NewText, seconds: int) -> None:
    """Let time pass for a text."""
    await db.execute(
        """
        UPDATE notifier.text SET due_at = due_at - $2::interval,
               created_at = created_at - $2::interval WHERE id = $1
        """,
        one.id,
        timedelta(seconds=seconds),
    )


async def call(db: Any, one: NewText, provider: str = "meta") -> Any:
    """Begin to send a text; gives the attempt's id."""
    (row,) = [row for row in await store.claim_due(db, 100, USUAL) if row["id"] == one.id]
    await store.name_provider(db, row["attempt_id"], provider)
    return row["attempt_id"]


def said(status: Any, reference: str, provider: Any = "meta", **more: Any) -> Receipt:
    values: dict[str, Any] = {"status": status, "provider_ref": reference, "provider": provider}
    return Receipt(at=datetime.now(UTC), **values | more)


async def fate(db: Any, one: NewText) -> tuple[str, str]:
    row = await db.fetchrow("SELECT state, channel FROM notifier.text WHERE id = $1", one.id)
    return row["state"], row["channel"]


async def test_an_sms_waits_for_no_whatsapp_text(db: Any) -> None:
    first, second = text("ani"), text("ani", "sms")
    await store.add_texts(db, [first, second])

    assert await claim(db, first, second) == [0, 1]


async def test_what_waits_for_a_channel_that_rests_takes_another_after_a_minute(db: Any) -> None:
    alone, either = text("ani"), text("budi", later=("sms",))
    await store.add_texts(db, [alone, either])
    resting = Waits(("whatsapp",), 45)

    at_first = await claim(db, alone, either, waits=resting)
    for one in (alone, either):
        await later(db, one, 61)

    assert (at_first, await claim(db, alone, either, waits=resting)) == ([], [1])


async def test_no_silence_is_judged_while_no_receipt_could_be_heard(db: Any) -> None:
    one = text("ani")
    await store.add_texts(db, [one])
    await call(db, one)
    await later(db, one, 46)

    deaf = await claim(db, one, waits=Waits((), 45, judges_silence=False))

    assert (deaf, await claim(db, one)) == ([], [0])


async def test_a_call_that_ends_late_decides_nothing_once_there_is_a_newer_one(db: Any) -> None:
    one = text("ani", later=("sms",))
    await store.add_texts(db, [one])
    old = await call(db, one)
    await store.move(db, one.id, Step("waiting", 0, is_doubt=True))
    new = await call(db, one)

    await store.move(db, one.id, Step("waiting", 0, channel="sms"), after=old)
    still = await fate(db, one)
    await store.move(db, one.id, Step("sent"), after=new)

    assert (still, await fate(db, one)) == (("sending", "whatsapp"), ("sent", "whatsapp"))


async def test_a_late_sent_cancels_nothing_that_followed_a_failure(db: Any) -> None:
    one = text("ani", later=("sms",))
    await store.add_texts(db, [one])
    tag = str(await call(db, one))

    await receipts.record(db, [said("failed", "w1", error_code=131026, tag=tag)], rest)
    failed = await fate(db, one)
    await receipts.record(db, [said("sent", "w1", tag=tag)], rest)

    assert failed == ("waiting", "sms")
    assert await fate(db, one) == failed


@pytest.mark.parametrize("newest_state", ["calling", "unknown", "accepted", "sent"])
async def test_a_late_failure_of_an_older_call_sends_nothing_beside_the_newer(
    db: Any, newest_state: str
) -> None:
    one = text("ani", later=("sms",))
    await store.add_texts(db, [one])
    tag = str(await call(db, one))
    await store.move(db, one.id, Step("waiting", 0, is_doubt=True))
    new = await call(db, one)
    await db.execute("UPDATE notifier.attempt SET state = $2 WHERE id = $1", new, newest_state)
    await store.move(db, one.id, Step("sent"))

    await receipts.record(db, [said("failed", "w1", error_code=131026, tag=tag)], rest)

    assert await fate(db, one) == ("sent", "whatsapp")


async def test_while_an_older_call_is_on_its_way_the_newers_failure_sends_nothing(db: Any) -> None:
    one = text("ani", later=("sms",))
    await store.add_texts(db, [one])
    old = str(await call(db, one))
    await store.move(db, one.id, Step("waiting", 0, is_doubt=True))
    new = str(await call(db, one))
    await store.move(db, one.id, Step("sent"))

    await receipts.record(db, [said("sent", "w1", tag=old)], rest)
    await receipts.record(db, [said("failed", "w2", error_code=131026, tag=new)], rest)

    assert await fate(db, one) == ("sent", "whatsapp")


async def test_what_dies_by_a_receipt_is_said_and_counted(db: Any) -> None:
    one = text("ani")
    await store.add_texts(db, [one])
    tag = str(await call(db, one))

    with capture_logs() as logs:
        await receipts.record(db, [said("failed", "w1", error_code=131047, tag=tag)], rest)

    assert (await fate(db, one))[0] == "undeliverable"
    assert [line["event"] for line in logs].count("text_undeliverable") == 1


async def test_a_sent_ends_the_doubt_and_a_delivered_ends_all(db: Any) -> None:
    one = text("ani", later=("sms",))
    await store.add_texts(db, [one])
    tag = str(await call(db, one))
    await store.move(db, one.id, Step("unknown", 45))

    await receipts.record(db, [said("sent", "w1", tag=tag)], rest)
    sent = await fate(db, one)
    await receipts.record(db, [said("failed", "w1", tag=tag), said("delivered", "w1")], rest)

    assert (sent[0], (await fate(db, one))[0]) == ("sent", "delivered")


async def test_an_account_in_trouble_is_left_alone_and_the_next_channel_is_taken(db: Any) -> None:
    one, left = text("ani", later=("sms",)), []
    await store.add_texts(db, [one])
    tag = str(await call(db, one))

    await receipts.record(db, [said("failed", "w1", error_code=131042, tag=tag)], left.append)

    assert (await fate(db, one), left) == (("waiting", "sms"), ["meta"])


async def test_two_providers_may_give_the_same_reference(db: Any) -> None:
    one, two = text("ani", "sms"), text("budi", "sms")
    await store.add_texts(db, [one, two])
    for each, provider in ((one, "generic"), (two, "twilio")):
        attempt = (await db.fetchval("SELECT gen_random_uuid()"), each.id, provider)
        await db.execute(
            "INSERT INTO notifier.attempt (id, text_id, channel, provider, provider_ref, state)"
            " VALUES ($1, $2, 'sms', $3, '17', 'accepted')",
            *attempt,
        )

    await receipts.record(
        db, [said("delivered", "17", name) for name in ("generic", "twilio")], rest
    )

    assert [(await fate(db, each))[0] for each in (one, two)] == ["delivered"] * 2


async def test_a_receipt_that_names_the_text_is_of_its_last_call(db: Any) -> None:
    one = text("ani", "sms")
    await store.add_texts(db, [one])
    await call(db, one, "generic")

    await receipts.record(db, [said("delivered", "17", "generic", tag=str(one.id))], rest)

    assert (await fate(db, one))[0] == "delivered"


@pytest.mark.parametrize("last", [True, False])
async def test_what_was_written_last_says_whether_somebody_wants_to_hear_from_us(
    last: bool, db: Any
) -> None:
    """However late the first of two words came to us."""
    now = datetime.now(UTC)
    await store.see_contact(db, Seen("in-two-minds", now, opted_out=last))
    await store.see_contact(
        db, Seen("in-two-minds", now - timedelta(minutes=1), opted_out=not last)
    )

    sql = "SELECT opted_out FROM notifier.contact WHERE recipient = 'in-two-minds'"
    assert await db.fetchval(sql) is last


async def test_of_two_words_in_one_second_the_later_to_come_says_what_somebody_wants(
    db: Any,
) -> None:
    """One in milliseconds, as Meta sends them by mistake, and one in whole seconds."""
    second = datetime.now(UTC).replace(microsecond=0)
    exact = second + timedelta(milliseconds=730)
    await store.see_contact(db, Seen("back-at-once", exact, opted_out=True))
    await store.see_contact(db, Seen("back-at-once", second, opted_out=False))

    sql = "SELECT opted_out FROM notifier.contact WHERE recipient = 'back-at-once'"
    assert await db.fetchval(sql) is False


@pytest.mark.parametrize("was_known", [False, True])
async def test_who_opted_out_unseen_is_left_alone_once_the_number_is_known(
    was_known: bool, db: Any
) -> None:
    now = datetime.now(UTC)
    if was_known:  # as one who booked on the web and was not reached
        await store.mark_contact(db, "by-phone", Step("waiting", no_whatsapp=True))
    await store.see_contact(db, Seen("by-user-id", now, opted_out=True))

    await store.see_contact(db, Seen("by-phone", now, before="by-user-id"))
    out = "SELECT opted_out FROM notifier.contact WHERE recipient = 'by-phone'"
    carried = await db.fetchval(out)
    await store.see_contact(db, Seen("by-phone", now, opted_out=False, before="by-user-id"))
    await store.see_contact(db, Seen("by-phone", now, before="by-user-id"))

    assert carried is True
    assert await db.fetchval(out) is False

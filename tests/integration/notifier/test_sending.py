"""Texts: each sent effectively once, by the real adapters against the simulator's real errors."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg
import pytest

from deploy.local import provision, services
from deploy.local.processes import Processes
from deploy.local.testing import fresh_stack
from services.booking.operator import parked
from shared.broker import COMMANDS, DIRECT, NOTIFIER_QUEUE, Broker, Published
from shared.keys import Keys
from shared.messages import Contact, Content, SendText
from tests.conftest import eventually
from tests.integration.gateway.webhooks import Meta, envelope
from tests.operating import audited, listed, operate
from tests.system_fixtures import ONE_ADDRESS, Person, System, open_slot

NOTIFIER = {"ANTREAN_RECEIPT_WAIT_S": "1.5", "ANTREAN_CALL_TIMEOUT_S": "0.5"}
BOTH = ("whatsapp", "sms")
SENT = ("sending", "sent", "delivered", "read")


@dataclass(slots=True)
class Post:
    """A running system, a publisher to its notifier, and its database."""

    system: System
    broker: Broker
    db: asyncpg.Connection
    logs: Path

    async def put(self, text: SendText, times: int = 1) -> None:
        for _ in range(times):
            body = text.model_dump_json().encode()
            sent = await self.broker.publisher.publish_confirmed(COMMANDS, "notifier.text", body)
            assert sent == Published.ACCEPTED

    async def fault(self, **fault: Any) -> None:
        url = f"{self.system.simulator}/api/faults"
        async with self.system.http.post(url, json=fault) as done:
            assert done.status == 200

    async def hostile(self, **doses: Any) -> None:
        """Let the simulator be hostile; without doses it is kind again."""
        url, method = f"{self.system.simulator}/api/hostile", "PUT" if doses else "DELETE"
        async with self.system.http.request(method, url, json={"seed": 7} | doses) as done:
            assert done.status == 200

    async def receipt(self, message: dict[str, Any], name: str) -> None:
        """Deliver a receipt of Meta's of what a phone shows."""
        secrets = self.system.stack.environment("gateway")["ANTREAN_WHATSAPP_APP_SECRETS"]
        meta = Meta(self.system.http, self.system.gateway, json.loads(secrets)[0])
        told = {"id": message["id"], "status": name, "timestamp": str(int(time.time()))}
        told |= {"biz_opaque_callback_data": message["tag"], "errors": [{"code": 131026}]}
        assert await meta.post(json.dumps(envelope({"statuses": [told]})).encode()) == 200

    async def switch(self, person: Person, **switches: bool) -> None:
        url = f"{self.system.simulator}/api/phones/{person.phone}"
        async with self.system.http.patch(url, json=switches) as done:
            assert done.status == 200

    async def states(self, person: Person, purpose: str = "test") -> list[str]:
        keys = Keys.from_secret(self.system.stack.secrets["root"])
        owner = keys.owner_of(person.phone, None)
        rows = await self.db.fetch(
            "SELECT state FROM notifier.text WHERE recipient = $1 AND purpose = $2 ORDER BY seq",
            owner,
            purpose,
        )
        return [row["state"] for row in rows]

    async def age(self, person: Person) -> None:
        """Let a day pass since somebody last wrote."""
        owner = Keys.from_secret(self.system.stack.secrets["root"]).owner_of(person.phone, None)
        await self.db.execute(
            "UPDATE notifier.contact SET last_inbound_at = last_inbound_at - interval '1 day'"
            " WHERE recipient = $1",
            owner,
        )

    async def calls(self, person: Person, purpose: str = "test") -> list[tuple[str, str, str]]:
        """List the attempts at a person's texts as (channel, provider, state)."""
        owner = Keys.from_secret(self.system.stack.secrets["root"]).owner_of(person.phone, None)
        rows = await self.db.fetch(
            """
            SELECT a.channel, a.provider, a.state
              FROM notifier.attempt a JOIN notifier.text t ON t.id = a.text_id
             WHERE t.recipient = $1 AND t.purpose = $2 ORDER BY a.started_at
            """,
            owner,
            purpose,
        )
        return [tuple(row) for row in rows]

    async def wait_for(
        self, person: Person, *states: str, purpose: str = "test", count: int = 1
    ) -> None:
        async def look() -> bool:
            found = await self.states(person, purpose)
            return len(found) >= count and set(found) <= set(states)

        await eventually(look, 20)


@pytest.fixture(scope="module")
async def post(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Post]:
    """A stack whose notifier waits a second and a half for receipts."""
    async with fresh_stack() as stack:
        logs = tmp_path_factory.mktemp("notifier-log")
        processes = Processes(stack, logs, {"gateway": ONE_ADDRESS, "notifier": NOTIFIER})
        await asyncio.to_thread(services.run, stack, "booking", ["seed"])
        await asyncio.to_thread(processes.start, "simulator", "gateway", "booking", "notifier")
        broker = Broker(provision.admin_amqp_url(stack.servers, stack.vhost), "test")
        await broker.start()
        await broker.wait_up()
        db = await asyncpg.connect(stack.environment("migrate")["ANTREAN_DATABASE_URL"])
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
            yield Post(System(stack, processes, http), broker, db, logs)
        await db.close()
        await broker.stop()
        await asyncio.to_thread(processes.stop)


@pytest.fixture
async def person(post: Post) -> Person:
    """Somebody who wrote to us a moment ago."""
    await post.fault(kind="none")
    await post.hostile()
    someone = post.system.person()
    await someone.say("Halo")
    return someone


def to(person: Person, body: str = "Uji coba", **more: Any) -> SendText:
    values: dict[str, Any] = {
        "id": uuid4(),
        "to": Contact(phone=person.phone),
        "content": Content(body=body),
        "purpose": "test",
        "inbound_at": datetime.now(UTC),
    }
    return SendText(**values | more)


async def bodies(person: Person, channel: str = "whatsapp") -> list[str]:
    texts = await person.texts(channel)
    return [one["text"] for one in texts[1 if channel == "whatsapp" else 0 :]]


async def test_one_notice_that_comes_five_times_is_one_text(post: Post, person: Person) -> None:
    await post.put(to(person), times=5)
    await post.put(to(person, "Terakhir"))

    await post.wait_for(person, "delivered", "read", count=2)
    assert await bodies(person) == ["Uji coba", "Terakhir"]


async def test_a_provider_that_took_it_and_never_answered_is_not_asked_again(
    post: Post, person: Person
) -> None:
    await post.fault(kind="timeout")

    await post.put(to(person))

    await post.wait_for(person, "delivered", "read")
    due = await post.db.fetchval("SELECT count(*) FROM notifier.text WHERE due_at IS NOT NULL")
    assert (await bodies(person), due) == (["Uji coba"], 0)


@pytest.mark.parametrize(
    ("status", "code"),
    [(429, 130429), (400, 131056), (429, 80007), (500, 131000), (503, 2), (500, 1), (429, 4)],
)
async def test_an_error_that_passes_is_tried_again_until_there_is_one_text(
    status: int, code: int, post: Post, person: Person
) -> None:
    await post.fault(kind="error", status=status, code=code, times=1)

    await post.put(to(person))

    await post.wait_for(person, "delivered", "read")
    assert await bodies(person) == ["Uji coba"]


@pytest.mark.parametrize("code", [131026, 131030, 131049, 132001])
async def test_who_cannot_be_reached_by_whatsapp_gets_one_sms(
    code: int, post: Post, person: Person
) -> None:
    await post.fault(kind="error", status=400, code=code, times=1)

    await post.put(to(person, by=BOTH))

    await post.wait_for(person, "delivered", "read")
    assert (await bodies(person), await bodies(person, "sms")) == ([], ["Uji coba"])


async def test_who_turns_out_not_to_be_on_whatsapp_gets_one_sms_and_the_next_at_once(
    post: Post, person: Person
) -> None:
    await post.switch(person, on_whatsapp=False)

    for count, body in enumerate(("Satu", "Dua"), 1):
        await post.put(to(person, body, by=BOTH, inbound_at=None))
        await post.wait_for(person, "delivered", "read", count=count)

    assert await bodies(person, "sms") == ["Satu", "Dua"]
    assert await bodies(person) == ["Satu"]  # what WhatsApp took and then said that it failed


async def test_without_a_second_channel_nobody_gets_an_sms(post: Post, person: Person) -> None:
    await post.fault(kind="error", status=400, code=131026, times=1)

    await post.put(to(person))

    await post.wait_for(person, "undeliverable")
    assert await bodies(person, "sms") == []


async def test_our_own_mistake_is_set_aside_and_not_repeated(post: Post, person: Person) -> None:
    await post.fault(kind="error", status=400, code=131009, times=1)

    await post.put(to(person, by=BOTH))

    await post.wait_for(person, "undeliverable")
    assert (await bodies(person), await bodies(person, "sms")) == ([], [])


async def test_what_is_too_late_is_not_sent(post: Post, person: Person) -> None:
    await post.put(to(person, valid_until=datetime.now(UTC) - timedelta(seconds=1)))

    await post.wait_for(person, "dropped")
    assert await bodies(person) == []


async def test_who_opted_out_gets_answers_and_nothing_that_they_did_not_ask_for(
    post: Post, person: Person
) -> None:
    await person.say("berhenti")
    await post.put(to(person, "Waktu habis", purpose="expired"))
    await post.put(to(person, "Jawaban"))
    await person.hear()
    await person.say("mulai")
    await post.put(to(person, "Waktu habis lagi", purpose="expired"))

    await person.hear()
    told = await bodies(person)
    assert told[-1] == "Waktu habis lagi"
    assert "Waktu habis" not in told
    assert await post.states(person, "expired") in (["dropped", s] for s in SENT)


async def test_what_a_text_cost_is_on_record(post: Post, person: Person) -> None:
    await post.put(to(person))
    await post.wait_for(person, "read")

    owner = Keys.from_secret(post.system.stack.secrets["root"]).owner_of(person.phone, None)
    cost = await post.db.fetchrow(
        """
        SELECT a.billable, a.category FROM notifier.attempt a
          JOIN notifier.text t ON t.id = a.text_id WHERE t.recipient = $1 AND t.purpose = 'test'
        """,
        owner,
    )
    assert tuple(cost) == (True, "service")


async def test_what_is_tried_again_goes_out_once_and_in_order(post: Post, person: Person) -> None:
    written = [f"Nomor {number}" for number in range(4)]
    await post.fault(kind="error", status=429, code=130429, times=1)

    for body in written:
        await post.put(to(person, body))

    await post.wait_for(person, "delivered", "read", count=4)
    assert await bodies(person) == written


async def test_an_sms_goes_out_by_the_second_provider_where_the_first_says_no(
    post: Post, person: Person
) -> None:
    await post.fault(kind="error", channel="sms", status=429, code=20429, times=1)

    await post.put(to(person, by=("sms",)))

    await post.wait_for(person, "delivered")
    assert await bodies(person, "sms") == ["Uji coba"]
    assert await post.calls(person) == [
        ("sms", "generic", "refused"),
        ("sms", "twilio", "delivered"),
    ]


async def test_an_sms_in_doubt_is_sent_again_by_the_one_provider_that_knows_it_again(
    post: Post, person: Person
) -> None:
    await post.fault(kind="error", channel="sms", status=502, body="<html>", times=1)

    await post.put(to(person, by=("sms",)))

    await post.wait_for(person, "delivered")
    assert await post.calls(person) == [
        ("sms", "generic", "unknown"),
        ("sms", "generic", "delivered"),
    ]


async def test_a_confirmation_outside_the_window_goes_out_as_a_template(
    post: Post, person: Person
) -> None:
    slot = await open_slot(post.system, 5)
    await person.log_in()
    status, held = await person.hold(slot)
    assert status == 201
    await post.fault(kind="error", status=400, code=131047, times=1)

    status, _ = await person.confirm(held)

    assert status == 201
    await post.wait_for(person, "delivered", "read", purpose="confirmed")
    confirmed = (await person.texts())[-1]
    assert (confirmed["type"], confirmed["channel"]) == ("template", "whatsapp")


async def booked_by(post: Post, person: Person) -> dict[str, Any]:
    """Let somebody book over HTTP; gives the ticket."""
    await person.log_in()
    _, held = await person.hold(await open_slot(post.system, 5))
    await post.age(person)
    status, ticket = await person.confirm(held)
    assert status == 201
    return dict(ticket)


async def test_a_confirmation_a_day_later_is_a_template_at_the_first_try(
    post: Post, person: Person
) -> None:
    await booked_by(post, person)

    await post.wait_for(person, "delivered", "read", purpose="confirmed")
    assert (await person.texts())[-1]["type"] == "template"
    assert [one[2] for one in await post.calls(person, "confirmed")] in (["delivered"], ["read"])


async def test_who_books_over_http_and_is_not_on_whatsapp_gets_the_code_by_sms(
    post: Post, person: Person
) -> None:
    await person.log_in()
    _, held = await person.hold(await open_slot(post.system, 5))
    await post.switch(person, on_whatsapp=False)

    _, ticket = await person.confirm(held)

    await post.wait_for(person, "delivered", purpose="confirmed")
    (sms,) = await person.texts("sms")
    assert ticket["booking_code"] in sms["text"]


async def test_receipts_out_of_order_and_twice_leave_the_highest_state(
    post: Post, person: Person
) -> None:
    await post.put(to(person))
    await post.wait_for(person, "read")
    message = (await person.texts())[-1]
    (secret,) = json.loads(post.system.stack.environment("gateway")["ANTREAN_WHATSAPP_APP_SECRETS"])
    meta = Meta(post.system.http, post.system.gateway, secret)
    ladder = ["failed", "sent", "delivered", "sent", "failed", "delivered"]
    late = [
        {"id": message["id"], "status": name, "timestamp": str(int(time.time()))}
        | {"biz_opaque_callback_data": message["tag"], "errors": [{"code": 131026}]}
        for name in ladder
    ]

    assert await meta.post(json.dumps(envelope({"statuses": late})).encode()) == 200
    await post.put(to(person, "Penutup"))  # behind the receipts in the queue
    await eventually(lambda: has(person, "Penutup"))

    assert (await post.states(person))[0] == "read"
    assert await bodies(person) == ["Uji coba", "Penutup"]


async def test_what_failed_at_one_device_and_reached_another_goes_out_once(
    post: Post, person: Person
) -> None:
    await post.switch(person, online=False)
    await post.put(to(person, by=BOTH))
    await post.wait_for(person, "sent")
    message = (await person.texts())[-1]

    await post.receipt(message, "failed")
    await eventually(lambda: has_failed(post, person))
    await post.receipt(message, "delivered")
    await post.wait_for(person, "delivered")
    await post.switch(person, online=True)
    await post.put(to(person, "Penutup", by=BOTH, inbound_at=None))

    await post.wait_for(person, "delivered", "read", count=2)
    assert (await bodies(person), await bodies(person, "sms")) == (["Uji coba", "Penutup"], [])


async def has_failed(post: Post, person: Person) -> bool:
    return await post.calls(person) == [("whatsapp", "meta", "failed")]


@pytest.mark.parametrize(
    "doses", [{"truncated": 1.0}, {"timeout": 1.0}, {"slow": 1.0, "slow_s": 0.3}, {"unheard": 1.0}]
)
async def test_whatever_becomes_of_the_answer_one_text_arrives(
    doses: dict[str, float], post: Post, person: Person
) -> None:
    await post.hostile(**doses)

    await post.put(to(person))

    await post.wait_for(person, "delivered", "read")
    assert await bodies(person) == ["Uji coba"]


async def test_who_may_get_no_more_for_now_gets_it_later(post: Post, person: Person) -> None:
    await post.hostile(limits={"pair_s": 1, "pair_burst": 1})

    for body in ("Satu", "Dua"):
        await post.put(to(person, body))

    await post.wait_for(person, "delivered", "read", count=2)
    assert await bodies(person) == ["Satu", "Dua"]
    assert [state for _, _, state in await post.calls(person)].count("refused") == 1


async def test_a_receipt_of_nothing_that_we_sent_does_no_harm(post: Post, person: Person) -> None:
    (secret,) = json.loads(post.system.stack.environment("gateway")["ANTREAN_WHATSAPP_APP_SECRETS"])
    meta = Meta(post.system.http, post.system.gateway, secret)
    odd = [
        {"id": "wamid.nobody", "status": "failed", "timestamp": "1", "errors": [{"code": 1}]},
        {"id": "wamid.nobody", "status": "read", "timestamp": "1", "biz_opaque_callback_data": "x"},
    ]

    assert await meta.post(json.dumps(envelope({"statuses": odd})).encode()) == 200

    await post.put(to(person))
    await post.wait_for(person, "delivered", "read")


async def test_two_notifiers_send_a_hundred_texts_once(post: Post) -> None:
    await asyncio.to_thread(post.system.processes.start, "notifier")
    people = [post.system.person() for _ in range(20)]
    await asyncio.gather(*(someone.say("Halo") for someone in people))

    for number in range(5):
        await asyncio.gather(
            *(post.put(to(someone, f"Nomor {number}"), times=2) for someone in people)
        )
    for someone in people:
        await post.wait_for(someone, "delivered", "read", count=5)

    got = [await bodies(someone) for someone in people]
    # Which of two takes a text first is open; a person who writes waits for the answer.
    assert [sorted(texts) for texts in got] == [[f"Nomor {n}" for n in range(5)]] * 20


async def test_after_a_death_receipts_are_heard_before_silence_is_judged(
    post: Post, person: Person
) -> None:
    await post.fault(kind="timeout")
    with post.system.processes.paused("gateway"):  # so that no receipt comes before the death
        await post.put(to(person))
        await eventually(lambda: has(person, "Uji coba"))
        await asyncio.to_thread(post.system.processes.kill, "notifier")
    await asyncio.sleep(2)  # longer than a call in doubt is left alone

    await asyncio.to_thread(post.system.processes.start, "notifier")
    await post.wait_for(person, "delivered", "read")
    await post.put(to(person, "Terakhir"))
    await eventually(lambda: has(person, "Terakhir"))

    assert await bodies(person) == ["Uji coba", "Terakhir"]


async def test_a_call_that_never_gets_an_answer_is_made_twice_and_then_goes_by_sms(
    post: Post, person: Person
) -> None:
    await post.fault(kind="error", status=502, body="<html>Bad gateway</html>", times=5)

    await post.put(to(person, by=BOTH))

    await post.wait_for(person, "delivered", "read")
    await post.fault(kind="none")
    assert await post.calls(person) == [
        *(("whatsapp", "meta", "unknown"), ("whatsapp", "meta", "unknown")),
        ("sms", "generic", "delivered"),
    ]
    assert (await bodies(person), await bodies(person, "sms")) == ([], ["Uji coba"])


async def test_a_throttle_without_json_is_still_a_throttle(post: Post, person: Person) -> None:
    await post.fault(kind="error", status=429, body="slow down", times=1)

    await post.put(to(person))

    await post.wait_for(person, "delivered", "read")
    assert await bodies(person) == ["Uji coba"]


async def test_the_notifiers_log_names_nobody(post: Post, person: Person) -> None:
    await post.fault(kind="error", status=400, code=131009, times=1)
    await post.put(to(person, "Rahasia Kenari"))
    await post.wait_for(person, "undeliverable")

    log = (post.logs / "notifier.log").read_text(encoding="utf-8")

    assert "service_started" in log
    assert [word for word in ("Kenari", person.phone[3:], person.name) if word in log] == []


async def has(person: Person, body: str) -> bool:
    return body in await bodies(person)


async def test_what_a_later_release_says_is_parked_and_what_is_known_is_told(
    post: Post, person: Person
) -> None:
    slot = await open_slot(post.system, 1)
    await person.log_in()
    _, hold = await person.hold(slot)
    event = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "type": "id.antrean.hold.admired.v1",
        "time": datetime.now(UTC).isoformat(),
        "data": {"hold_id": hold["hold_id"]},
    }
    cancelled = event | {"id": str(uuid4()), "type": "id.antrean.booking.cancelled.v1"}
    notice = {"kind": "text.shout", "id": str(uuid4())}

    for body in ([event, cancelled], notice):
        said = json.dumps(body).encode()
        sent = await post.broker.publisher.publish_confirmed(DIRECT, NOTIFIER_QUEUE, said)
        assert sent == Published.ACCEPTED

    async def reasons() -> set[str]:
        url = post.system.stack.environment("booking")["ANTREAN_AMQP_URL"]
        parks = await parked.peek(url)
        found = {one["reason"] for one in parks if one["queue"] == NOTIFIER_QUEUE}
        return found if len(found) == 2 else set()

    await post.wait_for(person, *SENT, purpose="cancelled")
    assert await eventually(reasons) == {"ValueError in __new__", "unreadable: : union_tag_invalid"}


async def undeliverable(post: Post, person: Person) -> str:
    """Wait until the person's text cannot be sent; gives its id."""
    await post.wait_for(person, "undeliverable")
    owner = Keys.from_secret(post.system.stack.secrets["root"]).owner_of(person.phone, None)
    return str(
        await post.db.fetchval(
            "SELECT id FROM notifier.text WHERE recipient = $1 AND purpose = 'test'", owner
        )
    )


async def test_a_text_that_two_retry_at_once_goes_out_once_by_its_next_channel(
    post: Post, person: Person
) -> None:
    await post.fault(kind="error", status=400, code=131009, times=1)
    await post.put(to(person, by=BOTH))
    text_id = await undeliverable(post, person)
    stack, words = post.system.stack, ("texts", "retry", text_id[:13])

    done = await asyncio.gather(*(operate(stack, "notifier", *words) for _ in range(2)))

    await post.wait_for(person, "delivered")
    later, _ = await operate(stack, "notifier", *words)
    assert (sorted(code for code, _ in done), later) == ([0, 1], 1), done
    assert (await bodies(person), await bodies(person, "sms")) == ([], ["Uji coba"])
    (line,) = await audited(post.db, "texts.retry", "text", text_id)
    assert (line["channel"], line["role"]) == ("sms", "antrean_notifier")


async def test_a_text_without_another_channel_goes_out_by_its_own(
    post: Post, person: Person
) -> None:
    await post.fault(kind="error", status=400, code=131051, times=1)
    await post.put(to(person))
    text_id = await undeliverable(post, person)

    code, says = await operate(post.system.stack, "notifier", "texts", "retry", text_id)

    assert code == 0, says
    await post.wait_for(person, "delivered", "read")
    assert await bodies(person) == ["Uji coba"]


async def test_a_text_that_may_have_arrived_is_not_sent_again(post: Post, person: Person) -> None:
    await post.fault(kind="error", channel="sms", status=502, body="<html>", times=2)
    await post.put(to(person, by=("sms",)))
    text_id = await undeliverable(post, person)

    code, says = await operate(post.system.stack, "notifier", "texts", "retry", text_id)

    assert (code, "may have brought it" in says) == (1, True)
    assert await post.states(person) == ["undeliverable"]
    assert await audited(post.db, "texts.retry", "text", text_id) == []


async def test_a_text_that_could_not_be_sent_is_shown_without_words_or_person(
    post: Post, person: Person
) -> None:
    await post.fault(kind="error", status=400, code=131009, times=1)
    await post.put(to(person, "Kenari Kuning 3171010703910001"))
    text_id = await undeliverable(post, person)
    stack = post.system.stack

    _, text = await operate(stack, "notifier", "texts", "list")
    code, shown = await operate(stack, "notifier", "texts", "show", text_id[:8])
    rows = await listed(stack, "notifier", "texts")

    owner = Keys.from_secret(stack.secrets["root"]).owner_of(person.phone, None)
    secret = ("Kenari", "Kuning", "3171010703910001", person.phone[3:], person.name, owner)
    assert not [one for one in secret if one in text + shown + json.dumps(rows)]
    assert (code, text_id in {row["id"] for row in rows}) == (0, True)
    assert all(fact in shown for fact in (text_id, "131009", "meta", "whatsapp", "refused"))


async def test_a_text_that_is_discarded_is_never_sent_and_the_audit_trail_says_why(
    post: Post, person: Person
) -> None:
    await post.fault(kind="error", status=400, code=131009, times=1)
    await post.put(to(person, by=BOTH))
    text_id = await undeliverable(post, person)
    words = ("texts", "discard", text_id, "--reason", "told at the counter")

    done = [await operate(post.system.stack, "notifier", *words) for _ in range(2)]
    refused, _ = await operate(post.system.stack, "notifier", "texts", "retry", text_id)

    assert ([code for code, _ in done], refused) == ([0, 1], 1)
    assert await post.states(person) == ["dropped"]
    (line,) = await audited(post.db, "texts.discard", "text", text_id)
    assert (line["reason"], line["role"]) == ("told at the counter", "antrean_notifier")

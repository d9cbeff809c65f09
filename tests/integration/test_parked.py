"""What is parked, in an operator's hands: seen without anybody's data, retried once, discarded."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import aio_pika
import pytest

from deploy.local import provision
from deploy.local.environment import Stack
from deploy.local.testing import fresh_stack
from services.booking.operator import parked
from shared.broker import (
    BOOKING_QUEUE,
    DIRECT,
    NOTIFIER_QUEUE,
    PARKING_QUEUE,
    Broker,
    Published,
    in_hand,
    peek_queue,
)
from shared.keys import Keys
from shared.messages import (
    Applicant,
    Channel,
    CommandBatch,
    Contact,
    PlaceHold,
    SlotRef,
)
from tests.conftest import eventually
from tests.integration.gateway.world import Client, World
from tests.operating import audited, listed, operate

BORN = "1991-03-07"


@dataclass(frozen=True, slots=True)
class Poisoned:
    """A parked command: it corrects a hold whose person cannot be opened; `heal` mends that."""

    command: PlaceHold
    id: str
    first: PlaceHold
    sealed: bytes
    slot: SlotRef
    admin: Any
    asker: Client

    async def heal(self) -> None:
        await self.admin.execute(
            "UPDATE booking.hold SET person = $2 WHERE id = $1", self.first.id, self.sealed
        )

    async def answer(self) -> Any:
        """Say what whoever asked hears."""
        asked = await self.asker.get(f"/v1/requests/{self.command.id}")
        return asked.json.get("outcome")

    async def hears(self, status: int) -> Any:
        async def look() -> Any:
            outcome = await self.answer()
            return outcome if outcome and outcome["status"] == status else None

        return await eventually(look)

    async def placed(self) -> int:
        """Count how often the command was decided."""
        return int(
            await self.admin.fetchval(
                """
                SELECT count(*) FROM booking.event_log
                 WHERE type = 'hold.placed' AND data ->> 'command_id' = $1
                """,
                str(self.command.id),
            )
        )


@pytest.fixture
async def broker(stack: Stack) -> AsyncIterator[Broker]:
    """The administrator's connections, who may put anything anywhere."""
    opened = Broker(provision.admin_amqp_url(stack.servers, stack.vhost), "parked")
    await opened.start()
    await opened.wait_up()
    yield opened
    await opened.stop()


@pytest.fixture
async def poisoned(
    booking: Any, broker: Broker, stack: Stack, world: World, keys: Keys, admin: Any,
    citizen: Client, request: pytest.FixtureRequest,
) -> Poisoned:  # fmt: skip
    assert booking.returncode is None
    slot, owner = await world.new_slot(seats=3), keys.owner_of(citizen.phone, None)
    first = a_hold(owner, citizen.phone, slot)
    await put(broker, first)
    find = "SELECT person FROM booking.hold WHERE id = $1"
    sealed = await eventually(lambda: admin.fetchval(find, first.id))
    await admin.execute("UPDATE booking.hold SET person = '\\x01' WHERE id = $1", first.id)
    more = getattr(request, "param", dict)()
    bad = a_hold(owner, citizen.phone, slot, replaces=first.id, **more)
    await put(broker, bad)
    found = await eventually(lambda: parked_of(stack, bad))
    made = Poisoned(bad, found, first, sealed, slot, admin, citizen)
    await made.hears(500)
    return made


def a_hold(owner: str, phone: str, slot: SlotRef, **more: Any) -> PlaceHold:
    letters = "".join(chr(97 + int(c, 16)) for c in uuid4().hex[:10])
    nik = f"317101070391{uuid4().int % 10**4:04d}"
    told = {"name": f"Kenari {letters}", "birth_date": BORN, "nik": nik}
    who = Applicant.model_validate_json(json.dumps(told))
    values: dict[str, Any] = {"id": uuid4(), "owner": owner, "channel": Channel.WEB, "slot": slot}
    return PlaceHold(**values, contact=Contact(phone=phone), applicant=who, **more)


async def put(broker: Broker, *commands: PlaceHold) -> None:
    body = CommandBatch(commands=commands).model_dump_json().encode()
    sent = await broker.publisher.publish_confirmed(DIRECT, BOOKING_QUEUE, body)
    assert sent == Published.ACCEPTED


async def parked_of(stack: Stack, command: PlaceHold) -> str | None:
    """Find the id under which a command is parked."""
    url = stack.environment("booking")["ANTREAN_AMQP_URL"]
    async with in_hand(url, PARKING_QUEUE, 999) as found:
        ids = [
            parked.parked_of(one.headers, one.body, one.message_id).id
            for one in found
            if str(command.id).encode() in one.body
        ]
    return ids[0] if ids else None


async def test_a_parked_command_is_shown_with_all_but_the_person(
    poisoned: Poisoned, stack: Stack
) -> None:
    command, asker = poisoned.command, poisoned.asker

    _, text = await operate(stack, "booking", "parked", "list")
    code, shown = await operate(stack, "booking", "parked", "show", poisoned.id[:6])

    who = command.applicant
    canaries = (*who.name.split(), BORN, who.nik or "", asker.phone[3:], command.owner)
    assert not [canary for canary in canaries if canary in text + shown]
    assert code == 0
    assert poisoned.id in text
    told = (str(command.id), poisoned.slot.office, str(poisoned.slot.date), "needs_attention")
    assert all(fact in shown for fact in (*told, BOOKING_QUEUE, "WrongKeyError in unseal"))


async def test_a_parked_command_that_two_retry_at_once_is_decided_once_and_its_asker_hears_it(
    poisoned: Poisoned, stack: Stack, world: World, admin: Any
) -> None:
    await poisoned.heal()

    words = ("parked", "retry", poisoned.id)
    done = await asyncio.gather(*(operate(stack, "booking", *words) for _ in range(2)))
    later, says = await operate(stack, "booking", *words)

    answer = await poisoned.hears(201)
    assert (answer["hold_id"], await poisoned.placed()) == (str(poisoned.command.id), 1)
    assert sorted(code for code, _ in done) == [0, 1], done
    assert (later, "nothing here is called" in says) == (1, True)
    assert await world.remaining(poisoned.slot) == 2
    (line,) = await audited(admin, "parked.retry", "message", poisoned.id)
    assert line["commands"] == [str(poisoned.command.id)]


async def test_who_dies_between_the_confirm_and_the_end_leaves_it_parked_and_again_is_once(
    poisoned: Poisoned, stack: Stack, world: World, admin: Any
) -> None:
    await poisoned.heal()
    words = ("parked", "retry", poisoned.id)
    await admin.execute("REVOKE INSERT ON booking.audit FROM antrean_booking")
    try:
        broke, _ = await operate(stack, "booking", *words)
    finally:
        await admin.execute("GRANT INSERT ON booking.audit TO antrean_booking")
    answer = await poisoned.hears(201)
    still = await parked_of(stack, poisoned.command)

    code, _ = await operate(stack, "booking", *words)

    assert (broke, still, code) == (1, poisoned.id, 0)
    assert await eventually(lambda: is_gone(stack, poisoned.command))
    assert (await poisoned.answer(), await poisoned.placed()) == (answer, 1)
    assert await world.remaining(poisoned.slot) == 2
    assert len(await audited(admin, "parked.retry", "message", poisoned.id)) == 1


async def test_what_fails_again_is_parked_again_and_its_asker_hears_the_same(
    poisoned: Poisoned, stack: Stack
) -> None:
    code, _ = await operate(stack, "booking", "parked", "retry", poisoned.id)

    async def is_back() -> bool:
        return (await parked_of(stack, poisoned.command)) not in {None, poisoned.id}

    assert code == 0
    assert await eventually(is_back)
    assert (await poisoned.answer())["code"] == "needs_attention"


def soon() -> dict[str, Any]:
    return {"deadline": datetime.now(UTC) + timedelta(seconds=3)}


@pytest.mark.parametrize("poisoned", [soon], indirect=True)
async def test_a_command_whose_time_is_over_is_carried_out_only_where_that_is_said(
    poisoned: Poisoned, stack: Stack
) -> None:
    await poisoned.heal()
    ends_at = poisoned.command.deadline or datetime.now(UTC)

    async def is_over() -> bool:
        return datetime.now(UTC) > ends_at

    await eventually(is_over)
    words = ("parked", "retry", poisoned.id)

    refused, says = await operate(stack, "booking", *words)
    left = await parked_of(stack, poisoned.command)
    code, _ = await operate(stack, "booking", *words, "--late")

    assert (refused, left, code) == (1, poisoned.id, 0)
    assert "--late" in says
    await poisoned.hears(201)


async def test_what_is_discarded_is_gone_and_the_audit_trail_says_who_and_why(
    poisoned: Poisoned, stack: Stack, admin: Any
) -> None:
    await poisoned.heal()
    words = ("parked", "discard", poisoned.id)

    without, _ = await operate(stack, "booking", *words)
    code, _ = await operate(stack, "booking", *words, "--reason", "asked again on the phone")

    (line,) = await audited(admin, "parked.discard", "message", poisoned.id)
    assert (without, code) == (2, 0)
    assert line["reason"] == "asked again on the phone"
    assert line["commands"] == [str(poisoned.command.id)]
    assert await is_gone(stack, poisoned.command)
    assert ((await poisoned.answer())["code"], await poisoned.placed()) == ("needs_attention", 0)


async def is_gone(stack: Stack, command: PlaceHold) -> bool:
    return await parked_of(stack, command) is None


@pytest.fixture(scope="module")
async def quiet() -> AsyncIterator[Stack]:
    """Queues with nobody at them."""
    async with fresh_stack() as stack:
        yield stack


@pytest.fixture
async def loud(quiet: Stack) -> AsyncIterator[Broker]:
    opened = Broker(provision.admin_amqp_url(quiet.servers, quiet.vhost), "parked")
    await opened.start()
    await opened.wait_up()
    yield opened
    await opened.stop()


async def waiting(stack: Stack, queue: str) -> list[bytes]:
    url = provision.admin_amqp_url(stack.servers, stack.vhost)
    return [body for _, body in await peek_queue(url, queue, 999)]


async def give_up(stack: Stack, queue: str) -> None:
    """Take a message and give it back until the broker has had enough."""
    url = provision.admin_amqp_url(stack.servers, stack.vhost)
    async with await aio_pika.connect(url) as connection:
        source = await (await connection.channel()).get_queue(queue)
        while (message := await source.get(fail=False)) is not None:
            await message.nack(requeue=True)


async def test_all_go_back_to_where_they_came_from_and_what_says_nothing_of_it_stays(
    quiet: Stack, loud: Broker
) -> None:
    one, two, lost = b'{"commands": [7]}', b'{"kind": "text.send"}', b'{"from": "nowhere"}'
    publish = loud.publisher.publish_confirmed
    await publish(DIRECT, PARKING_QUEUE, one, headers={"x-queue": BOOKING_QUEUE})
    await publish(DIRECT, NOTIFIER_QUEUE, two)
    await publish(DIRECT, PARKING_QUEUE, lost, headers={"x-queue": "antrean.elsewhere"})

    async def are_parked() -> bool:
        await give_up(quiet, NOTIFIER_QUEUE)
        return len(await waiting(quiet, PARKING_QUEUE)) == 3

    await eventually(are_parked)
    before = await listed(quiet, "booking", "parked")
    code, says = await operate(quiet, "booking", "parked", "retry", "--all")

    assert {one["queue"] for one in before} == {BOOKING_QUEUE, NOTIFIER_QUEUE, "antrean.elsewhere"}
    assert (code, "2 sent again" in says) == (1, True)
    assert await waiting(quiet, BOOKING_QUEUE) == [one]
    assert await waiting(quiet, NOTIFIER_QUEUE) == [two]
    assert await waiting(quiet, PARKING_QUEUE) == [lost]


async def test_a_broker_that_is_away_is_said_in_a_line(quiet: Stack) -> None:
    away = Stack(quiet.servers, quiet.database, "nowhere", quiet.ports, quiet.secrets)

    for words in (("list",), ("show", "abcd"), ("retry", "--all")):
        code, says = await operate(away, "booking", "parked", *words)

        assert (code, says.startswith("the broker does not answer")) == (1, True), says
        assert "Traceback" not in says

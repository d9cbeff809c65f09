"""Poison on the command queue: parked with its reason, its neighbours unharmed."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from deploy.local import provision
from deploy.local.environment import Stack
from services.booking.operator import parked
from shared.broker import BOOKING_QUEUE, DIRECT, Broker, Published
from shared.keys import Keys
from shared.messages import Applicant, Channel, CommandBatch, Contact, PlaceHold, SlotRef
from tests.conftest import eventually
from tests.integration.gateway.world import Client, World, wish

pytestmark = pytest.mark.usefixtures("booking")
CANARY = "Kenari Kuning"
DEEP = b'{"commands": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
POISON = {
    "nothing": b"",
    "no JSON": b'{"commands": [',
    "mis-encoded": b'{"commands": ["\xff\xfe"]}',
    "deeply nested": DEEP,
    "oversized": json.dumps({"commands": CANARY * 80_000}).encode(),
    "a list": b"[1, 2, 3]",
    "no commands": b'{"events": []}',
    "an unknown kind": json.dumps({"commands": [{"kind": "seat.steal", "name": CANARY}]}).encode(),
    "fields that are missing": b'{"commands": [{"kind": "hold.place"}]}',
    "a number": b'{"commands": [7]}',
}


@pytest.fixture
async def broker(stack: Stack) -> AsyncIterator[Broker]:
    """The administrator's connections, who may put anything anywhere."""
    opened = Broker(provision.admin_amqp_url(stack.servers, stack.vhost), "poison")
    await opened.start()
    await opened.wait_up()
    yield opened
    await opened.stop()


def hold(keys: Keys, ref: SlotRef, **more: Any) -> PlaceHold:
    body = wish(ref)["applicant"]
    phone = f"+62813{uuid4().int % 10**8:08d}"
    values: dict[str, Any] = {
        "id": uuid4(),
        "owner": keys.owner_of(phone, None),
        "channel": Channel.WEB,
        "contact": Contact(phone=phone),
        "slot": ref,
        "applicant": Applicant.model_validate_json(json.dumps(body)),
    }
    return PlaceHold(**values | more)


async def put(broker: Broker, *bodies: bytes) -> None:
    for body in bodies:
        sent = await broker.publisher.publish_confirmed(DIRECT, BOOKING_QUEUE, body)
        assert sent == Published.ACCEPTED


def batch(*commands: PlaceHold) -> bytes:
    return CommandBatch(commands=commands).model_dump_json().encode()


async def parked_by(stack: Stack, size: int) -> dict[str, Any] | None:
    found = await parked.peek(stack.environment("booking")["ANTREAN_AMQP_URL"])
    return next((one for one in reversed(found) if one["bytes"] == size), None)


@pytest.mark.parametrize("what", POISON)
async def test_poison_is_parked_with_its_reason_between_neighbours_that_are_decided(
    what: str, broker: Broker, stack: Stack, world: World, keys: Keys, admin: Any
) -> None:
    ref = await world.new_slot(seats=5)
    first, second = hold(keys, ref), hold(keys, ref)
    poison = POISON[what] + b" " * (len(POISON) + list(POISON).index(what))  # a size of its own

    await put(broker, batch(first), poison, batch(second))

    await eventually(lambda: is_granted(admin, first, second))
    size = len(poison) if what not in SPLIT else SPLIT[what]
    seen = await eventually(lambda: parked_by(stack, size))
    assert seen["queue"] == BOOKING_QUEUE
    assert len(seen["reason"]) > 5
    assert CANARY not in json.dumps(seen)
    assert await world.remaining(ref) == 3


# Of a batch that can be read, only the command that cannot is parked: written anew, alone.
SPLIT = {
    "an unknown kind": len(POISON["an unknown kind"]),
    "fields that are missing": len(POISON["fields that are missing"]),
    "a number": len(POISON["a number"]),
}


async def is_granted(admin: Any, *commands: PlaceHold) -> bool:
    count = await admin.fetchval(
        "SELECT count(*) FROM booking.hold WHERE id = ANY ($1::uuid[])", [c.id for c in commands]
    )
    return count == len(commands)


async def test_the_one_bad_command_of_a_batch_is_parked_and_its_asker_hears_it(
    broker: Broker, stack: Stack, world: World, keys: Keys, admin: Any, citizen: Client
) -> None:
    ref = await world.new_slot(seats=5)
    owner = keys.owner_of(citizen.phone, None)
    first, *good = [hold(keys, ref, owner=owner), *(hold(keys, ref) for _ in range(4))]
    await put(broker, batch(first))
    await eventually(lambda: is_granted(admin, first))
    # What is sealed cannot be opened any more, so that no try can ever succeed.
    await admin.execute("UPDATE booking.hold SET person = '\\x01' WHERE id = $1", first.id)
    bad = hold(keys, ref, owner=owner, replaces=first.id)

    before = await bad_ones(stack)
    await put(broker, batch(*good[:2], bad, *good[2:]))

    await eventually(lambda: is_granted(admin, *good))
    answer = await eventually(lambda: outcome_of(citizen, bad))
    assert (answer["status"], answer["code"]) == (500, "needs_attention")
    assert await bad_ones(stack) == [*before, ["hold.place"]]
    assert await world.remaining(ref) == 0


async def bad_ones(stack: Stack) -> list[list[str]]:
    """List the kinds of what was parked for this reason, here or in another test."""
    found = await parked.peek(stack.environment("booking")["ANTREAN_AMQP_URL"])
    return [one["kinds"] for one in found if one["reason"] == "WrongKeyError in unseal"]


async def outcome_of(citizen: Client, command: PlaceHold) -> Any:
    asked = await citizen.get(f"/v1/requests/{command.id}")
    return asked.json.get("outcome")

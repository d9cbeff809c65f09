"""Fair use in the chat: the same buckets as on the web, each message counted once."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.gateway.chat.fairness import FairTalk
from services.gateway.context import Gateway
from services.gateway.fair.use import Bucket
from shared.messages import Applicant, Channel, Contact, ReleaseHold
from tests.conftest import eventually
from tests.integration.gateway.webhooks import Heard, Meta, Writer, a_name, answered
from tests.integration.gateway.world import World

pytestmark = pytest.mark.usefixtures("booking")
BORN = datetime(1990, 8, 17, tzinfo=UTC).date()


def key_of(gateway: Gateway, bucket: Bucket, value: str) -> bytes:
    return gateway.keys.hashed(f"bucket/{bucket}", value)[:16]


def phone_of(gateway: Gateway, writer: Writer) -> bytes:
    return key_of(gateway, Bucket.PHONE, gateway.keys.owner_of(f"+{writer.phone}", None))


async def drawn(admin: Any, *keys: bytes) -> list[tuple[bytes, float, datetime]]:
    rows = await admin.fetch(
        "SELECT key, tokens, at FROM gateway.bucket WHERE key = ANY ($1)", list(keys)
    )
    return [tuple(row) for row in rows]


async def empty(admin: Any, *keys: bytes) -> None:
    """Empty these buckets for a minute, whatever their rate."""
    await admin.executemany(
        """
        INSERT INTO gateway.bucket (key, tokens, at) VALUES ($1, 0, now() + interval '1 min')
        ON CONFLICT (key) DO UPDATE SET tokens = 0, at = excluded.at
        """,
        [(key,) for key in keys],
    )


async def test_a_hold_that_is_typed_counts_to_its_phone_and_its_applicant_once(
    meta: Meta, heard: Heard, gateway: Gateway, admin: Any, world: World
) -> None:
    ref, writer, name = await world.new_slot(seats=5), Writer(), a_name()
    person = gateway.fair_use.person(Applicant(name=name, birth_date=BORN))
    keys = [phone_of(gateway, writer), *(key_of(gateway, *one) for one in person.items())]
    wanted = writer.text(f"#{name}#17081990#{ref.date:%d%m%Y}")
    await meta.deliver(writer.text(f"#kantor#{ref.office}"), wanted)

    async def is_held() -> bool:
        return await world.remaining(ref) == 4

    await eventually(is_held)
    first = await drawn(admin, *keys)
    after = writer.text("#bantuan")
    await meta.deliver(wanted, after)
    await answered(heard, after)

    assert {key for key, _, _ in first} == set(keys)
    assert await drawn(admin, *keys) == first


@pytest.mark.parametrize(
    ("greeting", "says"), [("Bahasa", "setelah 5 detik"), ("English", "in 5 seconds")]
)
async def test_who_types_too_much_is_told_when_to_send_it_again_and_may_then(
    greeting: str,
    says: str,
    meta: Meta,
    heard: Heard,
    gateway: Gateway,
    admin: Any,
    world: World,
) -> None:
    ref, writer, name = await world.new_slot(seats=5), Writer(), a_name()
    phone = phone_of(gateway, writer)
    before = [
        writer.text(text) for text in (greeting, f"#kantor#{ref.office}", f"#pilih#{ref.key}")
    ]
    await meta.deliver(*before)
    await answered(heard, *before)
    await empty(admin, phone)

    wanted = f"{name}, 17-08-1990"  # the date was chosen before
    early = writer.text(wanted)
    await meta.deliver(early)
    (told,) = await answered(heard, early)
    left = await world.remaining(ref)
    await admin.execute("DELETE FROM gateway.bucket WHERE key = $1", phone)
    await meta.deliver(writer.text(wanted))

    async def is_held() -> bool:
        return await world.remaining(ref) == 4

    assert says in told["content"]["body"]
    assert left == 5
    assert await eventually(is_held)


async def test_looking_is_never_limited_in_the_chat(
    meta: Meta, heard: Heard, gateway: Gateway, admin: Any
) -> None:
    writer = Writer()
    await empty(admin, phone_of(gateway, writer))
    looks = [writer.text(text) for text in ("#bantuan", "#status", "#tgllayanan")]

    await meta.deliver(*looks)

    assert all("terlalu" not in str(one).casefold() for one in await answered(heard, *looks))


async def test_a_message_that_is_taken_up_again_is_not_counted_again(
    gateway: Gateway, admin: Any
) -> None:
    owner, talk = uuid4().hex * 2, FairTalk(gateway.fair_use)
    command = ReleaseHold(
        id=uuid4(),
        owner=owner,
        channel=Channel.WHATSAPP,
        contact=Contact(phone="+6281234567890"),
        deadline=datetime.now(UTC),
        hold_id=uuid4(),
    )
    first = await talk.wait_s("wamid.1", owner, command)
    await empty(admin, key_of(gateway, Bucket.PHONE, owner))

    assert (first, await talk.wait_s("wamid.1", owner, command)) == (0, 0)
    assert await talk.wait_s("wamid.2", owner, command) > 0

"""Webhooks that could not be read, in an operator's hands."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.environment import Stack
from tests.integration.gateway.webhooks import Heard, Meta, Writer, answered, envelope, replies
from tests.operating import audited, listed, operate

CANARY = "Kenari Kuning 3171010703910001"


@dataclass(frozen=True, slots=True)
class Kept:
    """A webhook in quarantine, and the message in it."""

    id: str
    message: dict[str, Any]
    writer: Writer


@pytest.fixture
async def kept(meta: Meta, admin: Any) -> Kept:
    """A message with a byte that is no letter, for which the whole webhook was set aside."""
    writer = Writer()
    message = writer.text(f"#bantuan {CANARY} ~")
    raw = json.dumps(envelope({"messages": [message]})).encode().replace(b"~", b"\xff")
    assert await meta.post(raw) == 200
    return Kept(await newest(admin), message, writer)


async def newest(admin: Any) -> str:
    return str(await admin.fetchval("SELECT max(id) FROM gateway.quarantine"))


async def is_kept(admin: Any, row_id: str) -> bool:
    count = await admin.fetchval(
        "SELECT count(*) FROM gateway.quarantine WHERE id = $1", int(row_id)
    )
    return bool(count)


async def test_what_was_set_aside_is_shown_with_nobodys_data(kept: Kept, stack: Stack) -> None:
    _, text = await operate(stack, "gateway", "webhooks", "list")
    code, shown = await operate(stack, "gateway", "webhooks", "show", kept.id)

    secret = (*CANARY.split(), "bantuan", kept.writer.phone, kept.writer.phone[2:])
    assert not [canary for canary in (*secret, kept.message["id"]) if canary in text + shown]
    assert code == 0
    assert kept.id in {str(one["id"]) for one in await listed(stack, "gateway", "webhooks")}


async def test_what_two_retry_at_once_is_read_once_and_answered_as_if_it_had_just_come(
    kept: Kept, stack: Stack, meta: Meta, heard: Heard, admin: Any
) -> None:
    words = ("webhooks", "retry", kept.id)

    done = await asyncio.gather(*(operate(stack, "gateway", *words) for _ in range(2)))
    later, _ = await operate(stack, "gateway", *words)

    await answered(heard, kept.message)
    last = Writer().text("#bantuan")
    await meta.deliver(last)
    await answered(heard, last)
    assert sorted(code for code, _ in done) == [0, 1], done
    assert (later, await is_kept(admin, kept.id)) == (1, False)
    assert len(replies(heard, kept.message)) == 1
    (line,) = await audited(admin, "webhooks.retry", "webhook", kept.id)
    assert (line["messages"], line["role"]) == (1, "antrean_gateway")


async def test_what_the_provider_brought_again_meanwhile_is_not_answered_twice(
    kept: Kept, stack: Stack, meta: Meta, heard: Heard
) -> None:
    await meta.deliver(kept.message)
    await answered(heard, kept.message)

    code, _ = await operate(stack, "gateway", "webhooks", "retry", kept.id)

    last = Writer().text("#bantuan")
    await meta.deliver(last)
    await answered(heard, last)
    assert (code, len(replies(heard, kept.message))) == (0, 1)


async def test_what_still_cannot_be_read_stays(meta: Meta, stack: Stack, admin: Any) -> None:
    assert await meta.post(f'{{"entry": "{uuid4()}"}}'.encode()) == 200
    row_id = await newest(admin)

    code, says = await operate(stack, "gateway", "webhooks", "retry", row_id)

    assert (code, says) == (1, f"{row_id} stays: it still cannot be read: no entry\n")
    assert await is_kept(admin, row_id)
    assert await audited(admin, "webhooks.retry", "webhook", row_id) == []


async def test_what_is_discarded_is_gone_and_the_audit_trail_says_who_and_why(
    kept: Kept, stack: Stack, admin: Any, heard: Heard
) -> None:
    code, _ = await operate(stack, "gateway", "webhooks", "discard", kept.id, "--reason", "noise")

    (line,) = await audited(admin, "webhooks.discard", "webhook", kept.id)
    assert (code, line["reason"], line["role"]) == (0, "noise", "antrean_gateway")
    assert not await is_kept(admin, kept.id)
    assert replies(heard, kept.message) == []

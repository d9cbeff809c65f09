"""What a keeper does about a message that it cannot read: something was missed."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from services.gateway import keeper
from services.gateway.keeper import Keeper
from services.gateway.memory import Memory
from shared.broker import SLOTS_STREAM


@dataclass
class Letter:
    """A message on the stream that says nothing."""

    routing_key: str = SLOTS_STREAM
    body: bytes = b"{}"


class Quick(Keeper):
    """A keeper that counts how often it reads, and whose broker is always there."""

    reads = asked = 0

    async def _read_all(self) -> None:
        self.reads += 1
        self._check_at = float("inf")

    async def _is_hearing(self) -> bool:
        self.asked += 1
        return True


@pytest.fixture
def kept() -> Quick:
    nothing: Any = None
    made = Quick(Memory(), nothing, nothing)
    made._channel = object()
    return made


async def until(kept: Quick, *, is_live: bool) -> None:
    async with asyncio.timeout(5):
        while kept._memory.is_live is not is_live:
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("key", [SLOTS_STREAM, "slot.changed.padang"])
async def test_after_a_message_that_says_nothing_all_is_read_again(
    kept: Quick, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "SNAPSHOT_S", 0.0)
    running = asyncio.create_task(kept.run())
    await until(kept, is_live=True)
    letter: Any = Letter(key)

    kept._take(letter)
    was_live = kept._memory.is_live
    await until(kept, is_live=True)
    running.cancel()

    assert (was_live, kept.reads) == (False, 2)


async def test_a_thousand_messages_that_say_nothing_are_no_thousand_reads(kept: Quick) -> None:
    running = asyncio.create_task(kept.run())
    await until(kept, is_live=True)
    before = kept.asked
    letter: Any = Letter()

    for _ in range(1_000):
        kept._take(letter)
        await asyncio.sleep(0)
    running.cancel()

    assert not kept._memory.is_live
    assert (kept.reads, kept.asked - before) == (1, 0)

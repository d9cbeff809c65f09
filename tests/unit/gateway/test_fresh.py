import asyncio

import pytest

from services.gateway import fresh
from services.gateway.fresh import Fresh


class Source:
    """Counts its loads, and fails or hangs when told to."""

    def __init__(self) -> None:
        self.loads, self.hangs = 0, False
        self.fault: Exception | None = None

    async def __call__(self, key: str) -> int:
        self.loads += bool(key)
        if self.hangs:
            await asyncio.sleep(60)
        if self.fault:
            raise self.fault
        await asyncio.sleep(0)
        return self.loads


@pytest.fixture
def source() -> Source:
    return Source()


async def test_those_who_ask_at_once_share_one_load(source: Source) -> None:
    cache = Fresh(source, 60)

    assert await asyncio.gather(*(cache.get("a") for _ in range(50))) == [1] * 50
    assert await cache.get("a") == 1


async def test_a_value_that_is_old_is_loaded_anew(source: Source) -> None:
    cache = Fresh(source, 0)

    assert [await cache.get("a"), await cache.get("a")] == [1, 2]


async def test_an_old_value_serves_while_the_source_is_away(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh, "PATIENCE_S", 0.01)
    cache = Fresh(source, 0)
    await cache.get("a")

    source.fault = OSError()
    refused = await cache.get("a")
    source.fault, source.hangs = None, True
    hung = await cache.get("a")

    assert (refused, hung) == (1, 1)


async def test_without_an_old_value_the_fault_is_told(source: Source) -> None:
    source.fault = OSError("away")

    with pytest.raises(OSError, match="away"):
        await Fresh(source, 60).get("a")


async def test_a_mistake_of_ours_is_not_hidden_by_an_old_value(source: Source) -> None:
    cache = Fresh(source, 0)
    await cache.get("a")
    source.fault = ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        await cache.get("a")


async def test_one_who_gives_up_leaves_the_load_to_the_others(source: Source) -> None:
    cache = Fresh(source, 60)
    first, second = (asyncio.create_task(cache.get("a")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()

    assert await second == 1


async def test_the_oldest_entry_makes_room(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh, "ENTRIES", 2)
    cache = Fresh(source, 60)
    for key in "abc":
        await cache.get(key)

    assert await cache.get("a") == 4


async def test_what_is_old_is_given_at_once_and_loaded_behind_the_callers_back(
    source: Source,
) -> None:
    cache = Fresh(source, 0)
    first = await cache.get_soon("a")

    second = await cache.get_soon("a")
    await cache._loads["a"]

    assert (first, second, await cache.get_soon("a")) == (1, 1, 2)


async def test_what_nobody_asked_for_in_half_a_minute_is_waited_for(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh, "STALE_S", 0)
    cache = Fresh(source, 0)

    assert [await cache.get_soon("a"), await cache.get_soon("a")] == [1, 2]


async def test_what_seldom_changes_is_given_however_old_while_its_source_is_away(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh, "STALE_S", 0)
    cache = Fresh(source, 0)
    await cache.get_soon("a")

    source.fault = OSError()

    assert await cache.get_soon("a") == 1
    with pytest.raises(OSError):  # noqa: PT011 of seats it is told instead
        await cache.get("a")


async def test_nobody_waits_for_a_source_that_was_found_to_hang(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh, "PATIENCE_S", 0)
    cache = Fresh(source, 0)
    await cache.get_soon("a")
    source.hangs = True
    cache._asked.clear()
    found = await cache.get_soon("a")

    monkeypatch.setattr(fresh, "PATIENCE_S", 60)

    async with asyncio.timeout(10):
        assert (found, await cache.get_soon("a")) == (1, 1)

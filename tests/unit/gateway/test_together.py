import asyncio
from collections.abc import Sequence

import pytest

from services.gateway import together
from services.gateway.together import Together


async def test_who_asks_while_one_statement_runs_goes_with_the_next_and_gets_their_own() -> None:
    sizes: list[int] = []

    async def double(items: Sequence[int]) -> list[int]:
        sizes.append(len(items))
        await asyncio.sleep(0)
        return [2 * item for item in items]

    twice = Together(double)

    assert await asyncio.gather(*(twice.do(i) for i in range(50))) == [2 * i for i in range(50)]
    assert await twice.do(7) == 14
    assert sizes == [50, 1]


async def test_no_statement_is_larger_than_it_may_be() -> None:
    sizes: list[int] = []

    async def count(items: Sequence[int]) -> Sequence[int]:
        sizes.append(len(items))
        return items

    counted = Together(count)
    await asyncio.gather(*(counted.do(i) for i in range(together.MOST + 1)))

    assert sizes == [together.MOST, 1]


async def test_what_goes_wrong_is_raised_to_all_who_went_and_the_next_go_again() -> None:
    tries = iter([ConnectionResetError(), None])

    async def fail_once(items: Sequence[int]) -> Sequence[int]:
        if (trouble := next(tries)) is not None:
            raise trouble
        return items

    does = Together(fail_once)
    first = await asyncio.gather(does.do(1), does.do(2), return_exceptions=True)

    assert [type(one) for one in first] == [ConnectionResetError] * 2
    assert await does.do(3) == 3


async def test_who_gives_up_waiting_takes_nobody_along() -> None:
    gate = asyncio.Event()

    async def wait(items: Sequence[int]) -> Sequence[int]:
        await gate.wait()
        return items

    does = Together(wait)
    gone, stays = asyncio.create_task(does.do(1)), asyncio.create_task(does.do(2))
    await asyncio.sleep(0)
    gone.cancel()
    gate.set()

    assert await stays == 2
    with pytest.raises(asyncio.CancelledError):
        await gone

"""Does one thing for all who want it at the same moment: one statement, however many they are."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

PAUSE_S = 0.004  # between two statements, so that what comes together goes together
MOST = 1_000
WAIT_S = 1.5


class Together(Generic[Item, Result]):
    """One statement at a time; who comes while it runs goes with the next.

    `act` does it for all items and gives a result for each, in their order.
    """

    def __init__(self, act: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]]) -> None:
        self._act = act
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._work: asyncio.Task[None] | None = None

    async def do(self, item: Item) -> Result:
        """Do it for one; raises what doing it for all raised."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._work is None:
            self._work = asyncio.create_task(self._run())
        return await done

    async def _run(self) -> None:
        while self._waiting:
            some = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
            try:
                async with asyncio.timeout(WAIT_S):
                    results = await self._act([item for item, _ in some])
            except Exception as error:  # noqa: BLE001 it is raised where it was asked
                for _, done in some:
                    if not done.done():
                        done.set_exception(error)
            else:
                for (_, done), result in zip(some, results, strict=True):
                    if not done.done():
                        done.set_result(result)
            await asyncio.sleep(PAUSE_S)
        self._work = None

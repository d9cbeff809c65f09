"""Asks which commands have an outcome: all that ask at the same moment by one statement."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from services.gateway import views
from shared.db import Pool

PAUSE_S = 0.004  # between two statements, so that what comes together is asked together
MOST = 1_000
WAIT_S = 2.0

Waiting = asyncio.Future[bool]


class Lookups:
    """One statement at a time; who comes while it runs is asked for by the next."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._asked: defaultdict[UUID, list[Waiting]] = defaultdict(list)
        self._work: asyncio.Task[None] | None = None

    async def is_decided(self, request_id: UUID) -> bool:
        """Whether a command has an outcome; raises what the database raises."""
        waiting: Waiting = asyncio.get_running_loop().create_future()
        self._asked[request_id].append(waiting)
        if self._work is None:
            self._work = asyncio.create_task(self._run())
        return await waiting

    async def _run(self) -> None:
        while self._asked:
            some = {key: self._asked.pop(key) for key in list(self._asked)[:MOST]}
            try:
                async with asyncio.timeout(WAIT_S), self._pool.acquire() as db:
                    decided = await views.list_decided(db, list(some))
            except Exception as error:  # noqa: BLE001 it is raised where it was asked
                for waiting in _still(some.values()):
                    waiting.set_exception(error)
            else:
                for key, waits in some.items():
                    for waiting in _still([waits]):
                        waiting.set_result(key in decided)
            await asyncio.sleep(PAUSE_S)
        self._work = None


def _still(waits: Iterable[list[Waiting]]) -> list[Waiting]:
    return [waiting for one in waits for waiting in one if not waiting.done()]

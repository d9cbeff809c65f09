"""What a gateway asks of the database, and tells it, about commands: for all callers together."""

from collections.abc import Sequence
from uuid import UUID

from services.gateway import store, views
from services.gateway.catalogue import POOL_WAIT_S
from services.gateway.store import Asked
from services.gateway.together import Together
from shared.db import Pool


class Questions:
    """Asks which commands have an outcome, and writes down which are to be asked for."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._decided = Together(self._find_decided)
        self._asked = Together(self._write_asked)

    async def is_decided(self, command_id: UUID) -> bool:
        """Whether a command has an outcome; raises what the database raises."""
        return await self._decided.do(command_id)

    async def remember(self, asked: Asked) -> None:
        """Write down a command whose caller was told to ask for it."""
        await self._asked.do(asked)

    async def decided_of(self, ids: Sequence[UUID]) -> set[UUID]:
        """Say which of these commands have an outcome."""
        async with self._pool.acquire(timeout=POOL_WAIT_S) as db:
            return await views.list_decided(db, ids)

    async def _find_decided(self, ids: Sequence[UUID]) -> list[bool]:
        decided = await self.decided_of(ids)
        return [one in decided for one in ids]

    async def _write_asked(self, asked: Sequence[Asked]) -> list[None]:
        async with self._pool.acquire(timeout=POOL_WAIT_S) as db:
            await store.add_asked(db, asked)
        return [None] * len(asked)

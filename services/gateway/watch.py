"""Who waits for logins to be proven: one look at the database for all of them."""

import asyncio
import contextlib
from collections import defaultdict

import structlog

from services.gateway import store
from shared.db import Pool, passing

log = structlog.get_logger(__name__)

LOOK_S = 0.3


class LoginWatch:
    """Tells those who wait when their login is proven; more of them cost no more looks."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waiting: defaultdict[bytes, set[asyncio.Future[None]]] = defaultdict(set)
        self._begun = asyncio.Event()

    async def wait(self, id_key: bytes, wait_s: float) -> None:
        """Return when the login is proven, or after `wait_s` seconds."""
        proven: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[id_key].add(proven)
        self._begun.set()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await proven
        finally:
            self._waiting[id_key].discard(proven)
            if not self._waiting[id_key]:
                del self._waiting[id_key]

    async def run(self) -> None:
        """Look for as long as the process lives, while anybody waits."""
        while True:
            if not self._waiting:
                self._begun.clear()
                await self._begun.wait()
            with passing() as trouble:
                async with self._pool.acquire(timeout=LOOK_S) as db:
                    for id_key in await store.find_proven(db, list(self._waiting)):
                        self._tell(id_key)
            if trouble:
                log.warning("login_watch_waits", error=trouble.name)
            await asyncio.sleep(LOOK_S)

    def _tell(self, id_key: bytes) -> None:
        for future in self._waiting.get(id_key, ()):
            if not future.done():
                future.set_result(None)

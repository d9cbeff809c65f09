"""Logins that were ended while tokens of theirs are still good: known here, asked of nobody."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog

from services.gateway import clock, logins, store, tokens
from shared.db import Pool, passing
from shared.keys import Keys

log = structlog.get_logger(__name__)

LOOK_S = 1.0
LATE = timedelta(minutes=1)  # by which a transaction may commit after the moment that it wrote
KEPT = tokens.LIFE + tokens.SKEW + LATE


class EndedLogins:
    """Which logins were ended of late, here or at another gateway: a second ago at most.

    A call is judged from memory. While the database is away nothing new is heard of, and nobody
    can end a login; a token is over by itself after ten minutes.
    """

    def __init__(self, pool: Pool, keys: Keys) -> None:
        self._pool, self._keys = pool, keys
        self._ended: dict[bytes, datetime] = {}
        self._latest: datetime | None = None  # of those that were read

    def has(self, login_id: str) -> bool:
        """Whether a login was ended, so that its tokens are good no more."""
        return bool(self._ended) and logins.key_of(self._keys, login_id) in self._ended

    def note(self, ended: Iterable[tuple[bytes, datetime]]) -> None:
        """Take over logins, by the hashes of their ids, with the moments at which they ended."""
        self._ended.update(ended)

    async def run(self) -> None:
        """Look for as long as the process lives."""
        while True:
            await asyncio.sleep(LOOK_S)
            await self.look()

    async def look(self) -> None:
        """Read which logins were ended since the last look, and forget what is long over."""
        now = clock.now()
        since = (self._latest or now - KEPT) - LATE
        with passing() as trouble:
            async with self._pool.acquire(timeout=LOOK_S) as db:
                ended = await store.list_ended(db, since)
            self.note(ended)
            self._latest = max((at for _, at in ended), default=self._latest)
            for id_key in [key for key, at in self._ended.items() if at < now - KEPT]:
                del self._ended[id_key]
        if trouble:
            log.warning("ended_logins_unread", error=trouble.name)

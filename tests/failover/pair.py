"""A Postgres primary and its streaming standby, with a cable between them that may be cut."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from deploy.local import postgres
from deploy.local.postgres import SUPERUSER
from tests.failover.homes import Home, homes, own, run_as_server
from tests.integration.gateway.cables import Cable

# The primary waits for the standby's disk before it says that something is committed.
SYNCHRONOUS = "ALTER SYSTEM SET synchronous_standby_names = '*'"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


@dataclass(frozen=True, slots=True)
class Database:
    """One server."""

    home: Home

    @property
    def port(self) -> int:
        """Give its port."""
        found: int = self.home.told["port.postgres"]
        return found

    def url(self, port: int | None = None) -> str:
        """Give its address for the administrator; another port for one who comes by a cable."""
        word = self.home.told["secret.postgres"]
        return f"postgresql://{SUPERUSER}:{word}@127.0.0.1:{port or self.port}/postgres"

    async def start(self) -> None:
        """Start it and wait until it answers."""
        await asyncio.to_thread(self.home.start, "postgres")

    async def ask(self, sql: str) -> object:
        """Ask as the administrator."""
        db = await asyncpg.connect(self.url(), timeout=10)
        try:
            return await db.fetchval(sql)
        finally:
            await db.close()


@dataclass(frozen=True, slots=True)
class Pair:
    """The two, and what lies between."""

    primary: Database
    standby: Database
    cable: Cable

    @property
    def hosts(self) -> str:
        """List host and port of both for clients."""
        return f"127.0.0.1:{self.primary.port},127.0.0.1:{self.standby.port}"

    async def follow(self) -> None:
        """Make the standby from the primary as it is now, and let it follow."""
        data = self.standby.home.folder / "postgres" / "data"
        data.parent.mkdir(mode=0o711)
        own(data.parent)
        copy = postgres.programs() / "pg_basebackup"
        source = self.primary.url(self.cable.here)
        how = ["-D", data, "-d", source, "-R", "-X", "stream", "--checkpoint=fast", "--no-sync"]
        await asyncio.to_thread(run_as_server, copy, *how)
        await self.standby.start()

    async def be_synchronous(self) -> None:
        """Let the primary wait for the standby with every commit."""
        await self.primary.ask(SYNCHRONOUS)
        await self.primary.ask("SELECT pg_reload_conf()")

    async def commits_wait(self) -> bool:
        """Whether something is written on the primary that the standby has not."""
        return bool(await self.primary.ask(WAITING))

    async def promote(self) -> None:
        """Make the standby the primary."""
        assert await self.standby.ask("SELECT pg_promote()") is True


@asynccontextmanager
async def pair() -> AsyncIterator[Pair]:
    """Start a primary; its standby is made by `follow`."""
    with homes(2, {"secret.postgres": secrets.token_urlsafe(16)}, ("postgres",)) as made:
        primary, standby = (Database(home) for home in made)
        cable = Cable("127.0.0.1", primary.port)
        await cable.join()
        await primary.start()
        yield Pair(primary, standby, cable)
        await cable.cut()

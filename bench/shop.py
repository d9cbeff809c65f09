"""Runs pretix: a database of its own, an event with one quota for each run, gunicorn."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit

import asyncpg

from bench.orders import Orders
from bench.rivals import Peer, Shape, own_database, running
from deploy.local import system
from deploy.local.paths import ROOT, StackError, free_port
from deploy.local.provision import Servers

PYTHON = ROOT / ".venv-pretix" / "bin" / "python"
SHAPE = Shape(2, 1)  # with 2 or 4 threads each it is no faster
PREPARED_S = 400.0
SOLD = """
    SELECT count(*) FROM pretixbase_orderposition p
      JOIN pretixbase_order o ON o.id = p.order_id
      JOIN pretixbase_event e ON e.id = o.event_id
     WHERE e.slug = $1 AND NOT p.canceled AND o.status IN ('n', 'p')
"""


@dataclass(frozen=True, slots=True)
class Event:
    """An event that sells one kind of ticket out of one quota."""

    event: str
    item: int
    seats: int


@dataclass(frozen=True, slots=True)
class Shop:
    """A pretix that is set up: no event is used twice."""

    url: str
    environment: dict[str, str]
    organizer: str
    token: str
    events: list[Event]

    def serving(self, shape: Shape = SHAPE) -> AbstractAsyncContextManager[Peer]:
        """Run it under gunicorn; threads, not the usual worker, since that hangs up each time."""
        port = free_port()
        words = [str(PYTHON), "-m", "gunicorn", "-k", "gthread", "-w", str(shape.processes)]
        words += ["--threads", str(shape.threads), "-b", f"127.0.0.1:{port}", "--preload"]
        words += ["--keep-alive", "75", "--worker-connections", "1000", "--backlog", "1024"]
        words += ["--graceful-timeout", "5", "--log-level", "error", "pretix.wsgi"]
        return running([words], port, **self.environment)

    def take(self, seats: int) -> Event:
        """Give an event that nobody used yet, with so many seats."""
        found = next(one for one in self.events if one.seats == seats)
        self.events.remove(found)
        return found

    def orders(self, event: Event, count: int) -> Orders:
        """Let so many people order at one event."""
        return Orders(1, count, self.organizer, event.event, event.item, self.token)

    async def sold(self, event: Event) -> int:
        """Count the tickets of an event that are ordered, in the database itself."""
        db = await asyncpg.connect(self.url)
        try:
            sold: int = await db.fetchval(SOLD, event.event)
        finally:
            await db.close()
        return sold

    async def analyze(self) -> None:
        """Let Postgres count its rows, as ours does."""
        db = await asyncpg.connect(self.url)
        try:
            await db.execute("ANALYZE")
        finally:
            await db.close()


@asynccontextmanager
async def furnished_shop(servers: Servers, name: str, seats: Sequence[int]) -> AsyncIterator[Shop]:
    """Give a pretix that is set up, with an event for each number of seats; raises StackError."""
    if not PYTHON.exists():
        raise StackError("pretix is missing; `make bench-pretix` installs it")
    with TemporaryDirectory(prefix="antrean-pretix-") as folder:
        async with own_database(servers, name) as url:
            environment = environment_of(url, Path(folder))
            await _run(["-m", "pretix", "migrate", "--run-syncdb", "-v", "0"], environment)
            words = ["-m", "bench.peers.pretix_shop", *map(str, seats)]
            # Plugins may print as well; ours is the last line.
            made = json.loads((await _run(words, environment)).splitlines()[-1])
            events = [Event(**one) for one in made["events"]]
            shop = Shop(url, environment, made["organizer"], made["token"], events)
            await shop.analyze()
            yield shop


def environment_of(url: str, folder: Path) -> dict[str, str]:
    """Say all that pretix is told, as its documentation names it; no file is read."""
    at = urlsplit(url)
    database = {
        "BACKEND": "postgresql",
        "NAME": at.path.removeprefix("/"),
        "USER": unquote(at.username or ""),
        "PASSWORD": unquote(at.password or ""),
        "HOST": at.hostname or "",
        "PORT": str(at.port or 5432),
    }
    return {f"PRETIX_DATABASE_{name}": value for name, value in database.items()} | {
        "PRETIX_CONFIG_FILE": os.devnull,
        "PRETIX_PRETIX_DATADIR": str(folder),
        "PRETIX_PRETIX_URL": "http://127.0.0.1",
        "DJANGO_SETTINGS_MODULE": "bench.peers.pretix_settings",
        "PYTHONPATH": str(ROOT),
    }


async def _run(words: list[str], environment: dict[str, str]) -> str:
    return await asyncio.to_thread(system.run, [PYTHON, *words], environment, PREPARED_S)

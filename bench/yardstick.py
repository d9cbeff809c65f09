"""pgbench: how many bookings a second the same server takes with one commit for each.

The ledger's own tables, constraints and indexes, in a database of its own; what is written has
the sizes of the real columns. pgbench asks for less than booking does: it looks no command and
no applicant up, encrypts nothing, and writes one event where booking writes two. What is measured
beside it is measured against the best of its forms.
"""

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from bench.world import PREFIX
from deploy.local import postgres, provision
from deploy.local.provision import Servers
from services.booking.migrate import migrate

SCRIPTS = Path(__file__).parent / "pgbench"
TPS = re.compile(r"tps = ([0-9.]+)")
COUNT = re.compile(r"actually processed: (\d+)")
SLOTS = 1000


@dataclass(frozen=True, slots=True)
class Form:
    """One way to use pgbench: a script, how many clients, one hot slot or many."""

    script: str
    clients: int
    hot: bool

    def __str__(self) -> str:
        """Say it in words."""
        where = "one slot" if self.hot else f"{SLOTS:,} slots"
        return f"{self.script.replace('_', ' ')}, {self.clients} clients, {where}"


CLIENTS = (1, 4, 16, 64)
HOT = tuple(Form(s, c, hot=True) for s in ("one_statement", "statements") for c in CLIENTS)
SPREAD = tuple(Form("one_statement", c, hot=False) for c in (4, 16, 64))
BARE = (Form("bare", 4, hot=True),)


@dataclass(frozen=True, slots=True)
class Yardstick:
    """A database that pgbench writes to."""

    url: str

    async def run(self, form: Form, seconds: float) -> float:
        """Run one form; returns bookings per second. There is always a seat to take."""
        db = await asyncpg.connect(self.url)
        try:
            await db.execute("UPDATE booking.slot SET remaining = capacity")
            before = await db.fetchval("SELECT count(*) FROM booking.outbox")
            tps, done = await asyncio.to_thread(self._pgbench, form, seconds)
            written = await db.fetchval("SELECT count(*) FROM booking.outbox") - before
            # Or the yardstick would count transactions that booked nothing.
            if form.script != "bare" and written != done:
                raise RuntimeError(f"pgbench did {done} transactions and wrote {written} bookings")
        finally:
            await db.close()
        return tps

    def _pgbench(self, form: Form, seconds: float) -> tuple[float, int]:
        at = urlsplit(self.url)
        first, last = (0, 0) if form.hot else (1, SLOTS)
        words = [str(postgres.programs() / "pgbench"), "-n", "-M", "prepared"]
        words += ["-h", str(at.hostname), "-p", str(at.port), "-U", str(at.username)]
        words += ["-c", str(form.clients), "-j", str(min(form.clients, 2))]
        words += ["-D", f"first={first}", "-D", f"last={last}", "-T", str(max(1, round(seconds)))]
        words += ["-f", str(SCRIPTS / f"{form.script}.sql"), at.path.removeprefix("/")]
        env = {"PGPASSWORD": at.password or "", "PATH": "/usr/bin:/bin", "LC_ALL": "C"}
        done = subprocess.run(words, check=False, capture_output=True, text=True, env=env)
        tps, count = TPS.search(done.stdout), COUNT.search(done.stdout)
        if done.returncode or count is None:
            raise RuntimeError(f"pgbench failed:\n{done.stderr[-800:]}")
        # No rate is given where the clients were not even connected in time.
        return float(tps.group(1)) if tps else 0.0, int(count.group(1))


@asynccontextmanager
async def yardstick(servers: Servers, name: str) -> AsyncIterator[Yardstick]:
    """Give a database with booking's own tables; dropped afterwards."""
    name = f"{PREFIX}{name}"
    await provision.provision_database(servers, name)
    url = servers.database_url("antrean_migrator", name)
    try:
        await migrate(url)
        db = await asyncpg.connect(url)
        try:
            await db.execute((SCRIPTS / "slots.sql").read_text())
        finally:
            await db.close()
        yield Yardstick(url)
    finally:
        await provision.drop_database(servers, name)

"""Runs the peers: each as processes of its own, with a database of its own on the same server."""

import asyncio
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from bench import proc
from bench.world import PREFIX
from deploy.local import provision, system
from deploy.local.paths import ROOT, free_port
from deploy.local.provision import Servers
from shared.messages import SlotRef

SCHEMA = Path(__file__).parent / "peers" / "schema.sql"
PEERS = "bench.peers"
READY_S = 60.0


@dataclass(frozen=True, slots=True)
class Shape:
    """How a peer is set up: processes, threads of each, connections of each."""

    processes: int
    pool: int
    threads: int = 1

    def __str__(self) -> str:
        """Say it in words."""
        threads = f" x {self.threads} threads" if self.threads > 1 else ""
        return f"{self.processes} processes{threads}, {self.pool} connections each"


FLASK = (Shape(2, 8, 8), Shape(2, 4, 8), Shape(2, 2, 8))
DIRECT = (Shape(1, 8), Shape(1, 16), Shape(1, 32), Shape(2, 4), Shape(2, 8), Shape(2, 16))


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer that runs: its port, its processes."""

    port: int
    pids: tuple[int, ...]

    def cpu_s(self) -> float:
        """Give the seconds of CPU that it used."""
        return sum(proc.tree_cpu_s(pid) for pid in self.pids)


@dataclass(frozen=True, slots=True)
class PeerDatabase:
    """The peers' database: emptied before each run."""

    url: str

    async def reset(self, slot: SlotRef, seats: int) -> None:
        """Empty it but for one slot, and let Postgres know how small it is not going to stay."""
        db = await asyncpg.connect(self.url)
        try:
            await db.execute("TRUNCATE slot, booking, outbox")
            await db.execute("INSERT INTO slot VALUES ($1, $2, $2)", slot.key, seats)
            await db.execute("ANALYZE slot, booking, outbox")
        finally:
            await db.close()

    async def sold(self) -> int:
        """Count the holds; they must agree with the slot's counter."""
        db = await asyncpg.connect(self.url)
        try:
            sold: int = await db.fetchval("SELECT count(*) FROM booking")
            left = await db.fetchval("SELECT sum(capacity - remaining) FROM slot")
        finally:
            await db.close()
        if sold != left:
            raise RuntimeError(f"the peer sold {sold} and counted {left}")
        return sold


@asynccontextmanager
async def own_database(servers: Servers, name: str) -> AsyncIterator[str]:
    """Give the URL of an empty database; it is dropped afterwards."""
    name = f"{PREFIX}{name}"
    admin = await asyncpg.connect(servers.database_admin)
    try:
        await admin.execute(f'CREATE DATABASE "{name}"')
    finally:
        await admin.close()
    try:
        yield urlsplit(servers.database_admin)._replace(path=f"/{name}").geturl()
    finally:
        await provision.drop_database(servers, name)


@asynccontextmanager
async def peer_database(servers: Servers, name: str) -> AsyncIterator[PeerDatabase]:
    """Give the peers a database of their own; dropped afterwards."""
    async with own_database(servers, name) as url:
        db = await asyncpg.connect(url)
        try:
            await db.execute(SCHEMA.read_text())
        finally:
            await db.close()
        yield PeerDatabase(url)


@asynccontextmanager
async def running(words: list[list[str]], port: int, **env: str) -> AsyncIterator[Peer]:
    """Run programs while the block runs, once the port answers."""
    group = [_spawn(one, env) for one in words]
    try:
        await asyncio.to_thread(system.wait_until, lambda: _answers(port), f"port {port}", READY_S)
        yield Peer(port, tuple(process.pid for process in group))
    finally:
        for process in group:
            process.send_signal(signal.SIGTERM)
        for process in group:
            await asyncio.to_thread(process.wait, 20)


def _spawn(words: list[str], env: dict[str, str]) -> "subprocess.Popen[bytes]":
    no = subprocess.DEVNULL
    return subprocess.Popen(words, cwd=ROOT, env=os.environ | env, stdin=no, stdout=no, stderr=no)


def bare() -> AbstractAsyncContextManager[Peer]:
    """Run the bare handler."""
    port = free_port()
    return running([[sys.executable, "-m", f"{PEERS}.bare", str(port)]], port)


def echo() -> AbstractAsyncContextManager[Peer]:
    """Run the least that answers HTTP."""
    port = free_port()
    return running([[sys.executable, "-m", f"{PEERS}.echo", str(port)]], port)


def direct(database: PeerDatabase, shape: Shape) -> AbstractAsyncContextManager[Peer]:
    """Run the direct peer."""
    port = free_port()
    words = [sys.executable, "-m", f"{PEERS}.direct_peer", str(port), database.url, str(shape.pool)]
    return running([words] * shape.processes, port)


def flask(database: PeerDatabase, shape: Shape) -> AbstractAsyncContextManager[Peer]:
    """Run the Flask peer under gunicorn."""
    port = free_port()
    words = [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", str(shape.processes)]
    words += ["--threads", str(shape.threads), "-b", f"127.0.0.1:{port}", "--keep-alive", "75"]
    words += ["--worker-connections", "1000", "--backlog", "1024", "--log-level", "error"]
    words += [f"{PEERS}.flask_peer:app"]
    settings = {"BENCH_DATABASE": database.url, "BENCH_POOL": str(shape.pool)}
    return running([words], port, **settings)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False

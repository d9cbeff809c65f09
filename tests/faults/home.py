"""Servers that a test may hurt, in a home of their own beside the checkout's.

`ANTREAN_HOME=... python -m tests.faults.home start rabbitmq` does one thing in that home; a test
calls it as a process, since a process has one home.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local import paths, postgres, rabbitmq

SMALL = "320m"  # with room for the server's own files, its logs of writes and a little more
FILLER = "filler"


@dataclass(frozen=True, slots=True)
class Home:
    """Where the servers of a test live; `do` does there what is in `ACTS`."""

    folder: Path = paths.HOME / "faults"

    async def do(self, *words: str) -> Any:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.faults.home",
            *words,
            cwd=paths.ROOT,
            env=os.environ | {"ANTREAN_HOME": str(self.folder)},
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()
        return json.loads(said.decode().splitlines()[-1])


def start_rabbitmq() -> dict[str, str]:
    stop_rabbitmq()  # one that a run before left here, in whatever state
    rabbitmq.start()
    return {"management": rabbitmq.management_url(), "amqp": rabbitmq.amqp_address()}


def stop_rabbitmq() -> None:
    rabbitmq.stop()
    shutil.rmtree(rabbitmq.folder(), ignore_errors=True)


def start_postgres_on_a_small_disk() -> dict[str, str]:
    """Start one whose disk a test can fill; empty where this machine lets us mount none."""
    stop_postgres()
    disk = postgres.folder()
    disk.mkdir(mode=0o711, parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL},mode=0711", "antrean-faults", str(disk)]
    done = subprocess.run(mount, check=False, capture_output=True, text=True)  # noqa: S603 ours
    if done.returncode != 0:
        return {"unable": done.stderr.strip()}
    postgres.start()
    return {"database_admin": postgres.url()}


def stop_postgres() -> None:
    postgres.stop()
    disk = postgres.folder()
    if disk.is_mount():
        subprocess.run(["umount", str(disk)], check=True)  # noqa: S603, S607 ours
    shutil.rmtree(disk, ignore_errors=True)


def fill() -> None:
    """Leave not a byte to Postgres."""
    with (postgres.folder() / FILLER).open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def free() -> None:
    (postgres.folder() / FILLER).unlink()


ACTS: dict[str, Callable[..., Any]] = {
    "start-rabbitmq": start_rabbitmq,
    "stop-rabbitmq": stop_rabbitmq,
    "control": rabbitmq.control,
    "start-postgres": start_postgres_on_a_small_disk,
    "stop-postgres": stop_postgres,
    "fill": fill,
    "free": free,
}

if __name__ == "__main__":
    act, *words = sys.argv[1:]
    print(json.dumps(ACTS[act](*words)))  # noqa: T201 it is read by `do`

"""Servers of a test's own, each under an ANTREAN_HOME of its own: they may be killed at will."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local import paths, system
from deploy.local.paths import ROOT


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one server, and what was decided for it before it starts."""

    folder: Path
    told: dict[str, Any]

    def start(self, server: str) -> None:
        """Start `postgres` or `rabbitmq` here, by the code that starts them for `make up`."""
        code = f"from deploy.local import {server}; {server}.start()"
        clean = {name: value for name, value in os.environ.items() if "ANTREAN" not in name}
        subprocess.run(  # noqa: S603 our own code
            [sys.executable, "-c", code],
            cwd=ROOT, env=clean | {"ANTREAN_HOME": str(self.folder)}, check=True, timeout=120,
        )  # fmt: skip

    def kill(self, but: bytes | None = None) -> None:
        """Kill every process that works here, as a power cut would."""
        for _ in range(3):  # one that is killed may have started another just before
            for pid in self._pids(but):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def _pids(self, but: bytes | None) -> list[int]:
        """Find whoever was started with this folder, and the children of those."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                words = (folder / "cmdline").read_bytes()
                if but is not None and but in words.split(b"\0")[0]:
                    continue
                if str(self.folder).encode() in words + (folder / "environ").read_bytes():
                    found += [int(folder.name), *_children(folder)]
        return found


def _children(folder: Path) -> list[int]:
    return [int(one) for one in (folder / "task" / folder.name / "children").read_text().split()]


@contextmanager
def homes(count: int, same: dict[str, Any], ports: tuple[str, ...]) -> Iterator[list[Home]]:
    """Make homes with ports of their own that agree in what is the same; killed and wiped after."""
    base = paths.data_folder() / f"own-{secrets.token_hex(4)}"
    base.mkdir(mode=0o711, parents=True)
    taken: set[int] = set()
    made = [_home(base / str(number), same, _ports(ports, taken)) for number in range(count)]
    try:
        yield made
    finally:
        for home in made:
            home.kill()
        shutil.rmtree(base, ignore_errors=True)


def _ports(names: tuple[str, ...], taken: set[int]) -> dict[str, int]:
    """Draw a port for each name, none of them twice; some servers take the next ten as well."""
    drawn: dict[str, int] = {}
    while len(drawn) < len(names):
        port = paths.free_port()
        if not taken & set(range(port - 10, port + 11)):
            drawn[f"port.{names[len(drawn)]}"] = port
            taken.add(port)
    return drawn


def _home(folder: Path, same: dict[str, Any], ports: dict[str, int]) -> Home:
    folder.mkdir(mode=0o711)
    told = {"data": str(folder), **ports, **same}
    home = Home(folder, told)
    (folder / "state.json").write_text(json.dumps(told))
    return home


def own(path: Path) -> None:
    """Give a folder of servers to whom they run as."""
    if os.geteuid() == 0:
        shutil.chown(path, "nobody", "nogroup")


def run_as_server(*words: str | Path) -> str:
    """Run a program of the servers' as whom they run as."""
    return system.run(system.unprivileged(list(words)))

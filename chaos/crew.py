"""The processes of the suite: each starts again when it died, and deaths are counted."""

import asyncio
import contextlib
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import services
from shared.failpoints import VARIABLE

LOOK_S = 0.05
POINT = re.compile(r'"event":"failpoint","point":"(\w+)"')


@dataclass(slots=True, eq=False)
class Member:
    """One process: which service, with what settings, and how it runs now."""

    name: str
    service: str
    environment: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    points: str = ""
    is_wanted: bool = True
    root: Path | None = None  # the checkout whose code it runs, if not the crew's

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.environment['ANTREAN_PORT']}"


@dataclass(slots=True)
class Crew:
    """All processes; `root` is the checkout whose code they run."""

    root: Path
    logs: Path
    members: list[Member] = field(default_factory=list)
    broke_off: list[str] = field(default_factory=list)

    def add(self, name: str, service: str, environment: Mapping[str, str]) -> Member:
        """Take a process on; it starts with the next look."""
        member = Member(name, service, dict(environment))
        self.members.append(member)
        return member

    def of(self, service: str) -> list[Member]:
        """Give the processes of a service."""
        return [member for member in self.members if member.service == service]

    async def watch(self) -> None:
        """Start whatever does not run, for as long as the suite lasts."""
        while True:
            for member in self.members:
                if member.is_wanted and not self._runs(member):
                    self._spawn(member)
            await asyncio.sleep(LOOK_S)

    def arm(self, service: str, points: str, *, at_once: bool = True) -> None:
        """Let a service's processes die at some points: from now on, or once each starts anew."""
        for member in self.of(service):
            member.points = points
            if at_once:
                self.kill(member)

    def kill(self, member: Member, how: signal.Signals = signal.SIGKILL) -> None:
        """Send a process a signal, if it runs."""
        if member.process is not None and member.process.poll() is None:
            member.process.send_signal(how)

    @contextlib.contextmanager
    def without(self, service: str) -> Iterator[None]:
        """Have no process of a service while the block runs."""
        for member in self.of(service):
            member.is_wanted = False
            self.kill(member)
        try:
            yield
        finally:
            for member in self.of(service):
                member.is_wanted = True

    async def ready(self, timeout_s: float = 60) -> None:
        """Wait until every process says that it is ready."""
        async with asyncio.timeout(timeout_s):
            for member in self.members:
                while await asyncio.to_thread(services.ask_ready, member.url) != "":
                    await asyncio.sleep(0.1)

    async def end(self) -> None:
        """End every process, gently at first."""
        for member in self.members:
            member.is_wanted = False
            self.kill(member, signal.SIGTERM)
        for member in self.members:
            if member.process is not None:
                try:
                    await asyncio.to_thread(member.process.wait, 12)
                except subprocess.TimeoutExpired:
                    member.process.kill()

    def points_reached(self) -> Counter[str]:
        """Count the deaths at each point, which the dying wrote down."""
        found: Counter[str] = Counter()
        for path in self.logs.glob("*.log"):
            found.update(POINT.findall(path.read_text(errors="replace")))
        return found

    def _runs(self, member: Member) -> bool:
        process = member.process
        if process is None:
            return False
        code = process.poll()
        if code is None:
            return True
        if code not in {0, -signal.SIGKILL, -signal.SIGTERM}:  # what it is told, or dies of here
            self.broke_off.append(f"{member.name}: exit {code}")
        member.process = None
        return False

    def _spawn(self, member: Member) -> None:
        more = {VARIABLE: member.points} if member.points else {}
        with (self.logs / f"{member.name}.log").open("ab") as log:
            member.process = subprocess.Popen(
                [sys.executable, "-m", services.MODULES[member.service]],
                cwd=member.root or self.root, env=member.environment | more,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

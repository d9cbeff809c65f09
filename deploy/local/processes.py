"""Any number of a stack's processes, started and killed one by one: for tests of the whole."""

import contextlib
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import services, system
from deploy.local.environment import Stack
from deploy.local.paths import ROOT, free_port


@dataclass(slots=True)
class Processes:
    """The processes of one stack; the first of a service listens on the stack's port.

    `more` adds settings to a service's environment.
    """

    stack: Stack
    logs: Path
    more: dict[str, dict[str, str]] = field(default_factory=dict)
    running: dict[str, list["subprocess.Popen[bytes]"]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def start_beside(self, name: str) -> None:
        """Start one more process of a service on the same port, which its settings must allow."""
        self._spawn(name, self.stack.ports[name])

    def start(self, *names: str) -> None:
        """Start one process of each and wait until they are ready."""
        ports = {}
        for name in names:
            first = not self.running[name]
            ports[name] = self.stack.ports[name] if first else free_port()
            self._spawn(name, ports[name])
        for name in names:
            url = f"http://127.0.0.1:{ports[name]}"
            system.wait_until(lambda url=url: services.ask_ready(url) == "", f"{name} at {url}", 30)  # type: ignore[misc]

    def kill(self, name: str) -> None:
        """Kill every process of a service at once, as a power cut would (SIGKILL)."""
        for process in self.running.pop(name, []):
            process.kill()
            process.wait()

    @contextlib.contextmanager
    def paused(self, name: str) -> Iterator[None]:
        """Let every process of a service stand still (SIGSTOP) while the block runs."""
        group = self.running[name]
        for process in group:
            process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            for process in group:
                process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End everything, gently."""
        every = [process for group in self.running.values() for process in group]
        for process in every:
            process.terminate()
        for process in every:
            try:
                process.wait(12)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running.clear()

    def _spawn(self, name: str, port: int) -> None:
        environment = services.environment(self.stack, name) | {"ANTREAN_PORT": str(port)}
        environment |= self.more.get(name, {})
        with (self.logs / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", services.MODULES[name]],
                cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self.running[name].append(process)

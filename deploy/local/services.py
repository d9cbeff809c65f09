"""The three services, the simulator and the stampede's page as processes of the checkout."""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from deploy.local import paths, system
from deploy.local.environment import Stack
from deploy.local.paths import LOGS, ROOT, StackError

MODULES = {
    "simulator": "channels.simulator",
    "gateway": "services.gateway",
    "booking": "services.booking",
    "notifier": "services.notifier",
    "stampede": "bench.stampede.web",
}
READY_S = 30
OF_CHECKOUT, OF_CODE = "ANTREAN_OF_CHECKOUT", "ANTREAN_OF_CODE"
PARTS = ("services", "shared")
OWN_PARTS = {
    "simulator": ("channels/simulator",),
    "gateway": ("channels/web/dist",),
    "stampede": ("bench/stampede",),
}
CODE = {".py", ".html", ".js", ".css", ".json", ".csv"}
# What a process of ours heeds beside the table of its settings: on one machine everybody comes from
# one address, and rivals by the thousand are more than its limit foresees.
HEEDED = {"gateway": ("ANTREAN_ADDRESS_PER_MINUTE",)}
VARIABLES = {
    "gateway": "ANTREAN_GATEWAY_PORT",
    "booking": "ANTREAN_BOOKING_PORT",
    "notifier": "ANTREAN_NOTIFIER_PORT",
    "simulator": "ANTREAN_SIMULATOR_PORT",
    "stampede": "ANTREAN_STAMPEDE_PORT",
}


def start(stack: Stack) -> None:
    """Start what does not run yet, or runs otherwise than it should; return when all are ready."""
    LOGS.mkdir(parents=True, exist_ok=True)
    for name in MODULES:
        _stop_outdated(stack, name)
        if pid(name) is None:
            _check_port(stack, name)
            _spawn(stack, name)
    for name in MODULES:
        _wait_ready(stack, name)


def stop() -> None:
    """Stop the services that we started, the ones nearest to the citizen first."""
    running = [found for name in reversed(MODULES) if (found := pid(name)) is not None]
    for one in running:
        system.stop(one)


def pid(name: str) -> int | None:
    """Find a service's process that was started from this checkout by `make up`."""
    mark = str(ROOT)
    return system.find_process(
        lambda words, env: words[-1] == MODULES[name] and env.get(OF_CHECKOUT) == mark
    )


def run(stack: Stack, service: str, words: Sequence[str]) -> None:
    """Run a command of a service to its end, its output on the terminal."""
    command = [sys.executable, "-m", MODULES.get(service, "services.booking"), *words]
    done = subprocess.run(command, check=False, cwd=ROOT, env=environment(stack, service))
    if done.returncode != 0:
        raise StackError(f"{' '.join(words)} ended with {done.returncode}")


def environment(stack: Stack, service: str) -> dict[str, str]:
    """Give the whole environment of a process; what the user set for servers is not passed on."""
    heeded = HEEDED.get(service, ())
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ANTREAN_") or k in heeded}
    return kept | stack.environment(service) | {"PYTHONUNBUFFERED": "1"}


def log_file(name: str) -> Path:
    """Name a service's log."""
    return LOGS / f"{name}.log"


def _spawn(stack: Stack, name: str) -> None:
    with log_file(name).open("ab") as log:
        subprocess.Popen(  # it outlives us; `stop` finds it by what it was started with
            [sys.executable, "-m", MODULES[name]],
            cwd=ROOT,
            env=_marked(stack, name),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _stop_outdated(stack: Stack, name: str) -> None:
    """Stop a service whose settings or code are others by now."""
    running = pid(name)
    if running is None:
        return
    now, then = (
        {key: value for key, value in env.items() if key.startswith("ANTREAN_")}
        for env in (_marked(stack, name), system.environment_of(running))
    )
    if now != then:
        system.say(f"  starting {name} anew: its settings or code changed")
        system.stop(running)


def _marked(stack: Stack, name: str) -> dict[str, str]:
    """Give the environment of a process of `make up`, with what tells it from a test's."""
    return environment(stack, name) | {OF_CHECKOUT: str(ROOT), OF_CODE: _code_mark(name)}


def _code_mark(name: str) -> str:
    """Mark a service's code as it is now; any change to it gives another mark.

    The pages are read by the gateway alone, once: no other one is started anew for them.
    """
    parts = (*PARTS, *OWN_PARTS.get(name, ()))
    sources = (path for part in parts for path in sorted((ROOT / part).rglob("*.*")))
    stamps = [f"{path} {path.stat().st_mtime_ns}" for path in sources if path.suffix in CODE]
    return hashlib.sha256("\n".join(stamps).encode()).hexdigest()[:16]


def _wait_ready(stack: Stack, name: str) -> None:
    try:
        system.wait_until(lambda: _is_settled(stack, name), f"{name} getting ready", READY_S)
    except StackError as error:
        raise StackError(f"{error}; it says: {_troubles(stack, name)}\n{_tail(name)}") from error
    if pid(name) is None:
        raise StackError(f"{name} ended while starting:\n{_tail(name)}")


def _is_settled(stack: Stack, name: str) -> bool:
    return pid(name) is None or _troubles(stack, name) == ""


def _troubles(stack: Stack, name: str) -> str:
    return ask_ready(stack.url(name))


def ask_ready(url: str) -> str:
    """Ask a service's /readyz; empty when it is ready."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2):  # noqa: S310 our own
            return ""
    except urllib.error.HTTPError as error:
        with contextlib.suppress(ValueError):
            return str(json.loads(error.read()).get("troubles"))
        return str(error)
    except OSError as error:
        return str(error)


def _check_port(stack: Stack, name: str) -> None:
    port = stack.ports[name]
    if paths.is_taken(port):
        variable = VARIABLES[name]
        raise StackError(f"port {port} is taken by another program; set {variable} to a free one")


def _tail(name: str) -> str:
    with contextlib.suppress(OSError):
        return "\n".join(log_file(name).read_text(errors="replace").splitlines()[-15:])
    return ""

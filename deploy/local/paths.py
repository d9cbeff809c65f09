"""Where the local stack keeps its things: in `.antrean/` of the checkout."""

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import socket
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
# Elsewhere for whoever needs servers that may be killed: the suite of faults.
HOME = Path(os.environ.get("ANTREAN_HOME") or ROOT / ".antrean")
LOGS = HOME / "log"
HIGHEST_PORT = 65_535
FIRST_PORT, LAST_PORT = 21_000, 31_000  # below the ephemeral ports, which begin at 32768


class StackError(Exception):
    """The local stack cannot do what was asked; the text says why and what helps."""


def data_folder() -> Path:
    """Find a folder for servers that run as an unprivileged user.

    Root's checkout may lie where nobody else can go; then the data lies under /var/tmp. Once
    chosen it stays, whatever becomes of the folders above.
    """
    return Path(remembered("data", _choose_data_folder))


def _choose_data_folder() -> str:
    HOME.parent.mkdir(mode=0o711, exist_ok=True)
    if os.geteuid() != 0 or _can_everybody_go(HOME.parent):
        return str(HOME)
    mark = hashlib.sha256(str(HOME.parent).encode()).hexdigest()[:12]
    folder = Path("/var/tmp") / f"antrean-{mark}"  # noqa: S108 checked below
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o711)
    found = folder.lstat()
    # Everybody may write to /var/tmp: what is there already may be a trap.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
        raise StackError(f"{folder} is there and is not ours: remove it")
    return str(folder)


def _can_everybody_go(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))


def remembered(name: str, make: Any) -> Any:
    """Read a value kept in `.antrean/state.json`, or make and keep it; the file is private."""
    state = _state()
    return state[name] if name in state else remember(name, make())


def remember(name: str, value: Any) -> Any:
    """Keep a value in `.antrean/state.json`."""
    path = HOME / "state.json"
    check_home()
    HOME.mkdir(mode=0o711, parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(_state() | {name: value}, indent=1))
    draft.replace(path)
    return value


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Let one `up` or `down` of this checkout work at a time."""
    check_home()
    HOME.mkdir(mode=0o711, parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another `make up` or `make down` is at work here; waiting for it.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def check_home() -> None:
    """Say whose the stack is, where it is another user's; raises StackError."""
    if HOME.exists() and HOME.stat().st_uid != os.geteuid():
        raise StackError(f"{HOME} belongs to {HOME.owner()}: do this as {HOME.owner()}")


def _state() -> dict[str, Any]:
    path = HOME / "state.json"
    check_home()
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return found


def secret(name: str) -> str:
    """Give a secret that was drawn once for this checkout; 32 random bytes."""
    drawn: str = remembered(f"secret.{name}", lambda: secrets.token_urlsafe(32))
    return drawn


def port(name: str) -> int:
    """Give a loopback port that was free when it was first asked for."""
    chosen: int = remembered(f"port.{name}", free_port)
    return chosen


def service_ports(
    usual: Mapping[str, int], said_now: Mapping[str, str] = os.environ
) -> dict[str, int]:
    """Give the services' ports: as is said now, else as it was said last, else the usual.

    Raises StackError where one is no port, or two are the same.
    """
    ports = {}
    for service, default in usual.items():
        variable = f"ANTREAN_{service.upper()}_PORT"
        said = said_now.get(variable) or str(_state().get(f"port.{service}", default))
        if not said.isdecimal() or not 0 < int(said) <= HIGHEST_PORT:
            raise StackError(f"{variable} is {said!r}: a port is a number from 1 to {HIGHEST_PORT}")
        ports[service] = int(said)
    if len(set(ports.values())) < len(ports):
        shown = ", ".join(f"{service} {port}" for service, port in ports.items())
        raise StackError(f"two services have one port: {shown}")
    return ports


def remember_ports(ports: Mapping[str, int]) -> None:
    """Keep the services' ports for the commands that follow."""
    for service, port in ports.items():
        remember(f"port.{service}", port)


def free_port() -> int:
    """Find a loopback port that nobody listens on."""
    for _ in range(200):
        candidate = FIRST_PORT + secrets.randbelow(LAST_PORT - FIRST_PORT)
        if not is_taken(candidate):
            return candidate
    raise StackError("no free port was found below 32768")


def is_taken(number: int) -> bool:
    """Whether somebody listens on a loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return True
    return False

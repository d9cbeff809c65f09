"""Where the local stack keeps its things: in `.antrean/` of the checkout."""

import hashlib
import json
import os
import secrets
import socket
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".antrean"
LOGS = HOME / "log"
FIRST_PORT, LAST_PORT = 21_000, 31_000  # below the ephemeral ports, which begin at 32768


class StackError(Exception):
    """The local stack cannot do what was asked; the text says why and what helps."""


def data_folder() -> Path:
    """Find a folder for servers that run as an unprivileged user.

    Root's checkout may lie where nobody else can go; then the data lies under /var/tmp.
    """
    if os.geteuid() != 0 or _can_everybody_go(HOME.parent):
        return HOME
    mark = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
    return Path("/var/tmp") / f"antrean-{mark}"  # noqa: S108 owned by us, mode 711


def _can_everybody_go(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))


def remembered(name: str, make: Any) -> Any:
    """Read a value kept in `.antrean/state.json`, or make and keep it; the file is private."""
    state = _state()
    return state[name] if name in state else remember(name, make())


def remember(name: str, value: Any) -> Any:
    """Keep a value in `.antrean/state.json`."""
    path = HOME / "state.json"
    HOME.mkdir(mode=0o711, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(_state() | {name: value}, indent=1))
    draft.replace(path)
    return value


def _state() -> dict[str, Any]:
    path = HOME / "state.json"
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


def service_port(service: str, default: int) -> int:
    """Give a service's port: as the environment says, else as it said last, else the usual one."""
    name, said = f"port.{service}", os.environ.get(f"ANTREAN_{service.upper()}_PORT")
    chosen: int = remember(name, int(said)) if said else _state().get(name, default)
    return chosen


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

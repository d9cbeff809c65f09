"""Programs of the system: found, installed with apt when missing, started, stopped."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deploy.local.paths import StackError

POLICY = Path("/usr/sbin/policy-rc.d")
NOBODY = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]


def say(text: str) -> None:
    """Tell the user what happens now."""
    print(text, flush=True)


def unprivileged(command: Sequence[str | Path]) -> list[str]:
    """Run a command as nobody where we are root: Postgres refuses root."""
    words = [str(word) for word in command]
    return [*NOBODY, *words] if os.geteuid() == 0 else words


def run(
    command: Sequence[str | Path], env: Mapping[str, str] | None = None, timeout_s: float = 120
) -> str:
    """Run a command to its end and return what it printed; raises StackError with its words."""
    done = subprocess.run(
        [str(word) for word in command],
        check=False,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        env={**os.environ, **(env or {})},
    )
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip()[-1500:]
        raise StackError(f"{command[0]} failed ({done.returncode}):\n{words}")
    return done.stdout


def install(*packages: str) -> None:
    """Install Debian packages, without starting the services that they bring.

    A package's own server would take the standard port; a policy says no for the while, if the
    machine has none of its own (https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt).
    """
    if shutil.which("apt-get") is None:
        raise StackError(f"please install {' '.join(packages)}: this machine has no apt-get")
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    if sudo and shutil.which("sudo") is None:
        raise StackError(f"please install {' '.join(packages)} as root: there is no sudo here")
    say(f"  installing {' '.join(packages)} (once)")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    ours = not POLICY.exists()
    if ours:
        script = "printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d"
        run([*sudo, "sh", "-c", f"{script} && chmod 755 /usr/sbin/policy-rc.d"])
    try:
        run([*sudo, "apt-get", "update", "-q"], quiet, 300)
        apt = ["apt-get", "install", "-y", "-q", "--no-install-recommends"]
        before = _units()
        run([*sudo, "env", "DEBIAN_FRONTEND=noninteractive", *apt, *packages], quiet, 900)
        # Nor may they take the standard ports when the machine starts next.
        new = sorted(_units() - before)
        if new and shutil.which("systemctl"):
            run([*sudo, "systemctl", "disable", "--quiet", *new])
    finally:
        if ours:
            run([*sudo, "rm", "-f", str(POLICY)])


def _units() -> set[str]:
    """Name the servers that the machine would start: those that such packages bring."""
    wants = Path("/etc/systemd/system").glob("*.wants/*")
    brought = ("postgresql", "rabbitmq", "epmd", "haproxy", "caddy")
    return {one.name for one in wants if one.name.startswith(brought)}


def wait_until(is_so: Callable[[], bool], what: str, timeout_s: float) -> None:
    """Wait for a condition; raises StackError when it does not come true in time."""
    end = time.monotonic() + timeout_s
    while not is_so():
        if time.monotonic() > end:
            raise StackError(f"{what} did not happen within {timeout_s:.0f} s")
        time.sleep(0.05)


def find_process(is_it: Callable[[list[str], Mapping[str, str]], bool]) -> int | None:
    """Find a process by its command line and environment.

    A number in a file may be anybody's by now; what a process was started with is its own.
    """
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = _strings(folder / "cmdline")
            if words and is_it(words, _environment(folder)) and is_alive(int(folder.name)):
                return int(folder.name)
    return None


def environment_of(pid: int) -> Mapping[str, str]:
    """Read what a process was started with; empty when it is gone or somebody else's."""
    with contextlib.suppress(OSError):
        return _environment(Path(f"/proc/{pid}"))
    return {}


def _environment(folder: Path) -> Mapping[str, str]:
    try:
        pairs = (entry.partition("=") for entry in _strings(folder / "environ"))
    except PermissionError:
        return {}
    return {name: value for name, _, value in pairs}


def _strings(path: Path) -> list[str]:
    return path.read_bytes().decode(errors="replace").rstrip("\0").split("\0")


def is_alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state != "Z"


def stop(pid: int, how: signal.Signals = signal.SIGTERM, timeout_s: float = 20) -> None:
    """End a process of ours, gently at first."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, how)
        try:
            wait_until(lambda: not is_alive(pid), f"the end of process {pid}", timeout_s)
        except StackError:
            os.kill(pid, signal.SIGKILL)

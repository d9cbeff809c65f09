"""A private Postgres: the system's programs, our own data, loopback only."""

import contextlib
import os
import shutil
import signal
from pathlib import Path

from deploy.local import paths, system
from deploy.local.paths import StackError

SUPERUSER = "antrean_admin"
REAPED_S = 5.0
OLDEST = 15  # NULLS NOT DISTINCT, and what Debian 12 ships


def folder() -> Path:
    """Name the folder with the server's data."""
    return paths.data_folder() / "postgres"


def url(database: str = "postgres") -> str:
    """Give the address for the server's administrator."""
    password = paths.secret("postgres")
    return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{paths.port('postgres')}/{database}"


def start() -> None:
    """Start the server if it does not run; make its data the first time."""
    binaries = _binaries()
    data = folder() / "data"
    running = pid()
    if running is not None and (data / "PG_VERSION").exists():
        return
    if running is not None:  # somebody deleted the data under it
        system.stop(running, signal.SIGQUIT)
    if not (data / "PG_VERSION").exists():
        _make(binaries, data)
    _check_version(binaries, data)
    if paths.is_taken(paths.port("postgres")):
        raise StackError(f"port {paths.port('postgres')}, meant for Postgres, is taken by another")
    _await_the_dead(data)
    options = (
        f"-p {paths.port('postgres')} -c listen_addresses=127.0.0.1 -c max_connections=200 "
        # No socket: its path would be too long in a deep checkout, and a space would end it.
        "-c unix_socket_directories= -c shared_buffers=256MB"
    )
    where: list[str | Path] = ["-D", data, "-l", folder() / "log", "-o", options]
    begin = [binaries / "pg_ctl", *where, "-w", "-t", "60", "start"]
    try:
        system.run(system.unprivileged(begin))
    except StackError as error:
        words = (folder() / "log").read_text(errors="replace")[-1500:]
        raise StackError(f"Postgres did not start; {folder() / 'log'} says:\n{words}") from error


def stop() -> None:
    """Stop the server if it runs."""
    running = pid()
    if running is not None:
        system.stop(running, signal.SIGINT)  # "fast": end sessions, then shut down cleanly


def pid() -> int | None:
    """Find the running server's process."""
    data = str(folder() / "data")
    return system.find_process(
        lambda words, _: Path(words[0]).name == "postgres" and words[1:3] == ["-D", data]
    )


def programs() -> Path:
    """Find the folder with the server's programs; they are installed where they are missing."""
    return _binaries()


def _binaries() -> Path:
    found = _find()
    if found is None:
        system.install("postgresql")
        found = _find()
    if found is None:
        raise StackError("Postgres 15 or newer was not found, even after installing postgresql")
    return found


def _find() -> Path | None:
    """Find the newest installation that has the server's programs."""
    every = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    numbered = [path.parent for path in every if path.parent.parent.name.isdigit()]
    homes = [path for path in numbered if int(path.parent.name) >= OLDEST]
    if homes:
        return max(homes, key=lambda path: int(path.parent.name))
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _make(binaries: Path, data: Path) -> None:
    system.say("  making a private database")
    folder().mkdir(mode=0o711, parents=True, exist_ok=True)
    password = paths.data_folder() / "password"
    password.unlink(missing_ok=True)
    password.touch(mode=0o600, exist_ok=False)
    password.write_text(paths.secret("postgres"))
    if os.geteuid() == 0:
        for path in (folder(), password):
            shutil.chown(path, "nobody", "nogroup")
    how: list[str | Path] = ["-U", SUPERUSER, "-A", "scram-sha-256", "--pwfile", password]
    how += ["-E", "UTF8", "--locale", "C.UTF-8"]
    # Half a database must not pass for a whole one, should we be stopped here.
    draft = data.with_name("data.new")
    shutil.rmtree(draft, ignore_errors=True)
    system.run(system.unprivileged([binaries / "initdb", "-D", draft, *how]))
    draft.rename(data)
    password.unlink()


def _await_the_dead(data: Path) -> None:
    """Wait a moment for a server that was killed: until it is reaped its lock file holds."""
    with contextlib.suppress(OSError, ValueError, StackError):
        dead = int((data / "postmaster.pid").read_text().split()[0])
        system.wait_until(lambda: not Path(f"/proc/{dead}").exists(), "its end", REAPED_S)


def _check_version(binaries: Path, data: Path) -> None:
    made_by = (data / "PG_VERSION").read_text().strip()
    words = system.run([binaries / "postgres", "--version"]).split()
    runs = next(word for word in words if word[0].isdigit()).split(".")[0]
    if made_by != runs:
        raise StackError(f"{data} was made by Postgres {made_by}; `make clean` makes it anew")

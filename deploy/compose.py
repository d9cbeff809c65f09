"""`python -m deploy.compose init | migrate`: the two one-shots of `docker-compose.yml`."""

import argparse
import asyncio
import json
import os
import secrets
import sys
from pathlib import Path

from deploy.definitions import USERS, definitions
from deploy.local.environment import PORTS, SECRETS, Stack
from deploy.local.paths import StackError
from deploy.local.postgres import SUPERUSER
from deploy.local.provision import ROLES, Servers, provision
from services.booking.migrate import analyze
from services.booking.migrate import migrate as create_tables
from services.booking.operator import main as operate

NAME = "antrean"
ADMIN = "antrean-admin"


def init(folder: Path) -> None:
    """Draw the secrets once, and write each service's settings into the volume it mounts."""
    drawn = draw(folder)
    stack = described(drawn)
    for service in PORTS:
        for name, value in stack.environment(service).items():
            write(folder / service / name.lower(), value)
    write(folder / "postgres" / "password", drawn["postgres"])
    users = {name: drawn[name] for name in USERS}
    told = definitions(NAME, ADMIN, drawn["rabbitmq"], users)
    write(folder / "rabbitmq" / "definitions.json", json.dumps(told, indent=1))


def migrate(folder: Path, *, sample: bool) -> None:
    """Make roles, tables and queues; with `sample`, offices and quota to try it with."""
    stack = described(draw(folder))
    url = stack.environment("migrate")["ANTREAN_DATABASE_URL"]
    asyncio.run(provision(stack.servers, NAME, NAME))
    for name in asyncio.run(create_tables(url)):
        print(f"  {name}")
    if sample:
        # What .env says counts here as it does for the services.
        os.environ.update(stack.environment("booking") | os.environ)
        if operate(["seed", "--demo"]) != 0:
            sys.exit(1)
    asyncio.run(analyze(url))


def draw(folder: Path) -> dict[str, str]:
    """Read the secrets of this installation; draw those that are missing, 32 random bytes each."""
    path = folder / "admin" / "secrets.json"
    drawn: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = {*SECRETS, *ROLES, *USERS, "postgres", "rabbitmq"} - drawn.keys()
    if missing:
        drawn |= {name: secrets.token_urlsafe(32) for name in sorted(missing)}
        write(path, json.dumps(drawn, indent=1), mode=0o600)
    return drawn


def described(drawn: dict[str, str]) -> Stack:
    """Describe the stack as its containers see it: every service under its own name."""
    servers = Servers(
        f"postgresql://{SUPERUSER}:{drawn['postgres']}@{address('postgres', 5432)}/postgres",
        f"http://{ADMIN}:{drawn['rabbitmq']}@{address('rabbitmq', 15672)}",
        address("rabbitmq", 5672),
        drawn,
    )
    outside = f"http://127.0.0.1:{os.environ.get('ANTREAN_GATEWAY_PORT') or 8080}"
    public = os.environ.get("ANTREAN_PUBLIC_URL") or outside
    hosts = {service: service for service in PORTS}
    return Stack(servers, NAME, NAME, PORTS, drawn, hosts, public)


def address(server: str, port: int) -> str:
    """Give a server's address among the containers; tests name another."""
    return os.environ.get(f"ANTREAN_COMPOSE_{server.upper()}", f"{server}:{port}")


def write(path: Path, text: str, mode: int = 0o444) -> None:
    """Put a file in place whole; the readers run as other users."""
    path.parent.mkdir(exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.chmod(mode)  # not before: without its capabilities, the owner may not write either
    draft.replace(path)


def main() -> None:
    """Do what the words ask."""
    parser = argparse.ArgumentParser(prog="deploy.compose", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("/secrets"), help="where volumes are")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("init", help=init.__doc__)
    how = commands.add_parser("migrate", help=migrate.__doc__)
    how.add_argument("--sample", action="store_true", help="open sample quota")
    words = parser.parse_args()
    try:
        if words.command == "init":
            init(words.folder)
        else:
            migrate(words.folder, sample=words.sample)
    except StackError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

"""`python -m deploy.local up | down | status | env | run`: what the Makefile calls."""

import argparse
import asyncio
import subprocess
import sys
import time

from deploy.local import provision, servers, services
from deploy.local.environment import Stack, local_stack
from deploy.local.paths import ROOT, StackError
from deploy.local.system import say


def up() -> None:
    """Start everything, and say where it is."""
    began = time.monotonic()
    say("Servers")
    stack = local_stack(servers.start())
    say("Database, queues and rights")
    asyncio.run(provision.provision(stack.servers, stack.database, stack.vhost))
    say("Migrations")
    services.run(stack, "migrate", ["migrate"])
    say("Offices and sample quota")
    services.run(stack, "booking", ["seed", "--demo"])
    say("Services")
    services.start(stack)
    say(welcome(stack, time.monotonic() - began))


def welcome(stack: Stack, took_s: float) -> str:
    """Tell the addresses and three things to try."""
    gateway, simulator = stack.url("gateway"), stack.url("simulator")
    return f"""
Antrean is ready ({took_s:.0f} s).

  Phones (WhatsApp and SMS)   {simulator}
  HTTP API                    {gateway}
  API, readable               {gateway}/docs
  Health                      {gateway}/readyz  {stack.url("booking")}/readyz
                              {stack.url("notifier")}/readyz

Three things to try:
  1. Open {simulator} and type Halo, then #tgllayanan, then #Nama Anda#17081990#1
  2. make demo     the whole dialogue and an HTTP booking, with the time each answer took
  3. curl {gateway}/v1/offices/jakarta-pusat/availability

Stop with `make down`; `make help` lists the rest.
"""


def down() -> None:
    """Stop what `up` started, and nothing else."""
    services.stop()
    servers.stop()
    say("Stopped.")


def status() -> None:
    """Say what runs."""
    for name in services.MODULES:
        pid = services.pid(name)
        say(f"  {name:<10} {'process ' + str(pid) if pid else 'not running'}")


def run(words: list[str]) -> int:
    """Run an operator's command, such as `quota show --office jakarta-pusat`."""
    stack = local_stack(servers.start())
    command = [sys.executable, "-m", "services.booking", *words]
    environment = services.environment(stack, "booking")
    return subprocess.run(command, check=False, cwd=ROOT, env=environment).returncode


def env(service: str) -> None:
    """Print the environment of a process that is started by hand; it contains secrets."""
    stack = local_stack(servers.start())
    for name, value in stack.environment(service).items():
        print(f"export {name}='{value}'")


def main() -> int:
    """Do what the words ask; 1 with a reason when it cannot be done."""
    parser = argparse.ArgumentParser(prog="deploy.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, does in (("up", up), ("down", down), ("status", status)):
        commands.add_parser(name, help=does.__doc__)
    commands.add_parser("env", help=env.__doc__).add_argument("service")
    commands.add_parser("run", help=run.__doc__).add_argument("words", nargs=argparse.REMAINDER)
    words = parser.parse_args()
    try:
        if words.command == "run":
            return run(words.words)
        if words.command == "env":
            env(words.service)
        else:
            {"up": up, "down": down, "status": status}[words.command]()
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

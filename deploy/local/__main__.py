"""`python -m deploy.local up | down | status | env | run`: what the Makefile calls."""

import asyncio
import subprocess
import sys
import time

from deploy.local import paths, postgres, provision, rabbitmq, servers, services
from deploy.local.environment import PORTS, TOOLS, Stack, local_stack
from deploy.local.paths import ROOT, StackError
from deploy.local.system import say


def up() -> None:
    """Start everything, and say where it is."""
    began = time.monotonic()
    ports = paths.service_ports(PORTS | TOOLS)
    say("Servers")
    stack = local_stack(servers.start())
    say("Database, queues and rights")
    asyncio.run(provision.provision(stack.servers, stack.database, stack.vhost))
    say("Tables")
    services.run(stack, "migrate", ["migrate"])
    say("Offices and sample quota")
    services.run(stack, "booking", ["seed", "--demo"])
    services.run(stack, "migrate", ["analyze"])
    say("Services")
    services.start(stack)
    paths.remember_ports(ports)
    say(welcome(stack, time.monotonic() - began))


def welcome(stack: Stack, took_s: float) -> str:
    """Tell the addresses and three things to try."""
    gateway, simulator = stack.url("gateway"), stack.url("simulator")
    return f"""
Antrean is ready ({took_s:.0f} s).

  Pages for citizens          {gateway}
  Phones (WhatsApp and SMS)   {simulator}
  Stampede                    {stack.url("stampede")}
  HTTP API                    {gateway}/v1/offices
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
    paths.check_home()
    services.stop()
    servers.stop()
    say("Stopped.")


def status() -> None:
    """Say what runs, and whether it is ready."""
    ports = paths.service_ports(PORTS | TOOLS, said_now={})  # those that run, whatever is said now
    for name, find in (("postgres", postgres.pid), ("rabbitmq", rabbitmq.pid)):
        say(f"  {name:<10} {_shown(find())}")
    for name in services.MODULES:
        pid = services.pid(name)
        trouble = services.ask_ready(f"http://127.0.0.1:{ports[name]}") if pid else ""
        ready = f", not ready: {trouble}" if trouble else ", ready"
        say(f"  {name:<10} {_shown(pid)}{ready if pid else ''}")


def _shown(pid: int | None) -> str:
    return f"process {pid}" if pid else "not running"


def run(words: list[str]) -> int:
    """Run an operator's command, such as `quota show --office jakarta-pusat`."""
    stack = local_stack(servers.find())
    service = owner(words)
    command = [sys.executable, "-m", services.MODULES[service], *(words or ["--help"])]
    environment = services.environment(stack, service)
    return subprocess.run(command, check=False, cwd=ROOT, env=environment).returncode


def owner(words: list[str]) -> str:
    """Name the service whose command it is: by its first word, before which only --by may stand."""
    rest = words[2:] if words[:1] == ["--by"] else words
    found = next((word for word in rest if not word.startswith("--by=")), "")
    return OWNERS.get(found, "booking")


def env(service: str) -> None:
    """Print the environment of a process that is started by hand; it contains secrets."""
    stack = local_stack(servers.find())
    for name, value in stack.environment(service).items():
        print(f"export {name}='{value}'")


OWNERS = {"texts": "notifier", "webhooks": "gateway"}
ACTS = {"up": up, "down": down}
USAGE = f"""\
{__doc__}

  up            {up.__doc__}
  down          {down.__doc__}
  status        {status.__doc__}
  env SERVICE   {env.__doc__}
  run WORDS     {run.__doc__}
"""


def main(words: list[str]) -> int:
    """Do what the words ask; 1 with a reason when it cannot be done, 2 when not understood."""
    try:
        match words:
            case ["run", *rest]:  # by hand: whatever follows is the operator's, options as well
                return run(rest)
            case ["env", ("gateway" | "booking" | "notifier" | "simulator" | "migrate") as service]:
                env(service)
            case [("up" | "down") as act]:
                with paths.only_one():
                    ACTS[act]()
            case ["status"]:
                status()
            case _:
                print(USAGE, file=sys.stderr)
                return 0 if words in (["--help"], ["-h"]) else 2
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

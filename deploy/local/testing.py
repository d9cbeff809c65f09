"""Servers for the tests: the same as the stack's, with a database and a virtual host per run."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from deploy.local import paths, provision, servers
from deploy.local.environment import PORTS, TOOLS, Stack, shared_secrets
from deploy.local.provision import Servers
from services.booking.migrate import migrate


@asynccontextmanager
async def fresh_stack(found: Servers | None = None) -> AsyncIterator[Stack]:
    """Give a migrated stack of its own, on free ports; dropped afterwards. No service runs.

    It is on the checkout's servers unless others are named.
    """
    name = f"test_{secrets.token_hex(5)}"
    found = found or servers.start()
    ports = {name: paths.free_port() for name in PORTS | TOOLS}
    stack = Stack(found, name, name, ports, shared_secrets())
    await provision.provision(found, name, name)
    try:
        await migrate(stack.environment("migrate")["ANTREAN_DATABASE_URL"])
        yield stack
    finally:
        await provision.drop_database(found, name)
        await provision.drop_vhost(found, name)

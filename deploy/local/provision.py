"""Roles, database, virtual host, users and topology: made if missing, harmless if there.

It works on any Postgres and RabbitMQ whose administrator it is given: the private ones, those of
`docker-compose.yml`, or those that the environment names.
"""

import asyncio
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
import asyncpg

from deploy.definitions import EVERYTHING, TOPOLOGY, USERS, VHOST
from deploy.local.paths import StackError

ROLES = ("antrean_migrator", "antrean_gateway", "antrean_booking", "antrean_notifier")
NAME = re.compile(r"^[a-z][a-z0-9_]{0,62}$")
LOCK = 7_236_000
DONE = (200, 201, 204)


@dataclass(frozen=True, slots=True)
class Servers:
    """The two servers as their administrators reach them, and a password for each of our names.

    `database_admin` is a Postgres URL, `management` the RabbitMQ management API's, `amqp` a
    client's `host:port`.
    """

    database_admin: str
    management: str
    amqp: str
    passwords: dict[str, str]

    def database_url(self, role: str, database: str) -> str:
        """Give the address of a database for one of our roles."""
        at = urlsplit(self.database_admin)
        where = f"{at.hostname}:{at.port or 5432}"
        return f"postgresql://{role}:{quote(self.passwords[role], safe='')}@{where}/{database}"

    def amqp_url(self, user: str, vhost: str) -> str:
        """Give the address of a virtual host for one of our users."""
        password = quote(self.passwords[user], safe="")
        return f"amqp://{user}:{password}@{self.amqp}/{quote(vhost, safe='')}"


async def provision(servers: Servers, database: str, vhost: str) -> None:
    """Make everything that a stack needs before its migrations."""
    await asyncio.gather(provision_database(servers, database), provision_broker(servers, vhost))


async def provision_database(servers: Servers, database: str) -> None:
    """Make the roles and a database that the migrator owns; nobody else may connect to it."""
    db = await _connect(servers.database_admin)
    try:
        # Roles belong to the whole server: two stacks that start at once take turns.
        await db.execute("SELECT pg_advisory_lock($1)", LOCK)
        for role in ROLES:
            await _make_role(db, role, servers.passwords[role])
        if not await db.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
            await db.execute(f"CREATE DATABASE {_name(database)} OWNER antrean_migrator")
        await db.execute(f"REVOKE ALL ON DATABASE {_name(database)} FROM PUBLIC")
        await db.execute(f"GRANT CONNECT ON DATABASE {_name(database)} TO {', '.join(ROLES)}")
    finally:
        await db.close()


async def _make_role(db: Any, role: str, password: str) -> None:
    exists = await db.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
    verb = "ALTER" if exists else "CREATE"
    quoted = await db.fetchval("SELECT quote_literal($1)", password)
    await db.execute(
        f"{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {quoted}"
    )
    # The administrator may be no superuser, and must be able to hand the database over.
    if role == "antrean_migrator":
        await db.execute(f"GRANT {role} TO CURRENT_USER")


async def drop_database(servers: Servers, database: str) -> None:
    """Drop a database with all its sessions."""
    db = await _connect(servers.database_admin)
    try:
        await db.execute(f"DROP DATABASE IF EXISTS {_name(database)} WITH (FORCE)")
    finally:
        await db.close()


async def provision_broker(servers: Servers, vhost: str) -> None:
    """Make the virtual host, its topology and policies, and a user for each service."""
    async with _management(servers) as api:
        at = quote(vhost, safe="")
        await _put(api, f"/api/vhosts/{at}", VHOST)
        admin = urlsplit(servers.management).username
        await _put(api, f"/api/permissions/{at}/{admin}", EVERYTHING)
        for user, rights in USERS.items():
            await _put(api, f"/api/users/{user}", {"password": servers.passwords[user], "tags": ""})
            await _put(api, f"/api/permissions/{at}/{user}", rights)
        await _call(api, "POST", f"/api/definitions/{at}", TOPOLOGY)


async def drop_vhost(servers: Servers, vhost: str) -> None:
    """Delete a virtual host and all that is in it."""
    async with _management(servers) as api:
        await _call(api, "DELETE", f"/api/vhosts/{quote(vhost, safe='')}", None)


def admin_amqp_url(servers: Servers, vhost: str) -> str:
    """Give the address of a virtual host for the administrator, who may do everything in it."""
    at = urlsplit(servers.management)
    return f"amqp://{at.username}:{at.password}@{servers.amqp}/{quote(vhost, safe='')}"


def _management(servers: Servers) -> aiohttp.ClientSession:
    at = urlsplit(servers.management)
    auth = aiohttp.encode_basic_auth(at.username or "", at.password or "")
    base = f"{at.scheme}://{at.hostname}:{at.port}"
    timeout = aiohttp.ClientTimeout(total=30)
    return aiohttp.ClientSession(base, headers={"Authorization": auth}, timeout=timeout)


async def _put(api: aiohttp.ClientSession, path: str, body: dict[str, Any]) -> None:
    await _call(api, "PUT", path, body)


async def _call(api: aiohttp.ClientSession, method: str, path: str, body: Any) -> None:
    async with api.request(method, path, json=body) as answer:
        if answer.status not in DONE:
            raise StackError(f"RabbitMQ said {answer.status} to {method} {path.split('/')[2]}")


async def _connect(url: str) -> Any:
    try:
        return await asyncpg.connect(url, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise StackError(f"Postgres cannot be reached as administrator: {error}") from error


def _name(database: str) -> str:
    if not NAME.match(database):
        raise StackError(f"{database!r} is no name for a database: a-z, 0-9 and _, 63 at most")
    return database

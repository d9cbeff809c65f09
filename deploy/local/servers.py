"""Which servers the stack uses: those that are named, or private ones."""

import os
from urllib.parse import urlsplit

from deploy.definitions import USERS
from deploy.local import paths, postgres, rabbitmq
from deploy.local.paths import StackError
from deploy.local.provision import ROLES, Servers

NAMES = ("ANTREAN_DATABASE_URL", "ANTREAN_AMQP_URL", "ANTREAN_RABBITMQ_MANAGEMENT_URL")


def start() -> Servers:
    """Start what is needed and say how to reach it.

    `ANTREAN_DATABASE_URL`, `ANTREAN_AMQP_URL` and `ANTREAN_RABBITMQ_MANAGEMENT_URL` name servers
    as their administrators; all three or none.
    """
    named = _named()
    if named is not None:
        return named
    postgres.start()
    rabbitmq.start()
    return _private()


def find() -> Servers:
    """Say how to reach what runs; raises StackError where it does not."""
    named = _named()
    if named is not None:
        return named
    if postgres.pid() is None or rabbitmq.pid() is None:
        raise StackError("nothing runs here: `make up` first")
    return _private()


def stop() -> None:
    """Stop the private servers, if they run; servers that were named are not ours to stop."""
    rabbitmq.stop()
    postgres.stop()


def _named() -> Servers | None:
    given = [os.environ.get(name, "") for name in NAMES]
    if all(given):
        amqp = urlsplit(given[1])
        where = f"{amqp.hostname}:{amqp.port or 5672}"
        return Servers(given[0], given[2], where, _passwords())
    if any(given):
        missing = ", ".join(name for name, value in zip(NAMES, given, strict=True) if not value)
        raise StackError(f"set {missing} too, or none of {', '.join(NAMES)}")
    return None


def _private() -> Servers:
    return Servers(postgres.url(), rabbitmq.management_url(), rabbitmq.amqp_address(), _passwords())


def _passwords() -> dict[str, str]:
    return {name: paths.secret(name) for name in (*ROLES, *USERS)}

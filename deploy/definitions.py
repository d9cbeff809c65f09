"""What a RabbitMQ node is told: at its start users and rights, once queues and policies."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "rabbitmq"
USERS: dict[str, dict[str, str]] = json.loads((HERE / "users.json").read_text())
TOPOLOGY: dict[str, list[dict[str, Any]]] = json.loads((HERE / "definitions.json").read_text())
EVERYTHING = {"configure": ".*", "write": ".*", "read": ".*"}
VHOST = {"default_queue_type": "quorum"}


def definitions(
    vhost: str, admin: str, admin_password: str, passwords: Mapping[str, str]
) -> dict[str, Any]:
    """Describe who may do what on a node, for `load_definitions`; hashed with a fresh salt.

    Queues are not told at a node's start, but made once by `provision`: where a node boots with a
    stream's binding in its definitions, the next boot may fail
    (https://github.com/rabbitmq/rabbitmq-server/issues/14772).
    """
    rights = {admin: EVERYTHING, **USERS}
    return {
        "vhosts": [{"name": "/"}, {"name": vhost, "metadata": VHOST} | VHOST],
        "users": [
            user(admin, admin_password, ["administrator"]),
            *(user(name, passwords[name], []) for name in USERS),
        ],
        "permissions": [{"user": name, "vhost": vhost} | may for name, may in rights.items()],
    }


def administrator(name: str, password: str) -> dict[str, Any]:
    """Describe a node with nothing but its administrator."""
    return {
        "vhosts": [{"name": "/"}],
        "users": [user(name, password, ["administrator"])],
        "permissions": [{"user": name, "vhost": "/"} | EVERYTHING],
    }


def user(name: str, password: str, tags: list[str]) -> dict[str, Any]:
    """Describe a user; the hash is four bytes of salt before SHA-256 over salt and password.

    https://www.rabbitmq.com/docs/passwords
    """
    salt = secrets.token_bytes(4)
    digest = hashlib.sha256(salt + password.encode()).digest()
    return {
        "name": name,
        "password_hash": base64.b64encode(salt + digest).decode(),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": tags,
    }

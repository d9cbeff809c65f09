"""Three RabbitMQ nodes on this machine, one cluster: quorum queues have a member on each."""

import json
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp

from deploy.local.paths import free_port
from deploy.local.rabbitmq import ADMIN
from tests.failover.homes import Home, homes, own

NODES = 3
PARTS = ("amqp", "management", "stream", "prometheus", "dist", "ctl")


@dataclass(frozen=True, slots=True)
class Node:
    """One node, by the name that the others know."""

    name: str
    home: Home

    def port(self, part: str) -> int:
        """Give one of its ports."""
        found: int = self.home.told[f"port.rabbitmq.{part}"]
        return found

    def kill(self) -> None:
        """Kill it; the port mapper, which each machine has for itself, stays for the others."""
        self.home.kill(but=b"epmd")

    @property
    def management(self) -> str:
        """Give the address of its management API for the administrator."""
        password = self.home.told["secret.rabbitmq"]
        return f"http://{ADMIN}:{password}@127.0.0.1:{self.port('management')}"


@dataclass(frozen=True, slots=True)
class Cluster:
    """The nodes, and what they say of their queues."""

    nodes: list[Node]

    @property
    def amqp(self) -> str:
        """List host and port of each for clients."""
        return ",".join(f"127.0.0.1:{node.port('amqp')}" for node in self.nodes)

    def node(self, name: str) -> Node:
        """Find a node."""
        return next(node for node in self.nodes if node.name == name)

    async def all_run(self) -> bool:
        """Whether the first node sees all of them at work: before that it makes no virtual host."""
        every = await _ask(self.nodes[0], "/api/nodes")
        return sum(bool(one.get("running")) for one in every or ()) == NODES

    async def queue(self, vhost: str, name: str) -> dict[str, Any]:
        """Ask the first node that answers about a queue; empty where none does."""
        for node in self.nodes:
            found: dict[str, Any] = await _ask(node, f"/api/queues/{quote(vhost, safe='')}/{name}")
            if found:
                return found
        return {}


async def _ask(node: Node, path: str) -> Any:
    timeout = aiohttp.ClientTimeout(total=5)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.get(node.management + path) as answer,
        ):
            found = await answer.json()
            return found if answer.status == 200 else {}
    except (aiohttp.ClientError, TimeoutError):
        return {}


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Start a cluster: the first node by itself, the others join it."""
    same = {"port.rabbitmq.epmd": free_port(), "secret.rabbitmq": secrets.token_urlsafe(16)}
    cookie = secrets.token_hex(16)
    with homes(NODES, same, tuple(f"rabbitmq.{part}" for part in PARTS)) as made:
        nodes = [
            Node(f"antrean-{home.told['port.rabbitmq.amqp']}@localhost", home) for home in made
        ]
        for node in nodes:
            _prepare(node, [one.name for one in nodes], cookie)
        first, *others = nodes
        first.home.start("rabbitmq")
        with ThreadPoolExecutor() as together:
            list(together.map(lambda node: node.home.start("rabbitmq"), others))
        yield Cluster(nodes)


def _name(home: Home) -> str:
    return f"antrean-{home.told['port.rabbitmq.amqp']}@localhost"


def _prepare(node: Node, peers: list[str], cookie: str) -> None:
    """Tell a node of its peers, and give it the word by which they know each other."""
    state = node.home.folder / "state.json"
    state.write_text(json.dumps(node.home.told | {"rabbitmq.peers": peers}))
    data = node.home.folder / "rabbitmq"
    data.mkdir(mode=0o711)
    path = data / ".erlang.cookie"
    path.write_text(cookie)
    path.chmod(0o400)
    own(path)
    own(data)

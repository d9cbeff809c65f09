"""What the suite does to the broker by its management API: bindings, policies, poison."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.broker import call
from deploy.local.environment import Stack

EXCHANGE, QUEUE, KEY = "antrean.commands", "antrean.commands.booking", "booking.#"
NARROW = "chaos-narrow"
POISON = (
    "not JSON at all",
    '{"commands":[{"kind":"hold.place","id":"no id"}]}',
    '{"commands":"none"}',
    '{"kind":"seat.teleport","version":99}',
    "[" * 5_000,
)


@dataclass(frozen=True, slots=True)
class Management:
    """One virtual host of the broker, as its administrator sees it."""

    stack: Stack
    root: Path

    async def keep_topology(self) -> None:
        """Have all queues and bindings that the checkout makes, besides those that there are."""
        topology = json.loads((self.root / "deploy" / "rabbitmq" / "definitions.json").read_text())
        await self._call("POST", f"definitions/{self._at}", topology | {"policies": []})

    async def unbind(self) -> None:
        """Take the commands' binding away: what is published then has no way."""
        await self._call("DELETE", f"bindings/{self._at}/e/{EXCHANGE}/q/{QUEUE}/{quote(KEY)}")

    async def bind(self) -> None:
        """Give it back."""
        await self._call(
            "POST", f"bindings/{self._at}/e/{EXCHANGE}/q/{QUEUE}", {"routing_key": KEY}
        )

    async def narrow(self, length: int) -> None:
        """Let the command queue hold no more than so many messages, and overflow as it is told."""
        path = self.root / "deploy" / "rabbitmq" / "definitions.json"
        policies = json.loads(path.read_text())["policies"]
        usual = next(one for one in policies if one["name"] == "commands")
        policy = {
            "pattern": usual["pattern"],
            "apply-to": "queues",
            "priority": 100,
            "definition": usual["definition"] | {"max-length": length},
        }
        await self._call("PUT", f"policies/{self._at}/{NARROW}", policy)

    async def widen(self) -> None:
        """Let it be as long as it was."""
        await self._call("DELETE", f"policies/{self._at}/{NARROW}")

    async def poison(self, payload: str) -> None:
        """Publish what no worker can read."""
        body = {
            "properties": {"delivery_mode": 2},
            "routing_key": "booking.commands",
            "payload": payload,
            "payload_encoding": "string",
        }
        await self._call("POST", f"exchanges/{self._at}/{EXCHANGE}/publish", body)

    @property
    def _at(self) -> str:
        return quote(self.stack.vhost, safe="")

    async def _call(self, method: str, path: str, body: Any = None) -> None:
        await call(self.stack.servers, method, path, body)

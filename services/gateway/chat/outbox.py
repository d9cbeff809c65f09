"""The gateway's outbox: what a conversation decided to say, sealed until it is published."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.gateway.chat import store
from shared.broker import COMMANDS
from shared.db import Db
from shared.keys import Keys
from shared.messages import (
    CommandBatch,
    ContactSeen,
    Message,
    Receipt,
    SendText,
    SomeCommand,
    SomeNotice,
)
from shared.relay import Outgoing

BOUND_TO = "outbox"
KEYS = {
    "text.send": "notifier.text",
    "contact.seen": "notifier.contact",
    "receipt.record": "notifier.receipt",
}


@dataclass(slots=True)
class ChatOutbox:
    """Reads `gateway.outbox`."""

    keys: Keys
    lock: int = store.RELAY_LOCK

    async def prepare(self, db: Db, limit: int) -> None:
        """Do nothing: a message is sealed as it will be sent."""

    async def take(self, db: Db, limit: int) -> list[Outgoing]:
        """Read and open the oldest messages."""
        return [
            Outgoing(row["id"], row["exchange"], row["key"], self._open(row["sealed"]))
            for row in await store.take_outgoing(db, limit)
        ]

    async def forget(self, db: Db, sent: Sequence[Outgoing]) -> None:
        """Delete what was published."""
        await store.drop_outgoing(db, [outgoing.row for outgoing in sent])

    def _open(self, sealed: bytes) -> bytes:
        text: str = self.keys.unseal(sealed, BOUND_TO)
        return text.encode()


async def put(db: Db, keys: Keys, messages: Sequence[SomeNotice | SomeCommand]) -> None:
    """Write notices and commands to the outbox, in order, in the caller's transaction."""
    await store.add_outgoing(db, [_row(keys, message) for message in messages])


def _row(keys: Keys, message: SomeNotice | SomeCommand) -> tuple[str, str, bytes]:
    key = KEYS.get(message.kind, "booking.commands")
    is_notice = isinstance(message, SendText | ContactSeen | Receipt)
    whole: Message = message if is_notice else CommandBatch(commands=(message,))
    body = whole.model_dump_json(exclude_none=True)
    return COMMANDS, key, keys.seal(body, BOUND_TO)

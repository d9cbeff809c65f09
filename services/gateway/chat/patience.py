"""Says that a request is still at work, where booking takes longer than people like to wait."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog

from services.gateway.chat import outbox, store
from services.gateway.context import Gateway
from shared.db import Db, passing
from shared.keys import Keys
from shared.messages import SendText, SomeCommand

log = structlog.get_logger(__name__)

# Together less than the second within which everybody is answered.
LATE = timedelta(seconds=0.7)
POLL_S = 0.2
AT_ONCE = 500


async def begin(db: Db, keys: Keys, owner: str, command: SomeCommand, still: SendText) -> None:
    """Remember, with the command itself, what to say to its person if its outcome is late."""
    body = still.model_dump(mode="json", exclude_none=True)
    await store.add_awaiting(db, command.id, owner, keys.seal(body, f"awaiting/{command.id}"))


async def tell_late(db: Db, keys: Keys, late: timedelta = LATE) -> int:
    """Tell everybody whose command has waited so long without an outcome, once; says how many."""
    await store.forget_decided(db, AT_ONCE)
    rows = await store.take_late(db, late, AT_ONCE)
    texts = [keys.unseal(row["sealed"], f"awaiting/{row['command_id']}") for row in rows]
    await outbox.put(db, keys, [SendText.model_validate(text) for text in texts])
    return len(rows)


async def run(gateway: Gateway, wake: Callable[[], None]) -> None:
    """Look for late answers for as long as the process lives; `wake` starts the relay."""
    while True:
        await asyncio.sleep(POLL_S)
        told = 0
        with passing() as trouble:
            async with gateway.db() as db, db.transaction():
                told = await tell_late(db, gateway.keys)
        if trouble:
            log.warning("patience_waits", error=trouble.name)
        elif told:
            log.warning("answers_late", people=told)
            wake()

"""Sends a command and waits a moment for what comes of it."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.gateway import views
from services.gateway.context import Ask, Gateway
from services.gateway.problems import overloaded, refused
from services.gateway.reading import read_key, read_wait
from services.gateway.replies import Asking, mark_of
from shared.broker import Published
from shared.messages import RESULTS, Outcome, Refusal, Refused, SomeCommand, command_id

# A booking worker that is further behind answers `expired`: nobody waits for a seat any more.
COMMAND_LIFE = timedelta(minutes=5)
FIRST_LOOK_S = 1.0


@dataclass(frozen=True, slots=True)
class Stored:
    """The outcome of a command as booking keeps it."""

    owner: str
    kind: str
    mark: bytes
    outcome: Outcome


def id_of(ask: Ask, key: str | None = None) -> UUID:
    """Make the id of the command that a call asks for: same caller and key, same id, anywhere."""
    scope = f":{ask.by.booking_code}" if ask.by.booking_code else ""
    return command_id(ask.by.owner + scope, key or read_key(ask.request))


async def send_and_wait(ask: Ask, command: SomeCommand) -> Outcome | None:
    """Send a command; None where nothing came of it in time. It is on the broker's disk then.

    Raises ProblemError 503 where that is not certain: the same key may be sent again.
    """
    gateway = ask.gateway
    asking = gateway.replies.note(command)
    if asking.mark != mark_of(command):
        raise refused(Refusal.IDEMPOTENCY_CONFLICT)
    with gateway.replies.listen(asking) as reply:
        result = await gateway.sender.send(command)
        if result != Published.ACCEPTED:
            gateway.replies.forget_unsent(command.id)
            raise overloaded()
        asking.accepted = True
        wait_s = read_wait(ask.request)
        return await await_outcome(gateway, command.id, reply, wait_s, asking)


async def await_outcome(
    gateway: Gateway,
    request_id: UUID,
    reply: "asyncio.Future[Outcome]",
    wait_s: float,
    asking: Asking | None = None,
) -> Outcome | None:
    """Wait for a reply; look the outcome up now and then, since a reply may be lost."""
    loop = asyncio.get_running_loop()
    ends, pause = loop.time() + wait_s, FIRST_LOOK_S
    while True:
        await asyncio.wait({reply}, timeout=max(0.0, min(pause, ends - loop.time())))
        if reply.done():
            return reply.result()
        stored = await find_stored(gateway, request_id)
        if stored is not None:
            return _for(asking, stored)
        if loop.time() >= ends:
            return None
        pause *= 2


async def find_stored(gateway: Gateway, request_id: UUID) -> Stored | None:
    """Look the stored outcome of a command up."""
    async with gateway.db() as db:
        row = await views.find_request(db, request_id)
    if row is None:
        return None
    result = RESULTS.validate_python(row["outcome"])
    outcome = Outcome(command_id=request_id, command=row["kind"], result=result)
    return Stored(row["owner"], row["kind"], row["fingerprint"], outcome)


def _for(asking: Asking | None, stored: Stored) -> Outcome:
    """Give the stored outcome to whoever asked for that, and a conflict to whoever did not."""
    if asking is None or asking.mark == stored.mark:
        return stored.outcome
    conflict = Refused(code=Refusal.IDEMPOTENCY_CONFLICT)
    return stored.outcome.model_copy(update={"result": conflict})

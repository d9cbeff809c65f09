"""Sends a command and waits a moment for what comes of it."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from services.gateway import views
from services.gateway.context import Ask, Gateway
from services.gateway.problems import overloaded, refused
from services.gateway.reading import read_key, read_wait
from services.gateway.replies import Asking
from services.gateway.store import Asked
from shared.broker import Published
from shared.db import passing
from shared.messages import RESULTS, Outcome, Refusal, Refused, SomeCommand, command_id

# A booking worker that is further behind answers `expired`: nobody waits for a seat any more.
COMMAND_LIFE = timedelta(minutes=5)
FIRST_LOOK_S = 1.0
ONLY_LOOKS_S = 0.5  # where no reply can come, because another gateway sent the command
LOOK_S = 2.0
LAST_LOOK_S = 0.3  # beyond what the caller waits for: a database that hangs must not add to it


@dataclass(frozen=True, slots=True)
class Stored:
    """The outcome of a command as booking keeps it."""

    owner: str
    kind: str
    mark: bytes
    outcome: Outcome

    @property
    def booking_code(self) -> str | None:
        """The booking that it gave, moved or ended."""
        return getattr(self.outcome.result, "booking_code", None)


def id_of(ask: Ask) -> UUID:
    """Make the id of the command that a call asks for: same caller and key, same id, anywhere."""
    scope = f":{ask.by.booking_code}" if ask.by.booking_code else ""
    return command_id(ask.by.owner + scope, read_key(ask.request))


def loose_id_of(ask: Ask) -> UUID:
    """Make the id of a command that changes what is there already, whose key may be left out.

    Without one each call is a new command: its repeat finds the change made, and a wrong code is
    wrong once more. A key of our own making would keep an early refusal for ever.
    """
    return id_of(ask) if "Idempotency-Key" in ask.request.headers else uuid4()


async def send_and_wait(ask: Ask, command: SomeCommand) -> Outcome | None:
    """Send a command; None where nothing came of it in time. It is on the broker's disk then.

    Raises ProblemError 503 where that is not certain: the same key may be sent again.
    """
    gateway = ask.gateway
    asking, mark = gateway.replies.note(command)
    if asking.mark != mark:
        return await _settle(ask, asking, command)
    is_repeat = asking.accepted
    with gateway.replies.listen(asking) as reply:
        result = await gateway.sender.send(command)
        if result != Published.ACCEPTED:
            gateway.replies.forget_unsent(command.id)
            raise overloaded()
        asking.accepted = True
        wait_s = read_wait(ask.request)
        if wait_s == 0 and not is_repeat and not reply.done():
            return None
        return await await_outcome(gateway, command.id, reply, wait_s, asking)


async def remember_asked(ask: Ask, command: SomeCommand) -> None:
    """Let any gateway know a command whose caller is told to ask again, also after we died.

    It is on the broker's disk already: a database that does not answer takes nothing back.
    """
    code = getattr(command, "booking_code", None)
    asked = Asked(command.id, command.owner, command.kind, code)
    with passing():
        async with asyncio.timeout(LAST_LOOK_S):
            await ask.gateway.questions.remember(asked)


async def _settle(ask: Ask, asking: Asking, command: SomeCommand) -> Outcome:
    """Answer a key that came with another body before: only the ledger knows which was first."""
    gateway = ask.gateway
    stored = await find_stored(gateway, command.id)
    if stored is None:
        with gateway.replies.listen(asking) as reply:
            await asyncio.wait({reply}, timeout=read_wait(ask.request))
        stored = await find_stored(gateway, command.id)
    if stored is None:
        raise overloaded()
    if stored.mark != gateway.replies.mark_of(command):
        raise refused(Refusal.IDEMPOTENCY_CONFLICT)
    asking.mark = stored.mark
    return stored.outcome


async def await_outcome(
    gateway: Gateway,
    request_id: UUID,
    reply: "asyncio.Future[Outcome]",
    wait_s: float,
    asking: Asking | None = None,
) -> Outcome | None:
    """Wait for a reply; look the outcome up now and then, since a reply may be lost.

    A database that does not answer is no reason to call in doubt what the broker has on disk.
    """
    loop = asyncio.get_running_loop()
    ends, pause = loop.time() + wait_s, FIRST_LOOK_S if asking else ONLY_LOOKS_S
    while True:
        await asyncio.wait({reply}, timeout=max(0.0, min(pause, ends - loop.time())))
        if reply.done():
            return reply.result()
        left_s = max(LAST_LOOK_S, min(LOOK_S, ends - loop.time()))
        stored = await _find_patiently(gateway, request_id, left_s)
        if stored is not None:
            gateway.replies.is_answered(request_id)
            return _for(asking, stored)
        if loop.time() >= ends:
            return None
        pause *= 2 if asking else 1


async def _find_patiently(gateway: Gateway, request_id: UUID, within_s: float) -> Stored | None:
    with passing():
        async with asyncio.timeout(within_s):
            return await find_stored(gateway, request_id)
    return None


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

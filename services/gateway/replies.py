"""Hears what came of commands, on a queue of this gateway's own."""

import asyncio
import contextlib
import itertools
import socket
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import structlog
from pydantic import ValidationError

from shared.broker import Incoming
from shared.keys import Keys
from shared.links import Opened
from shared.messages import Outcome, Replies, SomeCommand

log = structlog.get_logger(__name__)

REMEMBERED = 10_000  # commands: whoever asks later is told by the ledger
AT_ONCE = 8  # callers that go on in one turn of the loop: each has an answer to write
UNANSWERED_S = 30.0  # after which a reply is taken for lost, and not for late


@dataclass(slots=True)
class Asking:
    """A command of this gateway: whose, what kind, what body, and who waits for its outcome.

    `booking_code` is the booking that it is about, where it names one; `sent_at` is on the loop's
    clock.
    """

    owner: str
    kind: str
    mark: bytes
    booking_code: str | None = None
    sent_at: float = 0.0
    waiting: list[asyncio.Future[Outcome]] = field(default_factory=list)
    accepted: bool = False


class ReplyBook:
    """Commands that this gateway sent, by id; the oldest are forgotten first.

    Replies are the quick way only: the stored outcome is the truth.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self.queue: str | None = None
        self._askings: OrderedDict[UUID, Asking] = OrderedDict()
        self._unanswered: OrderedDict[UUID, Asking] = OrderedDict()
        # Those of them that nothing overtook: no reply came to a command that was sent later.
        self._ahead: OrderedDict[UUID, Asking] = OrderedDict()
        self._overtaken_before = float("-inf")
        self.answered = 0  # outcomes heard of, ever

    @property
    def under_way(self) -> int:
        """How many commands were sent and not answered yet."""
        return len(self._unanswered)

    def oldest_s(self) -> float:
        """For how many seconds booking may have been silent: 0 where nobody waits for it.

        It is the age of the oldest command under way of those that nothing overtook. One that
        never can be answered (its message was put aside) says nothing of those after it; where
        booking stands still, what is sent is overtaken by nothing.
        """
        now = asyncio.get_running_loop().time()
        _forget_before(self._unanswered, now - UNANSWERED_S)
        _forget_before(self._ahead, max(now - UNANSWERED_S, self._overtaken_before))
        oldest = next(iter(self._ahead.values()), None)
        return now - oldest.sent_at if oldest else 0.0

    def unanswered_for(self, seconds: float, most: int) -> list[UUID]:
        """List commands that have been under way for so long, the oldest first."""
        since = asyncio.get_running_loop().time() - seconds
        late = itertools.takewhile(lambda pair: pair[1].sent_at <= since, self._unanswered.items())
        return [key for key, _ in itertools.islice(late, most)]

    async def open(self, connection: Opened) -> None:
        """Declare a new queue for a new connection: a name that is used again may be locked."""
        self.queue = None
        channel = await connection.channel()
        name = f"gw.{socket.gethostname()}.{uuid4().hex}"
        queue = await channel.declare_queue(name, exclusive=True, auto_delete=True)
        await queue.consume(self._hear, no_ack=True)
        self._unanswered.clear()  # what goes to the old queue is answered to nobody
        self._ahead.clear()
        self.queue = name

    def mark_of(self, command: SomeCommand) -> bytes:
        """Tell one body under a key from another, as booking does."""
        return self._keys.fingerprint(command.essence)

    def note(self, command: SomeCommand) -> tuple[Asking, bytes]:
        """Remember a command before it is sent; one sent before is found again.

        Returns with it the mark of this command, which is another one where the body is.
        """
        mark = self.mark_of(command)
        asking = self._askings.get(command.id)
        if asking is None:
            code = getattr(command, "booking_code", None)
            asking = Asking(command.owner, command.kind, mark, code)
            asking.sent_at = asyncio.get_running_loop().time()
            for kept in (self._askings, self._unanswered, self._ahead):
                kept[command.id] = asking
            if len(self._askings) > REMEMBERED:
                self._forget_oldest()
        return asking, mark

    def is_answered(self, command_id: UUID) -> None:
        """Hear that a command has its outcome, though no reply told so.

        It overtakes nothing: it may have been decided long ago.
        """
        self._unanswered.pop(command_id, None)
        self._ahead.pop(command_id, None)

    def _forget_oldest(self) -> None:
        """Forget the oldest command, unless somebody still waits for it."""
        key, asking = self._askings.popitem(last=False)
        if asking.waiting:
            self._askings[key] = asking

    def find(self, command_id: UUID) -> Asking | None:
        """Find a command that the broker accepted from this gateway."""
        asking = self._askings.get(command_id)
        return asking if asking and asking.accepted else None

    def forget_unsent(self, command_id: UUID) -> None:
        """Forget a command that was not accepted, unless somebody else waits for it."""
        asking = self._askings.get(command_id)
        if asking and not asking.accepted and len(asking.waiting) <= 1:
            del self._askings[command_id]
            self.is_answered(command_id)

    @contextlib.contextmanager
    def listen(self, asking: Asking) -> Iterator[asyncio.Future[Outcome]]:
        """Wait for the reply to a command while the block runs."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        asking.waiting.append(future)
        try:
            yield future
        finally:
            asking.waiting.remove(future)

    async def _hear(self, message: Incoming) -> None:
        try:
            replies = Replies.model_validate_json(message.body)
        except ValidationError as error:
            log.warning("reply_unreadable", faults=error.error_count())
            return
        self.answered += len(replies.outcomes)
        for number, outcome in enumerate(replies.outcomes, 1):
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)  # others have a turn, too, and the next callers their 503
            asking = self._askings.get(outcome.command_id)
            self.is_answered(outcome.command_id)
            if asking is not None:
                self._overtaken_before = max(self._overtaken_before, asking.sent_at)
            for future in asking.waiting if asking else ():
                if not future.done():
                    future.set_result(outcome)


def _forget_before(askings: OrderedDict[UUID, Asking], moment: float) -> None:
    """Forget what was sent before a moment; what was sent first stands first."""
    while askings:
        key, asking = next(iter(askings.items()))
        if asking.sent_at >= moment:
            return
        del askings[key]

"""What happens between the system and the phones: messages, receipts, and faults on demand."""

import asyncio
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from channels.simulator import webhooks
from channels.simulator.bodies import Fault
from channels.simulator.courier import Courier
from channels.simulator.fates import pick
from channels.simulator.hostile import Hostile
from channels.simulator.journal import Call, Journal
from channels.simulator.phones import WINDOW_S, Message, Phone, Phones, wamid
from channels.simulator.post import News, Post
from channels.simulator.settings import SimulatorSettings

WINDOW_CLOSED, CANNOT_REACH, SOMETHING_WRONG = 131047, 131026, 131000
REASONS = {
    WINDOW_CLOSED: "more than 24 hours since they wrote: only a template goes out",
    CANNOT_REACH: "this number is not on WhatsApp",
}
NOT_TAKEN = "the gateway did not take it, however often it was tried"
RANKS = {"accepted": 0, "sent": 1, "failed": 2, "delivered": 3, "read": 4}


@dataclass(slots=True)
class World:
    """The phones, the clock, the faults that wait, and who watches."""

    config: SimulatorSettings
    courier: Courier
    post: Post
    hostile: Hostile
    journal: Journal
    phones: Phones = field(default_factory=Phones)
    faults: deque[Fault] = field(default_factory=deque)
    watchers: set[asyncio.Queue[dict[str, Any]]] = field(default_factory=set)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    skew_s: float = 0.0
    numbers: Iterator[int] = field(default_factory=lambda: count(time.time_ns()))
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    is_verified: bool = False

    def now_s(self) -> float:
        """Tell the simulator's time, in unix seconds; it can be put forward."""
        return time.time() + self.skew_s

    def new_id(self) -> str:
        """Make a message id."""
        return wamid(f"SIM{next(self.numbers)}")

    def stamp(self) -> str:
        """Write the simulator's time in ISO 8601."""
        return datetime.fromtimestamp(self.now_s(), UTC).isoformat(timespec="milliseconds")

    def tell(self, number: str) -> None:
        """Say that something changed on a phone, or, with no number, for all of them."""
        self.changed.set()
        self.changed = asyncio.Event()
        self._stream({"phone": number})

    def tell_call(self, call: Call) -> None:
        """Say that a call began or ended."""
        self._stream({"call": call.id})

    def _stream(self, news: dict[str, Any]) -> None:
        for watcher in self.watchers:
            if not watcher.full():
                watcher.put_nowait(news)

    async def say(
        self, phone: Phone, shown: str, content: dict[str, Any], **given: Any
    ) -> tuple[str, bool]:
        """Deliver what a citizen typed or tapped; returns the message id and whether it arrived."""
        message_id = given.get("message_id") or self.new_id()
        at_s = int(given.get("timestamp") or self.now_s())
        phone.last_inbound_s = self.now_s()
        phone.typing = False
        kind = content["type"]
        message = Message(message_id, "in", "whatsapp", kind, shown, self.stamp(), "sent")
        phone.messages.append(message)
        self.tell(phone.number)
        value = webhooks.inbound(phone, message_id, at_s, content)
        number_id = given.get("number_id") or self.usual_number
        self.hostile.hear(number_id, self.now_s())

        def end(status: str) -> None:
            message.status = status
            if status == "failed":
                message.more["reason"] = NOT_TAKEN
            self.tell(phone.number)

        fate = self.hostile.draw("webhook", phone.number)
        news = News(value, number_id, phone.number, fate, end)
        return message_id, await self.post.send(news)

    @property
    def usual_number(self) -> str:
        """The business number that counts where none is named."""
        return next(iter(self.config.numbers))

    def receive(self, phone: Phone, message: Message) -> None:
        """Let a phone get a message of the system: the receipts follow by themselves."""
        phone.messages.append(message)
        phone.typing = False
        self.tell(phone.number)
        self._start(self._ladder(phone, message))

    def come_online(self, phone: Phone) -> None:
        """Deliver what waited while the phone was offline."""
        for message in phone.messages:
            if (message.direction, message.status) != ("out", "sent"):
                continue
            if message.channel == "whatsapp":
                self._start(self._ladder(phone, message, sent=True))
            elif message.on_delivery:
                message.on_delivery()

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _ladder(self, phone: Phone, message: Message, *, sent: bool = False) -> None:
        if not sent:
            error = self._error(phone, message)
            if error is not None:
                await self._receipt(phone, message, "failed", error)
                return
            await self._receipt(phone, message, "sent")
        if not phone.online or phone.blocked:
            return
        await asyncio.sleep(self.config.deliver_after_s)
        await self._receipt(phone, message, "delivered")
        await asyncio.sleep(self.config.read_after_s)
        if phone.online:
            await self._receipt(phone, message, "read")

    def _error(self, phone: Phone, message: Message) -> int | None:
        if not phone.on_whatsapp:
            return CANNOT_REACH
        is_late = self.now_s() - phone.last_inbound_s > WINDOW_S
        return WINDOW_CLOSED if is_late and message.type != "template" else None

    async def _receipt(
        self, phone: Phone, message: Message, name: str, error: int | None = None
    ) -> None:
        fate = self.hostile.draw("webhook", phone.number)
        if RANKS[name] > RANKS.get(message.status, 0):
            message.status = name
        if error is not None:
            message.more |= {"error": error, "reason": REASONS[error]}
        self.tell(phone.number)
        if name == "delivered" and self.hostile.does(fate, "skip_delivered"):
            return
        told: list[tuple[str, int | None]] = [(name, error)]
        if name == "delivered" and self.hostile.does(fate, "delivered_and_failed"):
            code, rest = pick((CANNOT_REACH, SOMETHING_WRONG), fate.part("delivered_and_failed"))
            told.insert(round(rest), ("failed", code))  # another device of theirs; first or last
        for place, (status, code_told) in enumerate(told):
            value = webhooks.status(phone, message, status, int(self.now_s()), code_told)
            number_id = message.more.get("number_id") or self.usual_number
            its_fate = self.hostile.draw("webhook", phone.number) if place else fate
            await self.post.send(News(value, number_id, phone.number, its_fate))

    def next_fault(self, channel: str) -> Fault | None:
        """Take the next fault that waits for this channel, if one does."""
        for fault in self.faults:
            if fault.channel == channel:
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
                return fault
        return None

    def start_afresh(self) -> None:
        """Forget what was said, called and asked for; the sample people are there again."""
        self.phones.start_afresh()
        self.journal.clear()
        self.faults.clear()
        self.courier.twice = 0
        self.hostile.turn_off()
        self.skew_s = 0.0
        self.tell("")

    async def close(self) -> None:
        """End everything that is under way."""
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.post.close()
        await self.courier.close()

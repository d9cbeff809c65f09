"""People who book by WhatsApp: they write once, agree once, and read what comes."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bench.crowd import BORN, name_of
from shared.messages import Session, SlotRef

LOOK_S = 0.5
TIMES, ANSWER_S = 5, 15.0
APART = 10**6  # so that nobody has the name of somebody on the web
AGREE = "Setuju"
Message = dict[str, Any]


@dataclass(slots=True)
class Chatter:
    """Somebody with WhatsApp; `heard` is all that their phone shows, at the end."""

    simulator: str
    http: aiohttp.ClientSession
    number: int
    slot: SlotRef
    chance: random.Random
    last_look_at: float = float("inf")
    has_agreed: bool = False
    heard: list[Message] = field(default_factory=list)

    @property
    def phone(self) -> str:
        """Their phone, which is sample data like everything of them."""
        return f"+62813{self.number:08d}"

    @property
    def name(self) -> str:
        """Their name."""
        return name_of(APART + self.number)

    async def live(self) -> None:
        """Ask for a seat in one message; whoever gets one agrees, and waits for the ticket."""
        session = "pagi" if self.slot.session is Session.MORNING else "siang"
        text = f"#{self.name}#{BORN:%d-%m-%Y}#{self.slot.date:%d-%m-%Y}#{session}"
        for _ in range(TIMES):  # the platform gives up sooner here than in life; people do not
            await self._say(text=text)
            if await self._hear(lambda _: True, ANSWER_S) is not None:
                break
        offered = await self._hear(lambda message: bool(_agree_button(message)))
        if offered is None:
            return
        await self._say(reply_id=_agree_button(offered))
        self.has_agreed = True

    async def read_all(self) -> None:
        """Read everything that the phone shows."""
        self.heard = await self._messages()

    async def _say(self, **words: str) -> None:
        """Write; the platform takes it at once, and brings it to us however long that takes."""
        body = {"phone": self.phone, "name": self.name} | words
        async with self.http.post(f"{self.simulator}/api/inbound", json=body) as done:
            done.raise_for_status()

    async def _hear(
        self, is_it: Callable[[Message], bool], longest_s: float = float("inf")
    ) -> Message | None:
        loop = asyncio.get_running_loop()
        end = loop.time() + longest_s
        while loop.time() < min(end, self.last_look_at):
            for message in await self._messages():
                if is_it(message):
                    return message
            await asyncio.sleep(LOOK_S)
        return None

    async def _messages(self) -> list[Message]:
        url = f"{self.simulator}/api/phones/{self.phone}/messages"
        async with self.http.get(url) as answer:
            shown: list[Message] = await answer.json()
        return [message for message in shown if message["direction"] == "out"]


def _agree_button(message: Message) -> str:
    """Give the id of the button that agrees to a hold, if a message has it."""
    buttons = message.get("buttons") or ()
    return next((str(one["id"]) for one in buttons if one["title"] == AGREE), "")

"""Delivers webhooks and receipts, again until they are taken; in hostile mode as it happens."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from channels.simulator.fates import CALM, Fate
from channels.simulator.hostile import Hostile
from channels.simulator.journal import Call, Journal, Kind

TRIES, LONGEST = 24, 16  # the longest pause in first ones: the real platform tries for days
MOST_COPIES = 3
OK = 200


@dataclass(frozen=True, slots=True)
class Letter:
    """One call to the gateway: about whose phone, and what befalls it.

    In a batch `others` are the other people's phones. `on_end` hears what became of it:
    `delivered` or `failed`.
    """

    url: str
    body: bytes
    headers: dict[str, str]
    whose: str = ""
    fate: Fate = CALM
    on_end: Callable[[str], None] | None = None
    kind: Kind = "webhook"
    others: tuple[str, ...] = ()


class Courier:
    """Delivers calls to the gateway, again with growing pauses until it says 200."""

    def __init__(
        self, http: aiohttp.ClientSession, retry_s: float, hostile: Hostile, journal: Journal
    ) -> None:
        self._http, self._retry_s, self._hostile = http, retry_s, hostile
        self._journal = journal
        self._tasks: set[asyncio.Task[bool]] = set()
        self._held: dict[str, asyncio.Event] = {}
        self.twice = 0

    async def deliver(self, letter: Letter) -> bool:
        """Deliver once now; if that fails go on in the background. True when taken at once.

        What is delayed or is to be overtaken goes out in the background altogether.
        """
        if letter.fate.parts.keys() & {"delay", "reorder"}:
            self._later(self._deliver_late(letter))
            return False
        return await self._hand_over(letter)

    def send(self, letter: Letter) -> None:
        """Deliver in the background."""
        self._later(self.deliver(letter))

    async def _deliver_late(self, letter: Letter) -> bool:
        mode = self._hostile.mode
        if self._hostile.does(letter.fate, "delay"):
            await asyncio.sleep(letter.fate.part("delay") * mode.delay_s)
        # What comes while another is held back is what overtakes it, even if it was to be held.
        if letter.whose not in self._held and self._hostile.does(letter.fate, "reorder"):
            overtaken = self._held[letter.whose] = asyncio.Event()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(mode.reorder_s):
                    await overtaken.wait()
        return await self._hand_over(letter)

    async def _hand_over(self, letter: Letter) -> bool:
        taken = not self._hostile.does(letter.fate, "drop")
        if taken:
            copies = self._copies(letter.fate)
            tries = await asyncio.gather(*(self._try(letter) for _ in range(copies)))
            taken = any(tries) and not self._hostile.does(letter.fate, "unheard")
        else:
            self._journal.end(self._journal.begin(_call(letter)), "dropped")
        if overtaken := self._held.pop(letter.whose, None):
            overtaken.set()
        if not taken:
            self._later(self._keep_trying(letter))
        elif letter.on_end:
            letter.on_end("delivered")
        return taken

    def _copies(self, fate: Fate) -> int:
        copies = 2 if self.twice > 0 else 1
        self.twice = max(0, self.twice - 1)
        if self._hostile.does(fate, "duplicate"):
            copies += 1 + int(fate.part("duplicate") * MOST_COPIES)
        return copies

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _keep_trying(self, letter: Letter) -> bool:
        taken = False
        for attempt in range(TRIES):
            await asyncio.sleep(self._retry_s * min(2**attempt, LONGEST))
            if taken := await self._try(letter):
                break
        if letter.on_end:
            letter.on_end("delivered" if taken else "failed")
        return taken

    async def _try(self, letter: Letter) -> bool:
        noted = self._journal.begin(_call(letter))
        timeout = aiohttp.ClientTimeout(total=10)
        call = self._http.post(
            letter.url, data=letter.body, headers=letter.headers, timeout=timeout
        )
        answer: int | str
        text = ""
        try:
            async with call as reply:
                answer = reply.status
                text = "" if answer == OK else await reply.text(errors="replace")
        except (aiohttp.ClientError, TimeoutError) as error:
            answer = type(error).__name__
        self._journal.end(noted, answer, text)
        return answer == OK

    async def close(self) -> None:
        """Give up what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _call(letter: Letter) -> Call:
    phones = tuple(dict.fromkeys((letter.whose, *letter.others)))
    return Call(letter.kind, "POST", letter.url, letter.headers, letter.body, phones)

"""Writes WhatsApp's webhooks and gives them to the courier; in hostile mode several in one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from channels.simulator import twists, webhooks
from channels.simulator.courier import Courier, Letter
from channels.simulator.fates import CALM, Fate
from channels.simulator.hostile import Hostile
from channels.simulator.settings import SimulatorSettings

WEBHOOK = "/v1/channels/whatsapp/webhook"
MOST_TOGETHER = 20


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened at a business number, about one phone."""

    value: dict[str, Any]
    number_id: str
    whose: str
    fate: Fate = CALM
    on_end: Callable[[str], None] | None = None


@dataclass(slots=True)
class Post:
    """Sends news at once, or lets it wait for other news of the same number."""

    config: SimulatorSettings
    courier: Courier
    hostile: Hostile
    _batches: dict[str, list[News]] = field(default_factory=dict)
    _timers: set[asyncio.Task[None]] = field(default_factory=set)

    async def send(self, news: News) -> bool:
        """Deliver news in a signed webhook. True when it was taken at once."""
        if not self.hostile.does(news.fate, "batch"):
            return await self.courier.deliver(self._letter([news]))
        batch = self._batches.setdefault(news.number_id, [])
        batch.append(news)
        if len(batch) == 1:
            timer = asyncio.create_task(self._fill(news.number_id, batch))
            self._timers.add(timer)
            timer.add_done_callback(self._timers.discard)
        elif len(batch) >= MOST_TOGETHER:
            del self._batches[news.number_id]  # the next one opens another
        return False

    async def close(self) -> None:
        """Forget the batches that fill."""
        for timer in list(self._timers):
            timer.cancel()
        await asyncio.gather(*self._timers, return_exceptions=True)

    async def _fill(self, number_id: str, batch: list[News]) -> None:
        await asyncio.sleep(self.hostile.mode.batch_s)
        if self._batches.get(number_id) is batch:
            del self._batches[number_id]
        self.courier.send(self._letter(batch))

    def _letter(self, batch: list[News]) -> Letter:
        """Write one webhook; a batch shares the fate of whatever opened it."""
        first = batch[0]
        display = self.config.numbers[first.number_id]
        values = [news.value for news in batch]
        payload = webhooks.envelope(first.number_id, display, values)
        body, headers = webhooks.signed(self._twisted(payload, first.fate), self.config.app_secret)
        ends = [news.on_end for news in batch if news.on_end]

        def end(status: str) -> None:
            for on_end in ends:
                on_end(status)

        url = self.config.gateway_url + WEBHOOK
        others = tuple(news.whose for news in batch[1:])
        return Letter(url, body, headers, first.whose, first.fate, end, others=others)

    def _twisted(self, payload: dict[str, Any], fate: Fate) -> dict[str, Any]:
        if self.hostile.does(fate, "unknown_types"):
            payload = twists.with_unknown_types(payload)
        if self.hostile.does(fate, "unknown_fields"):
            payload = twists.with_unknown_fields(payload)
        if self.hostile.does(fate, "milliseconds"):
            payload = twists.in_milliseconds(payload)
        return payload

"""A cache whose entries live for a moment and are loaded once, however many ask."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")
ENTRIES = 2_000


class Fresh(Generic[Key, Value]):
    """Gives a value that is at most `life_s` old, counted from when its loading began."""

    def __init__(self, load: Callable[[Key], Awaitable[Value]], life_s: float) -> None:
        self._load, self._life_s = load, life_s
        self._entries: OrderedDict[Key, tuple[float, asyncio.Task[Value]]] = OrderedDict()

    async def get(self, key: Key) -> Value:
        """Give the value; those who ask while it is loaded wait for the same load."""
        began, task = self._entries.get(key, (0.0, None))
        now = time.monotonic()
        failed = task is not None and task.done() and (task.cancelled() or task.exception())
        if task is None or failed or (task.done() and now - began >= self._life_s):
            task = asyncio.create_task(self._run(key))
            self._entries[key] = (now, task)
            self._entries.move_to_end(key)
            if len(self._entries) > ENTRIES:
                self._entries.popitem(last=False)
        # One who gives up waiting must not take the load from the others.
        return await asyncio.shield(task)

    async def _run(self, key: Key) -> Value:
        return await self._load(key)

"""A cache whose entries live for a moment and are loaded once, however many ask."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from math import inf
from typing import Generic, TypeVar

from shared.db import is_passing

Key = TypeVar("Key")
Value = TypeVar("Value")
ENTRIES = 2_000
LOAD_S, PATIENCE_S = 1.5, 0.5
STALE_S = 30.0


class Fresh(Generic[Key, Value]):
    """Gives a value that is at most `life_s` old, counted from when its loading began.

    A source that does not answer is waited for a moment; then an old value serves, for half a
    minute, rather than none; of what seldom changes, for as long as it takes.
    """

    def __init__(self, load: Callable[[Key], Awaitable[Value]], life_s: float) -> None:
        self._load, self._life_s = load, life_s
        self._values: OrderedDict[Key, tuple[float, Value]] = OrderedDict()
        self._loads: dict[Key, asyncio.Task[Value]] = {}
        self._asked: dict[Key, float] = {}  # when somebody last asked who is not to wait

    async def get(self, key: Key) -> Value:
        """Give the value; those who ask while it is loaded wait for the same load."""
        return await self._get(key, STALE_S)

    async def _get(self, key: Key, serves_s: float) -> Value:
        then, value = self._values.get(key, (-inf, None))
        age_s = time.monotonic() - then
        if age_s < self._life_s:
            return value  # type: ignore[return-value]  # it stands beside its time
        serves = age_s < serves_s
        try:
            async with asyncio.timeout(PATIENCE_S if age_s < STALE_S else LOAD_S):
                # One who gives up waiting must not take the load from the others.
                return await asyncio.shield(self._loading(key))
        except Exception as error:
            if not serves or not is_passing(error):
                raise
            return value  # type: ignore[return-value]

    async def get_soon(self, key: Key) -> Value:
        """Give the value that there is, and load a newer one behind the caller's back.

        For what seldom changes: nobody waits for a load, unless nobody asked for half a minute.
        However old it is, it serves while its source is away.
        """
        now = time.monotonic()
        then, value = self._values.get(key, (None, None))
        if then is None or now - self._asked.get(key, -inf) >= STALE_S:
            try:
                return await self._get(key, inf)
            finally:
                self._asked[key] = time.monotonic()
        self._asked[key] = now
        if now - then >= self._life_s:
            self._loading(key)
        return value  # type: ignore[return-value]  # it stands beside its time

    def _loading(self, key: Key) -> "asyncio.Task[Value]":
        task = self._loads.get(key)
        if task is None:
            task = self._loads[key] = asyncio.create_task(self._run(key))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task

    async def _run(self, key: Key) -> Value:
        began = time.monotonic()
        try:
            async with asyncio.timeout(LOAD_S):
                value = await self._load(key)
        finally:
            del self._loads[key]
        self._values[key] = (began, value)
        self._values.move_to_end(key)
        if len(self._values) > ENTRIES:
            self._asked.pop(self._values.popitem(last=False)[0], None)
        return value

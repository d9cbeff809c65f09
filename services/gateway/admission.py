"""Lets in what can be answered in a second, and says 503 at once to the rest.

Three signs, each of which the others miss: how many commands are under way, how long the oldest
has been, and how late this process itself is. A queue that nobody will be alive to read helps
nobody: who is told to come back in a few seconds loses nothing, for the key is the same.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from prometheus_client import Counter, Gauge

from services.gateway.replies import ReplyBook
from shared.db import passing

OLDEST_S = 0.7  # answers that take longer do not come within a second
SILENT_S = 5.0  # longer than the slowest batch
LAG_S = 0.1
FEW = 100  # commands under way, below which a hiccup is no load
BEAT_S = 0.02
PROBE_S = 0.25  # how often one is let in to see whether answers come again
LOOKED_UP = 1_000
WORTH_S = 0.25  # of answers may be under way: the slowest are answered within thrice that
UNKNOWN = 500  # commands, while it is not known yet how quick the answers come
LEAST = 150  # commands, however slow they come
RATE_S, SMOOTH = 0.25, 0.3
GRACE = 1.5  # for who has a seat already: a hold that cannot be confirmed is a seat lost

FindDecided = Callable[[Sequence[UUID]], Awaitable[set[UUID]]]

SHED = Counter("antrean_shed", "Commands refused for too much load, by what showed it.", ["sign"])
UNDER_WAY = Gauge("antrean_under_way", "Commands sent and not answered yet.")
OLDEST = Gauge("antrean_command_age_seconds", "Age of the oldest command that is under way.")
LAG = Gauge("antrean_loop_lag_seconds", "How late this process does what is due.")


class Admission:
    """Judges each command before anything of it is read.

    `entering` counts the calls that were let in and whose command is not sent yet.
    `is_leaving` says that this process is about to end: whoever is answered is to go elsewhere.
    """

    def __init__(self, replies: ReplyBook, most: int, find_decided: FindDecided) -> None:
        self._replies, self._most, self._find_decided = replies, most, find_decided
        self.entering = 0
        self.is_leaving = False
        self._lag_s = 0.0
        self._pace: float | None = None  # answers a second, once there was more to do than that
        self._probed = 0.0
        UNDER_WAY.set_function(lambda: replies.under_way)
        LAG.set_function(lambda: self._lag_s)

    def is_full(self, *, has_seat: bool = False) -> bool:
        """Whether one more command would have to wait too long.

        `has_seat` is for commands about a seat that the caller has: they are let in for longer.
        """
        grace = GRACE if has_seat else 1.0
        sign = self._sign(grace)
        if sign is None:
            return False
        if sign == "oldest" and self._is_probe_due():
            self._probed = asyncio.get_running_loop().time()
            return False
        SHED.labels(sign).inc()
        return True

    def turns_away(self) -> bool:
        """Whether one who asks for a seat is turned away before anything is read of it.

        Who may be let in to see whether answers come again is left to `is_full`.
        """
        sign = self._sign(1.0)
        if sign is None or self.is_leaving:
            return False
        if sign == "oldest" and self._is_probe_due():
            return False
        SHED.labels(sign).inc()
        return True

    async def readiness(self) -> dict[str, str]:
        """Say that booking has answered nobody for long though somebody waits for it."""
        return {"booking": "silent"} if self._replies.oldest_s() > SILENT_S else {}

    def most(self) -> float:
        """How many may be under way: what is answered in `WORTH_S` (Little's law)."""
        known = UNKNOWN if self._pace is None else max(LEAST, self._pace * WORTH_S)
        return min(self._most, known)

    def learn(self, rate: float, longest_s: float, fewest: int) -> None:
        """Learn how quick answers come: `rate` a second of late.

        It says how quick they can come where there was always more to do: the oldest was asked for
        `longest_s` ago, or never fewer than `fewest` were under way. Else it can be no less.
        """
        if longest_s > WORTH_S or fewest >= FEW:
            pace = rate if self._pace is None else self._pace
            self._pace = pace + SMOOTH * (rate - pace)
        elif self._pace is not None:
            self._pace = max(self._pace, rate)

    def _is_probe_due(self) -> bool:
        return asyncio.get_running_loop().time() - self._probed >= PROBE_S

    def _sign(self, grace: float) -> str | None:
        under_way = self.entering + self._replies.under_way
        if under_way >= self.most() * grace:
            return "under_way"
        if self._replies.oldest_s() > OLDEST_S * grace:
            return "oldest"
        is_late = self._lag_s > LAG_S * grace and under_way >= FEW
        return "lag" if is_late else None

    async def run(self) -> None:
        """Watch for as long as the process lives."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._measure())
            group.create_task(self._look_up())

    async def _look_up(self) -> None:
        """Look up what has waited too long: its reply may be lost, and it no load at all."""
        while True:
            await asyncio.sleep(PROBE_S)
            late = self._replies.unanswered_for(OLDEST_S, LOOKED_UP)
            if not late:
                continue
            with passing():
                for decided in await self._find_decided(late):
                    self._replies.is_answered(decided)

    async def _measure(self) -> None:
        """Measure how late this process is.

        The worst of the last moments counts, and fades: one beat between two full loads of work
        would say that all is well.
        """
        loop = asyncio.get_running_loop()
        counted, since = self._replies.answered, loop.time()
        fewest = 0
        while True:
            due = loop.time() + BEAT_S
            await asyncio.sleep(BEAT_S)
            late = loop.time() - due
            self._lag_s = max(late, self._lag_s * 0.9)
            OLDEST.set(self._replies.oldest_s())
            fewest = min(fewest, self._replies.under_way)
            if loop.time() - since >= RATE_S:
                rate = (self._replies.answered - counted) / (loop.time() - since)
                self.learn(rate, self._replies.oldest_s(), fewest)
                counted, since = self._replies.answered, loop.time()
                fewest = self._replies.under_way

"""Takes tokens for many calls at once: those that ask at one moment go in one statement.

Under load the statements grow instead of multiplying. Nothing is allowed that the database did not
allow: where it is silent for a second and a half, the call fails.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from prometheus_client import Counter

from services.gateway.fair import store
from services.gateway.fair.store import Draws, Taken
from services.gateway.limits import Empties, Rate
from shared.db import Db, Pool, passing

log = structlog.get_logger(__name__)

AT_ONCE, TOLD_AT_ONCE = 1_000, 8
WAITING = 10_000
# Together less than the second and a half after which a call fails.
QUEUE_S, WAVE_S = 0.75, 0.7

NOBODYS = Draws([b"readiness"], [1.0], [1.0], [0], [1], [1])

ASKED = Counter(
    "antrean_fair_use", "Calls that asked for tokens: allowed, silent, or what was empty.", ["what"]
)
ALLOWED, SILENT = ASKED.labels("allowed"), ASKED.labels("silent")


class SilentError(TimeoutError):
    """Nobody knows whether this call is fair: it must not go on."""


@dataclass(frozen=True, slots=True)
class Draw:
    """One token that is wanted of one bucket; `what` says what the bucket counts."""

    what: str
    key: bytes
    rate: Rate


@dataclass(slots=True, eq=False)
class _Call:
    """A call that waits. Its answer: 0, the seconds to wait, or None where nobody knows."""

    draws: Sequence[Draw]
    since: float
    answer: asyncio.Future[float | None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def tell(self, answer: float | None) -> None:
        if not self.answer.done():
            self.answer.set_result(answer)


class Limiter:
    """Takes tokens; `pool` is its own, so that no other work keeps it waiting."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._empties = Empties()
        self._waiting: deque[_Call] = deque()
        self._woken = asyncio.Event()
        self._trouble: str | None = None  # of the last statement

    async def readiness(self) -> dict[str, str]:
        """Say why nothing can be counted; empty while it can.

        It is tried anew, with a bucket of nobody's: whoever is not ready is sent nothing to count.
        """
        if self._trouble is not None:
            await self._ask(NOBODYS)
        return {"fair_use": self._trouble} if self._trouble else {}

    async def take(self, draws: Sequence[Draw]) -> float:
        """Take one token of each bucket, or none at all: 0, or the seconds until there may be one.

        Raises SilentError where that is not known. The buckets of one call are different ones.
        """
        now = asyncio.get_running_loop().time()
        wait_s = self._wait_s(draws, now)
        if wait_s > 0:
            return wait_s
        if len(self._waiting) >= WAITING:
            SILENT.inc()
            raise SilentError
        call = _Call(draws, now)
        self._waiting.append(call)
        self._woken.set()
        answer = await call.answer
        if answer is None:
            SILENT.inc()
            raise SilentError
        if answer == 0:
            ALLOWED.inc()
        return answer

    async def run(self) -> None:
        """Take tokens for as long as the process lives."""
        loop = asyncio.get_running_loop()
        while True:
            await self._woken.wait()
            now = loop.time()
            calls = self._next(now)
            if not self._waiting:
                self._woken.clear()
            if calls:
                await self._settle(calls, now)

    def _next(self, now: float) -> list[_Call]:
        """Take up those who waited longest, but for who is gone, is late or is known to wait."""
        calls: list[_Call] = []
        while self._waiting and len(calls) < AT_ONCE:
            call = self._waiting.popleft()
            if call.answer.done():
                continue
            if wait_s := self._wait_s(call.draws, now):
                call.tell(wait_s)
            elif now - call.since > QUEUE_S:
                call.tell(None)
            else:
                calls.append(call)
        return calls

    async def _settle(self, calls: list[_Call], now: float) -> None:
        draws, taken = draws_of(calls), None
        try:
            taken = await self._ask(draws)
        finally:
            if taken is None:
                for call in calls:
                    call.tell(None)
        if taken is None:
            return
        # The database's clock was not before `now`: what we know from it is never too strict.
        for bucket, left in zip(taken.empty, taken.left, strict=True):
            key, per_s = draws.keys[bucket - 1], draws.per_s[bucket - 1]
            self._empties.note(key, now + Rate(1, per_s).wait_s(left))
        await self._tell(calls, set(taken.passed))

    async def _tell(self, calls: list[_Call], passed: set[int]) -> None:
        """Let go on who got their tokens; the others ask again, before all that came later."""
        again = []
        for number, call in enumerate(calls):
            if number not in passed:
                again.append(call)
                continue
            call.tell(0.0)
            if number % TOLD_AT_ONCE == TOLD_AT_ONCE - 1:
                await asyncio.sleep(0)  # each has a command to make, and others want a turn
        self._waiting.extendleft(reversed(again))
        if again:
            self._woken.set()

    async def _ask(self, draws: Draws) -> Taken | None:
        """Ask the database; None where it does not answer in time."""
        with passing() as trouble:
            async with asyncio.timeout(WAVE_S), self._pool.acquire() as db:
                try:
                    taken = await take_all(db, draws)
                except BaseException:
                    db.terminate()  # a connection that is silent would keep the next ones waiting
                    raise
            self._trouble = None
            return taken
        self._trouble = trouble.name
        log.warning("fair_use_silent", error=trouble.name)
        return None

    def _wait_s(self, draws: Sequence[Draw], now: float) -> float:
        """Say how long one of these buckets is known to be empty; 0 where none is."""
        for draw in draws:
            wait_s = self._empties.until(draw.key) - now
            if wait_s > 0:
                ASKED.labels(draw.what).inc()
                return wait_s
        return 0.0


async def take_all(db: Db, draws: Draws) -> Taken | None:
    """Take tokens, also where another gateway makes the same buckets at the same moment."""
    taken = await store.take(db, draws)
    if taken is None:
        await store.make(db, draws)
        taken = await store.take(db, draws)
    return taken


def draws_of(calls: Sequence[_Call]) -> Draws:
    """Line the calls up at their buckets, in their order."""
    rates = {draw.key: draw.rate for call in calls for draw in call.draws}
    keys = sorted(rates)
    draws = Draws(keys, [rates[key].burst for key in keys], [rates[key].per_s for key in keys])
    numbers = {key: number for number, key in enumerate(keys, 1)}
    queues = [0] * (len(keys) + 1)
    for place, call in enumerate(calls):
        for draw in call.draws:
            number = numbers[draw.key]
            queues[number] += 1
            draws.calls.append(place)
            draws.buckets.append(number)
            draws.places.append(queues[number])
    return draws

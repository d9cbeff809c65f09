"""One stampede from the opening of the slot to the seats given back, told as it goes.

Whoever looks, a terminal or the page, is told the same moments.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp

from bench.crowd import Crowd
from bench.figures import spread_over
from bench.load import Load, Run
from bench.stampede.moments import Counted, GivenBack, Moment, Opened, progress
from bench.tally import Seats, Tally, count, judge, settle
from bench.target import Target, Wanted, await_seats, find_slot, read_ledger, show
from deploy.local.paths import StackError
from shared.messages import SlotRef

WAIT_S = 10
LATER_S = 60.0
KEPT = frozenset({201, 409, 422, 429, 500, 503})

Tell = Callable[[Moment], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to happen: which slot, how many rivals, how many of them at once.

    They come as fast as they are answered, or at random within `within_s`. `every_s` is the pause
    between two looks; `keep` leaves the holds.
    """

    wanted: Wanted
    rivals: int
    together: int = 256
    within_s: float = 0.0
    keep: bool = False
    every_s: float = 0.25


class Rush:
    """A stampede that can be stopped; `tell` hears its moments in their order."""

    def __init__(self, target: Target, plan: Plan, tell: Tell) -> None:
        self._target, self._plan, self._tell = target, plan, tell
        self._run: Run | None = None
        self._left: int | None = None
        self._is_stopped = False

    def stop(self) -> None:
        """Send nobody more; who is under way is waited for and counted."""
        self._is_stopped = True
        if self._run is not None:
            self._run.stop()

    async def play(self) -> Counted:
        """Find the slot, let the rivals loose, watch, count, give back; raises StackError."""
        target, plan = self._target, self._plan
        slot = await find_slot(target, plan.wanted)
        before = await await_seats(target, slot)
        self._left = before
        self._tell(Opened(slot, before, plan.rivals))
        first = random.randrange(10**6, 9 * 10**7) // 10 * 10
        crowd = Crowd(first, plan.rivals, (slot,), target.secret, WAIT_S)
        self._run = run = Run(self._load(first), crowd.make())
        if self._is_stopped:
            run.stop()
        await self._watched(run, slot)
        tokens = dict(enumerate(crowd.tokens()))
        counted = await self._count(crowd, tokens, slot, before)
        self._tell(counted)
        if not plan.keep:
            self._tell(await give_back(target, tokens, counted.tally))
        return counted

    def _load(self, seed: int) -> Load:
        target, plan = self._target, self._plan
        arrivals = spread_over(plan.rivals, plan.within_s, seed) if plan.within_s else None
        return Load(
            target.port,
            (),
            plan.together,
            arrivals=arrivals,
            keep=KEPT,
            host=target.host,
            sources=target.addresses(plan.together),
        )

    async def _watched(self, run: Run, slot: SlotRef) -> None:
        """Let the rivals loose, and tell meanwhile how it goes."""
        watching = [asyncio.create_task(one) for one in (self._look(slot), self._watch(run))]
        try:
            await run.play()
        finally:
            for one in watching:
                one.cancel()
            await asyncio.gather(*watching, return_exceptions=True)

    async def _look(self, slot: SlotRef) -> None:
        """Read the seats that everybody is shown; under load that takes its time."""
        while True:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError, StackError):
                self._left = (await show(self._target, slot)).get("remaining", self._left)
            await asyncio.sleep(self._plan.every_s)

    async def _watch(self, run: Run) -> None:
        began = time.monotonic()
        while True:
            self._tell(progress(run.answers, self._left, time.monotonic() - began))
            await asyncio.sleep(self._plan.every_s)

    async def _count(
        self, crowd: Crowd, tokens: dict[int, str], slot: SlotRef, before: int
    ) -> Counted:
        """Hear of those who were told nothing yet, and read what the ledger says."""
        assert self._run is not None  # noqa: S101 they ran
        target, answers = self._target, self._run.answers
        tally = count(answers)
        await _hear_the_rest(target, crowd, tokens, tally)
        ledger = await read_ledger(target, slot)
        after = await _settled_seats(target, slot, before - len(tally.granted))
        seats = Seats(before, after, ledger)
        self._tell(progress(answers, after, answers.seconds))
        return Counted(tally, seats, judge(tally, seats), answers, self._is_stopped)


async def _hear_the_rest(
    target: Target, crowd: Crowd, tokens: dict[int, str], tally: Tally
) -> None:
    """Ask what came of those who were accepted or lost, as they themselves would."""
    ids, end = crowd.ids(), time.monotonic() + LATER_S
    for number in [*tally.open_ended, *tally.unknown]:
        while time.monotonic() < end:
            status, body = await target.read(f"/v1/requests/{ids[number]}?wait=5", tokens[number])
            if status == 404 and number in tally.unknown:
                settle(tally, number, None)
                break
            if status == 200 and body.get("state") == "done":
                settle(tally, number, body["outcome"])
                break
            await asyncio.sleep(0.5)


async def _settled_seats(target: Target, slot: SlotRef, expected: int) -> int:
    """Read the seats that are left, once what is shown has caught up with what was told."""
    end, after = time.monotonic() + 5, -1
    while after != expected and time.monotonic() < end:
        after = int((await show(target, slot)).get("remaining", -1))
        await asyncio.sleep(0.2)
    return after


async def give_back(target: Target, tokens: dict[int, str], tally: Tally) -> GivenBack:
    """Release the rivals' holds; the office's rule says when others may have the seats."""
    requests = [
        (
            f"DELETE /v1/holds/{hold} HTTP/1.1\r\nHost: {target.host}\r\n"
            f"Authorization: Bearer {tokens[number]}\r\nPrefer: wait={WAIT_S}\r\n\r\n"
        ).encode()
        for number, hold in tally.granted.items()
    ]
    sources = target.addresses(32)
    load = Load(target.port, (), 32, keep=KEPT, host=target.host, sources=sources)
    answers = await Run(load, requests).play()
    return GivenBack(answers.count(200, 202), len(requests), count(answers))

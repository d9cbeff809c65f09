"""B11: what the processes keep in memory under a steady load, and whether it grows."""

import asyncio
import contextlib
from dataclasses import replace

from bench import ledger, proc
from bench.bars.rush import WHOLE
from bench.bench import Bench
from bench.crowd import Crowd
from bench.figures import steady
from bench.load import Load
from deploy.local.processes import Processes

WATCHED = ("gateway", "booking", "notifier")
LOOK_S, PART_S = 2.0, 300.0
SHARE = 0.25  # of what it can do when all succeed
SEATS = 100_000


async def memory(bench: Bench) -> None:
    """Load the whole system steadily from its start and look at its memory now and then.

    What it has after a rush or an overload is among the raw figures, by step.
    """
    world, seconds = bench.world, bench.sizes.memory_s
    await world.run_only()
    await world.run_only(*WHOLE)
    rate = max(50.0, SHARE * bench.best("all succeed", 400.0))
    arrivals = steady(rate, seconds)
    slots = await world.open_slots(SEATS, 1 + len(arrivals) // SEATS)
    await bench.settle()
    first = world.take_people(len(arrivals))
    crowd = Crowd(first, len(arrivals), slots, bench.secret, family=5)
    looks: list[dict[str, float]] = []
    watching = asyncio.create_task(_watch(world.processes, looks))
    try:
        for load in _parts(crowd, arrivals, bench.port):
            answers = await bench.play(load)
            if answers.count(201) < 0.99 * len(answers.status):
                bench.say(f"    only {answers.count(201)} of {len(answers.status)} got their seat")
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
    for name in WATCHED:
        _note(bench, name, [look[name] for look in looks], rate)
        bench.raw["memory shared in shares"].append({name: proc.pss_mb(world.pid(name))})
    await bench.settle()
    await ledger.check(world.admin)


async def _watch(processes: Processes, looks: list[dict[str, float]]) -> None:
    while True:
        looks.append({name: proc.rss_mb(processes.running[name][0].pid) for name in WATCHED})
        await asyncio.sleep(LOOK_S)


def _parts(crowd: Crowd, arrivals: list[float], port: int) -> list[Load]:
    """Cut a load into parts of five minutes: a token that was made beforehand lives for ten."""
    parts, start = [], 0
    while start < len(arrivals):
        base = arrivals[start]
        these = [moment - base for moment in arrivals[start:] if moment - base < PART_S]
        people = replace(crowd, first=crowd.first + start, count=len(these))
        parts.append(Load(port, people, 512, arrivals=these))
        start += len(these)
    return parts


def _note(bench: Bench, name: str, looks: list[float], rate: float) -> None:
    """Keep the most, and by how much the second half of the time is above the first."""
    half = len(looks) // 2
    early, late = looks[half // 2 : half], looks[half:]
    growth = (sum(late) / len(late)) - (sum(early) / len(early)) if early and late else 0.0
    bench.note(f"memory {name}", max(looks), looks=[round(one, 1) for one in looks], rate=rate)
    bench.note(f"memory growth {name}", growth)

"""How fast booking workers decide commands that wait already: B1, B2, and for B13 and B14."""

import asyncio
import re
import urllib.request
from dataclasses import dataclass

from bench import ledger
from bench.bench import Bench
from bench.broker import Ear
from bench.crowd import Crowd, packed
from bench.world import postgres_cpu_s
from bench.yardstick import BARE, HOT_QUICK, Form
from shared.messages import SlotRef

MESSAGE = 200  # commands in one message, as the gateway packs them under load
PATIENCE_S = 120.0
RIVALS = re.compile(r"^antrean_batch_rivals_total\{[^}]*\} ([0-9.]+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of one round of deciding."""

    rate: float
    worker_us: float
    postgres_us: float
    rivals: float
    seconds: float


async def decide(
    bench: Bench, slots: tuple[SlotRef, ...], count: int, workers: int = 1, batch: int = 200
) -> Decided:
    """Let workers decide commands that were all in the queue before the first was decided.

    The workers stand still until then, so that all of them begin at once and a start costs
    nothing. The time counts from the first answer to the last; every answer is compared with the
    ledger afterwards.
    """
    world = bench.world
    await world.run_only()
    crowd = Crowd(world.take_people(count), count, slots, bench.secret)
    messages = packed(crowd.commands(), MESSAGE)
    ear = await Ear.open(world.stack)
    world.processes.more["booking"] = {"ANTREAN_BATCH": str(batch)}
    try:
        await world.start(*["booking"] * workers)
        await world.settle()
        with world.processes.paused("booking"):
            await ear.put(messages)
            before = (postgres_cpu_s(), world.cpu_s("booking"))
        await ear.hear(count, PATIENCE_S)
        postgres_s, worker_s = postgres_cpu_s() - before[0], world.cpu_s("booking") - before[1]
        rivals = await asyncio.to_thread(_rivals, world.stack.ports["booking"])
        await world.settle()
    finally:
        world.processes.more["booking"] = {}
        await ear.close()
        await world.halt("booking")
    await _check(bench, slots, count, ear)
    seconds = ear.heard[-1][0] - ear.heard[0][0]
    return Decided(ear.rate, 1e6 * worker_s / count, 1e6 * postgres_s / count, rivals, seconds)


async def _check(bench: Bench, slots: tuple[SlotRef, ...], count: int, ear: Ear) -> None:
    world = bench.world
    held = await ledger.check_slots(world.admin, slots, ledger.granted_in(ear.bodies))
    if held != count:
        raise ledger.LedgerError(f"{count} seats were free and asked for, {held} were given")
    await ledger.check(world.admin)
    await world.sweep_out()


async def hot(bench: Bench) -> None:
    """B1: one slot, one worker."""
    count = bench.enough("worker hot", bench.sizes.commands)
    slot = await bench.world.open_slot(count)
    _note(bench, "worker hot", await decide(bench, (slot,), count))


async def spread(bench: Bench) -> None:
    """B2: a thousand slots, one worker."""
    count = bench.enough("worker spread", bench.sizes.commands)
    slots = await bench.world.open_slots(-(-count // 1000), 1000)
    _note(bench, "worker spread", await decide(bench, slots, count))


def _note(bench: Bench, name: str, found: Decided) -> None:
    bench.note(
        name,
        found.rate,
        worker_us=found.worker_us,
        postgres_us=found.postgres_us,
        rivals=found.rivals,
        seconds=found.seconds,
    )


async def pgbench_hot(bench: Bench) -> None:
    """Measure the best that one commit per booking does on one slot."""
    found = await _pgbench(bench, HOT_QUICK if bench.is_quick else bench.hot)
    best = max(found, key=lambda form: found[form])
    bench.note("pgbench hot", found[best], form=str(best), forms=_shown(found))
    bare = await _pgbench(bench, BARE)
    bench.note("pgbench bare tables", max(bare.values()), forms=_shown(bare))
    # Which forms are best shows at once; the others need not be tried again each time.
    bench.hot = tuple(sorted(found, key=lambda form: -found[form])[:3])


async def pgbench_spread(bench: Bench) -> None:
    """Measure the same on a thousand slots."""
    found = await _pgbench(bench, bench.spread)
    best = max(found, key=lambda form: found[form])
    bench.note("pgbench spread", found[best], form=str(best), forms=_shown(found))


async def _pgbench(bench: Bench, forms: tuple[Form, ...]) -> dict[Form, float]:
    await bench.world.run_only()
    return {form: await bench.yardstick.run(form, bench.sizes.pgbench_s) for form in forms}


def _shown(found: dict[Form, float]) -> dict[str, float]:
    return {str(form): round(rate) for form, rate in found.items()}


def _rivals(port: int) -> float:
    """Read how often the first worker had to decide a batch again."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return sum(float(number) for number in RIVALS.findall(answer.read().decode()))

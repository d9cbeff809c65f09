"""How fast booking workers decide commands that wait already: B1, B2, and for B13 and B14."""

import re
from dataclasses import dataclass

from bench import ledger, metrics
from bench.bench import Bench
from bench.broker import Ear
from bench.crowd import Crowd, packed
from bench.world import postgres_cpu_s
from bench.yardstick import BARE, HOT, SPREAD, Form
from shared.messages import SlotRef

MESSAGE = 200  # commands in one message, as the gateway packs them under load
PATIENCE_S = 120.0
UNKNOWN_RATE = 3_000.0  # before anything is known, deciding is not to take long
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
    bench: Bench,
    slots: tuple[SlotRef, ...],
    count: int,
    workers: int = 1,
    batch: int | None = None,
) -> Decided:
    """Let workers decide commands that were all in the queue before the first was decided.

    The workers stand still until then, so that all of them begin at once and a start costs
    nothing. The time counts from the first answer to the last; every answer is compared with the
    ledger afterwards. Batches are as large as the product makes them, unless `batch` is given.
    """
    world = bench.world
    await world.run_only()
    world.processes.more["booking"] = settings_of(batch)
    try:
        await world.start(*["booking"] * workers)
        return await decide_here(bench, slots, count)
    finally:
        world.processes.more["booking"] = {}
        await world.halt("booking")


def settings_of(batch: int | None) -> dict[str, str]:
    """Give what a worker is told that it would not do by itself."""
    return {} if batch is None else {"ANTREAN_BATCH": str(batch)}


async def decide_here(
    bench: Bench, slots: tuple[SlotRef, ...], count: int, *, whole: bool = True
) -> Decided:
    """Do the same with the workers that run already; the `whole` ledger is checked, or later."""
    world, people = bench.world, bench.world.take_people(count)
    messages = packed(Crowd(people, count, slots, bench.secret).commands(), MESSAGE)
    ear = await Ear.open(world.stack)
    try:
        await bench.settle()
        rivals = _rivals(await metrics.ask(world.stack.ports["booking"]))
        with world.processes.paused("booking"):
            await ear.put(messages)
            before = (postgres_cpu_s(), world.cpu_s("booking"))
        await ear.hear(count, PATIENCE_S)
        postgres_s, worker_s = postgres_cpu_s() - before[0], world.cpu_s("booking") - before[1]
        rivals = _rivals(await metrics.ask(world.stack.ports["booking"])) - rivals
        await bench.settle()
    finally:
        await ear.close()
    await _check(bench, slots, count, ear, whole=whole)
    seconds = ear.heard[-1][0] - ear.heard[0][0]
    return Decided(ear.rate, 1e6 * worker_s / count, 1e6 * postgres_s / count, rivals, seconds)


async def _check(
    bench: Bench, slots: tuple[SlotRef, ...], count: int, ear: Ear, *, whole: bool
) -> None:
    world = bench.world
    held = await ledger.check_slots(world.admin, slots, ledger.granted_in(ear.bodies))
    if held != count:
        raise ledger.LedgerError(f"{count} seats were free and asked for, {held} were given")
    if whole:
        await ledger.check(world.admin)
    await world.sweep_out()


async def hot(bench: Bench) -> None:
    """B1: one slot, one worker."""
    count = bench.enough("worker hot", bench.sizes.commands, unless=UNKNOWN_RATE)
    slot = await bench.world.open_slot(count)
    _note(bench, "worker hot", await decide(bench, (slot,), count))


async def spread(bench: Bench) -> None:
    """B2: a thousand slots, one worker."""
    count = bench.enough("worker spread", bench.sizes.commands, unless=UNKNOWN_RATE)
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


async def tune(bench: Bench) -> None:
    """Try every form of pgbench for a moment, and keep the best two of one slot and of many."""
    for name, forms in (("hot", HOT), ("spread", SPREAD)):
        found = await _pgbench(bench, forms, 1)
        best = sorted(found, key=lambda form: -found[form])[:2]
        setattr(bench, name, tuple(best))
        bench.raw["pgbench forms"].append(_shown(found))
        bench.say(f"    pgbench: {best[0]} is best, {found[best[0]]:,.0f}/s")
    bare = await _pgbench(bench, BARE, 1)
    bench.note("pgbench bare tables", max(bare.values()), forms=_shown(bare))


async def pgbench_hot(bench: Bench) -> None:
    """Measure the best that one commit per booking does on one slot."""
    await _note_best(bench, "pgbench hot", bench.hot)


async def pgbench_spread(bench: Bench) -> None:
    """Measure the same on a thousand slots."""
    await _note_best(bench, "pgbench spread", bench.spread)


async def _note_best(bench: Bench, name: str, forms: tuple[Form, ...]) -> None:
    found = await _pgbench(bench, forms, bench.sizes.pgbench_s)
    best = max(found, key=lambda form: found[form])
    bench.note(name, found[best], form=str(best), forms=_shown(found))


async def _pgbench(bench: Bench, forms: tuple[Form, ...], seconds: float) -> dict[Form, float]:
    await bench.world.run_only()
    return {form: await bench.yardstick.run(form, seconds) for form in forms}


def _shown(found: dict[Form, float]) -> dict[str, float]:
    return {str(form): round(rate) for form, rate in found.items()}


def _rivals(text: str) -> float:
    """Read how often the first worker had to decide a batch again."""
    return sum(float(number) for number in RIVALS.findall(text))

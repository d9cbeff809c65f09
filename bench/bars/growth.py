"""More workers (B13), batches of other sizes, and a ledger that has grown (B14)."""

from dataclasses import replace

from bench import ledger
from bench.bars import gateway
from bench.bars.deciding import decide, decide_here
from bench.bench import Bench
from bench.filling import add_bookings, add_slots, rest
from bench.world import World, another_world
from services.booking.settings import BookingSettings
from shared.messages import SlotRef

WORKERS, CORES = (2, 4), (2, 4, 8)
BATCHES = (1, 10, 100)  # and what a worker does by itself
SHORT_S = 1.5


async def workers(bench: Bench) -> None:
    """B13: two and four workers, on one slot and on a thousand, right after one alone."""
    world, before = bench.world, await _deadlocks(bench)
    count = bench.enough("worker hot", bench.sizes.commands, SHORT_S)
    await world.run_only()
    try:
        for number in WORKERS:
            await world.start(*["booking"] * (number - len(world.processes.running["booking"])))
            await _decide(bench, f"workers {number} hot", (await world.open_slot(count),), count)
            slots = await world.open_slots(-(-count // 1000), 1000)
            await _decide(bench, f"workers {number} spread", slots, count)
    finally:
        await world.halt("booking")  # what a process counted is known when it ended
        bench.note("deadlocks", await _deadlocks(bench) - before)
    if bench.repetition == 0 and bench.raw["worker spread"]:
        _project(bench, **bench.raw["worker spread"][0])


async def _decide(bench: Bench, name: str, slots: tuple[SlotRef, ...], count: int) -> None:
    one = await decide_here(bench, slots, count)
    bench.note(name, one.rate, rivals=one.rivals, worker_us=one.worker_us)


def _project(bench: Bench, worker_us: float, postgres_us: float, **_: float) -> None:
    """Say what more cores would give if CPU were all that is needed: computed, not measured."""
    us = worker_us + postgres_us
    rates = {cores: round(cores * 1e6 / us) for cores in CORES}
    bench.raw["projection"].append(
        {"worker_us": worker_us, "postgres_us": postgres_us, "rate by cores": rates}
    )
    shown = ", ".join(f"{rate:,}/s on {cores} cores" for cores, rate in rates.items())
    bench.say(f"    projected from CPU per command, not measured: {shown}")


async def _deadlocks(bench: Bench) -> int:
    """Count the deadlocks that Postgres saw in our database."""
    number: int = await bench.world.admin.fetchval(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    )
    return number


async def batches(bench: Bench) -> None:
    """Measure rate against batch size, for the picture."""
    for size in BATCHES:
        count = min(bench.enough("worker hot", bench.sizes.commands, SHORT_S), 100 * size + 500)
        slot = await bench.world.open_slot(count)
        _point(bench, size, (await decide(bench, (slot,), count, batch=size)).rate)
    _point(bench, BookingSettings.model_fields["batch"].default, bench.best("worker hot", 0))


def _point(bench: Bench, size: int, rate: float) -> None:
    if rate:
        bench.raw["rate against batch"].append({"batch": size, "rate": rate})
        bench.say(f"    batch of {size}: {rate:,.0f}/s")


async def growth(bench: Bench) -> None:
    """B14: the same work beside 1,000 bookings and beside a million, in turn.

    Each ledger has a database, a gateway and a worker of its own; those of the one stand idle
    while the other is measured.
    """
    servers = bench.world.stack.servers
    await bench.world.run_only()
    async with another_world(servers) as small, another_world(servers) as large:
        await _grow(bench, small, bench.sizes.few_bookings, bench.sizes.few_slots)
        await _grow(bench, large, bench.sizes.bookings, bench.sizes.slots)
        for world in (small, large):
            await world.run_only("gateway", "booking")
        for number in range(bench.sizes.repetitions):
            for when, world in (("small", small), ("large", large)):
                await _take_rates(replace(bench, world=world, repetition=number), when)
        for world in (small, large):
            await ledger.check(world.admin)


async def _grow(bench: Bench, world: World, bookings: int, slots: int) -> None:
    bench.say(f"    adding {bookings:,} bookings and {slots:,} slots")
    await add_bookings(world, bookings)
    await add_slots(world, slots)
    await rest(world)


async def _take_rates(bench: Bench, when: str) -> None:
    count = bench.enough("worker hot", bench.sizes.commands, SHORT_S)
    slot = await bench.world.open_slot(count)
    bench.note(f"{when}: decisions", (await decide_here(bench, (slot,), count, whole=False)).rate)
    await gateway.refuse(bench, f"{when}: refusal")
    await gateway.show(bench, {f"{when}: availability": 304})

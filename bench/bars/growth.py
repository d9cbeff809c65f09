"""More workers (B13), batches of other sizes, and a ledger that has grown (B14)."""

from bench.bars import gateway
from bench.bars.deciding import Decided, decide
from bench.bench import Bench
from bench.filling import add_bookings, add_slots, rest

WORKERS, CORES = (1, 2, 4), (2, 4, 8)
BATCHES = (1, 10, 50, 200, 500)


async def workers(bench: Bench) -> None:
    """B13: one, two and four workers, on one slot and on a thousand."""
    count, before = bench.enough("worker hot", bench.sizes.commands), await _deadlocks(bench)
    for number in WORKERS:
        slot = await bench.world.open_slot(count)
        one = await decide(bench, (slot,), count, number)
        bench.note(f"workers {number} hot", one.rate, rivals=one.rivals, worker_us=one.worker_us)
        slots = await bench.world.open_slots(-(-count // 1000), 1000)
        many = await decide(bench, slots, count, number)
        bench.note(
            f"workers {number} spread", many.rate, rivals=many.rivals, worker_us=many.worker_us
        )
        if number == 1:
            _project(bench, many)
    bench.note("deadlocks", await _deadlocks(bench) - before)


def _project(bench: Bench, found: Decided) -> None:
    """Say what more cores would give if CPU were all that is needed: computed, not measured."""
    us = found.worker_us + found.postgres_us
    rates = {cores: round(cores * 1e6 / us) for cores in CORES}
    bench.raw["projection"].append(
        {"worker_us": found.worker_us, "postgres_us": found.postgres_us, "rate by cores": rates}
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
        count = min(bench.enough("worker hot", bench.sizes.commands), 100 * size + 500)
        slot = await bench.world.open_slot(count)
        found = await decide(bench, (slot,), count, batch=size)
        bench.raw["rate against batch"].append({"batch": size, "rate": found.rate})
        bench.say(f"    batch of {size}: {found.rate:,.0f}/s")


async def growth(bench: Bench) -> None:
    """B14: the same work before and after a million bookings and a hundred thousand slots."""
    await _take_rates(bench, "small")
    await bench.world.run_only()
    bench.say(f"    adding {bench.sizes.bookings:,} bookings and {bench.sizes.slots:,} slots")
    await add_bookings(bench.world, bench.sizes.bookings)
    await add_slots(bench.world, bench.sizes.slots)
    await rest(bench.world)
    await _take_rates(bench, "large")


async def _take_rates(bench: Bench, when: str) -> None:
    count = bench.enough("worker hot", bench.sizes.commands)
    for _ in range(bench.sizes.repetitions):
        slot = await bench.world.open_slot(count)
        bench.note(f"{when}: decisions", (await decide(bench, (slot,), count)).rate)
    for name, act in (("refusal", gateway.refusals), ("availability", gateway.availability)):
        # They note under their own names, which the repetitions have used already.
        kept = {key: list(found) for key, found in bench.samples.items()}
        await act(bench)
        key = "availability unchanged" if name == "availability" else name
        value = bench.samples[key][-1]
        bench.samples.clear()
        bench.samples.update(kept)
        bench.note(f"{when}: {name}", value)

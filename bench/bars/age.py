"""M1: how far a gateway's memory of the slots is behind the commit, at 1,000 bookings a second."""

import asyncio
import time
from collections.abc import Sequence

from bench import ledger, metrics
from bench.bench import Bench
from bench.broker import Ear
from bench.crowd import Crowd, packed

SLOTS = 100
TOGETHER = 10  # commands of one message: what a gateway packs at such a rate
AGE = "antrean_memory_age_seconds"
HEAR_S, LATE_S = 60.0, 1.0
MOST_UNDER_WAY = 50
ENOUGH = 0.95
BEYOND_S = 3600.0  # stands for an age above the last bucket


async def age(bench: Bench) -> None:
    """Put commands in at a steady rate, and read what the gateway counted of its memory's age."""
    world = bench.world
    await world.run_only("gateway", "booking")
    count = round(bench.sizes.age_rate * bench.sizes.age_s)
    slots = await world.open_slots(-(-count // SLOTS), SLOTS)
    crowd = Crowd(world.take_people(count), count, slots, bench.secret)
    ear = await Ear.open(world.stack)
    try:
        await bench.settle()
        before = metrics.buckets(await metrics.ask(bench.port), AGE)
        decided = await _feed(ear, crowd, bench.sizes.age_rate)
        await bench.settle()
        await asyncio.sleep(LATE_S)
        added = metrics.between(before, metrics.buckets(await metrics.ask(bench.port), AGE))
    finally:
        await ear.close()
    held = await ledger.check_slots(world.admin, slots, ledger.granted_in(ear.bodies))
    if held != count:
        raise ledger.LedgerError(f"{count} seats were free and asked for, {held} were given")
    await ledger.check(world.admin)
    await world.sweep_out()
    _note(bench, added, decided)


async def _feed(ear: Ear, crowd: Crowd, rate: float) -> float:
    """Put a crowd's commands in at a rate; returns at which rate they were decided."""
    messages = packed(crowd.commands(), TOGETHER)
    began = time.perf_counter()
    await _put(ear, messages, rate / TOGETHER)
    await ear.hear(crowd.count, HEAR_S)
    return crowd.count / (time.perf_counter() - began)


async def _put(ear: Ear, messages: Sequence[bytes], rate: float) -> None:
    """Put messages in, each at its time; where the broker is slow they wait for one another."""
    began = time.perf_counter()
    putting: set[asyncio.Task[None]] = set()
    for number, message in enumerate(messages):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        putting.add(asyncio.create_task(ear.put([message])))
        if len(putting) >= MOST_UNDER_WAY:
            _, putting = await asyncio.wait(putting, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.gather(*putting)


def _note(bench: Bench, added: metrics.Buckets, decided: float) -> None:
    seen = metrics.count(added)
    if not seen:
        raise RuntimeError("the gateway heard of no change of a slot")
    worst = min(metrics.bound(added, 0.99), BEYOND_S)
    bench.note(
        "memory age p99",
        worst,
        p50=min(metrics.bound(added, 0.5), BEYOND_S),
        changes=seen,
        rate=decided,
    )
    if decided < ENOUGH * bench.sizes.age_rate:
        bench.say(f"    this machine decided {decided:,.0f}/s, not {bench.sizes.age_rate:,}")

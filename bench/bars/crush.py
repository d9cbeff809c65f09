"""More than can be served: B9 the overload, B10 the opening."""

import asyncio
import time
from collections import Counter
from math import inf, isfinite

from bench import ledger
from bench.bars.rush import WHOLE, check_sold
from bench.bench import Bench
from bench.crowd import Crowd
from bench.figures import percentile, poisson, spread_over, steady
from bench.load import UNANSWERED, Answers, Load
from shared.messages import SlotRef

MOST_CONNECTIONS = 2_000
MOST_SEATS = 100_000
FAMILY = 5  # people with one phone: as many as a phone may hold for
PROBE_S, PROBES = 1.0, 20
FINAL = (200, 201, 202, 409)
NORMAL = 4  # times the p99 of before: back to normal


async def overload(bench: Bench) -> None:
    """B9: twice of what it can do, and whether it is itself again soon afterwards.

    Recovery counts from the moment in which people come no more, not from the last answer.
    """
    world, seconds = bench.world, bench.sizes.overload_s
    await world.run_only(*WHOLE)
    capacity = await _capacity(bench)
    arrivals = poisson(2 * capacity, seconds, seed=9)
    slots = await _slots(bench, len(arrivals))
    probes = list(await world.open_slots(1 + round(0.2 * capacity), PROBES))
    await bench.settle()
    before = await _probe(bench, 0.2 * capacity, probes.pop())
    crowd = _crowd(bench, len(arrivals), slots)
    begin_at = time.time() + 2 + len(arrivals) / 8_000
    load = Load(bench.port, crowd, MOST_CONNECTIONS, arrivals=arrivals, begin_at=begin_at)
    playing = asyncio.create_task(bench.play(load))
    await asyncio.sleep(begin_at + seconds - time.time())
    recovered = await _recover(bench, 0.2 * capacity, before, probes)
    answers = await playing
    _note(bench, capacity, answers, recovered)
    await bench.settle()
    ids = crowd.ids()
    accepted = [ids[number] for number, status in enumerate(answers.status) if status == 202]
    decided = await ledger.count_decided(world.admin, accepted)
    bench.note("overload accepted and left open", len(accepted) - decided)
    await ledger.check_told(world.admin, crowd, answers)
    await ledger.check(world.admin)


def _note(bench: Bench, capacity: float, answers: Answers, recovered: float) -> None:
    statuses = Counter(answers.status)
    shed = answers.times(503)
    late = percentile(answers.lateness, 0.99)
    bench.note(
        "overload p99",
        percentile(answers.times(*FINAL), 0.99),
        capacity=capacity,
        statuses={str(status): number for status, number in statuses.items()},
        p50=percentile(answers.times(*FINAL), 0.5),
        client_late=late,
    )
    bench.note("overload unanswered", statuses[UNANSWERED])
    bench.note("overload answered with 202", statuses[202])
    bench.note(
        "overload other answers", sum(n for s, n in statuses.items() if s not in {*FINAL, 0, 503})
    )
    bench.note("overload 503 p99", 1000 * percentile(shed, 0.99), shed=len(shed))
    bench.note("overload recovery", recovered)


async def _capacity(bench: Bench) -> float:
    """Take what was measured in this run when all succeed, or measure it now."""
    known = bench.best("all succeed", 0.0)
    if known:
        return known
    count = bench.sizes.stampede
    slot = await bench.world.open_slot(count)
    await bench.settle()
    crowd = Crowd(bench.world.take_people(count), count, (slot,), bench.secret)
    return (await bench.play(Load(bench.port, crowd))).rate


async def _slots(bench: Bench, people: int) -> tuple[SlotRef, ...]:
    """Open a hot slot with a seat for each, or as few slots as the limit on seats allows."""
    number = 1 + people // MOST_SEATS
    return await bench.world.open_slots(min(MOST_SEATS, people + 1), number)


def _crowd(bench: Bench, count: int, slots: tuple[SlotRef, ...]) -> Crowd:
    first = bench.world.take_people(count)
    return Crowd(first, count, slots, bench.secret, family=FAMILY)


async def _probe(bench: Bench, rate: float, slot: SlotRef) -> float:
    """Give the p99 of a second at a modest rate; endless unless all get their final answer."""
    arrivals = steady(rate, PROBE_S)
    crowd = _crowd(bench, len(arrivals), (slot,))
    load = Load(bench.port, crowd, 256, arrivals=arrivals, patience_s=5)
    answers = await bench.play(load)
    final = answers.count(201, 409)
    return percentile(answers.times(), 0.99) if final == len(arrivals) else inf


async def _recover(bench: Bench, rate: float, before: float, probes: list[SlotRef]) -> float:
    """Give the seconds until a second at a modest rate is as it was before the overload."""
    began = time.monotonic()
    normal = max(0.25, NORMAL * before) if isfinite(before) else 0.25
    while probes:
        passed = time.monotonic() - began
        if await _probe(bench, rate, probes.pop()) <= normal:
            return passed
    return time.monotonic() - began


async def opening(bench: Bench) -> None:
    """B10: a city comes within a minute for a few hundred seats."""
    world, count = bench.world, bench.sizes.opening
    seats = 500 if count > 10_000 else 20
    await world.run_only(*WHOLE)
    slot = await world.open_slot(seats)
    await bench.settle()
    crowd = _crowd(bench, count, (slot,))
    arrivals = spread_over(count, bench.sizes.opening_s, seed=10)
    load = Load(bench.port, crowd, MOST_CONNECTIONS, arrivals=arrivals)
    answers = await bench.play(load)
    statuses = Counter(answers.status)
    failed = sum(number for status, number in statuses.items() if status >= 500 or status == 0)
    bench.note(
        "opening seconds",
        answers.seconds,
        statuses={str(status): number for status, number in statuses.items()},
        p50=percentile(answers.times(), 0.5),
        p99=percentile(answers.times(), 0.99),
        client_late=percentile(answers.lateness, 0.99),
    )
    bench.note("opening failed share", 100 * failed / count)
    await bench.settle()
    # What never was a command was answered from the gateway's memory.
    asked = await ledger.count_decided(world.admin, crowd.ids())
    bench.note("opening share asked of booking", 100 * asked / count, commands=asked)
    bench.say(f"    {100 - 100 * (asked + failed) / count:.2f} % were answered from memory")
    await ledger.check_told(world.admin, crowd, answers)
    await ledger.check(world.admin)
    await check_sold(bench, slot, seats, is_exact=True)

"""`make bench`: every bar beside its yardsticks, in one run, on servers of its own.

Repetitions are interleaved: each goes through all the measurements and yardsticks once, so that a
machine that changes its pace changes it for both.
"""

import argparse
import asyncio
import contextlib
import secrets
import signal
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from dataclasses import replace
from typing import Any

import asyncpg

from bench import results
from bench.bars import age, chat, crush, deciding, gateway, growth, memory, rush
from bench.bars.rules import judge
from bench.bench import FULL, QUICK, Bench, Sizes, Step
from bench.clients import Clients
from bench.filling import add_bookings
from bench.ledger import LedgerError
from bench.rivals import peer_database
from bench.table import table
from bench.world import fresh_world
from bench.yardstick import yardstick
from deploy.local.paths import StackError
from shared import log

SEEDED = 1_000  # bookings that are there before anything is measured
SOAK_S = 600.0


def bars(*names: str) -> frozenset[str]:
    """Name the bars that a step serves."""
    return frozenset(names)


# `seconds` are those of a slow machine with two cores; what is left is told by the pace so far.
STEPS = (
    Step("pgbench, one slot", bars("B1"), deciding.pgbench_hot, seconds=4),
    Step("decisions, one slot", bars("B1", "B13"), deciding.hot, seconds=8),
    Step("pgbench, 1,000 slots", bars("B2"), deciding.pgbench_spread, quick=False, seconds=4),
    Step("decisions, 1,000 slots", bars("B2", "B13"), deciding.spread, quick=False, seconds=8),
    Step("more workers", bars("B13"), growth.workers, quick=False, seconds=21),
    Step("the bare handler", bars("B3", "B4", "B5"), gateway.bare_handler, seconds=4),
    Step("intake", bars("B3"), gateway.intake, seconds=7),
    Step("refusals", bars("B4"), gateway.refusals, seconds=4),
    Step("availability", bars("B5"), gateway.availability, seconds=5),
    Step("a stampede", bars("B6"), rush.stampede, seconds=20),
    Step("everybody gets a seat", bars("B7"), rush.everybody, seconds=26),
    Step("a quiet day", bars("B8"), rush.quiet, seconds=15),
    Step("the client itself", bars("B3"), gateway.raw_client, once=True, quick=False, seconds=3),
    Step("latency against load", bars("curve"), rush.curve, once=True, quick=False, seconds=17),
    Step("other batches", bars("batch"), growth.batches, once=True, quick=False, seconds=17),
    Step("overload", bars("B9"), crush.overload, once=True, seconds=62),
    Step("an opening", bars("B10"), crush.opening, once=True, quick=False, seconds=60),
    Step("memory", bars("B11"), memory.memory, once=True, quick=False, seconds=103),
    Step("WhatsApp", bars("B12"), chat.chat, once=True, quick=False, seconds=26),
    Step("the age of the memory", bars("M1"), age.age, once=True, seconds=17),
    Step("a grown ledger", bars("B14"), growth.growth, once=True, quick=False, seconds=128),
)
PGBENCH, PEERS = bars("B1", "B2"), bars("B6", "B7", "B8")
TUNING_S = 40.0  # the start of everything, and what is tried before the first figure
TRUST_S = 60.0  # how much of the plan is believed whatever the pace
FAILURES = (RuntimeError, OSError, TimeoutError, StackError, asyncpg.PostgresError)


def steps_of(words: argparse.Namespace) -> list[Step]:
    """List the steps that were asked for."""
    wanted = set(words.only.split(",")) if words.only else None
    unknown = (wanted or set()) - {name for step in STEPS for name in step.bars}
    if unknown:
        sys.exit(f"there is no bar {', '.join(sorted(unknown))}")
    if wanted is not None:
        return [step for step in STEPS if step.bars & wanted]
    return [step for step in STEPS if step.quick or not words.quick]


@contextlib.asynccontextmanager
async def furnished(sizes: Sizes) -> AsyncIterator[Bench]:
    """Give everything that a run needs."""
    clients, mark = Clients(), secrets.token_hex(4)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(clients.close)
        waking = asyncio.create_task(clients.wake())
        world = await stack.enter_async_context(fresh_world())
        servers = world.stack.servers
        stick = await stack.enter_async_context(yardstick(servers, f"pgbench_{mark}"))
        peers = await stack.enter_async_context(peer_database(servers, f"peers_{mark}"))
        await add_bookings(world, SEEDED)
        await world.analyze()
        await waking
        yield Bench(world, clients, stick, peers, sizes)


async def run(words: argparse.Namespace) -> int:
    """Measure, judge, write; 1 where the ledger is wrong, whatever the speed."""
    sizes = QUICK if words.quick else FULL
    sizes = replace(sizes, repetitions=words.reps or sizes.repetitions)
    if words.soak:
        sizes = replace(sizes, memory_s=SOAK_S)
    results.versions()  # what is missing is better said now than when everything is measured
    steps, before, began = steps_of(words), results.load_now(), time.monotonic()
    print(f"The machine: {before['cores']} cores, load {before['loadavg']}", flush=True)
    end_with_sigterm()
    async with furnished(sizes) as bench:
        bench.began = began
        try:
            await measure(bench, steps)
        except LedgerError as error:
            print(f"\nWRONG: {error}", file=sys.stderr)
            return 1
        around = results.circumstances(bench, before, time.monotonic() - began)
        finish(bench, around, words.out or ("quick" if words.quick else "latest"))
        return 1 if bench.failed else 0


def end_with_sigterm() -> None:
    """Let a bench that is told to end take along whatever it started."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def finish(bench: Bench, around: dict[str, Any], name: str) -> None:
    """Write what was measured and say it."""
    rows = judge(bench.samples)
    path = results.save(name, rows, bench, around)
    folder = results.FOLDER if name == "latest" else results.FOLDER / name
    drawn = results.pictures(bench, around, folder)
    print(f"\n{table(rows)}\n")
    print(f"The machine: {around['machine']['before']} before, {around['machine']['after']} after")
    print(f"{around['seconds']} s; {path} and {len(drawn)} pictures")
    for failure in bench.failed:
        print(f"FAILED: {failure}", file=sys.stderr)


async def measure(bench: Bench, steps: list[Step]) -> None:
    """Go through the steps, the repeated ones interleaved."""
    once = [(step.what, 0, step) for step in steps if step.once]
    number = bench.sizes.repetitions
    plan = [
        (f"{step.what} ({n + 1} of {number})", n, step)
        for n in range(number)
        for step in steps
        if not step.once
    ] + once
    await tune(bench, steps)
    began = time.monotonic()
    seconds = [step.seconds * (0.3 if bench.is_quick else 1) for _, _, step in plan]
    for place, (what, repetition, step) in enumerate(plan):
        left = left_s(seconds, place, time.monotonic() - began)
        bench.say(f"{what}; about {left / 60:.0f} min left" if left > 60 else what)
        bench.repetition = repetition
        await take(bench, what, step)


async def tune(bench: Bench, steps: list[Step]) -> None:
    """Try how what is measured beside does best; the quick form takes what comes first."""
    if bench.is_quick:
        return
    wanted = {bar for step in steps for bar in step.bars}
    for about, act in ((PGBENCH, deciding.tune), (PEERS, rush.tune)):
        if wanted & about:
            what = f"tuning for {', '.join(sorted(about))}"
            bench.say(what)
            await take(bench, what, Step(what, about, act))


def left_s(seconds: list[float], place: int, took: float) -> float:
    """Say how long the rest will take, by how long what is done took of what it was to take."""
    done, rest = sum(seconds[:place]), sum(seconds[place:])
    return rest * (took + TRUST_S) / (done + TRUST_S)


async def take(bench: Bench, what: str, step: Step) -> None:
    """Do one step; what goes wrong in it takes no other along, but for a wrong ledger."""
    started, bench.step = time.monotonic(), what
    try:
        await step.act(bench)
    except LedgerError:
        raise
    except FAILURES as error:
        bench.fail(f"{what}: {type(error).__name__}: {error}")
    took, memory_mb = round(time.monotonic() - started, 1), bench.world.rss_mb()
    bench.raw["steps"].append({"what": what, "seconds": took, "memory_mb": memory_mb})


def words_of(argv: list[str]) -> argparse.Namespace:
    """Read what was typed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small numbers: does it work at all?")
    parser.add_argument("--only", metavar="B1,B6", help="these bars alone; also: curve, batch")
    parser.add_argument("--reps", type=int, metavar="N", help="repetitions; 3 unless said")
    parser.add_argument("--soak", action="store_true", help="ten minutes for the memory")
    parser.add_argument("--out", metavar="NAME", help="write results/NAME.json, not latest.json")
    return parser.parse_args(argv)


def main(bench: Coroutine[Any, Any, int]) -> None:
    """Run a bench to its end, which is the process's."""
    log.set_up("bench", "ERROR")
    try:
        sys.exit(asyncio.run(bench))
    except StackError as error:
        sys.exit(f"\n{error}")
    except (asyncio.CancelledError, KeyboardInterrupt):
        sys.exit("\nstopped")


if __name__ == "__main__":
    main(run(words_of(sys.argv[1:])))

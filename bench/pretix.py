"""`make bench-pretix`: orders at one quota of pretix, and the same number of holds of ours.

pretix is what an organiser would take off the shelf. It does far more for an order than we do for
a hold; what the ratio says, and what it does not, stands in the README beside this file.
"""

import argparse
import json
import secrets
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench import results
from bench.__main__ import end_with_sigterm, furnished, main
from bench.bars import rush
from bench.bench import FULL, Bench, Sizes
from bench.crowd import Crowd
from bench.figures import percentile
from bench.ledger import LedgerError
from bench.load import Answers, Load
from bench.orders import Rush, beside, is_sold_out, wrong_with
from bench.rivals import Peer
from bench.shop import SHAPE, Shop, furnished_shop
from bench.table import grid

RUSHES = (Rush("stampede", 600, 200), Rush("all succeed", 400, 400))
WARM, LONGEST_S = 60, 570.0
KEPT = frozenset({400})
PINNED = Path(__file__).parents[1] / "requirements" / "pretix.txt"


def sizes_of(rush_: Rush) -> Sizes:
    """Say how many come to ours: as many as to pretix."""
    return replace(FULL, stampede=rush_.orders, seats=rush_.seats)


async def measure(bench: Bench, shop: Shop) -> None:
    """Go through both systems once."""
    await ours(bench)
    await bench.world.run_only()
    async with shop.serving() as peer:
        # Both have answered before, on another quota: neither is measured while it wakes.
        await _order(bench, shop, peer, Rush("warm", WARM, WARM))
        for one in RUSHES:
            await theirs(bench, shop, peer, one)


async def repeat(bench: Bench, shop: Shop, most: int) -> None:
    """Measure so many times, or as often as there is time for."""
    for number in range(most):
        began = time.monotonic()
        bench.say(f"both, {number + 1} of {most}")
        bench.repetition = number
        await measure(bench, shop)
        bench.sizes = replace(FULL, repetitions=number + 1)
        now = time.monotonic()
        if number + 1 < most and now - bench.began + (now - began) > LONGEST_S:
            bench.say(f"no time is left for another: {number + 1} of {most} were made")
            return


async def ours(bench: Bench) -> None:
    """Let the same numbers rush at the whole of our system."""
    world = bench.world
    await world.run_only(*rush.WHOLE)
    slot = await world.open_slot(rush.WARM)
    await world.settle()
    warm = Crowd(world.take_people(rush.WARM), rush.WARM, (slot,), bench.secret)
    await bench.play(Load(bench.port, warm, rush.CONNECTIONS))
    for one in RUSHES:
        bench.sizes = sizes_of(one)
        await rush.ours(bench, one.name, one.seats)


async def theirs(bench: Bench, shop: Shop, peer: Peer, one: Rush) -> None:
    """Let people order; what was sold is counted in the database itself."""
    before = peer.cpu_s()
    answers, sold = await _order(bench, shop, peer, one)
    bench.note(
        f"{one.name}, pretix",
        answers.count(201, 400) / answers.seconds,
        statuses={str(status): answers.count(status) for status in sorted(set(answers.status))},
        sold=sold,
        oversold=max(0, sold - one.seats),
        p50=percentile(answers.times(), 0.5),
        p99=percentile(answers.times(), 0.99),
        cpu_s=round(peer.cpu_s() - before, 2),
    )


async def _order(bench: Bench, shop: Shop, peer: Peer, one: Rush) -> tuple[Answers, int]:
    event = shop.take(one.seats)
    orders = shop.orders(event, one.orders)
    answers = await bench.play(Load(peer.port, orders, rush.CONNECTIONS, keep=KEPT))
    sold = await shop.sold(event)
    wrong = wrong_with(one, sold, answers.count(201), answers.count(400))
    if wrong:
        raise LedgerError(f"{one.name}, pretix: {wrong}")
    odd = [body for body in answers.bodies.values() if not is_sold_out(body)]
    if odd:
        raise RuntimeError(f"pretix refused an order for another reason: {odd[0][:300]!r}")
    return answers, sold


async def run(words: argparse.Namespace) -> int:
    """Measure both in turn, write, print the table."""
    before, began = results.load_now(), time.monotonic()
    results.versions()
    end_with_sigterm()
    seats = [one.seats for one in (*RUSHES, Rush("warm", WARM, WARM))] * words.reps
    async with furnished(FULL) as bench:
        bench.began = began
        bench.say("pretix makes its tables and events")
        name = f"pretix_{secrets.token_hex(4)}"
        async with furnished_shop(bench.world.stack.servers, name, seats) as shop:
            await repeat(bench, shop, words.reps)
        finish(bench, results.circumstances(bench, before, time.monotonic() - began))
    return 0


def finish(bench: Bench, around: dict[str, Any]) -> None:
    """Write what was measured and say it."""
    rows = [beside(one, bench.samples, bench.raw) for one in RUSHES]
    pinned = [line for line in PINNED.read_text().splitlines() if not line.startswith("#")]
    whole = {"rows": rows, **around, "peer": {"versions": pinned, "shape": str(SHAPE)}}
    whole |= {"figures": dict(bench.samples), "raw": dict(bench.raw)}
    results.FOLDER.mkdir(parents=True, exist_ok=True)
    path = results.FOLDER / "pretix.json"
    path.write_text(json.dumps(whole, indent=1, default=str) + "\n")
    print("\n" + "\n".join(grid([list(rows[0]), *(list(row.values()) for row in rows)])))
    print(f"\n{' and '.join(pinned)}; {SHAPE}")
    print(f"The machine: {around['machine']['before']} before, {around['machine']['after']} after")
    print(f"{around['seconds']} s; {path}")


def words_of() -> argparse.Namespace:
    """Read what was typed."""
    parser = argparse.ArgumentParser(prog="python -m bench.pretix", description=__doc__)
    parser.add_argument(
        "--reps", type=int, default=3, metavar="N", help="repetitions; 3 unless said"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main(run(words_of()))

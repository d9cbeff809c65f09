"""`make web-budget`: what the citizen's pages weigh and take, on a stack of its own."""

import argparse
import asyncio
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import aiohttp

from bench import results
from bench.__main__ import main
from bench.web.browser import PAGES, visit
from bench.web.budgets import Row, judge_sizes, judge_visits, limits, table
from bench.web.sizes import weigh
from bench.world import fresh_world
from deploy.local import services
from deploy.local.environment import DEFAULT_OFFICE, Stack
from deploy.local.paths import ROOT

DIST = ROOT / "channels" / "web" / "dist"


async def measure(pages: list[str]) -> list[Row]:
    """Start everything, look at all pages, and put the figures beside their budgets."""
    async with fresh_world() as world:
        await asyncio.to_thread(services.run, world.stack, "booking", ["seed", "--demo"])
        await world.start("simulator", "gateway", "booking", "notifier")
        gateway = world.stack.url("gateway")
        async with aiohttp.ClientSession(auto_decompress=False) as http:
            rows = [*judge_sizes(await weigh(http, gateway, DIST, DEFAULT_OFFICE))]
        if pages:
            seen = await visit(limits() | _wish(world.stack) | {"only": pages})
            rows += judge_visits(seen, gateway)
            print(f"\n{seen.browser}, load {' '.join(map(str, results.load_now()['loadavg']))}")
    return rows


def _wish(stack: Stack) -> dict[str, Any]:
    ours = {name: stack.url(name) for name in ("gateway", "simulator")}
    return ours | {"office": DEFAULT_OFFICE}


async def run(words: argparse.Namespace) -> int:
    """Measure, judge, write; 1 where a budget does not hold."""
    began = time.monotonic()
    rows = await measure(words.only)
    print(f"\n{table(rows)}\n\n{len(rows)} figures in {time.monotonic() - began:.0f} s")
    if words.out:
        save(words.out, rows)
    return 0 if all(row.holds for row in rows) else 1


def save(path: Path, rows: list[Row]) -> None:
    """Write all figures as JSON."""
    figures = [asdict(row) | {"holds": row.holds} for row in rows]
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def words_of(arguments: list[str]) -> argparse.Namespace:
    """Read what is wanted."""
    parser = argparse.ArgumentParser(prog="make web-budget", description=__doc__)
    parser.add_argument(
        "--only",
        nargs="*",
        choices=PAGES,
        default=list(PAGES),
        metavar="PAGE",
        help=f"only these of {', '.join(PAGES)}; none: only what is sent, without a browser",
    )
    parser.add_argument("--out", type=Path, help="write all figures as JSON to this file")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(run(words_of(sys.argv[1:])))

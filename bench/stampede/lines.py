"""`python -m bench.stampede.lines --seats 100 --rivals 2000`: a stampede as lines of JSON.

For the page, which runs it as a process of its own. Where the system is, it finds in the
environment that the page was started with. SIGTERM sends nobody more and counts what came.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
from dataclasses import asdict
from typing import Any

import aiohttp
import asyncpg
import uvloop

from bench.stampede.moments import EDGES_MS, Counted, GivenBack, Moment, Opened, Progress
from bench.stampede.rush import Plan, Rush
from bench.target import Target, Wanted
from deploy.local.paths import StackError

EVERY_S = 0.1


def told(moment: Moment) -> dict[str, Any]:
    """Write a moment down."""
    match moment:
        case Opened(slot, seats, rivals):
            return {
                "moment": "opened",
                "seats": seats,
                "rivals": rivals,
                "slot": slot.model_dump(mode="json"),
            }
        case Progress():
            return {"moment": "progress", **asdict(moment), "edges_ms": EDGES_MS}
        case Counted():
            return {"moment": "counted", **_result(moment)}
        case GivenBack(done, of):
            return {"moment": "given_back", "done": done, "of": of}


def _result(counted: Counted) -> dict[str, Any]:
    tally, verdict, seats = counted.tally, counted.verdict, counted.seats
    ledger = seats.ledger
    return {
        "sold": ledger.held if ledger else len(tally.granted),
        "capacity": ledger.capacity if ledger else seats.before,
        "is_from_ledger": ledger is not None,
        "is_exact": verdict.is_exact,
        **asdict(verdict),
        "told": len(tally.granted),
        "refused": dict(tally.refused.most_common()),
        "unknown": len(tally.unknown),
        "came": len(counted.answers.status),
        "seconds": counted.answers.seconds,
        "answers_per_s": counted.answers.rate,
        "slowest_ms": 1000 * max(counted.answers.times(), default=0.0),
        "sold_out_s": counted.sold_out_s,
        "is_stopped": counted.is_stopped,
    }


def tell(moment: Moment) -> None:
    """Print a moment."""
    print(json.dumps(told(moment)), flush=True)


async def play(seats: int, rivals: int, within_s: float) -> None:
    """Run one on the stack of the environment."""
    env = os.environ
    target = Target(env["ANTREAN_GATEWAY_URL"], env["ANTREAN_SECRET"], env)
    plan = Plan(Wanted(seats=seats), rivals, within_s=within_s, every_s=EVERY_S)
    rush = Rush(target, plan, tell)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, rush.stop)
    await rush.play()


def main() -> int:
    """Play, or say why it cannot be played."""
    parser = argparse.ArgumentParser(prog="bench.stampede.lines")
    parser.add_argument("--seats", type=int, required=True)
    parser.add_argument("--rivals", type=int, required=True)
    parser.add_argument("--within", type=float, default=0.0)
    words = parser.parse_args()
    try:
        uvloop.run(play(words.seats, words.rivals, words.within))
    except (aiohttp.ClientError, TimeoutError) as error:
        print(error, file=sys.stderr)  # into the page's log
        why = f"The gateway at {os.environ['ANTREAN_GATEWAY_URL']} does not answer. "
        why += "Is the stack running? `make status` tells, `make up` starts it."
        print(json.dumps({"moment": "failed", "why": why}))
        return 1
    except (StackError, asyncpg.PostgresError, OSError) as error:
        print(json.dumps({"moment": "failed", "why": str(error)}))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`make stampede`: lets rivals loose on one slot of a running system, and says what came of it.

The rivals are sample people, each with a proven phone of their own. Afterwards their holds are
given back, unless they are to stay. It ends with 1 where the slot was oversold, or somebody who
was accepted was never answered or was told otherwise than the ledger says.
"""

import argparse
import sys
from collections.abc import Callable
from datetime import date

import aiohttp
import uvloop

from bench.stampede.moments import Counted, GivenBack, Moment, Opened, Progress
from bench.stampede.rush import Plan, Rush
from bench.tally import advice, report
from bench.target import Wanted, find
from deploy.local.paths import StackError

MOST_RIVALS = 50_000
MOST_SEATS = 100_000
LINE = 100


async def stampede(words: argparse.Namespace) -> int:
    """Run one in the terminal."""
    target = find(words.url, anywhere=words.anywhere)
    wanted = Wanted(words.office, words.service, words.date, words.session, words.seats)
    every_s = 0.25 if sys.stdout.isatty() else 1.0
    plan = Plan(wanted, words.rivals, words.together, words.within, words.keep, every_s)
    counted = await Rush(target, plan, tell).play()
    return 0 if counted.verdict.is_right else 1


def tell(moment: Moment) -> None:
    """Show a moment: how it goes on one line that is written anew, the table at the end."""
    match moment:
        case Opened(slot, seats, rivals):
            print(f"{rivals:,} rivals for {seats:,} seats of {slot.key}")
        case Progress() if sys.stdout.isatty():
            print(f"\r{line(moment):<{LINE}}", end="", flush=True)
        case Progress():
            print(line(moment), flush=True)
        case Counted(tally, seats, _, answers):
            print(f"\n{report(tally, seats, answers)}\n{advice(tally)}".rstrip())
        case GivenBack():
            print(given_back(moment))


def line(now: Progress) -> str:
    """Write how it goes: sent, answered, by status, the median, the seats that are left."""
    parts = [f"{now.seconds:5.1f} s", f"sent {now.sent:,}", f"answered {now.answered:,}"]
    shown = (201, 202, 409, 429, 503)
    parts += [f"{one}: {now.statuses[one]:,}" for one in shown if one in now.statuses]
    left = "?" if now.remaining is None else f"{now.remaining:,}"
    return "  ".join([*parts, f"p50 {now.percentiles_ms[0]:,.0f} ms", f"seats left {left}"])


def given_back(moment: GivenBack) -> str:
    """Say how many holds were released."""
    done = f"{moment.done:,} of {moment.of:,}"
    text = f"\n{done} holds were given back; the office's rule frees the seats."
    if moment.done < moment.of:
        text += "\nThe rest expires by itself. " + advice(moment.tally).strip()
    return text


def words_of(argv: list[str]) -> argparse.Namespace:
    """Read what was typed."""
    parser = argparse.ArgumentParser(prog="make stampede", description=__doc__)
    parser.add_argument("--rivals", type=_up_to(MOST_RIVALS), default=2_000, metavar="N")
    parser.add_argument("--seats", type=_up_to(MOST_SEATS), help="open a fresh slot with so many")
    parser.add_argument("--office", help="the first with an open slot, unless said")
    parser.add_argument("--service")
    parser.add_argument("--date", type=date.fromisoformat)
    parser.add_argument("--session", choices=("morning", "afternoon"))
    parser.add_argument("--together", type=_up_to(5_000), default=256, help="connections")
    parser.add_argument("--within", type=float, default=0.0, metavar="SECONDS", help="not at once")
    parser.add_argument("--keep", action="store_true", help="leave the holds")
    parser.add_argument("--url", help="a gateway other than that of `make up`; set ANTREAN_SECRET")
    parser.add_argument("--anywhere", action="store_true", help="also a gateway elsewhere")
    return parser.parse_args(argv)


def _up_to(most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text)
        if not 1 <= number <= most:
            raise argparse.ArgumentTypeError(f"between 1 and {most:,}")
        return number

    return read


if __name__ == "__main__":
    try:
        sys.exit(uvloop.run(stampede(words_of(sys.argv[1:]))))
    except (StackError, aiohttp.ClientError) as error:
        sys.exit(f"\n{error}")

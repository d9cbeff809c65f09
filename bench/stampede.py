"""`make stampede`: lets rivals loose on one slot of a running system, and says what came of it.

The rivals are sample people, each with a proven phone of their own. Afterwards their holds are
given back, unless they are to stay. It ends with 1 where the slot was oversold or somebody who
was accepted was never answered.
"""

import argparse
import asyncio
import contextlib
import random
import sys
import time
from collections.abc import Callable
from datetime import date

import aiohttp
import uvloop

from bench.crowd import Crowd
from bench.figures import percentile
from bench.load import Answers, Load, Run
from bench.tally import Seats, Tally, advice, count, judge, report, settle
from bench.target import Target, Wanted, await_seats, find, find_slot, read_ledger, show
from deploy.local.paths import StackError
from shared.messages import SlotRef

MOST_RIVALS = 50_000
MOST_SEATS = 100_000
WAIT_S = 10
LATER_S = 60.0
SHOWN_EVERY_S = 0.25
LINE = 100
KEPT = frozenset({201, 409, 422, 429, 500, 503})


async def stampede(words: argparse.Namespace) -> int:
    """Find the slot, let the rivals loose, watch, count, give back."""
    target = find(words.url, anywhere=words.anywhere)
    wanted = Wanted(words.office, words.service, words.date, words.session, words.seats)
    slot = await find_slot(target, wanted)
    before = await await_seats(target, slot)
    print(f"{words.rivals:,} rivals for {before:,} seats of {slot.key}")
    first = random.randrange(10**6, 9 * 10**7) // 10 * 10
    crowd = Crowd(first, words.rivals, (slot,), target.secret, WAIT_S)
    load = Load(target.port, (), words.together, keep=KEPT, host=target.host)
    run = Run(load, crowd.make())
    watching = asyncio.create_task(watch(run, target, slot))
    answers = await run.play()
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching
    tokens = dict(enumerate(crowd.tokens()))
    tally = count(answers)
    await _hear_the_rest(target, crowd, tokens, tally)
    held, capacity = await read_ledger(target, slot)
    seats = Seats(
        before, await _settled_seats(target, slot, before - len(tally.granted)), held, capacity
    )
    print(f"\n{report(tally, seats, answers)}\n{advice(tally)}".rstrip())
    if not words.keep:
        await give_back(target, tokens, tally)
    return 0 if judge(tally, seats).is_right else 1


async def watch(run: Run, target: Target, slot: SlotRef) -> None:
    """Show how it goes, on one line that is written anew."""
    began, left = time.monotonic(), "?"
    while True:
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, StackError):
            left = str((await show(target, slot)).get("remaining", "?"))
        text = line(run.answers, left, time.monotonic() - began)
        if sys.stdout.isatty():
            print(f"\r{text:<{LINE}}", end="", flush=True)
        else:
            print(text, flush=True)
        await asyncio.sleep(SHOWN_EVERY_S if sys.stdout.isatty() else 1.0)


def line(answers: Answers, left: str, seconds: float) -> str:
    """Write how it goes: sent, answered, by status, the median, the seats that are left."""
    sent, status = len(answers.status), answers.status
    answered = sent - status.count(0)
    p50 = 1000 * percentile(answers.times(), 0.5)
    parts = [f"{seconds:5.1f} s", f"sent {sent:,}", f"answered {answered:,}"]
    parts += [f"{one}: {status.count(one):,}" for one in (201, 202, 409, 429, 503) if one in status]
    return "  ".join([*parts, f"p50 {p50:,.0f} ms", f"seats left {left}"])


async def _hear_the_rest(
    target: Target, crowd: Crowd, tokens: dict[int, str], tally: Tally
) -> None:
    """Ask what came of those who were accepted or lost, as they themselves would."""
    ids, end = crowd.ids(), time.monotonic() + LATER_S
    for number in [*tally.open_ended, *tally.unknown]:
        while time.monotonic() < end:
            status, body = await target.read(f"/v1/requests/{ids[number]}?wait=5", tokens[number])
            if status == 404 and number in tally.unknown:
                settle(tally, number, None)
                break
            if status == 200 and body.get("state") == "done":
                settle(tally, number, body["outcome"])
                break
            await asyncio.sleep(0.5)


async def _settled_seats(target: Target, slot: SlotRef, expected: int) -> int:
    """Read the seats that are left, once what is shown has caught up with what was told."""
    end, after = time.monotonic() + 5, -1
    while after != expected and time.monotonic() < end:
        after = int((await show(target, slot)).get("remaining", -1))
        await asyncio.sleep(0.2)
    return after


async def give_back(target: Target, tokens: dict[int, str], tally: Tally) -> None:
    """Release the rivals' holds; the office's rule says when others may have the seats."""
    requests = [
        (
            f"DELETE /v1/holds/{hold} HTTP/1.1\r\nHost: {target.host}\r\n"
            f"Authorization: Bearer {tokens[number]}\r\nPrefer: wait={WAIT_S}\r\n\r\n"
        ).encode()
        for number, hold in tally.granted.items()
    ]
    load = Load(target.port, (), 32, keep=KEPT, host=target.host)
    answers = await Run(load, requests).play()
    done = answers.count(200, 202)
    print(
        f"\n{done:,} of {len(requests):,} holds were given back; the office's rule frees the seats."
    )
    if done < len(requests):
        print("The rest expires by itself. " + advice(count(answers)).strip())


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

"""`make chaos`: a town books while everything breaks, and a checker judges what came of it.

It ends with 0 only where every column is 0 that must be. `--seed` repeats what chance had people
and faults do; the moments at which processes die are the machine's own.
"""

import argparse
import asyncio
import contextlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import tarfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import mkdtemp

import aiohttp
import uvloop

ROOT = Path(__file__).parents[1]
# Servers of its own, which are killed: nobody else may be connected to them.
os.environ.setdefault("ANTREAN_HOME", str(ROOT / ".antrean" / "chaos"))

from chaos import facts, mutating, table  # noqa: E402
from chaos.chatters import Chatter  # noqa: E402
from chaos.checker import MUST_BE_ZERO, Verdict, judge  # noqa: E402
from chaos.doses import NOTHING, SOAK, Doses, Injected  # noqa: E402
from chaos.faults import Nemesis  # noqa: E402
from chaos.history import History  # noqa: E402
from chaos.management import Management  # noqa: E402
from chaos.people import Citizen, Town  # noqa: E402
from chaos.stage import Script, Stage, raised  # noqa: E402
from deploy.local import servers  # noqa: E402
from deploy.local.paths import StackError  # noqa: E402
from shared import log  # noqa: E402
from shared.keys import Keys  # noqa: E402

SEATS, RATE = 150, 8.0  # seats a slot, people a second
CHATTERS, LAST_WAVE = 40, 15
PATIENCE_S, CHAT_PATIENCE_S, HELD_S = 60.0, 30.0, 20.0


@dataclass(slots=True)
class Play:
    """One run: the stage, the town and everybody in it."""

    stage: Stage
    town: Town
    chance: random.Random
    began: float
    citizens: list["asyncio.Task[None]"] = field(default_factory=list)
    chatters: list[Chatter] = field(default_factory=list)
    chatting: list["asyncio.Task[None]"] = field(default_factory=list)
    number: int = 0

    def say(self, text: str) -> None:
        """Tell what happens now."""
        print(f"[{time.monotonic() - self.began:5.0f} s] {text}", flush=True)

    def send_one(self, among: Town | None = None) -> None:
        """Let one more citizen live."""
        self.number += 1
        chance = random.Random(self.chance.random())
        citizen = Citizen(among or self.town, self.number, chance)
        self.citizens.append(asyncio.create_task(citizen.live()))

    async def people_come(self) -> None:
        """Let people come for as long as the faults last."""
        while True:
            self.send_one()
            if len(self.chatters) < CHATTERS and self.number % 20 == 1:
                self._send_chatter()
            await asyncio.sleep(self.chance.expovariate(RATE))

    def _send_chatter(self) -> None:
        chatter = Chatter(
            self.stage.simulator, self.town.http, len(self.chatters) + 1,
            self.stage.chat_slot, random.Random(self.chance.random()),
        )  # fmt: skip
        self.chatters.append(chatter)
        self.chatting.append(asyncio.create_task(chatter.live()))

    def end(self) -> None:
        """Let nobody go on."""
        for task in (*self.citizens, *self.chatting):
            task.cancel()

    async def all_are_served(self) -> None:
        """Wait until everybody has their answer, or gives up."""
        loop = asyncio.get_running_loop()
        self.town.last_try_at = loop.time() + PATIENCE_S
        for chatter in self.chatters:
            chatter.last_look_at = loop.time() + CHAT_PATIENCE_S
        await asyncio.gather(*self.citizens, *self.chatting)

    async def last_wave(self) -> None:
        """Let everything that is held expire, and ask for every seat that is left, and some more.

        So whatever was freed must have come back, or it is undersold.
        """
        db = self.stage.db
        await db.execute("UPDATE booking.hold SET expires_at = now() WHERE state = 'held'")
        ids = [slot.slot_id for slot in (*self.stage.slots, self.stage.chat_slot)]
        with contextlib.suppress(TimeoutError):  # what is held for ever is undersold
            async with asyncio.timeout(HELD_S):
                while await db.fetchval(HELD, ids):
                    await asyncio.sleep(0.2)
        for slot in (*self.stage.slots, self.stage.chat_slot):
            sql = "SELECT remaining FROM booking.slot WHERE id = $1"
            left = await db.fetchval(sql, slot.slot_id)
            patient = asyncio.get_running_loop().time() + PATIENCE_S
            among = replace(self.town, slots=(slot,), last_try_at=patient)
            for _ in range(left + LAST_WAVE):
                self.number += 1
                citizen = Holder(among, self.number, random.Random(0))
                self.citizens.append(asyncio.create_task(citizen.live()))
                await asyncio.sleep(0.005)
        await self.all_are_served()


class Holder(Citizen):
    """Somebody who asks for a seat and keeps it, so that it is known who has it."""

    async def live(self) -> None:
        """Ask once."""
        self.prove()
        await self.hold()


HELD = """
    SELECT count(*) FROM booking.slot s WHERE s.id = ANY ($1) AND (s.withheld > 0 OR EXISTS (
           SELECT FROM booking.hold h WHERE h.slot_id = s.id AND h.state = 'held'))
"""


async def run(words: argparse.Namespace) -> int:
    """Play, judge, print; 1 where a column that must be 0 is not."""
    end_with_sigterm()
    seed = words.seed if words.seed is not None else random.randrange(10**6)
    began, folder = time.monotonic(), Path(mkdtemp(prefix="antrean-chaos-"))
    print(f"seed {seed}; logs in {folder}", flush=True)
    try:
        verdict, injected = await _raise_and_play(words, folder, seed, began)
    finally:
        if not words.keep:
            await asyncio.to_thread(servers.stop)
    print(table.text(verdict, injected, seed, time.monotonic() - began))
    if words.out:
        broken = {name: verdict.columns.get(name, 0) for name in MUST_BE_ZERO}
        broken["never healed"] = len(injected.never_healed)
        words.out.write_text(json.dumps(broken))
    return 0 if verdict.is_valid and injected.is_whole else 1


def end_with_sigterm() -> None:
    """Let a suite that is told to end take along whatever it started."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


async def _raise_and_play(
    words: argparse.Namespace, folder: Path, seed: int, began: float
) -> tuple[Verdict, Injected]:
    chosen = json.loads(words.doses) if words.doses else {}
    doses = replace(NOTHING, **chosen) if chosen else SOAK if words.soak else Doses()
    beside = checkout(words.beside, folder) if words.beside else None
    async with (
        raised(Script(words.root, SEATS, words.sql, beside), folder) as stage,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http,
    ):
        keys = Keys.from_secret(stage.stack.secrets["root"])
        town = Town(stage.gateways, stage.slots, keys, http, History())
        play = Play(stage, town, random.Random(seed), began)
        try:
            return await _play(play, doses, seed)
        finally:
            play.end()
            town.history.save(folder / "history.jsonl")


async def _play(play: Play, doses: Doses, seed: int) -> tuple[Verdict, Injected]:
    wrong: list[str] = []
    sampling = asyncio.create_task(facts.sample(play.stage, wrong))
    coming = asyncio.create_task(play.people_come())
    management = Management(play.stage.stack, play.stage.crew.root)
    chance = random.Random(seed + 1)
    nemesis = Nemesis(play.stage, doses, chance, play.say, management)
    play.say("people come")
    await asyncio.sleep(2)
    await nemesis.work()
    await _end(coming)
    play.say("nobody comes any more; all are to be served")
    await play.all_are_served()
    play.say("everything that is held expires, and the last wave asks for what is left")
    await play.last_wave()
    await _end(sampling)
    listener = await facts.Listener.open(play.stage)
    play.say("nothing may be under way any more")
    found = await facts.collect(play.stage, play.town.history, play.chatters, listener)
    await listener.broker.stop()
    poison = nemesis.injected.doses.get("F26", 0)
    found = replace(found, samples=len(wrong), poison=poison)
    return judge(play.town.history, found), nemesis.injected


async def _end(task: "asyncio.Task[None]") -> None:
    """End what goes on and on; raises what ended it before, for then it saw nothing since."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def checkout(commit: str, folder: Path) -> Path:
    """Give a folder with the code of an older commit; it runs with this one's libraries."""
    code = subprocess.run(
        ["git", "archive", commit, *mutating.PARTS], cwd=ROOT, capture_output=True, check=False
    )
    if code.returncode != 0:
        raise StackError(f"there is no commit {commit!r} here: {code.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(code.stdout)) as archive:
        archive.extractall(folder / "beside", filter="data")
    return folder / "beside"


def words_of(given: list[str]) -> argparse.Namespace:
    """Read the words of the command."""
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="what chance begins with; else drawn and shown")
    parser.add_argument("--soak", action="store_true", help="the doses of a night")
    parser.add_argument("--doses", help="only these, as JSON, such as '{\"deaths\": 12}'")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout whose code is run")
    parser.add_argument("--beside", metavar="COMMIT", help="run an older release among this one")
    parser.add_argument("--keep", action="store_true", help="let the servers run on")
    parser.add_argument("--sql", action="append", default=[], help="done to the new database")
    parser.add_argument("--out", type=Path, help="a file for the columns that must be 0")
    return parser.parse_args(given)


def main() -> int:
    """Run the suite."""
    log.set_up("chaos", "ERROR")
    try:
        return uvloop.run(run(words_of(sys.argv[1:])))
    except StackError as error:
        sys.exit(f"\n{error}")
    except (asyncio.CancelledError, KeyboardInterrupt):
        sys.exit("\nstopped")


if __name__ == "__main__":
    sys.exit(main())

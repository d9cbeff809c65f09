"""One run of the bench: what is at hand, what was measured, and what is said meanwhile."""

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import inf, isnan, nan
from typing import Any

from bench.clients import Clients
from bench.load import Answers, Load
from bench.rivals import DIRECT, FLASK, PeerDatabase, Shape
from bench.world import World
from bench.yardstick import HOT, SPREAD, Form, Yardstick


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything; the quick form tries all of it and measures nothing well."""

    repetitions: int = 3
    pgbench_s: float = 2
    commands: int = 15_000
    bare_s: float = 2
    intake: int = 8_000
    reads_s: float = 2
    stampede: int = 20_000
    seats: int = 1_000
    peer_s: float = 4
    steady_rate: int = 100
    steady_s: float = 5
    overload_s: float = 30
    opening: int = 100_000
    opening_s: float = 55
    memory_s: float = 90
    webhooks_s: float = 6
    age_rate: int = 1_000
    age_s: float = 10
    few_bookings: int = 1_000
    few_slots: int = 100
    bookings: int = 1_000_000
    slots: int = 100_000


FULL = Sizes()
ENOUGH_S = 2.0  # longer would tell no more of a rate
QUICK = Sizes(
    repetitions=1,
    pgbench_s=1,
    commands=1_000,
    bare_s=0.5,
    intake=500,
    reads_s=0.5,
    stampede=800,
    seats=50,
    peer_s=1.5,
    steady_s=1,
    overload_s=2,
    opening=2_000,
    opening_s=4,
    memory_s=5,
    webhooks_s=2,
    age_rate=300,
    age_s=2,
    bookings=5_000,
    slots=500,
)


@dataclass(slots=True)
class Bench:
    """What every measurement works with.

    `samples` has the figures that bars are judged by, one of each name for each repetition; `raw`
    whatever else is worth keeping.
    """

    world: World
    clients: Clients
    yardstick: Yardstick
    peers: PeerDatabase
    sizes: Sizes
    samples: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    raw: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    flask: Shape = FLASK[0]
    direct: Shape = DIRECT[1]
    hot: tuple[Form, ...] = HOT[:2]
    spread: tuple[Form, ...] = SPREAD[:2]
    began: float = field(default_factory=time.monotonic)
    repetition: int = 0
    step: str = ""
    failed: list[str] = field(default_factory=list)

    @property
    def is_quick(self) -> bool:
        """Whether it is only tried whether all of it works."""
        return self.sizes.commands < FULL.commands

    def note(self, name: str, value: float, **more: Any) -> None:
        """Keep a figure of this repetition, with what explains it."""
        found = self.samples[name]
        # Figures and yardsticks are paired by repetition, also where one of them failed before.
        found += [nan] * (self.repetition - len(found))
        found.append(value)
        if more:
            self.raw[name].append({"value": value} | more)
        self.say(f"    {name}: {value:,.4g}")

    def say(self, text: str) -> None:
        """Tell the user what happens now."""
        print(f"[{time.monotonic() - self.began:5.0f} s] {text}", flush=True)

    def best(self, name: str, unless: float) -> float:
        """Give the best that was measured of something, or a guess where nothing was."""
        return max((one for one in self.samples[name] if not isnan(one)), default=unless)

    def enough(self, name: str, most: int, seconds: float = ENOUGH_S, unless: float = inf) -> int:
        """Say how many of something take some seconds, by what was measured of it before."""
        known = [rate for rate in self.samples[name] if rate > 0]
        wanted = max(1000, seconds * (known[-1] if known else unless))
        return most if wanted >= most else int(round(wanted, -3))

    async def settle(self) -> None:
        """Wait until nothing is under way; a step after which that does not come has failed."""
        if not await self.world.settle():
            self.fail(f"{self.step}: commands or events were still under way after a minute")

    def fail(self, text: str) -> None:
        """Keep what went wrong; the run goes on, and ends with 1."""
        self.failed.append(text)
        self.say(f"    failed: {text}")

    async def play(self, load: Load) -> Answers:
        """Send a load from a process of its own."""
        return await self.clients.play(load)

    @property
    def secret(self) -> str:
        """The stack's secret, which proves the crowd's phones."""
        return self.world.stack.secrets["root"]

    @property
    def port(self) -> int:
        """The gateway's port."""
        return self.world.stack.ports["gateway"]


Act = Callable[[Bench], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Step:
    """A measurement, or a yardstick: which bars need it, and what it does.

    One that is done `once` comes after all repetitions of the others.
    """

    what: str
    bars: frozenset[str]
    act: Act
    once: bool = False
    quick: bool = True
    seconds: float = 8

"""The faults, each with the rows of the table in docs/reliability.md that it doses."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import asyncpg

from chaos.clocks import RIGHT
from chaos.doses import CHANCES, EACH, ROWS, Doses, Injected, armed
from chaos.management import POISON, Management
from chaos.stage import Stage
from deploy.local import postgres, rabbitmq, servers, system

HEALED_S = 60.0
SILENT_S, WITHOUT_S, WRONG_S = 8.0, 4.0, 4.0
WRONG = (("gateway", "+1h"), ("booking", "-1h"), ("notifier", "+1h"), ("gateway", "-1h"))
NARROW = 3


@dataclass(slots=True)
class Nemesis:
    """Does the faults one after the other while the town goes on."""

    stage: Stage
    doses: Doses
    chance: random.Random
    say: Callable[[str], None]
    management: Management
    injected: Injected = field(default_factory=Injected)

    async def work(self) -> None:
        """Do every fault at its dose."""
        dose = self.doses
        acts: tuple[tuple[str, Callable[[], Awaitable[None]], float], ...] = (
            ("processes die at failpoints", self._deaths, dose.deaths),
            ("clocks are wrong", self._clocks, dose.clocks),
            ("sessions end under the work", self._sessions, dose.sessions),
            ("Postgres crashes", self._crash_postgres, dose.crashes_of_postgres),
            ("RabbitMQ crashes", self._crash_broker, dose.crashes_of_broker),
            ("cables fall silent", self._partitions, dose.partitions),
            ("replies vanish", self._eat, dose.eaten),
            ("frames are cut", self._cut, dose.cut_frames),
            ("everything is slow", self._slow, dose.slow_s),
            ("commands have no way", self._unroutable, dose.unroutable),
            ("the command queue is full", self._full, dose.full),
            ("poison comes", self._poison, dose.poison),
            ("processes are told to end", self._terminate, dose.terms),
        )
        for what, act, number in acts:
            if not number:
                continue
            self.say(f"  {what}")
            await act()
            await self._heal(what)

    async def _heal(self, what: str) -> None:
        """Mend everything, and wait until a gateway says that it is ready."""
        for cable in self.stage.cables.values():
            cable.heal()
        began = time.monotonic()
        try:
            await self.stage.crew.ready(HEALED_S)
        except TimeoutError:
            self.injected.never_healed.append(what)
            self.say(f"  not healed after {HEALED_S:.0f} s: {what}")
            return
        self.injected.healed_s.setdefault(what, []).append(time.monotonic() - began)

    async def _deaths(self) -> None:
        """F1-F4, F6, F7, F9, F10: let processes die at their points until enough have."""
        crew, end = self.stage.crew, time.monotonic() + self.doses.deaths_s
        for service in CHANCES:
            crew.arm(service, armed(service, self._missing({})))
        while time.monotonic() < end:
            await asyncio.sleep(0.5)
            reached = crew.points_reached()
            missing = self._missing(reached)
            if not missing and sum(reached.values()) >= self.doses.deaths:
                break
            for service in CHANCES:
                crew.arm(service, armed(service, missing), at_once=False)
        for service in CHANCES:
            crew.arm(service, "")
        reached = crew.points_reached()
        for point, number in reached.items():
            self.injected.note(ROWS[point], number)
        if sum(reached.values()) < self.doses.deaths:
            self.injected.short.append(f"{sum(reached.values())} of {self.doses.deaths} deaths")

    def _missing(self, reached: Mapping[str, int]) -> set[str]:
        """Tell at which points more have to die; without a dose for each row, at any."""
        if not self.doses.each:
            return set(ROWS)
        done = Counter[str]()
        for point, number in reached.items():
            done[ROWS[point]] += number
        short = {row for row, number in EACH.items() if done[row] < number * self.doses.each}
        return {point for point, row in ROWS.items() if row in short}

    async def _clocks(self) -> None:
        """F24: the clock of one process after the other is an hour fast or slow."""
        clocks = self.stage.clocks
        for number in range(self.doses.clocks):
            service, offset = WRONG[number % len(WRONG)]
            name = next(one for one in clocks if one.startswith(service))
            clocks[name].set(offset)
            await asyncio.sleep(WRONG_S)
            self.injected.note("F24", 1)
        for clock in clocks.values():
            clock.set(RIGHT)

    async def _sessions(self) -> None:
        """F17: end sessions of the services in the midst of their work."""
        stack, ended = self.stage.stack, 0
        admin = await asyncpg.connect(stack.servers.database_admin)
        while ended < self.doses.sessions:
            ended += await admin.fetchval(END_TWO, stack.database)
            await asyncio.sleep(self.chance.uniform(0.1, 0.5))
        await admin.close()
        self.injected.note("F17", ended)

    async def _crash_postgres(self) -> None:
        """F15: Postgres ends at once, as by a power cut, and comes back."""
        for _ in range(self.doses.crashes_of_postgres):
            running = postgres.pid()
            if running is not None:
                await asyncio.to_thread(system.stop, running, signal.SIGQUIT)
            await asyncio.to_thread(postgres.start)
            self.injected.note("F15", 1)
            await self._until_served("F15")

    async def _crash_broker(self) -> None:
        """F11: RabbitMQ is killed and comes back."""
        for _ in range(self.doses.crashes_of_broker):
            running = rabbitmq.pid()
            if running is not None:
                await asyncio.to_thread(system.stop, running, signal.SIGKILL)
            await asyncio.to_thread(servers.start)
            self.injected.note("F11", 1)
            await self._until_served("F11")

    async def _until_served(self, row: str) -> None:
        """Wait until every gateway is ready again, and keep how long that took."""
        await self._heal(row)
        await asyncio.sleep(self.chance.uniform(1, 2))

    async def _partitions(self) -> None:
        """F21: a link carries nothing any more, and nobody is told."""
        for name in ("booking-db", "booking-mq", "gateway-mq") * self.doses.partitions:
            cable = self.stage.cables[name]
            cable.silence()
            await asyncio.sleep(SILENT_S)
            cable.reset()  # what was on its way is lost
            cable.heal()
            self.injected.note("F21", 1)
            await self._heal(f"F21 {name}")

    async def _eat(self) -> None:
        """F8, F20: the broker's confirms, and the database's word on commits, vanish."""
        for row, name in (("F8", "gateway-mq"), ("F20", "booking-db")):
            cable = self.stage.cables[name]
            for _ in range(self.doses.eaten):
                cable.eats = True
                await asyncio.sleep(self.chance.uniform(0.05, 0.2))
                cable.eats = False
                cable.reset()
                self.injected.note(row, 1)
                await asyncio.sleep(self.chance.uniform(0.3, 0.8))

    async def _cut(self) -> None:
        """F23: connections break off in the midst of a frame."""
        cables = list(self.stage.cables.values())
        before = sum(cable.cuts for cable in cables)
        for _ in range(self.doses.cut_frames):
            cable = self.chance.choice(cables)
            cable.cut_after = self.chance.randrange(1, 20_000)
            await asyncio.sleep(self.chance.uniform(0.1, 0.5))
        self.injected.note("F23", sum(cable.cuts for cable in cables) - before)

    async def _slow(self) -> None:
        """F22: everything takes longer."""
        for cable in self.stage.cables.values():
            cable.late_s, cable.jitter_s = 0.02, 0.08
        await asyncio.sleep(self.doses.slow_s)
        self.injected.note("F22", 1)

    async def _unroutable(self) -> None:
        """F14: somebody deletes the binding of the command queue."""
        for _ in range(self.doses.unroutable):
            await self.management.unbind()
            await asyncio.sleep(WITHOUT_S)
            await self.management.bind()
            self.injected.note("F14", 1)

    async def _full(self) -> None:
        """F13: the command queue is full, for there is no worker."""
        crew = self.stage.crew
        for _ in range(self.doses.full):
            await self.management.narrow(NARROW)
            # One that only stands still has room for many messages, of which the queue is rid.
            with crew.without("booking"):
                await asyncio.sleep(WITHOUT_S)
            await self.management.widen()
            self.injected.note("F13", 1)

    async def _poison(self) -> None:
        """F26: messages come that no worker can read; each is to be put aside, and it alone."""
        for number in range(self.doses.poison):
            await self.management.poison(POISON[number % len(POISON)])
            self.injected.note("F26", 1)
            await asyncio.sleep(0.2)

    async def _terminate(self) -> None:
        """F33: processes are told to end under load, and end in time."""
        for number in range(self.doses.terms):
            members = self.stage.crew.of(("booking", "gateway", "notifier")[number % 3])
            member = self.chance.choice(members)
            process = member.process
            self.stage.crew.kill(member, signal.SIGTERM)
            if process is not None:
                await asyncio.to_thread(process.wait, 12)
            self.injected.note("F33", 1)
            await self.stage.crew.ready()


END_TWO = """
    SELECT count(pg_terminate_backend(pid)) FROM (
        SELECT pid FROM pg_stat_activity
         WHERE datname = $1 AND usename <> ALL ('{antrean_migrator,antrean_admin}')
         ORDER BY random() LIMIT 2) AS two
"""

"""The page's one run at a time: a process that is read line by line, and everybody who watches.

What is shown is one state, whole each time, so that whoever comes late or comes back sees the
same as everybody else. The run is a process of its own: it shares no event loop with the page.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "bench.stampede.lines")
MOST = {"seats": 1_000, "rivals": 5_000, "within_s": 30}
LEAST = {"seats": 1, "rivals": 1, "within_s": 0}
USUAL = {"seats": 100, "rivals": 2_000, "within_s": 5}
NAMES = {"seats": "Seats", "rivals": "Rivals", "within_s": "Seconds"}
CURVE = 400
LINE_LIMIT = 2**20
END_S = 5.0
STOPPED = "The run was stopped before it was counted."
BROKEN_OFF = "The run ended before its end; the log of the page says why."
UNDER_WAY = frozenset({"opening", "running", "counted"})


class BadWishError(Exception):
    """What was asked for cannot be; the text says why in words."""


@dataclass(frozen=True, slots=True)
class Wish:
    """So many rivals for so many seats, all at once or within some seconds."""

    seats: int
    rivals: int
    within_s: int


def read_wish(body: object) -> Wish:
    """Read what a page asks for; raises BadWishError."""
    if not isinstance(body, dict):
        raise BadWishError("Say how many seats and rivals.")
    return Wish(**{name: _number(name, body.get(name, USUAL[name])) for name in USUAL})


def _number(name: str, value: object) -> int:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not is_number or not LEAST[name] <= value <= MOST[name]:  # type: ignore[operator]
        raise BadWishError(
            f"{NAMES[name]} must be a whole number from {LEAST[name]} to {MOST[name]:,}."
        )
    return int(value)  # type: ignore[call-overload, no-any-return]


@dataclass(slots=True)
class Stage:
    """What everybody sees, and the run behind it."""

    command: Sequence[str] = COMMAND
    state: dict[str, Any] = field(default_factory=lambda: {"number": 0, "phase": "idle"})
    _child: asyncio.subprocess.Process | None = None
    _reading: "asyncio.Task[None] | None" = None
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _version: int = 0
    _is_closed: bool = False

    @property
    def is_busy(self) -> bool:
        """Whether a run is under way, or the holds of the last one are being given back."""
        return self.state["phase"] in UNDER_WAY

    def start(self, wish: Wish) -> None:
        """Begin a run; there is none under way."""
        self.state = {
            "number": self.state["number"] + 1,
            "phase": "opening",
            "seats": wish.seats,
            "rivals": wish.rivals,
            "within_s": wish.within_s,
            "curve": [],
        }
        self._reading = asyncio.create_task(self._play(wish))

    def stop(self) -> None:
        """Let nobody more come; what came is counted."""
        if self.state["phase"] in {"opening", "running"}:
            self.state["is_stopping"] = True
            self._end_child()

    async def watch(self, quiet_s: float) -> AsyncIterator[dict[str, Any] | None]:
        """Give the state now and whenever it changed; None where nothing did for a while.

        What is missed is made up by the next.
        """
        seen = -1
        while not self._is_closed:
            is_new = True
            try:
                async with asyncio.timeout(quiet_s), self._changed:
                    await self._changed.wait_for(lambda: self._version != seen or self._is_closed)  # noqa: B023
                    seen = self._version
            except TimeoutError:
                is_new = False
            yield self.state if is_new else None

    async def close(self) -> None:
        """Send everybody home, and end what runs."""
        self._is_closed = True
        await self._tell()
        if self._child is not None and self._child.returncode is None:
            self._child.kill()
        if self._reading is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._reading, END_S)

    async def _play(self, wish: Wish) -> None:
        """Play a run to its end; one that cannot be started or read has failed."""
        try:
            await self._run(wish)
        except (OSError, ValueError, KeyError) as error:
            if self._child is not None and self._child.returncode is None:
                self._child.kill()
                await self._child.wait()
            self._fail(f"The run could not be followed: {type(error).__name__}.")
            await self._tell()

    def _end_child(self) -> None:
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError):  # it is over already
                self._child.terminate()

    async def _run(self, wish: Wish) -> None:
        self._child = None  # the one before is not this one
        await self._tell()
        words = ("--seats", wish.seats, "--rivals", wish.rivals, "--within", wish.within_s)
        self._child = await asyncio.create_subprocess_exec(
            *self.command,
            *map(str, words),
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_LIMIT,
        )
        if self.state.get("is_stopping"):
            self._end_child()
        assert self._child.stdout is not None  # noqa: S101 it is a pipe
        async for line in self._child.stdout:
            self._take(json.loads(line))
            await self._tell()
        await self._child.wait()
        if "given_back" in self.state:
            self.state["phase"] = "done"  # not before: the next run finds no other under way
        elif self.state["phase"] != "failed":
            self._fail(STOPPED if self.state.get("is_stopping") else BROKEN_OFF)
        await self._tell()

    def _take(self, moment: dict[str, Any]) -> None:
        """Take in what the run tells."""
        match moment.pop("moment"):
            case "opened":
                self.state |= {"phase": "running", "slot": moment["slot"], "seats": moment["seats"]}
            case "progress":
                self.state["progress"] = moment
                self._draw(moment)
            case "counted":
                self.state |= {"phase": "counted", "result": moment}
            case "given_back":
                self.state["given_back"] = moment["done"]
            case "failed":
                self._fail(moment["why"])

    def _draw(self, progress: dict[str, Any]) -> None:
        """Add a point to the curve of seats that are left; a long one is thinned out."""
        curve = self.state["curve"]
        answered = sum(progress["statuses"].values())
        curve.append([round(progress["seconds"], 2), progress["remaining"], answered])
        if len(curve) > CURVE:
            del curve[1:-1:2]

    def _fail(self, why: str) -> None:
        self.state |= {"phase": "failed", "why": why}

    async def _tell(self) -> None:
        async with self._changed:
            self._version += 1
            self._changed.notify_all()

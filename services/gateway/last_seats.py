"""Lets who asks for one of the last seats wait for those who came before.

Where as many ask as seats are left, one more command would only be refused, at the price of one
that is granted, or be shed although its answer is a moment away. Who waits here costs nothing:
they are refused from memory when the seats are gone, or go on in their order while one is left.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from prometheus_client import Gauge

from services.gateway.memory import Seats

PATIENCE_S = 0.8
SHARE = 0.5  # of what may be under way, so that one slot leaves room for others
SOON = 4  # times what may be under way: of so many seats it is known in a second who gets none
MOST = 5_000  # calls that wait for one slot: each is a request in memory
LEARN_S = 0.05  # from an answer until the memory surely knows of the seat that it took
AT_ONCE = 32  # who are told in one turn of the loop that no seat is left

WAITING = Gauge("antrean_waiting_for_last_seats", "Calls that wait for those who came before.")


class Line:
    """Those who ask for a seat of one slot; `most` commands of all may be under way."""

    def __init__(self, seats: Seats, most: Callable[[], float]) -> None:
        self._seats, self._most = seats, most
        self._going = 0
        self._waiting: deque[asyncio.Future[bool]] = deque()
        seats.offer.wakes.append(self.move)

    @property
    def is_idle(self) -> bool:
        """Whether nobody asks."""
        return not self._going and not self._waiting

    async def enter(self) -> bool:
        """Begin to ask for a seat, perhaps after a wait; `leave` ends it.

        False where nothing was begun, because no seat is left by now: the caller looks again. Who
        waited for long goes on whatever came of the others, for booking knows.
        """
        is_crowd = self._seats.remaining > SOON * self._most() or len(self._waiting) >= MOST
        if is_crowd or (not self._waiting and self._going < self._places()):
            self._going += 1
            return True
        return await self._wait()

    def leave(self) -> None:
        """End what `enter` began."""
        self._going -= 1
        self.move()

    def move(self) -> None:
        """Let on as many as there are seats for; where none is left, let them know."""
        if self._seats.remaining <= 0:
            self._tell(AT_ONCE, is_turn=False)
            if self._waiting:
                asyncio.get_running_loop().call_soon(self.move)
            return
        while self._waiting and self._going < self._places():
            self._going += self._tell(1, is_turn=True)

    def close(self) -> None:
        """Watch the slot no more."""
        self._seats.offer.wakes.remove(self.move)

    async def _wait(self) -> bool:
        turn: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        WAITING.inc()
        try:
            await asyncio.wait({turn}, timeout=PATIENCE_S)
        except asyncio.CancelledError:
            if turn.done() and turn.result():
                self.leave()
            raise
        finally:
            WAITING.dec()
            if not turn.done():
                self._waiting.remove(turn)
        if turn.done():
            return turn.result()
        self._going += 1
        return True

    def _places(self) -> float:
        return min(self._seats.remaining, self._most() * SHARE)

    def _tell(self, most: int, *, is_turn: bool) -> int:
        """Tell the first who wait; returns how many they were."""
        told = min(most, len(self._waiting))
        for _ in range(told):
            self._waiting.popleft().set_result(is_turn)
        return told


class LastSeats:
    """The lines of all slots that are asked for."""

    def __init__(self, most: Callable[[], float]) -> None:
        self._most = most
        self._lines: dict[Seats, Line] = {}

    async def enter(self, seats: Seats) -> bool:
        """Enter the line of a slot, as `Line.enter` does."""
        line = self._lines.get(seats)
        if line is None:
            line = self._lines[seats] = Line(seats, self._most)
        try:
            return await line.enter()
        finally:
            self._close_idle(seats, line)

    def leave(self, seats: Seats) -> None:
        """End what `enter` began: there is an answer.

        Its place is free in a moment only: until the memory knows what the answer was, there
        would seem to be a seat for one more.
        """
        asyncio.get_running_loop().call_later(LEARN_S, self._leave, seats, self._lines[seats])

    def _leave(self, seats: Seats, line: Line) -> None:
        line.leave()
        self._close_idle(seats, line)

    def _close_idle(self, seats: Seats, line: Line) -> None:
        if line.is_idle and self._lines.get(seats) is line:
            line.close()
            del self._lines[seats]

"""The raw client: keep-alive connections that send requests made beforehand and time the answers.

It shares the machine with what it measures, so it does as little as it can: no HTTP library, no
headers read but the length. In the open loop each request has a time at which it is to be sent,
and its latency counts from there, however late the client was free to send it. Moments are read
from the performance counter: the event loop's own clock knows whole milliseconds.
"""

import asyncio
import resource
import time
from array import array
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

UNANSWERED = 0
EARLY_S = 0.0005  # timers know whole milliseconds: half of one early is as near as half too late
BODILESS = frozenset({204, 304})
_now = time.perf_counter


class Source(Protocol):
    """Makes the requests in the client's own process, so that they need not travel there."""

    def make(self) -> list[bytes]:
        """Make every request."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one client sends.

    Without `arrivals` each connection sends its next request when its answer came (closed loop),
    until all are sent or `limit_s` is over; `repeat` then begins anew with the first. With
    `arrivals` there is one request for each, and `connections` is the most that are opened.
    Nothing is sent before the clock says `begin_at`. `sources` are addresses of this machine from
    which the connections come, in turn; none leaves that to the system.
    """

    port: int
    requests: Source | Sequence[bytes]
    connections: int = 64
    limit_s: float = 600.0
    repeat: bool = False
    arrivals: Sequence[float] | None = None
    keep: frozenset[int] = frozenset({201})
    patience_s: float = 30.0
    begin_at: float = 0.0
    host: str = "127.0.0.1"
    sources: Sequence[str] = ()


@dataclass(slots=True)
class Answers:
    """What came back: by number of request, its moment, seconds and status (0: no answer).

    `bodies` has the bodies of the statuses that were to be kept. `written` is when a request
    truly went out.
    """

    sent: "array[float]" = field(default_factory=lambda: array("d"))
    written: "array[float]" = field(default_factory=lambda: array("d"))
    took: "array[float]" = field(default_factory=lambda: array("d"))
    status: "array[int]" = field(default_factory=lambda: array("H"))
    bodies: dict[int, bytes] = field(default_factory=dict)
    seconds: float = 0.0
    cpu_s: float = 0.0
    began_at: float = 0.0

    @property
    def rate(self) -> float:
        """How many were answered in a second."""
        answered = sum(1 for status in self.status if status != UNANSWERED)
        return answered / self.seconds if self.seconds else 0.0

    def count(self, *statuses: int) -> int:
        """Count the answers with one of these statuses."""
        return sum(self.status.count(one) for one in statuses)

    def times(self, *statuses: int) -> list[float]:
        """Give the seconds that answers took; of some statuses, or of all that came."""
        wanted = set(statuses)
        pairs = zip(self.took, self.status, strict=True)
        return [t for t, s in pairs if (s in wanted if wanted else s != UNANSWERED)]

    @property
    def lateness(self) -> list[float]:
        """How late the client itself was with each request."""
        return [w - s for s, w in zip(self.sent, self.written, strict=True)]


class _Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request under way."""

    __slots__ = ("_buffer", "_run", "number", "transport")

    def __init__(self, run: "Run") -> None:
        self._run, self._buffer, self.number = run, b"", -1
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # of TCP it is a Transport
        self._run.free(self)

    def send(self, number: int, request: bytes) -> None:
        """Send a request; its number tells the answer's place."""
        self.number = number
        if self.transport is not None:
            self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        head = buffer.find(b"\r\n\r\n") + 4
        if head >= 4:
            status = int(buffer[9:12])
            if len(buffer) >= head + length_of(buffer[:head], status):
                self._buffer = b""
                self._run.answered(self, status, buffer, head)
                return
        self._buffer = buffer

    def connection_lost(self, _exc: Exception | None) -> None:
        self._run.lost(self)


def length_of(head: bytes, status: int) -> int:
    """Read how long a body is; chunked ones are not understood, and nobody here sends any."""
    if status in BODILESS:
        return 0
    at = head.find(b"Content-Length:")
    if at < 0:
        at = head.lower().find(b"content-length:")
    return int(head[at + 15 : head.find(b"\r", at)]) if at >= 0 else 0


class Run:
    """One load under way; `answers` grows as it goes."""

    def __init__(self, load: Load, requests: Sequence[bytes]) -> None:
        self._load, self._requests = load, requests
        self.answers = Answers()
        self._idle: list[_Connection] = []
        self._waiting: deque[int] = deque()
        self._under_way = 0
        self._opened = 0
        self._began = self._last = 0.0
        self._made = 0
        self._is_over = asyncio.Event()
        self._started = self._is_stopped = False

    def stop(self) -> None:
        """Take in nothing more; whatever was due is sent and waited for."""
        self._is_stopped = True
        if self._started:
            self._check_end()

    async def play(self) -> Answers:
        """Connect, send, wait for the answers; what does not come in time has status 0."""
        loop, before = asyncio.get_running_loop(), _cpu_s()
        first = 16 if self._load.arrivals else self._load.connections
        await asyncio.gather(*(self._connect() for _ in range(min(first, self._load.connections))))
        await asyncio.sleep(self._load.begin_at - time.time())
        self._started, self._began, self.answers.began_at = True, _now(), time.time()
        if self._load.arrivals is None:
            for connection in list(self._idle):
                self._idle.remove(connection)
                self.free(connection)
        else:
            self._tick(loop)
        self._check_end()  # where there is nothing to send, no answer ends it
        await self._end()
        self.answers.seconds = (self._last or _now()) - self._began
        self.answers.cpu_s = _cpu_s() - before
        return self.answers

    async def _end(self) -> None:
        whole = self._load.arrivals[-1] if self._load.arrivals else self._load.limit_s
        try:
            async with asyncio.timeout(whole + self._load.patience_s):
                await self._is_over.wait()
        except TimeoutError:
            pass
        self._started = False
        for connection in self._idle:
            if connection.transport is not None:
                connection.transport.abort()

    async def _connect(self) -> None:
        self._opened += 1
        loop, load = asyncio.get_running_loop(), self._load
        source = (load.sources[self._made % len(load.sources)], 0) if load.sources else None
        self._made += 1
        try:
            await loop.create_connection(
                lambda: _Connection(self), load.host, load.port, local_addr=source
            )
        except OSError:
            self._opened -= 1
            if not self._opened:  # nobody is there any more
                self._is_over.set()

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        """Send what is due, and come again when the next is."""
        if self._is_stopped:
            return
        arrivals, answers = self._load.arrivals or (), self.answers
        due = _now() - self._began + EARLY_S
        while (number := len(answers.sent)) < len(arrivals) and arrivals[number] <= due:
            self._note(arrivals[number])
            self._waiting.append(number)
            if self._idle:
                self.free(self._idle.pop())
            elif self._opened < self._load.connections:
                loop.create_task(self._connect())
        if len(answers.sent) < len(arrivals):
            wait = self._began + arrivals[len(answers.sent)] - _now()
            loop.call_later(max(0.0, wait), self._tick, loop)

    def _note(self, moment: float) -> None:
        answers = self.answers
        answers.sent.append(moment)
        answers.written.append(moment)
        answers.took.append(0.0)
        answers.status.append(UNANSWERED)

    def free(self, connection: _Connection) -> None:
        """Give a connection its next request, if there is one."""
        number = self._next() if self._started else None
        if number is None:
            self._idle.append(connection)
            return
        self._under_way += 1
        self.answers.written[number] = _now() - self._began
        connection.send(number, self._requests[number % len(self._requests)])

    def _next(self) -> int | None:
        if self._load.arrivals is not None:
            return self._waiting.popleft() if self._waiting else None
        if self._are_all_sent():
            return None
        self._note(_now() - self._began)
        return len(self.answers.sent) - 1

    def answered(self, connection: _Connection, status: int, raw: bytes, head: int) -> None:
        """Take an answer."""
        number, answers = connection.number, self.answers
        self._last = _now()
        since = min(answers.sent[number], answers.written[number])
        answers.took[number] = self._last - self._began - since
        answers.status[number] = status
        if status in self._load.keep:
            answers.bodies[number] = bytes(raw[head:])
        connection.number = -1
        self._under_way -= 1
        self.free(connection)
        self._check_end()

    def lost(self, connection: _Connection) -> None:
        """Take note of a connection that broke, and make another while there is work."""
        self._opened -= 1
        if connection in self._idle:
            self._idle.remove(connection)
        if connection.number >= 0:
            connection.number = -1
            self._under_way -= 1
        if self._started:
            asyncio.get_running_loop().create_task(self._connect())
            self._check_end()

    def _check_end(self) -> None:
        if not self._under_way and not self._waiting and self._are_all_sent():
            self._is_over.set()

    def _are_all_sent(self) -> bool:
        if self._is_stopped:
            return True
        if self._load.arrivals is not None:
            return len(self.answers.sent) >= len(self._load.arrivals)
        is_late = _now() - self._began > self._load.limit_s
        everything = not self._load.repeat and len(self.answers.sent) >= len(self._requests)
        return is_late or everything


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime

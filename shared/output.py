"""Standard output, where a reader that is slow, stuck or gone makes nobody wait.

A pipe that is full blocks whoever writes to it, and with them all whom the process serves: a
container's log driver that hangs would stop the booking.
"""

import atexit
import os
import select
import sys
import threading

from prometheus_client import Counter

KEPT_BYTES = 1 << 20
LAST_TRIES, LAST_MS = 5, 50
PIECE_BYTES = select.PIPE_BUF  # what a pipe that is ready surely takes at once

DROPPED = Counter("antrean_log_lines_dropped_total", "Lines of log that nobody took.")


class Output:
    """A file to write whole lines to.

    What is not taken is kept up to a bound; what comes then is dropped and counted. Where there is
    no descriptor, as under a test, it is the same as `sys.stdout`.
    """

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._descriptor: int | None = None
        self._lock = threading.RLock()  # what the garbage collector ends meanwhile may log

    def write(self, text: str) -> int:
        """Write lines, or keep them until they are taken."""
        try:
            descriptor = sys.stdout.fileno()
        except OSError:
            return sys.stdout.write(text)
        self._descriptor = descriptor
        lines = text.encode(errors="backslashreplace")
        with self._lock:
            self._push(descriptor)
            if len(self._waiting) + len(lines) > KEPT_BYTES:
                DROPPED.inc(lines.count(b"\n"))
            else:
                self._waiting += lines
                self._push(descriptor)
        return len(text)

    def flush(self) -> None:
        """Nothing waits here for any reason but that it cannot be written."""

    def close(self) -> None:
        """Give what waits a moment to be taken, and count what is not."""
        with self._lock:
            for _ in range(LAST_TRIES):
                if not self._waiting or self._descriptor is None:
                    break
                self._push(self._descriptor, LAST_MS)
            DROPPED.inc(self._waiting.count(b"\n"))

    def _push(self, descriptor: int, wait_ms: int = 0) -> None:
        while self._waiting and _is_ready(descriptor, wait_ms):
            try:
                done = os.write(descriptor, self._waiting[:PIECE_BYTES])
            except OSError:  # nobody is there any more, or the disk is full
                DROPPED.inc(self._waiting.count(b"\n"))
                self._waiting.clear()
                return
            del self._waiting[:done]


def _is_ready(descriptor: int, wait_ms: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return bool(poll.poll(wait_ms))


OUTPUT = Output()
atexit.register(OUTPUT.close)

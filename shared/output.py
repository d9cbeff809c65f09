"""Standard output, where a reader that is slow, stuck or gone makes nobody wait.

A pipe that is full blocks whoever writes to it, and with them all whom the process serves: a
container's log driver that hangs would stop the booking.
"""

import os
import select
import sys
import threading

from prometheus_client import Counter

KEPT_BYTES = 1 << 20
PIECE_BYTES = select.PIPE_BUF  # what a pipe that is ready surely takes at once

DROPPED = Counter("antrean_log_lines_dropped_total", "Lines of log that nobody took.")


class Output:
    """A file to write whole lines to.

    What is not taken is kept up to a bound; what comes then is dropped and counted. Where there is
    no descriptor, as under a test, it is the same as `sys.stdout`.
    """

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._lock = threading.Lock()

    def write(self, text: str) -> int:
        """Write lines, or keep them until they are taken."""
        try:
            descriptor = sys.stdout.fileno()
        except OSError:
            return sys.stdout.write(text)
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

    def _push(self, descriptor: int) -> None:
        while self._waiting and _is_ready(descriptor):
            try:
                done = os.write(descriptor, self._waiting[:PIECE_BYTES])
            except OSError:  # nobody is there any more, or the disk is full
                DROPPED.inc(self._waiting.count(b"\n"))
                self._waiting.clear()
                return
            del self._waiting[:done]


def _is_ready(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return bool(poll.poll(0))


OUTPUT = Output()

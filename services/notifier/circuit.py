"""A breaker per provider: a provider in trouble is left alone, and the queue waits."""

from collections import deque
from dataclasses import dataclass, field

LOOK_BACK_S = 30.0
ENOUGH_CALLS = 20
BAD_SHARE = 0.5
REST_S = 15.0


@dataclass(slots=True)
class Circuit:
    """Opens at once on our account's trouble, or when half of the last calls failed."""

    calls: deque[tuple[float, bool]] = field(default_factory=deque)
    open_until: float = 0.0

    def is_open(self, now: float) -> bool:
        """Whether the provider rests; `now` is a monotonic clock in seconds."""
        return now < self.open_until

    def open(self, now: float, rest_s: float) -> None:
        """Let the provider rest."""
        self.open_until = now + rest_s

    def record(self, now: float, *, went_well: bool) -> None:
        """Remember a call; too many bad ones open the circuit."""
        self.calls.append((now, went_well))
        while self.calls and self.calls[0][0] < now - LOOK_BACK_S:
            self.calls.popleft()
        bad = sum(not well for _, well in self.calls)
        if len(self.calls) >= ENOUGH_CALLS and bad >= BAD_SHARE * len(self.calls):
            self.open(now, REST_S)
            self.calls.clear()

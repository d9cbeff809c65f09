"""A breaker per provider: a provider in trouble is left alone, and the queue waits."""

from collections import deque
from dataclasses import dataclass, field

LOOK_BACK_S = 30.0
ENOUGH_CALLS = 20
BAD_SHARE = 0.5
REST_S = 15.0


@dataclass(slots=True)
class Circuit:
    """Opens at once on our account's trouble, or when half of the last calls failed.

    After its rest one call probes whether the provider is back; the others wait for that.
    """

    calls: deque[tuple[float, bool]] = field(default_factory=deque)
    open_until: float = 0.0
    is_tripped: bool = False
    is_probed: bool = False

    def is_open(self, now: float) -> bool:
        """Whether the provider rests or is being probed; `now` is a monotonic clock in seconds."""
        return self.is_tripped and (now < self.open_until or self.is_probed)

    def is_half_open(self, now: float) -> bool:
        """Whether the next call is the probe."""
        return self.is_tripped and not self.is_open(now)

    def begin(self, now: float) -> None:
        """Say that a call begins."""
        self.is_probed = self.is_half_open(now)

    def open(self, now: float, rest_s: float) -> None:
        """Let the provider rest."""
        self.is_tripped, self.is_probed, self.open_until = True, False, now + rest_s
        self.calls.clear()

    def record(self, now: float, *, went_well: bool) -> None:
        """Remember a call; too many bad ones open the circuit, and so does a bad probe."""
        if self.is_tripped:
            self._record_probe(now, went_well=went_well)
            return
        self.calls.append((now, went_well))
        while self.calls and self.calls[0][0] < now - LOOK_BACK_S:
            self.calls.popleft()
        bad = sum(not well for _, well in self.calls)
        if len(self.calls) >= ENOUGH_CALLS and bad >= BAD_SHARE * len(self.calls):
            self.open(now, REST_S)

    def _record_probe(self, now: float, *, went_well: bool) -> None:
        if not self.is_probed:
            return  # a call that began before the circuit opened
        if went_well:
            self.is_tripped = self.is_probed = False
        else:
            self.open(now, REST_S)

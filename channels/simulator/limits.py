"""The Cloud API's rate limits: per business number, and per pair of number and person. Pure.

https://developers.facebook.com/docs/whatsapp/cloud-api/overview#throughput
"""

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field

TOO_FAST, TOO_MANY_TO_ONE = 130429, 131056
MOST_PAIRS = 10_000


class Limits(BaseModel):
    """How much may be sent; the numbers are the real ones unless others are asked for."""

    model_config = ConfigDict(extra="forbid", strict=True)

    per_second: int = Field(default=80, ge=1, description="Messages of a number, in and out.")
    pair_s: float = Field(default=6.0, gt=0, description="Seconds for one message to one person.")
    pair_burst: int = Field(default=45, ge=1, description="Messages within `pair_s` on credit.")


@dataclass(slots=True)
class Burst:
    """What a person was sent since the burst began; each message costs `pair_s`."""

    began_s: float
    sent: int = 0


@dataclass(slots=True)
class Gauge:
    """Counts what went through; `now_s` is the simulator's clock and goes forward only."""

    limits: Limits
    passed: dict[str, deque[float]] = field(default_factory=dict)
    bursts: OrderedDict[tuple[str, str], Burst] = field(default_factory=OrderedDict)

    def count(self, number_id: str, now_s: float) -> None:
        """Count a message through a business number: one of a citizen counts like one to them."""
        self._last_second(number_id, now_s).append(now_s)

    def refuse(self, number_id: str, whose: str, now_s: float) -> int | None:
        """Count a message to a person, or give the error code; what is refused costs nothing."""
        if len(self._last_second(number_id, now_s)) >= self.limits.per_second:
            return TOO_FAST
        burst = self._burst((number_id, whose), now_s)
        is_over = now_s - burst.began_s >= self.limits.pair_s
        if is_over or burst.sent >= self.limits.pair_burst:
            return TOO_MANY_TO_ONE
        burst.sent += 1
        self.count(number_id, now_s)
        return None

    def _last_second(self, number_id: str, now_s: float) -> deque[float]:
        passed = self.passed.setdefault(number_id, deque())
        while passed and passed[0] <= now_s - 1:
            passed.popleft()
        return passed

    def _burst(self, pair: tuple[str, str], now_s: float) -> Burst:
        """Find the burst that goes on or is still being paid for, or begin one."""
        burst = self.bursts.pop(pair, None)
        if burst is None or now_s - burst.began_s >= burst.sent * self.limits.pair_s:
            burst = Burst(now_s)
        self.bursts[pair] = burst
        if len(self.bursts) > MOST_PAIRS:
            self.bursts.popitem(last=False)
        return burst

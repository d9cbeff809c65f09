"""The hostile mode: on or off, by which seed and doses, and what it did so far."""

from collections import Counter
from typing import Any

from channels.simulator.bodies import HostileMode
from channels.simulator.fates import CALM, DOSES, USUAL, Chooser, Fate, Kind
from channels.simulator.limits import Gauge, Limits

SECONDS = ("delay_s", "reorder_s", "batch_s", "slow_s")


class Hostile:
    """Draws fates while it is on, counts what came of them, and keeps the rate limits."""

    def __init__(self) -> None:
        self.mode = HostileMode(seed=0)
        self.done: Counter[str] = Counter()
        self._chooser: Chooser | None = None
        self._gauge: Gauge | None = None

    @property
    def is_on(self) -> bool:
        """Whether anything is hostile at all."""
        return self._chooser is not None

    def turn_on(self, mode: HostileMode) -> None:
        """Begin a new row of draws; the counts begin again."""
        self.mode, self.done = mode, Counter()
        self._chooser = Chooser(mode.seed, doses_of(mode))
        limits = limits_of(mode)
        self._gauge = Gauge(limits) if limits else None

    def turn_off(self) -> None:
        """Be kind again; the counts stay to be read."""
        self._chooser = self._gauge = None

    def draw(self, kind: Kind, whose: str) -> Fate:
        """Draw what befalls the next webhook or send of a phone."""
        if self._chooser is None:
            return CALM
        self.done[f"{kind}s"] += 1
        return self._chooser.draw(kind, whose)

    def does(self, fate: Fate, dose: str) -> bool:
        """Say whether a dose hit; ask only where it will be done, for it counts."""
        if dose in fate:
            self.done[dose] += 1
        return dose in fate

    def hear(self, number_id: str, now_s: float) -> None:
        """Count what a citizen wrote to a business number."""
        if self._gauge:
            self._gauge.count(number_id, now_s)

    def refuse(self, number_id: str, whose: str, now_s: float) -> int | None:
        """Give the error code where a message to a person is beyond a rate limit."""
        code = self._gauge.refuse(number_id, whose, now_s) if self._gauge else None
        if code is not None:
            self.done[f"limit_{code}"] += 1
        return code

    def shown(self) -> dict[str, Any]:
        """Give the mode as the control API shows it."""
        limits = limits_of(self.mode)
        return {
            "on": self.is_on,
            "seed": self.mode.seed,
            "doses": doses_of(self.mode),
            "limits": limits.model_dump() if limits else None,
            "codes": self.mode.codes,
            "seconds": {name: getattr(self.mode, name) for name in SECONDS},
            "usual": {"doses": DOSES, "limits": Limits().model_dump()},
            "done": dict(sorted(self.done.items())),
        }


def doses_of(mode: HostileMode) -> dict[str, float]:
    """Tell the doses: the usual ones where none is named, else those alone."""
    if mode.is_usual:
        return dict(USUAL)
    named = (dose for doses in DOSES.values() for dose in doses)
    return {dose: getattr(mode, dose) or 0.0 for dose in named}


def limits_of(mode: HostileMode) -> Limits | None:
    """Tell the rate limits: with the usual doses the real ones."""
    return mode.limits or (Limits() if mode.is_usual else None)

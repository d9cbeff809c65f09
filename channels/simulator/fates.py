"""What befalls a webhook or a send in hostile mode, drawn from a seed. Pure.

Every phone has a row of draws of its own for each kind, so that what befalls one person does not
depend on who else is there. All doses of a kind are drawn every time, whether they are on or not:
to turn one up changes nothing else. New doses go to the end of their kind, for the same reason.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

Kind = Literal["webhook", "send"]
# By kind, and the share that is usual where no dose is named.
DOSES: Mapping[Kind, Mapping[str, float]] = {
    "webhook": {
        "duplicate": 0.1,
        "reorder": 0.1,
        "delay": 0.2,
        "batch": 0.2,
        "drop": 0.05,
        "unheard": 0.05,
        "milliseconds": 0.1,
        "unknown_fields": 0.1,
        "unknown_types": 0.02,
        "delivered_and_failed": 0.02,
        "skip_delivered": 0.05,
    },
    "send": {
        "error": 0.05,
        "error_in_200": 0.02,
        "timeout": 0.02,
        "truncated": 0.02,
        "slow": 0.1,
    },
}
USUAL = {dose: share for doses in DOSES.values() for dose, share in doses.items()}
MOST_ROWS = 20_000
Option = TypeVar("Option")


@dataclass(frozen=True, slots=True)
class Fate:
    """The doses that hit, each with a number in [0, 1) that says how hard, or which of several."""

    parts: Mapping[str, float] = field(default_factory=dict)

    def __contains__(self, dose: str) -> bool:
        return dose in self.parts

    def part(self, dose: str) -> float:
        """Give the number of a dose that hit; 0 where it did not."""
        return self.parts.get(dose, 0.0)


CALM = Fate()


class Chooser:
    """Draws fates: the same seed, doses and phone give the same row of them."""

    def __init__(self, seed: int, doses: Mapping[str, float]) -> None:
        self._seed, self._doses = seed, doses
        self._drawn: dict[tuple[Kind, str], int] = {}

    def draw(self, kind: Kind, whose: str) -> Fate:
        """Draw what befalls the next webhook or send of a phone."""
        turn = self._drawn.pop((kind, whose), 0)
        self._drawn[kind, whose] = turn + 1
        if len(self._drawn) > MOST_ROWS:
            del self._drawn[next(iter(self._drawn))]
        dice = random.Random(f"{self._seed}/{kind}/{whose}/{turn}")  # noqa: S311 to be repeated
        parts = {}
        for dose in DOSES[kind]:
            chance, part = dice.random(), dice.random()
            if chance < self._doses.get(dose, 0.0):
                parts[dose] = part
        return Fate(parts)


def pick(options: Sequence[Option], part: float) -> tuple[Option, float]:
    """Pick one by a number in [0, 1); gives what is left of the number, for the next pick."""
    place = part * len(options)
    return options[int(place)], place % 1

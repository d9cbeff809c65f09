"""How much of each fault, and at which points how many die."""

from collections.abc import Collection
from dataclasses import dataclass, field, fields

ROWS = {
    "before_commit": "F1",
    "after_commit": "F2",
    "before_ack": "F2",
    "relay_before_mark": "F3",
    "relay_after_claim": "F4",
    "gateway_after_confirm": "F6",
    "gateway_before_publish": "F7",
    "notifier_after_call": "F9",
    "notifier_before_call": "F10",
}
SERVICES = {
    point: point.partition("_")[0] if point.startswith(("gateway", "notifier")) else "booking"
    for point in ROWS
}
CHANCES = {"booking": 0.04, "gateway": 0.03, "notifier": 0.15}


@dataclass(frozen=True, slots=True)
class Doses:
    """How much of each fault."""

    deaths: int = 50
    deaths_s: float = 240.0
    each: float = 0.4  # of EACH: 52 deaths, for which two cores take a minute or two
    clocks: int = 4
    sessions: int = 20
    crashes_of_postgres: int = 3
    crashes_of_broker: int = 2
    partitions: int = 1
    eaten: int = 10
    cut_frames: int = 20
    slow_s: float = 8.0
    terms: int = 5
    unroutable: int = 1
    full: int = 1
    poison: int = 5


NOTHING = Doses(**dict.fromkeys((field.name for field in fields(Doses)), 0))
SOAK = Doses(
    deaths=1_500,
    deaths_s=3_600.0,
    each=10.0,
    clocks=20,
    sessions=500,
    crashes_of_postgres=50,
    crashes_of_broker=30,
    partitions=20,
    eaten=100,
    cut_frames=500,
    slow_s=60.0,
    terms=50,
    unroutable=5,
    full=10,
    poison=50,
)
# How many are to die at least at the points of each row.
EACH = {"F1": 15, "F2": 15, "F3": 10, "F4": 10, "F6": 20, "F7": 20, "F9": 20, "F10": 20}


@dataclass(slots=True)
class Injected:
    """What was done, by the rows of the fault table, and how long it took to heal."""

    doses: dict[str, int] = field(default_factory=dict)
    healed_s: dict[str, list[float]] = field(default_factory=dict)
    never_healed: list[str] = field(default_factory=list)
    short: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether all of it was done, and healed."""
        return not self.never_healed and not self.short

    def note(self, row: str, number: int) -> None:
        """Count a dose."""
        self.doses[row] = self.doses.get(row, 0) + number


def armed(service: str, points: Collection[str]) -> str:
    """Say it as the environment does: at which points a service's processes die."""
    own = [point for point in sorted(points) if SERVICES[point] == service]
    return ",".join(f"{point}={CHANCES[service]}" for point in own)

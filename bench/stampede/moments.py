"""What whoever looks at a stampede is told, moment by moment. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from bench.figures import ranked_percentile
from bench.load import UNANSWERED, Answers
from bench.tally import Seats, Tally, Verdict
from shared.messages import SlotRef

SHARES = (0.5, 0.95, 0.99)
# Milliseconds; the last bar has what is above.
EDGES_MS = (1, 2, 5, 10, 20, 35, 50, 75, 100, 150, 200, 350, 500, 750, 1_000, 2_000, 5_000)


@dataclass(frozen=True, slots=True)
class Opened:
    """The slot is there, with so many seats, and the rivals are about to come."""

    slot: SlotRef
    seats: int
    rivals: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How it goes: seconds, answers by status, latencies, the seats that the gateway shows.

    `percentiles_ms` are p50, p95 and p99; `histogram` counts answers by `EDGES_MS`.
    """

    seconds: float
    sent: int
    statuses: dict[int, int]
    percentiles_ms: tuple[float, ...]
    histogram: tuple[int, ...]
    remaining: int | None

    @property
    def answered(self) -> int:
        """How many were answered so far."""
        return sum(self.statuses.values())


@dataclass(frozen=True, slots=True)
class Counted:
    """What it came to."""

    tally: Tally
    seats: Seats
    verdict: Verdict
    answers: Answers
    is_stopped: bool

    @property
    def sold_out_s(self) -> float | None:
        """Seconds until the last seat was told to somebody; None where seats are left."""
        if len(self.tally.granted) < self.seats.before:
            return None
        answers = self.answers
        rows = zip(answers.sent, answers.took, answers.status, strict=True)
        return max((sent + took for sent, took, status in rows if status == 201), default=None)


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The holds that were released again, of so many; `tally` has what else was said."""

    done: int
    of: int
    tally: Tally


Moment = Opened | Progress | Counted | GivenBack


def progress(answers: Answers, remaining: int | None, seconds: float) -> Progress:
    """Sum up what came so far."""
    ranked = sorted(answers.times())
    statuses = {one: answers.status.count(one) for one in sorted(set(answers.status))}
    statuses.pop(UNANSWERED, None)
    return Progress(
        seconds,
        len(answers.status),
        statuses,
        tuple(1000 * ranked_percentile(ranked, share) for share in SHARES),
        histogram(ranked),
        remaining,
    )


def histogram(ranked: Sequence[float]) -> tuple[int, ...]:
    """Count ranked seconds by `EDGES_MS`: not above each, and above all at the end."""
    ends = [bisect_right(ranked, edge / 1000) for edge in EDGES_MS]
    starts = [0, *ends]
    return tuple(end - start for start, end in zip(starts, [*ends, len(ranked)], strict=True))

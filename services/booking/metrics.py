"""What a booking worker counts; no slot and no person in a label."""

from collections import Counter as Counts
from collections.abc import Sequence

from prometheus_client import Counter, Gauge, Histogram

COMMANDS = Counter("antrean_commands", "Commands decided", ["kind", "outcome"])
BATCH = Histogram(
    "antrean_batch_size", "Commands decided together", buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500)
)
RIVALS = Counter("antrean_batch_rivals", "Batches decided again because of a rival", ["reason"])
OUTBOX = Gauge("antrean_outbox_pending", "Events that wait to be published")
SWEPT = Counter("antrean_swept", "Holds expired and seats released", ["what"])


def count(decided: Sequence[tuple[str, str]]) -> None:
    """Count a batch by kind and outcome, once it is committed."""
    if decided:
        BATCH.observe(len(decided))
    for labels, number in Counts(decided).items():
        COMMANDS.labels(*labels).inc(number)

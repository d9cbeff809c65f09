"""What a booking worker counts; no slot and no person in a label."""

from collections.abc import Sequence

from prometheus_client import Counter, Gauge, Histogram

from shared.messages import Refused, SomeCommand, SomeResult

COMMANDS = Counter("antrean_commands", "Commands decided", ["kind", "outcome"])
BATCH = Histogram(
    "antrean_batch_size", "Commands decided together", buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500)
)
RIVALS = Counter("antrean_batch_rivals", "Batches decided again because of a rival", ["reason"])
OUTBOX = Gauge("antrean_outbox_pending", "Events that wait to be published")
SWEPT = Counter("antrean_swept", "Holds expired and seats released", ["what"])


def count(decided: Sequence[tuple[SomeCommand, SomeResult]]) -> None:
    """Count a batch by kind and outcome, once it is committed."""
    if decided:
        BATCH.observe(len(decided))
    for command, result in decided:
        outcome = result.code.value if isinstance(result, Refused) else result.kind
        COMMANDS.labels(command.kind, outcome).inc()

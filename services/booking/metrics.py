"""What a booking worker counts; no slot and no person in a label."""

from collections import Counter as Counts
from collections.abc import Sequence

from prometheus_client import Counter, Gauge, Histogram

from services.booking.invariants import CHECKS

COMMANDS = Counter("antrean_commands", "Commands decided", ["kind", "outcome"])
BATCH = Histogram(
    "antrean_batch_size", "Commands decided together", buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500)
)
RIVALS = Counter("antrean_batch_rivals", "Batches decided again because of a rival", ["reason"])
OUTBOX = Gauge("antrean_outbox_pending", "Events that wait to be published")
SWEPT = Counter("antrean_swept", "Holds expired and seats released", ["what"])
BROKEN = {
    check.gauge: Gauge(
        f"antrean_{check.gauge}",
        f"{check.name.capitalize()}: must be {f'{check.most} at most' if check.most else 0}",
    )
    for check in CHECKS
}
RECONCILED = Gauge("antrean_reconciled_at", "When the ledger was last compared with itself")
RECONCILED_WHOLE = Gauge("antrean_reconciled_whole_at", "When all of it was, to its beginnings")
RECONCILING = Gauge("antrean_reconciling_seconds", "How long that took", ["whole"])


def count(decided: Sequence[tuple[str, str]]) -> None:
    """Count a batch by kind and outcome, once it is committed."""
    if decided:
        BATCH.observe(len(decided))
    for labels, number in Counts(decided).items():
        COMMANDS.labels(*labels).inc(number)


def reconciled(*, whole: bool, took_s: float) -> None:
    """Note when the ledger was compared and how long that took."""
    RECONCILED.set_to_current_time()
    if whole:
        RECONCILED_WHOLE.set_to_current_time()
    RECONCILING.labels(str(whole).lower()).set(took_s)


def forget_reconciled() -> None:
    """Say nothing of the ledger any more: another worker does."""
    for gauge in (*BROKEN.values(), RECONCILED, RECONCILED_WHOLE):
        gauge.set(0)
    RECONCILING.clear()

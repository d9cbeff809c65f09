"""What a notifier counts."""

from prometheus_client import Counter, Histogram

ATTEMPTS = Counter("antrean_attempts", "Calls to providers", ["provider", "result"])
RECEIPTS = Counter("antrean_receipts", "Receipts from providers", ["provider", "status"])
TEXTS = Counter("antrean_texts", "Texts by what became of them", ["channel", "purpose", "state"])
SECONDS = Histogram(
    "antrean_text_seconds",
    "From stored to taken by a provider",
    buckets=(0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 60),
)

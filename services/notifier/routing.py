"""What to do when a text did not go, or when nobody says whether it did: pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.notifier.codes import Failure, Verdict

PAUSE_S = 2.0
LONGEST_PAUSE_S = 300.0
LONGEST_RETRY_AFTER_S = 900.0
LONGEST_LIFE_S = 24 * 3600.0  # of a text that says no end of its own
FALLBACK_AFTER_S = 600.0
REST_PATIENCE_S = 60.0  # how long a text waits for a channel that rests, if there is another
CIRCUIT_S = 30.0
UPGRADE_S = 60.0
SECOND_DEVICE_S = 5.0  # how long after a `failed` another device's `delivered` may come
MOST_DOUBLINGS = 10
# What answers nothing that the person did: whoever opted out is spared it.
UNASKED = frozenset({"expired"})
WINDOW = timedelta(hours=23, minutes=50)
NO_WHATSAPP_FOR = timedelta(hours=24)
ARRIVED = frozenset({"delivered", "read", "played"})
MAY_HAVE_ARRIVED = frozenset({"calling", "unknown", "accepted", "sent"})


@dataclass(frozen=True, slots=True)
class Text:
    """What routing knows of a text: no words, no person.

    `tries` and `doubts` (calls of which nothing was heard) count since it came to this channel;
    `spare` is the number of the channel's providers that were not asked yet.
    """

    channel: str
    later: tuple[str, ...]
    created_at: datetime
    as_template: bool = False
    has_template: bool = False
    tries: int = 1
    doubts: int = 0
    spare: int = 0
    valid_until: datetime | None = None

    def age_s(self, now: datetime) -> float:
        """How long ago it was asked for."""
        return (now - self.created_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Step:
    """What happens next to a text: its new state, and in how many seconds it is due again."""

    state: str
    due_in_s: float | None = None
    channel: str | None = None
    as_template: bool | None = None
    no_whatsapp: bool = False
    opts_out: bool = False
    counts_as_try: bool = True
    is_doubt: bool = False
    reason: str = ""


def next_step(text: Text, failure: Failure, judged: Verdict, chance: float, now: datetime) -> Step:
    """Say what becomes of a text after a call failed; `chance` in [0, 1) spreads the retries."""
    reason = f"{failure.reason} {failure.code or failure.status or ''}".strip()
    if text.valid_until is not None and now >= text.valid_until:
        return Step("dropped", reason=f"too late: {reason}")
    match judged:
        case Verdict.UNKNOWN:
            return Step("unknown", reason=reason)
        case Verdict.OPT_OUT:
            return Step("dropped", opts_out=True, reason=reason)
        case Verdict.BUG:
            return Step("undeliverable", reason=reason)
        case Verdict.TEMPLATE if text.has_template and not text.as_template:
            return Step("waiting", 0, as_template=True, reason=reason)
        case Verdict.CIRCUIT | Verdict.ACCOUNT:
            return _barred(text, judged, reason, now)
        case Verdict.AGAIN | Verdict.AGAIN_PAIR | Verdict.AGAIN_UPGRADE:
            return _again(text, failure, judged, chance, now)
    return _elsewhere(text, reason, no_whatsapp=judged is Verdict.NO_WHATSAPP)


def after_failed_receipt(
    text: Text, failure: Failure, judged: Verdict, chance: float, now: datetime
) -> Step:
    """Say what becomes of a text that a provider took and then said that it failed.

    Nothing is in doubt, and each try cost a call, so that none is free. But it failed at one
    device only, perhaps: nothing goes out before the others had time to say `delivered`.
    """
    judged = Verdict.AGAIN if judged is Verdict.UNKNOWN else judged
    step = replace(next_step(text, failure, judged, chance, now), counts_as_try=True)
    if step.state != "waiting" or judged is Verdict.TEMPLATE:
        return step  # a closed window is closed for all devices
    return replace(step, due_in_s=max(step.due_in_s or 0.0, SECOND_DEVICE_S))


def after_silence(text: Text, state: str, now: datetime, *, may_repeat: bool) -> Step:
    """Say what becomes of a text whose timer ran out without a word from the provider.

    `sending` and `unknown` had no receipt, so the call was probably lost: once more where that
    may be risked, then the next channel. `sent` was not delivered in time: the next channel.
    """
    if text.valid_until is not None and now >= text.valid_until:
        return Step("dropped", reason="too late")
    if state == "sent":
        return _leave(text, "not delivered in time") if text.later else Step("sent")
    if may_repeat and not text.doubts:
        return Step("waiting", 0, is_doubt=True, reason="no receipt")
    return _leave(text, "no receipt")


def after_accepted(text: Text) -> Step:
    """Say how long a text that a provider took may go undelivered before the next channel."""
    return Step("sent", FALLBACK_AFTER_S if text.later else None)


def while_resting(text: Text) -> Step | None:
    """Let a text that waited long for a channel that rests take the next one."""
    return _leave(text, "the channel rests") if text.later else None


def refuse_retry(text: Text, calls: Iterable[tuple[str, str]], now: datetime) -> str | None:
    """Say why staff may not have an undeliverable text tried again, or None if they may.

    `calls` are the attempts made so far, as (channel, state). Nothing is sent twice: not what
    arrived, and not by a channel on which an earlier call may still have.
    """
    if text.valid_until is not None and now >= text.valid_until:
        return f"it was worth something until {text.valid_until}"
    channel = text.later[0] if text.later else text.channel
    for called, state in calls:
        if state in ARRIVED:
            return "it arrived"
        if called == channel and state in MAY_HAVE_ARRIVED:
            return f"a call by {channel} may have brought it"
    return None


def retry(text: Text) -> Step:
    """Try an undeliverable text again: by its next channel, or once more by its last."""
    channel = text.later[0] if text.later else None
    return Step("waiting", 0, channel=channel, reason="retried by staff")


def _again(text: Text, failure: Failure, judged: Verdict, chance: float, now: datetime) -> Step:
    """Try again later: for as long as the text is worth it, however often that is."""
    reason = f"{failure.reason} {failure.code or failure.status or ''}".strip()
    if text.age_s(now) >= (FALLBACK_AFTER_S if text.later else LONGEST_LIFE_S):
        return _leave(text, reason)
    tries = min(text.tries, MOST_DOUBLINGS)
    if judged is Verdict.AGAIN_PAIR:
        pause = min(4.0 ** max(1, tries), LONGEST_PAUSE_S)
    elif judged is Verdict.AGAIN_UPGRADE:
        pause = UPGRADE_S
    else:  # full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter)
        pause = chance * min(PAUSE_S * 2**tries, LONGEST_PAUSE_S)
    asked = min(failure.retry_after_s or 0.1, LONGEST_RETRY_AFTER_S)
    return Step("waiting", max(pause, asked), reason=reason)


def _barred(text: Text, judged: Verdict, reason: str, now: datetime) -> Step:
    """Wait until our provider lets us; that is no fault of the text's and costs it no try."""
    age_s = text.age_s(now)
    if text.later and (judged is Verdict.ACCOUNT or age_s >= REST_PATIENCE_S):
        return _leave(text, reason)
    if age_s >= LONGEST_LIFE_S:
        return Step("undeliverable", reason=reason)
    return Step("waiting", CIRCUIT_S, counts_as_try=False, reason=reason)


def _elsewhere(text: Text, reason: str, *, no_whatsapp: bool = False) -> Step:
    """Try the channel's other providers, then the next channel."""
    step = Step("waiting", 0, reason=reason) if text.spare > 0 else _leave(text, reason)
    return replace(step, no_whatsapp=no_whatsapp)


def _leave(text: Text, reason: str) -> Step:
    if not text.later:
        return Step("undeliverable", reason=reason)
    return Step("waiting", 0, channel=text.later[0], reason=reason)


# Receipts come late, twice and out of order: an attempt only ever climbs. Delivered or read wins
# over failed, for one of two devices may have got it.
LADDER = (
    *("calling", "unknown", "accepted", "refused", "sent", "failed"),
    *("delivered", "read", "played"),
)

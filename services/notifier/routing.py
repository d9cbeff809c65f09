"""What to do when a text did not go: pure, and one row per provider code.

The codes are the WhatsApp Cloud API's
(https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes) and Twilio's
(https://www.twilio.com/docs/api/errors).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

TRIES = 6
PAUSE_S = 2.0
LONGEST_PAUSE_S = 300.0
RECEIPT_WAIT_S = 45.0
FALLBACK_AFTER_S = 600.0
CIRCUIT_S = 30.0
UPGRADE_S = 60.0
# What answers nothing that the person did: whoever opted out is spared it.
UNASKED = frozenset({"expired"})
WINDOW = timedelta(hours=23, minutes=50)
NO_WHATSAPP_FOR = timedelta(hours=24)


class Verdict(StrEnum):
    """What a failure calls for."""

    AGAIN = "again"  # throttled, not sent: the same once more, later
    AGAIN_PAIR = "again_pair"  # too many to this one person: 4^n seconds, others go on
    AGAIN_UPGRADE = "again_upgrade"  # the number is being upgraded: in a minute
    UNKNOWN = "unknown"  # may have gone out: wait for a receipt first
    TEMPLATE = "template"  # the 24-hour window is closed: as a template, once
    NEXT_CHANNEL = "next_channel"  # this person cannot be reached so: the next channel
    NO_WHATSAPP = "no_whatsapp"  # likewise, and remember it for a day
    STOP = "stop"  # never again this text, on no channel
    OPT_OUT = "opt_out"  # the person asked for no more
    CIRCUIT = "circuit"  # our account's trouble: nothing goes until it is mended
    BUG = "bug"  # our mistake: aside, for an operator


POLICY: dict[int, Verdict] = {
    **dict.fromkeys((4, 80007, 130429, 613), Verdict.AGAIN),
    131056: Verdict.AGAIN_PAIR,
    131057: Verdict.AGAIN_UPGRADE,
    134101: Verdict.AGAIN_UPGRADE,
    **dict.fromkeys((1, 2, 131000, 131016, 133004), Verdict.UNKNOWN),
    131047: Verdict.TEMPLATE,
    131026: Verdict.NO_WHATSAPP,
    **dict.fromkeys((131062, 130472, 130403, 131051), Verdict.NEXT_CHANNEL),
    131049: Verdict.NEXT_CHANNEL,
    131050: Verdict.OPT_OUT,
    21610: Verdict.OPT_OUT,
    **dict.fromkeys((132000, 132001, 132005, 132007, 132012, 132015, 132016), Verdict.NEXT_CHANNEL),
    **dict.fromkeys((0, 3, 10, 190, *range(200, 300)), Verdict.CIRCUIT),
    **dict.fromkeys((368, 131031, 131042, 131048, 133010), Verdict.CIRCUIT),
    **dict.fromkeys((100, 131008, 131009, 131021), Verdict.BUG),
    **dict.fromkeys((131052, 131053), Verdict.AGAIN),
    **dict.fromkeys((20429, 30001), Verdict.AGAIN),
    **dict.fromkeys((20003, 20005), Verdict.CIRCUIT),
    **dict.fromkeys((21211, 21614, 30003, 30005, 30006), Verdict.NEXT_CHANNEL),
}
HTTP_THROTTLED = 429
HTTP_SERVER_TROUBLE = 500
HTTP_NOT_ALLOWED = (401, 403)


@dataclass(frozen=True, slots=True)
class Failure:
    """How a call failed. No `status` means that no answer came; `code` is the provider's own."""

    reason: str
    status: int | None = None
    code: int | None = None
    retry_after_s: float | None = None
    is_transient: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """What routing knows of a text: no words, no person."""

    channel: str
    later: tuple[str, ...]
    as_template: bool
    tries: int
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What happens next to a text: its new state, and in how many seconds it is due again."""

    state: str
    due_in_s: float | None = None
    channel: str | None = None
    as_template: bool | None = None
    opens_circuit: bool = False
    no_whatsapp: bool = False
    opts_out: bool = False
    counts_as_try: bool = True
    reason: str = ""


def verdict(failure: Failure) -> Verdict:
    """Judge a failure by its code, else by its status; what nobody knows is permanent."""
    if failure.code is not None and failure.code in POLICY:
        found = POLICY[failure.code]
        is_throttle = failure.status == HTTP_THROTTLED and found is Verdict.BUG
        return Verdict.AGAIN if is_throttle else found
    if failure.status is None or failure.status >= HTTP_SERVER_TROUBLE:
        return Verdict.UNKNOWN
    if failure.status == HTTP_THROTTLED or failure.is_transient:
        return Verdict.AGAIN
    if failure.status in HTTP_NOT_ALLOWED:
        return Verdict.CIRCUIT
    return Verdict.NEXT_CHANNEL


def next_step(text: Text, failure: Failure, chance: float, now: datetime) -> Step:
    """Say what becomes of a text after a failure; `chance` in [0, 1) spreads the retries."""
    judged = verdict(failure)
    reason = f"{failure.reason} {failure.code or failure.status or ''}".strip()
    if text.valid_until is not None and now >= text.valid_until:
        return Step("dropped", reason=f"too late: {reason}")
    if judged is Verdict.UNKNOWN:
        return Step("unknown", RECEIPT_WAIT_S, reason=reason)
    if judged is Verdict.CIRCUIT:
        return Step("waiting", CIRCUIT_S, opens_circuit=True, counts_as_try=False, reason=reason)
    if judged is Verdict.TEMPLATE and not text.as_template:
        return Step("waiting", 0, as_template=True, reason=reason)
    if judged is Verdict.OPT_OUT:
        return Step("dropped", opts_out=True, reason=reason)
    if judged is Verdict.BUG:
        return Step("undeliverable", reason=reason)
    if judged in (Verdict.AGAIN, Verdict.AGAIN_PAIR, Verdict.AGAIN_UPGRADE):
        return _again(text, judged, failure, chance, reason)
    return _elsewhere(text, reason, no_whatsapp=judged is Verdict.NO_WHATSAPP)


def after_silence(text: Text, state: str, now: datetime) -> Step:
    """Say what becomes of a text whose timer ran out without a word from the provider.

    `sending` and `unknown` had no receipt, so the call was probably lost: once more, then the
    next channel. `sent` was not delivered in time: the next channel, if there is one.
    """
    if text.valid_until is not None and now >= text.valid_until:
        return Step("dropped", reason="too late")
    if state == "sent":
        if text.later:
            return _elsewhere(text, "not delivered in time")
        return Step("sent")
    if text.tries < TRIES:
        return Step("waiting", 0, reason="no receipt")
    return _elsewhere(text, "no receipt")


def after_accepted(text: Text) -> Step:
    """Say how long a text that a provider took may go undelivered before the next channel."""
    return Step("sent", FALLBACK_AFTER_S if text.later else None)


def _again(text: Text, judged: Verdict, failure: Failure, chance: float, reason: str) -> Step:
    if text.tries >= TRIES:
        return _elsewhere(text, reason)
    if judged is Verdict.AGAIN_PAIR:
        pause = min(4.0 ** max(1, text.tries), LONGEST_PAUSE_S)
    elif judged is Verdict.AGAIN_UPGRADE:
        pause = UPGRADE_S
    else:  # full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter)
        pause = chance * min(PAUSE_S * 2**text.tries, LONGEST_PAUSE_S)
    return Step("waiting", max(pause, failure.retry_after_s or 0.1), reason=reason)


def _elsewhere(text: Text, reason: str, *, no_whatsapp: bool = False) -> Step:
    if not text.later:
        return Step("undeliverable", no_whatsapp=no_whatsapp, reason=reason)
    return Step("waiting", 0, channel=text.later[0], no_whatsapp=no_whatsapp, reason=reason)


# Receipts come late, twice and out of order: an attempt only ever climbs. Delivered or read wins
# over failed, for one of two devices may have got it.
LADDER = (
    *("calling", "unknown", "accepted", "refused", "sent", "failed"),
    *("delivered", "read", "played"),
)

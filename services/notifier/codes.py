"""What a failure calls for: pure, one table per provider and one row per code of theirs.

The codes are the WhatsApp Cloud API's
(https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes) and Twilio's
(https://www.twilio.com/docs/api/errors).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What a failure calls for."""

    AGAIN = "again"  # throttled or never sent: the same once more, later
    AGAIN_PAIR = "again_pair"  # too many to this one person: 4^n seconds, others go on
    AGAIN_UPGRADE = "again_upgrade"  # the number is being upgraded: in a minute
    UNKNOWN = "unknown"  # may have gone out: wait for a receipt first
    TEMPLATE = "template"  # the 24-hour window is closed: as a template, once
    BAD_TEMPLATE = "bad_template"  # our template is not as we say: next channel, and an alarm
    NEXT_CHANNEL = "next_channel"  # it cannot go so: the next provider or channel
    NO_WHATSAPP = "no_whatsapp"  # this person cannot be reached so: remember it for a day
    OPT_OUT = "opt_out"  # the person asked for no more
    CIRCUIT = "circuit"  # we may not send: nothing goes until it is mended, and nothing is lost
    ACCOUNT = "account"  # our account is in trouble: likewise, and the next channel meanwhile
    BUG = "bug"  # our mistake: aside, and an alarm


META: dict[int, Verdict] = {
    **dict.fromkeys((4, 613, 80007, 130429), Verdict.AGAIN),
    131056: Verdict.AGAIN_PAIR,
    **dict.fromkeys((131057, 134101), Verdict.AGAIN_UPGRADE),
    **dict.fromkeys((1, 2, 131000, 131016, 133004), Verdict.UNKNOWN),
    131047: Verdict.TEMPLATE,
    **dict.fromkeys((131026, 131062, 130472, 130403, 131051), Verdict.NO_WHATSAPP),
    131049: Verdict.NEXT_CHANNEL,
    131050: Verdict.OPT_OUT,
    **dict.fromkeys((132000, 132001, 132005, 132007, 132012, 132015, 132016), Verdict.BAD_TEMPLATE),
    **dict.fromkeys((0, 3, 10, 190, *range(200, 300)), Verdict.CIRCUIT),
    **dict.fromkeys((368, 131031, 131042, 131048, 133010), Verdict.ACCOUNT),
    **dict.fromkeys((100, 131008, 131009, 131021), Verdict.BUG),
    **dict.fromkeys((131052, 131053), Verdict.AGAIN),
}
TWILIO: dict[int, Verdict] = {
    **dict.fromkeys((20429, 30001), Verdict.AGAIN),
    **dict.fromkeys((20003, 20005), Verdict.CIRCUIT),
    **dict.fromkeys((21211, 21614, 30003, 30005, 30006), Verdict.NEXT_CHANNEL),
    21610: Verdict.OPT_OUT,
}
CODES: Mapping[str, Mapping[int, Verdict]] = {"meta": META, "twilio": TWILIO}
ALARMS = frozenset({Verdict.BAD_TEMPLATE, Verdict.CIRCUIT, Verdict.ACCOUNT, Verdict.BUG})
THROTTLED, SERVER_TROUBLE = 429, 500
MOVED = range(300, 400)
NOT_ALLOWED = (401, 403)


@dataclass(frozen=True, slots=True)
class Failure:
    """How a call failed. No `status` means that no answer came; `code` is the provider's own.

    `judged` is set where the provider's file knows more than its table says.
    """

    reason: str
    status: int | None = None
    code: int | None = None
    retry_after_s: float | None = None
    is_transient: bool = False
    judged: Verdict | None = None


def verdict(failure: Failure, provider: str) -> Verdict:
    """Judge a failure by the provider's code, else by its status; the unknown is permanent."""
    if failure.judged is not None:
        return failure.judged
    known = CODES.get(provider, {}).get(failure.code) if failure.code is not None else None
    if failure.status == THROTTLED:
        is_longer = known in {Verdict.AGAIN_PAIR, Verdict.AGAIN_UPGRADE}
        return known if known and is_longer else Verdict.AGAIN
    return known or _by_status(failure)


def _by_status(failure: Failure) -> Verdict:
    if failure.status is None or failure.status >= SERVER_TROUBLE:
        return Verdict.UNKNOWN
    if failure.is_transient:
        return Verdict.AGAIN
    if failure.status in NOT_ALLOWED or failure.status in MOVED:
        return Verdict.CIRCUIT
    return Verdict.NEXT_CHANNEL

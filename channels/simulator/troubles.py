"""How a provider answers that is not well: with an error, late, cut off, or never.

What a code means: https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from channels.simulator.fates import Fate, pick
from channels.simulator.hostile import Hostile

HANG_S = 60.0
OK, TOO_MANY, SERVER_ERROR = 200, 429, 500
THROTTLES = {4, 80007, 130429, 131056}
NOBODY_KNOWS = {1, 2, 131000, 131016, 133004}  # the message may have gone out
NOT_ALLOWED = {3, 10, *range(200, 300)}
SMS_STATUSES = (429, 500, 503)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error instead of an answer; `is_taken` where the message went out nevertheless."""

    status: int
    code: int
    is_taken: bool


def refusal_of(hostile: Hostile, fate: Fate) -> Refusal | None:
    """Say with which error of the Graph API a send is refused, if it is."""
    for dose in ("error", "error_in_200"):
        if hostile.does(fate, dose):
            code, rest = pick(hostile.mode.codes, fate.part(dose))
            status, rest = pick(_statuses(code), rest)
            is_taken = code in NOBODY_KNOWS and rest < 0.5  # noqa: PLR2004 every second time
            return Refusal(OK if dose == "error_in_200" else status, code, is_taken)
    return None


def sms_refusal_of(hostile: Hostile, fate: Fate) -> Refusal | None:
    """Say with which status an SMS provider refuses, if it does."""
    if not hostile.does(fate, "error"):
        return None
    status, rest = pick(SMS_STATUSES, fate.part("error"))
    return Refusal(status, status, status >= SERVER_ERROR and rest < 0.5)  # noqa: PLR2004 likewise


async def answer(hostile: Hostile, fate: Fate, response: web.Response) -> web.Response:
    """Give the answer, unless it is to come late, cut in the middle, or not at all."""
    if hostile.does(fate, "timeout"):
        await asyncio.sleep(HANG_S)
    if hostile.does(fate, "slow"):
        await asyncio.sleep(fate.part("slow") * hostile.mode.slow_s)
    if hostile.does(fate, "truncated"):
        text = response.text or ""
        cut = text[: len(text) // 2]
        return web.Response(status=response.status, text=cut, content_type="application/json")
    return response


def _statuses(code: int) -> Sequence[int]:
    """Name the HTTP statuses that descriptions of the API give for a code: they disagree."""
    if code in THROTTLES:
        return (400, TOO_MANY)
    if code in NOBODY_KNOWS:
        return (500, 503)
    return (401,) if code in {0, 190} else (403,) if code in NOT_ALLOWED else (400,)

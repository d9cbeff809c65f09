"""Every error that the API may answer, in one shape (RFC 9457)."""

import random
from collections.abc import Sequence
from functools import cache
from math import ceil
from typing import Any

from aiohttp import web

from services.gateway.bodies import FieldFault, Problem
from shared.messages import STATUS_OF_REFUSAL, Refusal

TITLES: dict[str, str] = {
    "already_booked": "This applicant already has a hold or a booking for this service.",
    "already_extended": "This hold was extended before; that is done once.",
    "bad_json": "The body is not JSON that can be read.",
    "bad_request": "The request cannot be read.",
    "bad_signature": "This is not signed by whom it should come from.",
    "cross_site": "A browser sent this from another site.",
    "expired": "The request waited too long and was not carried out.",
    "hold_expired": "The hold has expired or was given up.",
    "idempotency_conflict": "This Idempotency-Key came before with another body.",
    "idempotency_key_invalid": "Idempotency-Key must have 1 to 200 visible ASCII characters.",
    "idempotency_key_missing": "This call needs the header Idempotency-Key.",
    "internal": "Something is wrong on our side; what was booked is safe.",
    "invalid": "The request has fields that are missing, unknown or wrong.",
    "login_required": "Prove a phone number first: POST /v1/logins.",
    "method_not_allowed": "This address does not know this method.",
    "needs_attention": "The request is set aside for our staff.",
    "not_extendable": "This office lets no hold be extended.",
    "not_found": "There is nothing here, or it is not yours.",
    "not_offered": "This office does not offer this service.",
    "not_open_yet": "The quota of this session is not open yet.",
    "overloaded": "Too much at this moment; repeating with the same key is safe.",
    "rate_limited": "Too many attempts; wait before the next one.",
    "seat_not_kept": "This seat is held for another person or session, and cannot be kept.",
    "slot_closed": "This session is closed.",
    "slot_full": "No seat is left in this session.",
    "sms_unavailable": "No code can be sent by SMS; prove the number by WhatsApp.",
    "timeout": "The body did not arrive in time.",
    "too_large": "The body is too large.",
    "too_late": "It is too late for this.",
    "too_many_for_phone": "This phone has as many bookings as it may have.",
    "too_many_reschedules": "This booking was moved as often as it may be.",
    "unknown_office": "There is no such office.",
    "unknown_slot": "There is no such session.",
    "unsupported_media_type": "The body must be application/json, without an encoding.",
    "wrong_code": "The code is wrong.",
}
PROBLEM_TYPE = "application/problem+json"
RETRY_S = {
    Refusal.OVERLOADED.value: (1, 5),
    Refusal.RATE_LIMITED.value: (2, 6),
    "sms_unavailable": (60, 600),
}


class ProblemError(Exception):
    """An answer that is not what was asked for; `more` are the fields that help."""

    def __init__(self, status: int, code: str, **more: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.more = status, code, more


def not_found() -> ProblemError:
    """Say the same of what does not exist and of what is somebody else's."""
    return ProblemError(404, Refusal.NOT_FOUND.value)


def invalid(faults: Sequence[FieldFault], **more: Any) -> ProblemError:
    """Say which fields are wrong and why, never what was in them."""
    return ProblemError(422, "invalid", errors=list(faults), **more)


def rate_limited(retry_after_s: float) -> ProblemError:
    """Say when to come back, in whole seconds."""
    return ProblemError(429, Refusal.RATE_LIMITED.value, retry_after=max(1, ceil(retry_after_s)))


def overloaded() -> ProblemError:
    """Say that nothing was promised and that the same key may be sent again."""
    return ProblemError(503, Refusal.OVERLOADED.value)


def refused(code: Refusal, **more: Any) -> ProblemError:
    """Turn a refusal of booking into its answer."""
    return ProblemError(STATUS_OF_REFUSAL.get(code, 409), code.value, **more)


def describe(error: ProblemError) -> Problem:
    """Write the body of a problem; who must wait is told how long, at random within reason."""
    more = dict(error.more)
    more.setdefault("retry_after", _some_seconds(error.code))
    return Problem(
        type=f"urn:antrean:problem:{error.code}",
        title=TITLES[error.code],
        status=error.status,
        code=error.code,
        **more,
    )


def answer(error: ProblemError) -> web.Response:
    """Make the response of a problem."""
    wait_s, body = write(error)
    response = web.Response(body=body, status=error.status, content_type=PROBLEM_TYPE)
    if wait_s is not None:
        response.headers["Retry-After"] = str(wait_s)
    if error.status == web.HTTPUnauthorized.status_code:
        response.headers["WWW-Authenticate"] = 'Bearer realm="antrean"'
    return response


def write(error: ProblemError) -> tuple[int | None, bytes]:
    """Write a problem: the seconds to wait, where there are any, and the body."""
    if error.more:
        problem = describe(error)
        return problem.retry_after, _write(problem)
    wait_s = _some_seconds(error.code)
    return wait_s, _plain(error.status, error.code, wait_s)


def _some_seconds(code: str) -> int | None:
    return random.randint(*RETRY_S[code]) if code in RETRY_S else None  # noqa: S311 jitter


def _write(problem: Problem) -> bytes:
    return problem.model_dump_json(exclude_none=True).encode()


@cache
def _plain(status: int, code: str, retry_after: int | None) -> bytes:
    """Write a body once: in an overload most answers are one of five."""
    return _write(describe(ProblemError(status, code, retry_after=retry_after)))

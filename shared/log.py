"""Logs as JSON lines on standard output: a constant past-tense name plus fields, no person."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

HIDDEN = "[hidden]"
# A NIK (16 digits), a phone number (62..., +62..., 08...), a bearer or signed token.
PERSONAL = re.compile(r"\b\d{16}\b|(?:\+?62|\b0)8\d{7,11}\b|eyJ[\w-]{10,}\.[\w.-]+")
SECRET_FIELDS = frozenset(
    {"name", "birth_date", "nik", "phone", "bsuid", "contact", "applicant"}
    | {"approval_code", "booking_code", "otp", "text", "body", "password", "secret"}
    | {"token", "access_token", "authorization"}
)


def set_up(service: str, level: str = "INFO") -> None:
    """Configure structlog and the standard library's logging for one process."""
    logging.basicConfig(format="%(message)s", stream=sys.stdout, level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            hide_persons,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


def hide_persons(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Blank fields that name a person and anything that looks like a NIK, a phone or a token."""
    for field, value in event.items():
        if field in SECRET_FIELDS:
            event[field] = HIDDEN
        elif isinstance(value, str):
            event[field] = PERSONAL.sub(HIDDEN, value)
    return event

"""Logs as JSON lines on standard output: a constant past-tense name plus fields, no person."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any, TextIO, cast

import structlog

from shared.output import OUTPUT

HIDDEN = "[hidden]"
# A NIK (16 digits), a phone number (62..., +62..., 08...), a bearer or signed token.
PERSONAL = re.compile(r"\b\d{16}\b|(?:\+?62|\b0)8\d{7,11}\b|eyJ[\w-]{10,}\.[\w.-]+")
SECRET_FIELDS = frozenset(
    {"name", "birth_date", "nik", "phone", "bsuid", "contact", "applicant"}
    | {"approval_code", "booking_code", "otp", "text", "body", "password", "secret"}
    | {"token", "access_token", "authorization"}
)


def set_up(service: str, level: str = "INFO") -> None:
    """Configure structlog and, to write the same lines, the standard library's logging."""
    common: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    ending: list[Any] = [
        structlog.processors.format_exc_info,
        hide_persons,
        structlog.processors.JSONRenderer(),
    ]
    structlog.configure(
        processors=[*common, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", OUTPUT)),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(OUTPUT)
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=common, processors=[strip, *ending])
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    # It quotes the line of a request that it cannot read, and there may be anything in it.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
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

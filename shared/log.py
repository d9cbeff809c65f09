"""Logs as JSON lines on standard output: a constant past-tense name plus fields, no person."""

import asyncio
import atexit
import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from pydantic_core import to_json

LINES_S = 0.05
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
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=common, processors=[strip, *ending])
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    # It quotes the line of a request that it cannot read, and there may be anything in it.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    structlog.contextvars.bind_contextvars(service=service)


def lean_logger() -> Any:
    """Make a logger for a line that each call writes: a third of the usual cost.

    Persons are not looked for in it, so no field may hold what a caller wrote; and its lines go
    out together, a moment later.
    """
    return structlog.wrap_logger(
        Lines(),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=lambda line, **_: to_json(line).decode()),
        ],
    )


class Lines:
    """Writes lines to standard output together, at most `LINES_S` after the first of them."""

    def __init__(self) -> None:
        self._waiting: list[str] = []
        atexit.register(self._write)

    def info(self, line: str) -> None:
        """Write a line in a moment; at once where no loop runs."""
        self._waiting.append(line)
        if len(self._waiting) > 1:
            return
        try:
            asyncio.get_running_loop().call_later(LINES_S, self._write)
        except RuntimeError:
            self._write()

    def _write(self) -> None:
        lines, self._waiting = self._waiting, []
        if lines:
            sys.stdout.write("\n".join(lines) + "\n")
            sys.stdout.flush()


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

"""Reads what callers send, strictly: size, time, encoding, depth, no field twice, none unknown."""

import asyncio
import json
import re
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from services.gateway.bodies import FieldFault
from services.gateway.problems import ProblemError, invalid

BODY_BYTES = 16 * 1024
DEPTH = 8
READ_S = 5.0
KEY = re.compile(r"[\x21-\x7e]{1,200}")
WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})\"?", re.IGNORECASE)
# Also a string that never ends: a pattern that gives it up would begin anew at each quote.
STRING = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)', re.DOTALL)
CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
DEFAULT_WAIT_S = 2
LONGEST_WAIT_S = 10

Model = TypeVar("Model", bound=BaseModel)


async def read_body(request: web.Request, model: type[Model]) -> Model:
    """Read a JSON body into a model; raises ProblemError 400, 408, 413, 415 or 422."""
    encoding = request.headers.get("Content-Encoding", "identity")
    if request.content_type != "application/json" or encoding != "identity":
        raise ProblemError(415, "unsupported_media_type")
    raw = await _read_bytes(request)
    check_json(raw)
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise invalid(faults_of(error)) from None


async def read_bytes(request: web.Request, limit: int) -> bytes:
    """Read a body of at most `limit` bytes within 5 s; raises ProblemError 408 or 413."""
    if (request.content_length or 0) > limit:
        raise ProblemError(413, "too_large")
    if request.content.is_eof():
        raw = request.content.read_nowait()  # it came with its head, as nearly all do
        if len(raw) > limit:
            raise ProblemError(413, "too_large")
        return raw
    raw = b""
    try:
        async with asyncio.timeout(READ_S):
            while chunk := await request.content.readany():
                raw += chunk
                if len(raw) > limit:
                    raise ProblemError(413, "too_large")
    except TimeoutError:
        raise ProblemError(408, "timeout") from None
    return raw


async def _read_bytes(request: web.Request) -> bytes:
    return await read_bytes(request, BODY_BYTES)


def check_json(raw: bytes) -> None:
    """Refuse what two readers could read in two ways; raises ProblemError 400 or 422."""
    try:
        text = raw.decode("utf-8", errors="strict")
        if text.count("{") + text.count("[") > DEPTH and _depth(text) > DEPTH:
            raise ProblemError(400, "bad_json")
        value = STRICT.decode(text)
        if "\\" in text:  # a lone surrogate is written with an escape and is no character
            json.dumps(value, ensure_ascii=False).encode()
    except RepeatedFieldError as error:
        raise invalid([FieldFault(loc=[error.field], msg="the field stands twice")]) from None
    except ValueError:
        raise ProblemError(400, "bad_json") from None


def read_query(request: web.Request, model: type[Model]) -> Model:
    """Read the parameters of the address into a model; raises ProblemError 422."""
    given: dict[str, str] = {}
    for name, value in request.query.items():
        if name in given:
            raise invalid([FieldFault(loc=[_shown(name)], msg="the parameter stands twice")])
        if CONTROL.search(value):
            raise invalid([FieldFault(loc=[_shown(name)], msg="control characters are refused")])
        given[name] = value
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise invalid(faults_of(error)) from None


def read_key(request: web.Request) -> str:
    """Read the Idempotency-Key; raises ProblemError 400."""
    keys = request.headers.getall("Idempotency-Key", [])
    if not keys:
        raise ProblemError(400, "idempotency_key_missing")
    if len(keys) > 1 or not KEY.fullmatch(keys[0]):
        raise ProblemError(400, "idempotency_key_invalid")
    return keys[0]


def read_wait(request: web.Request) -> float:
    """Read `Prefer: wait=N` (RFC 7240), in seconds; what cannot be read is not there."""
    found = WAIT.search(", ".join(request.headers.getall("Prefer", [])))
    return min(int(found.group(1)), LONGEST_WAIT_S) if found else DEFAULT_WAIT_S


def faults_of(error: ValidationError) -> list[FieldFault]:
    """List the wrong fields without what was in them."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return [
        FieldFault(
            loc=[part if isinstance(part, int) else _shown(part) for part in fault["loc"]],
            msg=_plain(fault["type"], fault["msg"]),
        )
        for fault in found
    ]


class RepeatedFieldError(ValueError):
    """A JSON object has a field twice."""

    def __init__(self, field: str) -> None:
        super().__init__("a field stands twice")
        self.field = _shown(field)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise RepeatedFieldError(name)
        found[name] = value
    return found


def _refuse(word: str) -> Any:
    raise ValueError(word)


STRICT = json.JSONDecoder(object_pairs_hook=_without_repeats, parse_constant=_refuse)


def _depth(text: str) -> int:
    """Count how deep objects and lists are nested; brackets within strings do not count."""
    bare = STRING.sub("", text)
    deepest = depth = 0
    for sign in bare:
        if sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


def _shown(name: str) -> str:
    """Name a field in an answer; a name that is no name may be anything, so it is left out."""
    return name if re.fullmatch(r"[a-z_]{1,40}", name) else "?"


def _plain(kind: str, message: str) -> str:
    # pydantic's own words for these quote what was sent
    return "the value is not valid" if kind in {"json_invalid", "value_error_"} else message

"""Around every call: an id, the errors in one shape, the headers, one line of log, one count."""

import os
import re
import time
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from services.gateway import callers, calls, site
from services.gateway.context import GATEWAY
from services.gateway.problems import ProblemError, answer
from shared.db import is_passing

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
NAMED = web.RequestKey("request_id", str)
BEGUN = web.RequestKey("begun", bool)  # a streamed answer of which a part is sent
UNHEARD = 499  # nobody was there to hear the answer; the number is nginx's
BROKEN = web.RequestKey("broken", bool)  # by us, where the status was sent already
STRICT = "default-src 'none'; frame-ancestors 'none'"
HSTS = "max-age=31536000"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
EXPOSED = "Location, Retry-After, ETag, X-Request-Id"
ASKABLE = "Authorization, Content-Type, Idempotency-Key, Prefer, If-None-Match"


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Name the call, time it, log it by its route: never by its address, which may hold a code."""
    started = time.perf_counter()
    given = request.headers.get("X-Request-Id", "")
    name = given if given and REQUEST_ID.fullmatch(given) else os.urandom(16).hex()
    request[NAMED] = name
    structlog.contextvars.bind_contextvars(request_id=name)
    status = UNHEARD
    try:
        response = await handler(request)
        status = response.status
    finally:
        status = 500 if BROKEN in request else status
        method = request.method if request.method in KNOWN_METHODS else "OTHER"
        calls.note(method, route_of(request), status, time.perf_counter() - started, name)
    if not response.prepared:
        if callers.RENEWED in request:
            callers.renew_cookie(response, request)
        if request.app[GATEWAY].admission.is_leaving:
            response.force_close()
    return response


@web.middleware
async def catch(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into a problem; what is ours to mend is logged and says no more."""
    try:
        return await handler(request)
    except ProblemError as error:
        return answer(error)
    except web.HTTPMethodNotAllowed as error:
        return _other_method(request, error)
    except web.HTTPException as error:
        return _http_problem(request, error)
    except Exception as error:
        # Not every broken connection is the caller's: Postgres may be the one that is gone.
        if isinstance(error, ConnectionError) and _is_gone(request):
            raise
        if request.get(BEGUN):
            request[BROKEN] = True
            log.warning("answer_broken_off", error=type(error).__name__)
            raise ConnectionError from error  # a second head must not stand in the first's body
        if is_passing(error):
            log.warning("request_unserved", error=type(error).__name__)
            return answer(ProblemError(503, "overloaded"))
        log.exception("request_failed")
        return answer(ProblemError(500, "internal", report_id=request[NAMED]))


async def dress(request: web.Request, response: web.StreamResponse) -> None:
    """Give a response its headers, just before they are sent."""
    gateway = request.app[GATEWAY]
    headers = response.headers
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", STRICT)
    headers.setdefault("Cache-Control", "no-store")
    headers["X-Request-Id"] = request.get(NAMED, "-")
    headers.popall("Server", None)
    if gateway.config.public_url.startswith("https:"):
        headers["Strict-Transport-Security"] = HSTS
    _share(request, response, gateway.config.cors_origins)


def _share(request: web.Request, response: web.StreamResponse, origins: list[str]) -> None:
    if not origins:
        return
    response.headers.add("Vary", "Origin")
    origin = request.headers.get("Origin")
    if origin in origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Access-Control-Expose-Headers"] = EXPOSED


def route_of(request: web.Request) -> str:
    """Name a call by its template: `/v1/bookings/{code}`."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"


def _is_gone(request: web.Request) -> bool:
    """Whether nobody is there to read an answer."""
    return request.transport is None or request.transport.is_closing()


def _other_method(request: web.Request, error: web.HTTPMethodNotAllowed) -> web.Response:
    allowed = ", ".join(sorted({*error.allowed_methods, "OPTIONS"}))
    if request.method != "OPTIONS":
        response = answer(ProblemError(405, "method_not_allowed"))
        response.headers["Allow"] = allowed
        return response
    headers = {"Allow": allowed}
    if "Access-Control-Request-Method" in request.headers:
        headers |= {
            "Access-Control-Allow-Methods": allowed,
            "Access-Control-Allow-Headers": ASKABLE,
            "Access-Control-Max-Age": "600",
        }
    return web.Response(status=204, headers=headers)


def _http_problem(request: web.Request, error: web.HTTPException) -> web.Response:
    """Say what is wrong; whoever looks for a page that is not there is shown one that says so."""
    built = request.app.get(site.SITE)
    is_missing = error.status == web.HTTPNotFound.status_code
    if built is not None and is_missing and site.wants_page(request):
        return built.missing.response(request, error.status)
    codes = {404: "not_found", 413: "too_large", 415: "unsupported_media_type"}
    if error.status in codes:
        return answer(ProblemError(error.status, codes[error.status]))
    return answer(ProblemError(400, "bad_request"))


KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
MIDDLEWARES = (observe, catch)

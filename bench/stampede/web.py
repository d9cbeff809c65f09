"""`python -m bench.stampede.web`: the stampede on a page, for whoever has a stack on this machine.

It opens quota, which is an operator's act, so it listens on this machine alone and obeys its own
page alone: no page of another site reaches it, under whatever name it finds it.
"""

import asyncio
import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from bench.stampede.stage import BadWishError, Stage, read_wish

HOST = "127.0.0.1"
PAGE = Path(__file__).parent / "page"
FILES = {
    "/": "index.html",
    "/style.css": "style.css",
    "/main.js": "main.js",
    "/icon.svg": "icon.svg",
}
OURS = frozenset({"127.0.0.1", "localhost", "::1"})
MARK = "X-Antrean-Stampede"  # no form and no page of another site can send it unasked
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
MOST_BODY = 1_000
HEARTBEAT_S = 10.0
PAUSE_S = 0.08
STAGE = web.AppKey("stage", Stage)
routes = web.RouteTableDef()


def build(stage: Stage) -> web.Application:
    """Put the routes, the guard and the one run together."""
    app = web.Application(middlewares=[_guard], client_max_size=MOST_BODY)
    app[STAGE] = stage
    app.add_routes(routes)
    for path in FILES:
        app.router.add_get(path, _file)
    app.on_shutdown.append(lambda app: app[STAGE].close())
    return app


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse names that are not this machine's and acts that another site's page asks for."""
    why = refuse(request.method, request.host, request.headers)
    try:
        response = _problem(403, why) if why else await handler(request)
    except web.HTTPException as refused:
        refused.headers.update(HEADERS)
        raise
    if not response.prepared:
        response.headers.update(HEADERS)
    return response


def refuse(method: str, host: str, headers: Mapping[str, str]) -> str:
    """Say why a request is not obeyed; empty where it is.

    A name that somebody let point to this machine (DNS rebinding) is not ours.
    """
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        name = None
    if name not in OURS:
        return "This page answers to 127.0.0.1 and localhost alone."
    if method in {"GET", "HEAD"}:
        return ""
    origin, site = headers.get("Origin"), headers.get("Sec-Fetch-Site")
    is_elsewhere = origin not in {None, f"http://{host}"} or site not in {None, "same-origin"}
    if is_elsewhere or headers.get(MARK) is None:
        return "Only this page itself may ask for that."
    return ""


async def _file(request: web.Request) -> web.StreamResponse:
    return web.FileResponse(PAGE / FILES[request.path])


@routes.get("/livez")
@routes.get("/readyz")
async def _ready(_request: web.Request) -> web.Response:
    return web.json_response({"ready": True})


@routes.post("/api/runs")
async def _start(request: web.Request) -> web.Response:
    """Begin a run: 202, 409 while one is under way, 422 with the reason for bad numbers."""
    stage = request.app[STAGE]
    try:
        wish = read_wish(json.loads(await request.read()))
    except BadWishError as error:
        return _problem(422, str(error))
    except (ValueError, RecursionError):
        return _problem(422, "That is no JSON.")
    if stage.is_busy:
        return _problem(409, "A run is under way; this page shows it.")
    stage.start(wish)
    return web.json_response({"number": stage.state["number"]}, status=202)


@routes.post("/api/stop")
async def _stop(request: web.Request) -> web.Response:
    """Let nobody more come."""
    request.app[STAGE].stop()
    return web.json_response({}, status=202)


@routes.get("/api/stream")
async def _stream(request: web.Request) -> web.StreamResponse:
    """Send the state, whole, now and whenever it changed, as server-sent events."""
    response = web.StreamResponse(headers=HEADERS | {"Content-Type": "text/event-stream"})
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        async for state in request.app[STAGE].watch(HEARTBEAT_S):
            text = f"data: {json.dumps(state)}\n\n" if state else ": still here\n\n"
            await response.write(text.encode())
            await asyncio.sleep(PAUSE_S)  # no eye sees more, and the rivals need the machine
    return response


def _problem(status: int, why: str) -> web.Response:
    return web.json_response({"error": why}, status=status)


def main() -> None:
    """Serve until told to end."""
    port = int(os.environ["ANTREAN_PORT"])
    web.run_app(
        build(Stage()), host=HOST, port=port, access_log=None, print=None, shutdown_timeout=1
    )


if __name__ == "__main__":
    main()

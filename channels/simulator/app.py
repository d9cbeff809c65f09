"""Routes, page and background work put together."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler

from channels.simulator import control, dials, graph, sms
from channels.simulator.courier import Courier
from channels.simulator.graph import CALL, WORLD
from channels.simulator.hostile import Hostile
from channels.simulator.journal import Call, Journal
from channels.simulator.post import WEBHOOK, Post
from channels.simulator.settings import SimulatorSettings
from channels.simulator.world import World

PAGE = Path(__file__).parent / "page"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",  # the page's modules are of one version or of none
}
KEPT_HEADERS = ("Content-Type", "Authorization")


def build(config: SimulatorSettings) -> web.Application:
    """Make the application; its phones start with two sample people."""
    app = web.Application(middlewares=[_guard, _note])
    app.cleanup_ctx.append(_live(config))
    for table in (graph.routes, sms.routes, control.routes, dials.routes):
        app.add_routes(table)
    app.router.add_get("/livez", _livez)
    app.router.add_get("/readyz", _livez)
    if PAGE.is_dir():
        app.router.add_get("/", _index)
        app.router.add_static("/page", PAGE)
    return app


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as refused:
        refused.headers.update(HEADERS)
        raise
    if not response.prepared:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
    return response


@web.middleware
async def _note(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Write down what the system asks of the providers, and what it is answered."""
    if not request.path.startswith(("/v", "/sms/")):
        return await handler(request)
    journal = request.app[WORLD].journal
    headers = {name: request.headers[name] for name in KEPT_HEADERS if name in request.headers}
    call = Call("api", request.method, str(request.url), headers, await request.read())
    request[CALL] = journal.begin(call)
    answer: int | str = "no answer"
    text = ""
    try:
        response = await handler(request)
        answer = response.status
        text = (response.text or "") if isinstance(response, web.Response) else ""
    except web.HTTPException as refused:
        answer = refused.status
        raise
    finally:
        journal.end(call, answer, text)
    return response


async def _index(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE / "index.html")


async def _livez(_request: web.Request) -> web.Response:
    return web.json_response({"status": "alive"})


def _live(config: SimulatorSettings) -> Callable[[web.Application], AsyncIterator[None]]:
    async def live(app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as http:
            hostile, journal = Hostile(), Journal(config.secrets)
            courier = Courier(http, config.retry_s, hostile, journal)
            post = Post(config, courier, hostile)
            app[WORLD] = world = World(config, courier, post, hostile, journal)
            journal.on_change = world.tell_call
            world.start_afresh()
            shaking = asyncio.create_task(_shake_hands(world, http))
            yield
            shaking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await shaking
            await world.close()

    return live


async def _shake_hands(world: World, http: aiohttp.ClientSession) -> None:
    """Ask the gateway to echo a challenge, as Meta does when a webhook is set up."""
    challenge = secrets.token_hex(8)
    query = {
        "hub.mode": "subscribe",
        "hub.verify_token": world.config.verify_token,
        "hub.challenge": challenge,
    }
    while not world.is_verified:
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with http.get(world.config.gateway_url + WEBHOOK, params=query) as answer:
                world.is_verified = answer.status == 200 and await answer.text() == challenge  # noqa: PLR2004
        await asyncio.sleep(0 if world.is_verified else 1)

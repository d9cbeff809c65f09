"""`/livez`, `/readyz` and `/metrics`, the same in each service."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import prometheus_client
from aiohttp import web

from shared.broker import Broker
from shared.db import Pool, is_exhausted, passing

Check = Callable[[], Awaitable[dict[str, str]]]
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def routes(checks: Sequence[Check]) -> list[web.RouteDef]:
    """Make the three routes; ready means that no check reports a trouble."""

    async def livez(_request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def readyz(_request: web.Request) -> web.Response:
        troubles: dict[str, str] = {}
        for found in await asyncio.gather(*(check() for check in checks)):  # some take a second
            troubles.update(found)
        status = "unready" if troubles else "ready"
        code = 503 if troubles else 200
        return web.json_response({"status": status, "troubles": troubles}, status=code)

    async def metrics(_request: web.Request) -> web.Response:
        text = prometheus_client.generate_latest()
        return web.Response(body=text, headers={"Content-Type": METRICS_TYPE})

    return [web.get("/livez", livez), web.get("/readyz", readyz), web.get("/metrics", metrics)]


def checks(broker: Broker, pool: Pool) -> list[Check]:
    """Make the checks of a service that needs RabbitMQ and Postgres."""

    async def database() -> dict[str, str]:
        with passing() as trouble:
            async with pool.acquire(timeout=1) as db:
                await db.fetchval("SELECT 1", timeout=1)
        if isinstance(trouble.error, TimeoutError) and is_exhausted(pool):
            return {"database": "pool_exhausted"}
        return {"database": trouble.name} if trouble else {}

    return [broker.readiness, database]


async def serve(host: str, port: int, checks: Sequence[Check]) -> web.AppRunner:
    """Serve the three routes alone, for a service without an API; its caller cleans it up."""
    app = web.Application()
    app.add_routes(routes(checks))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner

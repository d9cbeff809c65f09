"""The bare handler: aiohttp on uvloop, the body validated, JSON answered, nothing done.

`python -m bench.peers.bare PORT`
"""

import asyncio
import sys
from uuid import uuid4

import uvloop
from aiohttp import web
from pydantic import BaseModel

from bench.peers.wish import Wish


class Done(BaseModel):
    """What is answered."""

    hold_id: str
    office: str
    service: str | None
    date: str
    session: str


async def post_hold(request: web.Request) -> web.Response:
    """Read a wish and say that it was read."""
    wish = Wish.model_validate_json(await request.read())
    done = Done(
        hold_id=str(uuid4()),
        office=wish.office,
        service=wish.service,
        date=wish.date.isoformat(),
        session=wish.session,
    )
    text = done.model_dump_json()
    return web.Response(text=text, status=201, content_type="application/json")


async def ready(_request: web.Request) -> web.Response:
    """Say that it listens."""
    return web.Response()


async def serve(port: int) -> None:
    """Serve until the process is ended."""
    app = web.Application()
    app.add_routes([web.post("/v1/holds", post_hold), web.get("/readyz", ready)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))

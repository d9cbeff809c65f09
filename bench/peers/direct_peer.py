"""The direct peer: aiohttp and asyncpg on uvloop, one statement and one commit a request, no queue.

`python -m bench.peers.direct_peer PORT DATABASE_URL POOL_SIZE`; several may share the port.
"""

import asyncio
import json
import sys
from uuid import uuid4

import asyncpg
import uvloop
from aiohttp import web
from pydantic import ValidationError

from bench.peers.wish import Wish

TAKE = """
    WITH taken AS (
        UPDATE slot SET remaining = remaining - 1 WHERE id = $1 AND remaining > 0
        RETURNING capacity - remaining AS seat
    ), booked AS (
        INSERT INTO booking (id, slot_id, applicant, seat, name, birth_date)
        SELECT $2, $1, $3, seat, $4, $5 FROM taken RETURNING seat
    ), told AS (
        INSERT INTO outbox (payload) SELECT $6::jsonb FROM booked
    )
    SELECT seat FROM booked
"""
POOL: web.AppKey["asyncpg.Pool[asyncpg.Record]"] = web.AppKey("pool", asyncpg.Pool)


async def post_hold(request: web.Request) -> web.Response:
    """Take a seat: 201, or 409 where none is left or the applicant has one."""
    try:
        wish = Wish.model_validate_json(await request.read())
    except ValidationError:
        return web.json_response({"code": "invalid"}, status=422)
    who, booking_id = wish.applicant, uuid4()
    event = json.dumps({"type": "hold.placed", "hold_id": str(booking_id), "slot": wish.slot})
    values = (wish.slot, booking_id, who.key, who.name, who.birth_date, event)
    try:
        seat = await request.app[POOL].fetchval(TAKE, *values)
    except asyncpg.UniqueViolationError:
        return web.json_response({"code": "already_booked"}, status=409)
    if seat is None:
        return web.json_response({"code": "slot_full"}, status=409)
    return web.json_response({"hold_id": str(booking_id), "seat": seat}, status=201)


async def ready(_request: web.Request) -> web.Response:
    """Say that it listens."""
    return web.Response()


async def serve(port: int, url: str, size: int) -> None:
    """Serve until the process is ended."""
    app = web.Application()
    app[POOL] = await asyncpg.create_pool(url, min_size=size, max_size=size)
    app.add_routes([web.post("/v1/holds", post_hold), web.get("/readyz", ready)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024, reuse_port=True).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))

"""The port on a real socket: who waits there is let in together, and who came has an answer."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvloop
from aiohttp import web

from deploy.local.paths import free_port
from services.gateway.__main__ import running
from services.gateway.context import Gateway
from services.gateway.door import Door
from services.gateway.protocol import Runner
from services.gateway.settings import GatewaySettings

ASK = b"GET /readyz HTTP/1.1\r\nHost: here\r\n\r\n"
CROWD = 200


async def say_ok(_: web.Request) -> web.Response:
    return web.Response(text="ok")


@asynccontextmanager
async def a_door(port: int) -> AsyncIterator[Door]:
    app = web.Application()
    app.router.add_get("/readyz", say_ok)
    runner = Runner(app, access_log=None)
    await runner.setup()
    door = Door(runner, "127.0.0.1", port)
    await door.start()
    yield door
    await runner.cleanup()


def knock(port: int) -> list[socket.socket]:
    """Connect and ask, without letting the loop have a turn."""
    crowd = [socket.create_connection(("127.0.0.1", port)) for _ in range(CROWD)]
    for one in crowd:
        one.sendall(ASK)
        one.settimeout(0)
    return crowd


def is_answered(one: socket.socket) -> bool:
    try:
        return one.recv(4096, socket.MSG_PEEK).startswith(b"HTTP/1.1 200")
    except BlockingIOError:
        return False


async def count_turns() -> int:
    """Count the turns of the loop until everybody who waited at the port is answered."""
    port, turns = free_port(), 0
    async with a_door(port):
        crowd = knock(port)
        async with asyncio.timeout(20):
            while not all(is_answered(one) for one in crowd):
                await asyncio.sleep(0)
                turns += 1
        for one in crowd:
            one.close()
    return turns


def test_who_waits_at_the_port_is_let_in_in_few_turns_of_the_loop() -> None:
    assert uvloop.run(count_turns()) < CROWD / 4


async def test_who_waits_at_the_port_when_it_closes_is_answered() -> None:
    port = free_port()
    async with a_door(port):
        crowd = knock(port)

    answered = [is_answered(one) for one in crowd]
    for one in crowd:
        one.close()
    assert answered == [True] * CROWD


async def test_a_port_that_is_taken_says_so() -> None:
    port = free_port()
    async with a_door(port):
        with pytest.raises(OSError, match="in use"):
            async with a_door(port):
                pass


async def keep_asking(port: int, answered: list[bytes]) -> str:
    """Ask on one connection until told that it closes; says how it ended."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while True:
            writer.write(ASK)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split()[0])
            await reader.readexactly(length)
            answered.append(head)
            if b"connection: close" in head.lower():
                return "told"
    except (asyncio.IncompleteReadError, ConnectionError):
        return "cut off"
    finally:
        writer.close()


async def test_a_gateway_that_leaves_tells_each_connection_and_cuts_none_off(
    config: GatewaySettings, gateway: Gateway
) -> None:
    assert gateway
    port = free_port()
    answered: list[bytes] = []
    async with running(config.model_copy(update={"port": port})):
        asking = [asyncio.create_task(keep_asking(port, answered)) for _ in range(20)]
        await asyncio.wait(asking, timeout=0.3)

    assert await asyncio.gather(*asking) == ["told"] * 20
    assert len(answered) > len(asking)

"""A link is made again whatever ended it, also where the client library stumbles."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from yarl import URL

from shared import links
from shared.links import Link, Opened
from tests.conftest import eventually

HEADER = 8  # bytes of AMQP's first word
Host = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def closes_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def closes_after_the_greeting(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    await reader.readexactly(HEADER)
    writer.close()


async def cuts_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readexactly(HEADER)
    writer.transport.abort()


async def talks_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readexactly(HEADER)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    writer.close()


@pytest.fixture(params=[closes_at_once, closes_after_the_greeting, cuts_off, talks_nonsense])
async def visits(request: pytest.FixtureRequest) -> AsyncIterator[list[int]]:
    """Count how often somebody comes to a host that is no broker."""
    came: list[int] = []

    async def host(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(1)
        await request.param(reader, writer)

    async def on_open(_: Opened) -> None:
        raise AssertionError("nobody is there")

    server = await asyncio.start_server(host, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    link = Link(f"amqp://nobody:nothing@127.0.0.1:{port}/", "test", on_open)
    link.start()
    yield came
    await link.stop()
    server.close()


async def test_a_link_comes_again_however_it_was_sent_away(visits: list[int]) -> None:
    async def came_again() -> bool:
        return len(visits) >= 4

    assert await eventually(came_again)


async def test_a_link_comes_again_after_what_no_library_should_raise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    came: list[int] = []

    async def stumbles(*_: object, **__: object) -> None:
        came.append(1)
        raise StopAsyncIteration

    async def came_again() -> bool:
        return len(came) >= 3

    monkeypatch.setattr(links.aio_pika, "connect", stumbles)
    link = Link("amqp://nobody:nothing@127.0.0.1:1/", "test", lambda _: asyncio.sleep(0))
    link.start()
    assert await eventually(came_again)
    await link.stop()


async def test_a_link_stops_although_the_library_swallows_that_it_is_told_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As `wait_for` of Python 3.11 does where what it waits for fails in the same moment."""
    came: list[int] = []

    async def swallows(*_: object, **__: object) -> None:
        came.append(1)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if len(came) == 1:
                raise ConnectionResetError from None
            raise

    monkeypatch.setattr(links.aio_pika, "connect", swallows)
    link = Link("amqp://nobody:nothing@127.0.0.1:1/", "test", lambda _: asyncio.sleep(0))
    link.start()
    await asyncio.sleep(0)

    stopping = asyncio.create_task(link.stop())
    done, _ = await asyncio.wait([stopping], timeout=20)
    stopping.cancel()
    assert done


async def test_a_connection_that_never_came_to_be_is_closed() -> None:
    """Else the garbage collector begins to close it, and nobody awaits that where no loop runs."""
    connection = links.Connection(URL("amqp://nobody:nothing@127.0.0.1:1/"))
    with pytest.raises(links.LOST):
        await connection.connect(timeout=1)
    assert connection.is_closed


async def test_a_connection_that_cannot_be_closed_in_order_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = links.Connection(URL("amqp://nobody:nothing@127.0.0.1:1/"))

    class Stuck:
        async def close(self, _: object) -> None:
            raise ConnectionResetError

    async def connects(*_: object, **__: object) -> links.Connection:
        made.transport = Stuck()  # type: ignore[assignment]
        return made

    async def no(_: Opened) -> None:
        raise ConnectionResetError

    monkeypatch.setattr(links.aio_pika, "connect", connects)
    link = Link("amqp://nobody:nothing@127.0.0.1:1/", "test", no)
    link.start()

    async def closed() -> bool:
        return made.is_closed

    assert await eventually(closed)
    await link.stop()

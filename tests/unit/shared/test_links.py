"""A link is made again whatever ended it, also where the client library stumbles."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from shared import links
from shared.links import Link, Opened
from tests.conftest import eventually

# The client library forgets to await what it began where the host talks nonsense.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
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

"""A cable carries, holds up, swallows and cuts, as it is told."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chaos.cables import Cable


@pytest.fixture
async def cable() -> AsyncIterator[Cable]:
    """A cable to somebody who says back what is said."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    made = Cable.to("a cable", f"postgres://me:secret@127.0.0.1:{port}/db")
    await made.join()
    yield made
    await made.close()
    server.close()


async def say(cable: Cable, words: bytes, wait_s: float = 5) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", cable.here)
    writer.write(words)
    try:
        async with asyncio.timeout(wait_s):
            return await reader.read(100)
    finally:
        writer.transport.abort()


def test_an_address_leads_through_the_cable_with_its_proof() -> None:
    cable = Cable("a cable", "far", 5432, here=21_234)

    assert cable.through("postgres://me:secret@far:5432/db") == (
        "postgres://me:secret@127.0.0.1:21234/db"
    )
    assert cable.through("http://far:5432/x") == "http://127.0.0.1:21234/x"


async def test_it_carries_both_ways(cable: Cable) -> None:
    assert await say(cable, b"hello") == b"hello"


async def test_what_it_swallows_does_not_come_back(cable: Cable) -> None:
    cable.eats = True

    with pytest.raises(TimeoutError):
        await say(cable, b"hello", 0.2)


async def test_when_it_is_silent_nobody_is_told(cable: Cable) -> None:
    cable.silence()

    with pytest.raises(TimeoutError):
        await say(cable, b"hello", 0.2)
    cable.heal()
    assert await say(cable, b"hello") == b"hello"


async def test_it_cuts_in_the_midst_of_what_comes_back(cable: Cable) -> None:
    cable.cut_after = 3

    assert await say(cable, b"hello there") == b"hello"
    assert cable.cuts == 1
    assert await say(cable, b"hello") == b"hello"

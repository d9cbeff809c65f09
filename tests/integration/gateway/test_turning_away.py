"""Too much to do: 503 where the bytes arrive, as whole an answer as any other."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from services.gateway.context import Gateway

BODY = b'{"not":"read"}'
PLAIN = b"POST /v1/holds HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
LENGTH = b"Content-Length: %d\r\n\r\n" % len(BODY)
WHOLE = PLAIN + LENGTH + BODY
# Read in the usual way, since its length is not told beforehand.
USUAL = PLAIN + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
SOON = 5

Answer = tuple[int, dict[str, str], bytes]


class Connection:
    """One connection, spoken by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()
        await asyncio.sleep(0.05)  # what comes next comes as a piece of its own

    async def answer(self) -> Answer:
        async with asyncio.timeout(SOON):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = dict(line.split(": ", 1) for line in head[1:] if line)
            body = await self._reader.readexactly(int(headers["Content-Length"]))
        return int(head[0].split()[1]), headers, body

    async def says_nothing_more(self) -> bool:
        try:
            async with asyncio.timeout(0.3):
                return await self._reader.read(1) == b""
        except TimeoutError:
            return True


@asynccontextmanager
async def connected(gateway: Gateway) -> AsyncIterator[Connection]:
    at = urlsplit(gateway.config.public_url)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    try:
        yield Connection(reader, writer)
    finally:
        writer.transport.abort()


@pytest.fixture
def full(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway.admission, "_most", 0)


@pytest.mark.usefixtures("full")
async def test_who_is_turned_away_is_told_what_everybody_is_told(gateway: Gateway) -> None:
    async with connected(gateway) as connection:
        await connection.send(USUAL)
        usual = await connection.answer()
        await connection.send(WHOLE)
        status, headers, body = await connection.answer()

    assert (status, usual[0]) == (503, 503)
    assert headers.keys() == usual[1].keys()
    own = ("X-Request-Id", "Retry-After", "Date", "Content-Length", "Content-Type")
    for name in headers.keys() - own:
        assert headers[name] == usual[1][name]
    assert headers["Content-Type"].startswith("application/problem+json")
    told = json.loads(body)
    assert (told["code"], told["retry_after"]) == ("overloaded", int(headers["Retry-After"]))
    assert told.keys() == json.loads(usual[2]).keys()


async def test_the_same_connection_is_served_when_there_is_less_to_do(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(gateway) as connection:
        with monkeypatch.context() as patch:
            patch.setattr(gateway.admission, "_most", 0)
            for _ in range(3):
                await connection.send(WHOLE)
                assert (await connection.answer())[0] == 503
        await connection.send(WHOLE)
        status, _, body = await connection.answer()

    assert (status, json.loads(body)["code"]) == (401, "login_required")


@pytest.mark.usefixtures("full")
async def test_what_looks_like_a_request_inside_of_another_is_none(gateway: Gateway) -> None:
    async with connected(gateway) as connection:
        await connection.send(PLAIN + b"Content-Length: %d\r\nX-Long: " % len(BODY))
        await connection.send(WHOLE)
        first = await connection.answer()
        assert await connection.says_nothing_more()
    async with connected(gateway) as connection:
        await connection.send(PLAIN + b"Content-Length: %d\r\n\r\n" % len(WHOLE))
        await connection.send(WHOLE)
        second = await connection.answer()
        assert await connection.says_nothing_more()

    assert first[0] in {400, 503}
    assert second[0] == 503


@pytest.mark.usefixtures("full")
async def test_requests_that_come_together_are_answered_one_by_one(gateway: Gateway) -> None:
    async with connected(gateway) as connection:
        await connection.send(WHOLE + WHOLE)
        await connection.send(WHOLE)
        statuses = [(await connection.answer())[0] for _ in range(3)]
        assert await connection.says_nothing_more()

    assert statuses == [503] * 3


@pytest.mark.usefixtures("full")
async def test_only_who_asks_for_a_seat_is_turned_away_unread(gateway: Gateway) -> None:
    path = b"GET /v1/offices HTTP/1.1\r\nHost: x\r\n\r\n"
    async with connected(gateway) as connection:
        await connection.send(path)
        status, _, _ = await connection.answer()

    assert status == 200

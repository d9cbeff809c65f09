"""The raw client against a server in the test's own loop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import uvloop

from bench.load import EARLY_S, UNANSWERED, Answers, Load, Run, length_of

OK = b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok"
Answer = Callable[[bytes, int], tuple[float, list[bytes]]]


@asynccontextmanager
async def server(answer: Answer) -> AsyncIterator[int]:
    """Answer each request with pieces, after a pause; the answer may depend on its number."""
    count = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        try:
            while True:
                request = await reader.readuntil(b"\r\n\r\n")
                number, count = count, count + 1
                pause, pieces = answer(request, number)
                await asyncio.sleep(pause)
                if not pieces:
                    return
                for piece in pieces:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]


async def play(load: Load, requests: list[bytes]) -> Answers:
    return await Run(load, requests).play()


def requests(count: int) -> list[bytes]:
    return [f"GET /{number} HTTP/1.1\r\n\r\n".encode() for number in range(count)]


async def test_every_request_is_sent_once_and_answered_once() -> None:
    asked: list[bytes] = []

    def note(request: bytes, _number: int) -> tuple[float, list[bytes]]:
        asked.append(request)
        return 0, [OK]

    async with server(note) as port:
        answers = await play(Load(port, [], connections=4), requests(50))

    assert sorted(asked) == sorted(requests(50))
    assert answers.count(201) == len(answers.status) == 50
    assert answers.bodies == dict.fromkeys(range(50), b"ok")


async def test_an_answer_in_pieces_is_one_answer() -> None:
    pieces = [OK[:5], OK[5:30], OK[30:-1], OK[-1:]]

    async with server(lambda _, __: (0, pieces)) as port:
        answers = await play(Load(port, [], connections=2), requests(6))

    assert answers.count(201) == 6
    assert set(answers.bodies.values()) == {b"ok"}


async def test_the_open_loop_counts_from_when_a_request_was_to_be_sent() -> None:
    """The one connection is busy with the first for a while; the others wait that long."""
    async with server(lambda _, number: (0 if number else 0.3, [OK])) as port:
        load = Load(port, [], connections=1, arrivals=[0.0, 0.0, 0.0])
        answers = await play(load, requests(3))

    assert list(answers.sent) == [0.0, 0.0, 0.0]
    assert min(answers.took) >= 0.3
    assert max(answers.lateness) >= 0.3


async def test_a_connection_that_breaks_leaves_its_request_unanswered_and_no_other() -> None:
    async with server(lambda _, number: (0, [] if number == 1 else [OK])) as port:
        answers = await play(Load(port, [], connections=1, patience_s=5), requests(5))

    assert answers.count(UNANSWERED) == 1
    assert answers.count(201) == 4


async def test_what_is_not_answered_in_time_is_unanswered() -> None:
    async with server(lambda _, number: (60 if number == 2 else 0, [OK])) as port:
        load = Load(port, [], connections=3, arrivals=[0.0, 0.0, 0.0], patience_s=0.2)
        answers = await play(load, requests(3))

    assert answers.count(UNANSWERED) == 1
    assert answers.count(201) == 2


async def test_a_load_that_repeats_goes_on_until_its_time_is_over() -> None:
    async with server(lambda _, __: (0, [OK])) as port:
        load = Load(port, [], connections=2, repeat=True, limit_s=0.2)
        answers = await play(load, requests(3))

    assert len(answers.status) > 3
    assert answers.count(201) == len(answers.status)


@pytest.mark.parametrize(
    ("head", "status", "length"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", 200, 12),
        (b"HTTP/1.1 200 OK\r\ncontent-length:7\r\n\r\n", 200, 7),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 12\r\n\r\n", 304, 0),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, 0),
        (b"HTTP/1.1 200 OK\r\n\r\n", 200, 0),
    ],
)
def test_the_length_of_a_body_is_read(head: bytes, status: int, length: int) -> None:
    assert length_of(head, status) == length


async def test_a_server_that_is_gone_ends_the_load() -> None:
    async with server(lambda _, __: (0, [OK])) as port:
        pass

    async with asyncio.timeout(5):
        answers = await play(Load(port, [], connections=2), requests(3))

    assert answers.count(201) == 0


def test_moments_are_finer_than_the_clock_of_the_event_loop() -> None:
    """The loop that is used knows whole milliseconds, which is as much as a yardstick takes."""

    async def rush() -> Answers:
        async with server(lambda _, __: (0, [OK])) as port:
            return await play(Load(port, [], connections=2), requests(200))

    answers = uvloop.run(rush())

    off = [abs(1000 * took - round(1000 * took)) for took in answers.took]
    assert max(off) > 0.05
    assert min(answers.took) > 0


async def test_a_request_that_went_out_early_counts_from_when_it_went_out() -> None:
    """Timers know whole milliseconds, so that some are early by a part of one."""
    arrivals = [number * 0.0103 for number in range(20)]

    async with server(lambda _, __: (0, [OK])) as port:
        answers = await play(Load(port, [], connections=2, arrivals=arrivals), requests(20))

    assert answers.count(201) == 20
    assert min(answers.lateness) >= -EARLY_S
    assert min(answers.took) > 0


async def test_where_there_is_nothing_to_send_it_is_over_at_once() -> None:
    async with server(lambda _, __: (0, [OK])) as port:
        answers = await asyncio.wait_for(play(Load(port, [], connections=2), []), 10)

    assert len(answers.status) == 0


@pytest.mark.parametrize("arrivals", [None, [0.01 * number for number in range(400)]])
async def test_whoever_stops_it_waits_for_what_is_under_way(arrivals: list[float] | None) -> None:
    async with server(lambda _, __: (0.05, [OK])) as port:
        run = Run(Load(port, [], connections=2, arrivals=arrivals), requests(400))
        playing = asyncio.create_task(run.play())
        while run.answers.count(201) < 3:
            await asyncio.sleep(0.01)
        run.stop()
        answers = await asyncio.wait_for(playing, 10)

    assert 3 <= len(answers.status) < 400
    assert answers.count(201) == len(answers.status)


async def test_connections_come_from_the_addresses_that_are_named() -> None:
    seen: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("peername")[0])
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(OK)
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        sources = ["127.1.2.3", "127.4.5.6"]
        await play(Load(port, [], connections=4, sources=sources), requests(8))

    assert sorted(seen) == ["127.1.2.3"] * 2 + ["127.4.5.6"] * 2

"""Connections to RabbitMQ that are made again whenever they are lost.

Each is supervised here rather than by `connect_robust`, which repeats what it was told at first: a
fixed reply queue or a stream offset must be new after a reconnect.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import AMQPError, ChannelInvalidStateError

from shared.settings import addresses

log = structlog.get_logger(__name__)

HEARTBEAT_S = 10  # a dead peer is noticed in about three times this; the docs warn below 5
CONNECT_S = 5
CANCEL_S = 1.0
LOST = (AMQPError, ChannelInvalidStateError, OSError, RuntimeError)


@contextlib.contextmanager
def as_lost() -> Iterator[None]:
    """Raise ConnectionResetError, one of LOST, where a wait is cancelled and not by whoever waits.

    A connection whose heartbeats stop ends with CancelledError, and so does all that waits on it. A
    task that lets it through ends as if somebody had wanted that: without a word to anybody.
    """
    try:
        yield
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise ConnectionResetError("the connection fell silent") from error


class Opened:
    """A connection that was just made.

    A channel that the broker closes (a consumer that took too long, a missing exchange), or a
    consumer that it cancels, takes the whole connection along: then all is made anew.
    """

    def __init__(self, connection: AbstractConnection, give_up: Callable[[], None]) -> None:
        self._connection, self._give_up = connection, give_up

    async def channel(self, **how: Any) -> AbstractChannel:
        """Open a channel."""
        channel = await self._connection.channel(**how)
        channel.close_callbacks.add(self._is_over)
        under = await channel.get_underlay_channel()
        under.on_consumer_cancel_callbacks.add(self._is_over)
        return channel

    def _is_over(self, *_: Any) -> None:
        self._give_up()


class Connection(aio_pika.Connection):
    """A connection that is closed also where it never came to be.

    The library's own leaves that to the garbage collector, which begins to close it on whatever
    loop it finds, or on none.
    """

    async def connect(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 as it is there
        """Connect within so many seconds."""
        try:
            await super().connect(timeout=timeout)
        except BaseException:
            await self.close()
            raise


OnOpen = Callable[[Opened], Awaitable[None]]


async def connect_to_any(url: str) -> AbstractConnection:
    """Connect to the first of the hosts that answers; raises what the last one said."""
    *others, last = addresses(url)
    for address in others:
        with contextlib.suppress(*LOST, TimeoutError):
            return await _connect(address)
    return await _connect(last)


async def _connect(address: str, **how: Any) -> AbstractConnection:
    connection: AbstractConnection = await aio_pika.connect(
        address, timeout=CONNECT_S, connection_class=Connection, **how
    )
    return connection


class Link:
    """One connection that is made again, with jittered back-off, for as long as it is wanted.

    Where the URL names several hosts, each time it goes to the next one: the first that answers
    serves until it fails.
    """

    def __init__(self, url: str, name: str, on_open: OnOpen) -> None:
        self._addresses, self._name, self._on_open = addresses(url), name, on_open
        self._turn = 0
        self._task: asyncio.Task[None] | None = None
        self.connection: AbstractConnection | None = None
        self.up = asyncio.Event()
        self._up_since = 0.0

    def start(self) -> None:
        """Begin to connect; `up` is set while the connection is usable."""
        self._task = asyncio.create_task(self._keep(), name=f"link-{self._name}")

    async def stop(self) -> None:
        """Close the connection and make no other."""
        while self._task is not None and not self._task.done():
            # More than once: a cancellation that comes in the moment in which a wait inside the
            # library ends is lost (https://github.com/python/cpython/issues/86296, until 3.12).
            self._task.cancel()
            await asyncio.wait([self._task], timeout=CANCEL_S)
        await self._close()

    async def drop(self) -> None:
        """Close a connection that is in doubt; a new one follows."""
        await self._close()

    def up_s(self) -> float:
        """For how many seconds it has been up; 0 while it is not."""
        return time.monotonic() - self._up_since if self.up.is_set() else 0.0

    async def _keep(self) -> None:
        pause = 0.1
        while True:
            try:
                with as_lost():
                    await self._live()
                pause = 0.1
            except (*LOST, TimeoutError) as error:
                log.warning("broker_unreachable", link=self._name, error=type(error).__name__)
            except Exception:
                # Whatever the client library stumbles over: a process without its link is of no
                # use, and nothing would tell.
                log.exception("broker_link_failed", link=self._name)
            await self._close()
            self._turn += 1
            await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311 jitter, no secret
            pause = min(pause * 2, 5.0)

    async def _live(self) -> None:
        properties: dict[str, Any] = {"connection_name": self._name}
        self.connection = await _connect(
            self._addresses[self._turn % len(self._addresses)],
            heartbeat=HEARTBEAT_S,
            client_properties=properties,
        )
        lost = asyncio.Event()
        self.connection.close_callbacks.add(lambda *_: lost.set())
        await self._on_open(Opened(self.connection, lost.set))
        self._up_since = time.monotonic()
        self.up.set()
        log.info("broker_connected", link=self._name)
        await lost.wait()
        log.warning("broker_connection_lost", link=self._name)

    async def _close(self) -> None:
        self.up.clear()
        connection, self.connection = self.connection, None
        if connection is not None and not connection.is_closed:
            with contextlib.suppress(*LOST, TimeoutError), as_lost():
                await asyncio.wait_for(connection.close(), 2)
            await connection.close()  # where the host did not hear it: it is over on our side

"""Takes in who waits at the port: many connections in one turn of the loop.

uvloop's own server takes one a turn (libuv 1.52), and under load a turn lasts 10 ms: measured in
an overload, 1,500 connections waited at the port for up to 12 s, while who was in had an answer
within 0.3 s.
"""

import asyncio
import socket

import structlog
from aiohttp import web

from services.gateway.protocol import Runner

log = structlog.get_logger(__name__)

BACKLOG = 4096  # connections that wait to be taken: all of an opening come in one second
AT_ONCE = 100
FULL_S = 0.5
LOOKS, LOOK_S = 25, 0.02  # half a second in all


class Door(web.BaseSite):
    """Listens at a port. `is_shared` lets other processes listen there too (SO_REUSEPORT)."""

    def __init__(self, runner: Runner, host: str, port: int, *, is_shared: bool = False) -> None:
        super().__init__(runner, backlog=BACKLOG)
        self._host, self._port, self._is_shared = host, port, is_shared
        self._listening: list[socket.socket] = []
        self._welcomes: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        """The address, for logs."""
        return f"http://{self._host}:{self._port}"

    async def start(self) -> None:
        """Listen at every address of the host; raises OSError where that port cannot be had."""
        await super().start()
        found = await asyncio.get_running_loop().getaddrinfo(
            self._host, self._port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, address in dict.fromkeys((one[0], one[4]) for one in found):
            listening = socket.create_server(
                address[:2], family=family, backlog=BACKLOG, reuse_port=self._is_shared
            )
            listening.settimeout(0)
            self._listening.append(listening)
            self._watch(listening)

    async def stop(self) -> None:
        """Take in who waits already and nobody more, and let all say what they came for.

        Whoever was let in may have a request on its way: closed at once, it were lost.
        """
        await super().stop()
        loop = asyncio.get_running_loop()
        for listening in self._listening:
            loop.remove_reader(listening)
            self._take(listening, BACKLOG)
            listening.close()
        self._listening.clear()
        await asyncio.gather(*self._welcomes, return_exceptions=True)
        for _ in range(LOOKS):
            if not self._runner.server or not self._runner.server.connections:
                break
            await asyncio.sleep(LOOK_S)

    def _watch(self, listening: socket.socket) -> None:
        if listening.fileno() >= 0:
            loop = asyncio.get_running_loop()
            loop.add_reader(listening, self._take, listening, AT_ONCE)

    def _take(self, listening: socket.socket, most: int) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(most):
            try:
                connection, _ = listening.accept()
            except BlockingIOError:
                return
            except ConnectionAbortedError:
                continue  # gone before we looked
            except OSError as error:  # no more files or memory: who waits may wait a little longer
                log.warning("no_more_connections", error=error.strerror)
                loop.remove_reader(listening)
                loop.call_later(FULL_S, self._watch, listening)
                return
            connection.settimeout(0)
            task = loop.create_task(self._welcome(connection))
            self._welcomes.add(task)
            task.add_done_callback(self._welcomes.discard)

    async def _welcome(self, connection: socket.socket) -> None:
        server = self._runner.server
        if server is None:
            connection.close()
            return
        try:
            await asyncio.get_running_loop().connect_accepted_socket(server, connection)
        except OSError:
            connection.close()

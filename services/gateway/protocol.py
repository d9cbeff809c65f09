"""The HTTP server's edge: what aiohttp does with calls that never become a request.

aiohttp lets a connection that sends nothing, or its first line byte by byte, stay for ever, and
answers what it cannot parse with a page that quotes it and names the program. Both are changed here
by subclassing; the version is pinned, and tests/integration/gateway/test_edges.py holds it.
"""

import asyncio
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from services.gateway.middleware import HEADERS, STRICT
from services.gateway.problems import ProblemError, answer
from services.gateway.turning_away import TurningAway, is_whole

HEAD_S = 10.0  # within which a connection must have sent a whole first head


class CarefulHandler(RequestHandler):
    """One connection, which is given up where no request comes of it."""

    __slots__ = ("_is_plain", "_patience", "_turning_away")

    def __init__(self, turning_away: TurningAway | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turning_away = turning_away
        self._is_plain = True  # until now each piece that came was one whole request

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a first request."""
        super().connection_made(transport)
        self._patience = self._loop.call_later(HEAD_S, self._give_up)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Wait no more."""
        self._patience.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; a request is turned away here where there is too much to do.

        That is certain to be a request only where the last one has its answer, and nothing of
        another one was left lying in the parser.
        """
        is_waiting = self._waiter is not None and not self._waiter.done()
        self._is_plain = self._is_plain and is_whole(data)
        if self._turning_away and self._is_plain and is_waiting and self.transport is not None:
            answer = self._turning_away.answer(data)
            if answer is not None:
                self._request_count += 1
                self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
                self.transport.write(answer)
                return
        super().data_received(data)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 it quotes what was sent
    ) -> web.StreamResponse:
        """Say what is wrong in the one shape that errors have, and nothing of what was sent."""
        if request.writer.output_size > 0:
            raise ConnectionError("a response has begun") from exc
        is_ours = status >= web.HTTPInternalServerError.status_code
        code = "internal" if is_ours else "bad_request"
        response = answer(ProblemError(500 if is_ours else 400, code))
        response.headers.update(HEADERS | {"Content-Security-Policy": STRICT, "Server": "-"})
        response.force_close()
        return response

    def _give_up(self) -> None:
        if self._request_count == 0:
            self.force_close()


class CarefulServer(web.Server):
    """Makes such connections."""

    def __init__(self, turning_away: TurningAway | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turning_away = turning_away

    def __call__(self) -> CarefulHandler:
        """Make the handler of one new connection."""
        return CarefulHandler(self._turning_away, self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """Runs an application behind such a server."""

    def __init__(
        self, app: web.Application, turning_away: TurningAway | None = None, **limits: Any
    ) -> None:
        super().__init__(app, **limits)
        self._turning_away = turning_away

    async def _make_server(self) -> Any:
        made = await super()._make_server()
        return CarefulServer(
            self._turning_away,
            made.request_handler,
            request_factory=made.request_factory,
            loop=made._loop,  # noqa: SLF001 a server is made anew from what aiohttp made
            **made._kwargs,  # noqa: SLF001 likewise
        )

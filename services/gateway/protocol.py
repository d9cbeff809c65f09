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

HEAD_S = 10.0  # within which a connection must have sent a whole first head


class CarefulHandler(RequestHandler):
    """One connection, which is given up where no request comes of it."""

    __slots__ = ("_patience",)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a first request."""
        super().connection_made(transport)
        self._patience = self._loop.call_later(HEAD_S, self._give_up)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Wait no more."""
        self._patience.cancel()
        super().connection_lost(exc)

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

    def __call__(self) -> CarefulHandler:
        """Make the handler of one new connection."""
        return CarefulHandler(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """Runs an application behind such a server."""

    async def _make_server(self) -> Any:
        made = await super()._make_server()
        return CarefulServer(
            made.request_handler,
            request_factory=made.request_factory,
            loop=made._loop,  # noqa: SLF001 a server is made anew from what aiohttp made
            **made._kwargs,  # noqa: SLF001 likewise
        )

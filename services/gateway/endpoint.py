"""One call of the API: what it takes, whom it admits, what it answers.

The documents are made from the same declaration that validates.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from aiohttp import web
from pydantic import BaseModel

from services.gateway import callers, clock
from services.gateway.callers import Access
from services.gateway.context import GATEWAY, Ask
from services.gateway.problems import overloaded
from services.gateway.reading import read_body, read_query
from services.gateway.wishes import Asked

Handler = Callable[[Ask], Awaitable[web.StreamResponse]]
Answer = type[BaseModel] | str  # a model, or the media type of what is no JSON


class Load(StrEnum):
    """What a call costs the rest of the system."""

    NONE = "none"  # it is answered here
    COMMAND = "command"
    OF_SEAT = "of_seat"  # a command about a seat that the caller has


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A call: `answers` by status; `refusals` are the problem statuses besides the usual ones.

    `headers` are those that it reads, `told` those that an answer carries, by status. `load` says
    whether it is let in when there is too much to do.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    answers: Mapping[int, Answer]
    access: Access = Access.EVERYBODY
    query: type[BaseModel] = Asked
    body: type[BaseModel] | None = None
    refusals: tuple[int, ...] = ()
    headers: tuple[str, ...] = field(default=())
    told: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    load: Load = Load.NONE

    def route(self) -> web.RouteDef:
        """Make the route that reads, admits and calls the handler."""

        async def handle(request: web.Request) -> web.StreamResponse:
            gateway, now = request.app[GATEWAY], clock.now()
            if self.load != Load.NONE and gateway.admission.is_full(
                has_seat=self.load == Load.OF_SEAT
            ):
                raise overloaded()
            if self.access != Access.EVERYBODY and not clock.CLOCK.is_known:
                raise overloaded()
            query = read_query(request, self.query)
            caller = await callers.admit(request, gateway, self.access, now)
            body = await read_body(request, self.body) if self.body else None
            return await self.handler(Ask(request, gateway, now, caller, query, body))

        return web.RouteDef(self.method, self.path, handle, {})


def answer(
    body: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Answer with a body in JSON; what does not apply is left out where it may be."""
    text = body.model_dump_json(exclude_unset=True)
    return web.Response(text=text, status=status, headers=headers, content_type="application/json")

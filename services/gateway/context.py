"""What every handler works with; put together once, in `__main__`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from services.gateway.admission import Admission
from services.gateway.catalogue import POOL_WAIT_S, Catalogue
from services.gateway.ended import EndedLogins
from services.gateway.fair.use import FairUse
from services.gateway.keeper import Keeper
from services.gateway.last_seats import LastSeats
from services.gateway.limits import caller_address
from services.gateway.publish import CommandSender
from services.gateway.questions import Questions
from services.gateway.replies import ReplyBook
from services.gateway.settings import GatewaySettings
from services.gateway.streams import Streams
from services.gateway.watch import LoginWatch
from shared.broker import Broker
from shared.db import Pool
from shared.keys import Keys
from shared.messages import Channel, Contact


@dataclass(frozen=True, slots=True)
class Gateway:
    """One gateway process."""

    config: GatewaySettings
    keys: Keys
    pool: Pool
    broker: Broker
    sender: CommandSender
    replies: ReplyBook
    catalogue: Catalogue
    keeper: Keeper
    questions: Questions
    streams: Streams
    fair_use: FairUse
    watch: LoginWatch
    ended: EndedLogins
    admission: Admission
    last_seats: LastSeats

    def db(self) -> Any:
        """Borrow a connection, or fail in time for an answer where all are in use."""
        return self.pool.acquire(timeout=POOL_WAIT_S)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `booking_code` limits a ticket's holder to that booking.

    `login` is what the token was issued for: one of the phone's logins, or a ticket. `contact`
    unseals how they are reached, `owners` every key that they are known by, `owner` among them:
    most calls of a stampede never need them.
    """

    owner: str
    contact: Callable[[], Contact]
    owners: Callable[[], tuple[str, ...]]
    channel: Channel
    booking_code: str | None = None
    login: str = ""

    def owns(self, owner: str) -> bool:
        """Whether what has this owner is theirs, by whichever of their keys."""
        return owner == self.owner or owner in self.owners()


@dataclass(frozen=True, slots=True)
class Ask:
    """One call, read and admitted: `body` and `query` are of the models its endpoint names."""

    request: web.Request
    gateway: Gateway
    now: datetime
    caller: Caller | None
    query: Any
    body: Any

    @property
    def by(self) -> Caller:
        """The caller of an endpoint that is not for everybody."""
        if self.caller is None:
            raise RuntimeError("this endpoint admits everybody")
        return self.caller

    def part(self, name: str) -> str:
        """Give a part of the path."""
        return self.request.match_info[name]


GATEWAY: web.AppKey[Gateway] = web.AppKey("gateway", Gateway)


def address_of(request: web.Request, trusted_proxies: int) -> str:
    """Tell from which address a call comes."""
    forwarded = ",".join(request.headers.getall("X-Forwarded-For", []))
    return caller_address(request.remote or "", forwarded, trusted_proxies)

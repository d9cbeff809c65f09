"""What every handler works with; put together once, in `__main__`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from services.gateway.catalogue import POOL_WAIT_S, Catalogue
from services.gateway.keeper import Keeper
from services.gateway.limits import Buckets, Rate, caller_address
from services.gateway.lookups import Lookups
from services.gateway.publish import CommandSender
from services.gateway.replies import ReplyBook
from services.gateway.settings import GatewaySettings
from services.gateway.streams import Streams
from services.gateway.watch import LoginWatch
from shared.broker import Broker
from shared.db import Pool
from shared.keys import Keys
from shared.messages import Channel, Contact


@dataclass(frozen=True, slots=True)
class FairUse:
    """The token buckets of one gateway."""

    acts_of_owner: Buckets
    acts_of_address: Buckets
    logins_of_address: Buckets
    sms_of_address: Buckets
    finds_of_address: Buckets
    finds_of_code: Buckets

    @staticmethod
    def of(config: GatewaySettings) -> "FairUse":
        """Make them; addresses are shared by many (CGNAT), so theirs are generous."""
        by_address = Rate.per_minute(config.address_per_minute)
        lookups = Rate.per_minute(config.lookups_per_minute)
        return FairUse(
            acts_of_owner=Buckets(Rate.per_minute(config.acts_per_minute)),
            acts_of_address=Buckets(by_address),
            logins_of_address=Buckets(lookups),
            sms_of_address=Buckets(Rate.per_minute(config.sms_per_address)),
            finds_of_address=Buckets(lookups),
            finds_of_code=Buckets(Rate(5, 5 / 600)),
        )


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
    lookups: Lookups
    streams: Streams
    fair_use: FairUse
    watch: LoginWatch

    def db(self) -> Any:
        """Borrow a connection, or fail within two seconds where all are in use."""
        return self.pool.acquire(timeout=POOL_WAIT_S)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `booking_code` limits a ticket's holder to that booking."""

    owner: str
    contact: Contact
    channel: Channel
    booking_code: str | None = None


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

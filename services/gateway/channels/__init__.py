"""Chat channels and the providers' calls: each brings its routes and its background work.

To add one: a file with a class, a line in `CHANNELS`.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from aiohttp import web

from services.gateway.channels.sms import Sms
from services.gateway.channels.whatsapp import WhatsApp
from services.gateway.context import Gateway


class Channel(Protocol):
    """What a channel brings along."""

    def routes(self) -> Sequence[web.RouteDef]:
        """List the routes that its provider calls."""

    async def run(self) -> None:
        """Work for as long as the process lives."""


CHANNELS: list[Callable[[Gateway], Channel]] = [WhatsApp, Sms]

"""A gateway whose servers are at the other end of cables, which a test may cut."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from deploy.local.paths import free_port
from services.gateway.context import Gateway
from tests.conftest import eventually
from tests.integration.gateway.world import Client


@dataclass(slots=True)
class Cable:
    """What lies between a gateway and a server of its, and can be cut or made deaf."""

    host: str
    port: int
    here: int = field(default_factory=free_port)
    server: asyncio.Server | None = None
    ends: list[asyncio.StreamWriter] = field(default_factory=list)
    hears: asyncio.Event = field(default_factory=asyncio.Event)

    @staticmethod
    def to(url: str, usual: int) -> "Cable":
        at = urlsplit(url)
        return Cable(at.hostname or "", at.port or usual)

    def through(self, url: str) -> str:
        return url.replace(f":{self.port}/", f":{self.here}/")

    async def join(self) -> None:
        self.hears.set()
        self.server = await asyncio.start_server(self._carry, "127.0.0.1", self.here)

    async def cut(self) -> None:
        assert self.server is not None
        self.server.close()
        for end in self.ends:
            end.transport.abort()
        self.ends.clear()

    async def _carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, forth = await asyncio.open_connection(self.host, self.port)
        self.ends += [back, forth]
        with contextlib.suppress(OSError):
            await asyncio.gather(self._pour(near, forth), self._pour(far, back, self.hears))

    async def _pour(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        gate: asyncio.Event | None = None,
    ) -> None:
        while data := await source.read(65_536):
            if gate is not None:
                await gate.wait()
            sink.write(data)
        sink.close()


@dataclass(frozen=True, slots=True)
class Far:
    """A gateway of its own, and what lies between it and its servers."""

    gateway: Gateway
    caller: Client
    cables: dict[str, Cable]

    async def until_live(self, *, is_live: bool = True) -> None:
        """Wait until its memory is certain, or in doubt."""

        async def look() -> bool:
            return self.gateway.catalogue.memory.is_live is is_live

        await eventually(look)

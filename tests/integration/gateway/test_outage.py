"""A gateway whose database goes away says so, and serves again once it is back."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
import pytest
from prometheus_client import REGISTRY

from deploy.local.paths import free_port
from services.gateway.__main__ import running
from services.gateway.settings import GatewaySettings
from tests.conftest import eventually
from tests.gateway_fixtures import ready
from tests.integration.gateway.world import Client, World


@dataclass(slots=True)
class Cable:
    """What lies between a gateway and its database, and can be cut."""

    host: str
    port: int
    here: int = field(default_factory=free_port)
    server: asyncio.Server | None = None
    ends: list[asyncio.StreamWriter] = field(default_factory=list)

    async def join(self) -> None:
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
            await asyncio.gather(_pour(near, forth), _pour(far, back))


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65_536):
        sink.write(data)
    sink.close()


@pytest.fixture
async def cable(config: GatewaySettings) -> AsyncIterator[Cable]:
    at = urlsplit(config.database_url)
    laid = Cable(at.hostname or "", at.port or 5432)
    await laid.join()
    yield laid
    await laid.cut()


@pytest.fixture
async def behind(
    config: GatewaySettings, cable: Cable, world: World, http: aiohttp.ClientSession
) -> AsyncIterator[Client]:
    """A caller of a gateway whose database is at the other end of the cable."""
    assert world.offices
    port, url = free_port(), config.database_url
    changed = {
        "port": port,
        "public_url": f"http://127.0.0.1:{port}",
        "database_url": url.replace(f":{cable.port}/", f":{cable.here}/"),
    }
    async with running(config.model_copy(update=changed)):
        await ready(f"{changed['public_url']}/readyz")
        yield Client(http, str(changed["public_url"]))


def counted(status: str) -> float:
    families: Iterable[object] = REGISTRY.collect()
    return sum(
        sample.value
        for family in families
        for sample in family.samples  # type: ignore[attr-defined]
        if sample.name == "antrean_http_seconds_count" and sample.labels["status"] == status
    )


async def test_without_its_database_a_gateway_says_503_and_counts_it(
    behind: Client, cable: Cable
) -> None:
    before = counted("503")

    await cable.cut()
    answers = [await behind.post("/v1/logins", {"phone": "+6281234567890"}) for _ in range(5)]
    await cable.join()

    async def is_back() -> bool:
        return (await behind.post("/v1/logins", {"phone": "+6281234567890"})).status == 201

    assert await eventually(is_back)
    assert [(answer.status, answer.json["code"]) for answer in answers] == [(503, "overloaded")] * 5
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers)
    assert counted("503") >= before + 5

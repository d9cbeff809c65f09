"""F36: who reads the logs and the metrics, or does not, is nothing to whoever is served."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest

from deploy.local import services
from deploy.local.environment import Stack
from deploy.local.paths import ROOT, free_port
from tests.gateway_fixtures import ready

CALLS, AT_ONCE = 1_500, 50  # their lines are several times what a pipe holds
ANSWER_S = 10.0


@pytest.fixture(params=["stuck", "gone"])
def kind(request: pytest.FixtureRequest) -> str:
    """What is the matter with whoever reads the logs."""
    found: str = request.param
    return found


@pytest.fixture
def sink(kind: str) -> Iterator[int]:
    """The writing end of a pipe that nobody reads."""
    reader, writer = os.pipe()
    if kind == "gone":
        os.close(reader)
    yield writer
    os.close(writer)
    if kind == "stuck":
        os.close(reader)


@pytest.fixture
async def deaf(stack: Stack, booking: object, sink: int) -> AsyncIterator[str]:
    """A gateway whose logs nobody takes; gives its address."""
    assert booking
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = services.environment(stack, "gateway") | {"ANTREAN_PORT": str(port)}
    env |= {"ANTREAN_LOOKUPS_PER_MINUTE": "1000000"}
    process = subprocess.Popen(  # noqa: ASYNC220 it only starts
        [sys.executable, "-m", "services.gateway"],
        cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink,
    )  # fmt: skip
    await ready(f"{url}/readyz")
    yield url
    process.terminate()
    assert await asyncio.to_thread(process.wait, 15) == 0


async def test_a_gateway_answers_though_nobody_takes_its_logs(
    deaf: str, kind: str, http: aiohttp.ClientSession
) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def ask() -> int:
        timeout = aiohttp.ClientTimeout(total=ANSWER_S)
        async with gate, http.get(f"{deaf}/v1/offices/nowhere", timeout=timeout) as answer:
            return answer.status

    assert set(await asyncio.gather(*(ask() for _ in range(CALLS)))) == {404}
    async with http.get(f"{deaf}/metrics") as answer:
        dropped = re.findall(
            r"^antrean_log_lines_dropped_total (\S+)", await answer.text(), re.MULTILINE
        )
    # A pipe that nobody will read again keeps nothing; one that is only stuck may be read yet.
    assert (float(dropped[0]) > CALLS / 2) == (kind == "gone")  # some are still to be written

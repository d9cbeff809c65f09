"""The stampede's page: its server, on a stack that runs."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import aiohttp
import pytest

from bench.stampede.stage import Stage, Wish
from bench.stampede.web import MARK
from deploy.local.paths import ROOT, free_port
from tests.system_fixtures import System

pytestmark = pytest.mark.timeout(400)
PATIENCE_S = 180
PAGE = {MARK: "test"}


@pytest.fixture
async def page(system: System) -> str:
    """The address of the page's server, which runs beside the whole stack."""
    if not system.processes.running["stampede"]:
        await asyncio.to_thread(system.processes.start, "stampede")
    return system.stack.url("stampede")


async def ask(system: System, url: str, body: object, **headers: str) -> tuple[int, Any]:
    async with system.http.post(url, json=body, headers=PAGE | headers) as answer:
        return answer.status, await answer.json()


async def states(system: System, page: str) -> AsyncIterator[dict[str, Any]]:
    patience = aiohttp.ClientTimeout(total=PATIENCE_S)
    async with system.http.get(f"{page}/api/stream", timeout=patience) as stream:
        async for line in stream.content:
            if line.startswith(b"data: "):
                yield json.loads(line[6:])


async def until(system: System, page: str, *phases: str) -> dict[str, Any]:
    """Watch, as a page that is opened now, until the run has come so far."""
    async with asyncio.timeout(PATIENCE_S), aclosing(states(system, page)) as told:
        async for state in told:
            if state["phase"] in phases:
                return state
    raise AssertionError("the stream ended")


async def test_30_rivals_for_5_seats_buy_5_and_everybody_who_looks_sees_it(
    system: System, page: str
) -> None:
    before = await until(system, page, "idle", "done", "failed")

    status, began = await ask(system, f"{page}/api/runs", {"seats": 5, "rivals": 30, "within_s": 0})
    second, why = await ask(system, f"{page}/api/runs", {"seats": 5, "rivals": 30})
    found, other = await asyncio.gather(*(until(system, page, "done", "failed") for _ in range(2)))

    assert (status, second) == (202, 409), (began, why)
    assert found == other
    assert found["number"] == began["number"] == before["number"] + 1
    result = found["result"]
    assert (result["sold"], result["capacity"], result["told"]) == (5, 5, 5), found
    assert result["is_from_ledger"]
    assert result["is_exact"]
    assert (result["oversold"], result["undersold"], result["unequal"]) == (0, 0, 0)
    assert sum(found["progress"]["statuses"].values()) == 30
    assert sum(found["progress"]["histogram"]) == 30
    assert found["progress"]["remaining"] == found["curve"][-1][1] == 0
    assert found["given_back"] == 5


async def test_a_run_that_is_stopped_is_counted_and_exact(system: System, page: str) -> None:
    await until(system, page, "idle", "done", "failed")
    wish = {"seats": 1000, "rivals": 1000, "within_s": 30}
    began, why = await ask(system, f"{page}/api/runs", wish)
    assert began == 202, why  # at once after the end of another
    await until(system, page, "running", "failed")

    status, _ = await ask(system, f"{page}/api/stop", {})
    found = await until(system, page, "done", "failed")

    assert status == 202
    result = found["result"]
    assert result["is_stopped"], found
    assert result["came"] < 1000
    assert result["sold"] == result["told"] <= result["came"]
    assert result["is_exact"]


@pytest.mark.parametrize(
    "headers",
    [
        {MARK: ""},
        {"Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example:8091"},
    ],
)
async def test_a_page_of_another_site_opens_no_counter(
    system: System, page: str, headers: dict[str, str]
) -> None:
    told = {name: text for name, text in (PAGE | headers).items() if text}
    async with system.http.post(f"{page}/api/runs", json={"seats": 1}, headers=told) as answer:
        assert answer.status == 403


async def test_another_name_for_this_machine_shows_nothing(system: System, page: str) -> None:
    evil = {"Host": "evil.example:8091"}
    for path in ("/", "/api/stream", "/readyz"):
        async with system.http.get(page + path, headers=evil) as answer:
            assert answer.status == 403, path


async def test_bad_numbers_are_said_in_words(system: System, page: str) -> None:
    status, told = await ask(system, f"{page}/api/runs", {"seats": 0, "rivals": 5})

    assert status == 422
    assert told == {"error": "Seats must be a whole number from 1 to 1,000."}


@pytest.mark.usefixtures("page")
async def test_it_listens_on_this_machine_alone(system: System) -> None:
    """Whatever other addresses the machine has, nobody answers there."""
    port = system.stack.ports["stampede"]
    with open("/proc/net/tcp", encoding="ascii") as table:  # noqa: ASYNC230, PTH123 a table of the kernel
        rows = [line.split() for line in table][1:]
    listening = [row[1].split(":") for row in rows if row[3] == "0A"]

    assert [where for where, at in listening if int(at, 16) == port] == ["0100007F"]


async def test_where_nothing_runs_it_is_said_in_words() -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    env = os.environ | {"ANTREAN_GATEWAY_URL": nowhere, "ANTREAN_SECRET": "s" * 40}
    words = (sys.executable, "-m", "bench.stampede.lines", "--seats", "1", "--rivals", "1")
    running = await asyncio.create_subprocess_exec(
        *words, cwd=ROOT, env=env, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await running.communicate()

    told = json.loads(printed)
    assert told["moment"] == "failed"
    assert f"The gateway at {nowhere} does not answer" in told["why"]
    assert "make up" in told["why"]


async def test_a_run_that_dies_is_said_to_be_none() -> None:
    stage = Stage(command=(sys.executable, "-c", "raise SystemExit(1)"))
    stage.start(Wish(1, 1, 0))
    assert stage.is_busy

    async with asyncio.timeout(30):
        while stage.is_busy:
            await asyncio.sleep(0.02)

    assert stage.state["phase"] == "failed"
    assert "ended before its end" in stage.state["why"]


@pytest.mark.parametrize(
    "command", [(sys.executable, "-c", "print('no JSON')"), ("/nowhere/at/all",)]
)
async def test_a_run_that_cannot_be_followed_lets_another_begin(command: tuple[str, ...]) -> None:
    stage = Stage(command=command)
    stage.start(Wish(1, 1, 0))

    async with asyncio.timeout(30):
        while stage.is_busy:
            await asyncio.sleep(0.02)

    assert stage.state["phase"] == "failed"
    assert "could not be followed" in stage.state["why"]


async def test_who_stops_a_second_run_in_its_first_moment_stops_it() -> None:
    stage = Stage(command=(sys.executable, "-c", "raise SystemExit(1)"))
    stage.start(Wish(1, 1, 0))
    async with asyncio.timeout(30):
        while stage.is_busy:
            await asyncio.sleep(0.02)
    stage.command = (sys.executable, "-c", "import time; time.sleep(600)")

    stage.start(Wish(1, 1, 0))
    stage.stop()

    async with asyncio.timeout(30):
        while stage.is_busy:
            await asyncio.sleep(0.02)
    assert "was stopped" in stage.state["why"]


async def test_when_the_page_ends_its_run_ends_and_those_who_watch_are_let_go() -> None:
    stage = Stage(command=(sys.executable, "-c", "import time; time.sleep(600)"))
    stage.start(Wish(1, 1, 0))
    async with asyncio.timeout(30):
        while stage._child is None:
            await asyncio.sleep(0.02)
    seen = [state["phase"] async for state in _closing(stage) if state is not None]

    assert seen[0] == "opening"
    assert stage._child.returncode is not None
    assert not stage.is_busy


async def _closing(stage: Stage) -> AsyncIterator[dict[str, Any] | None]:
    async with aclosing(stage.watch(10)) as told:
        async for state in told:
            yield state
            if not stage._is_closed:
                await stage.close()

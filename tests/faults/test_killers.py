"""F27: a message that kills every worker which takes it is put aside, and it alone."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local import provision
from deploy.local.environment import Stack
from deploy.local.paths import ROOT
from deploy.local.testing import fresh_stack
from shared.broker import DIRECT, NOTIFIER_QUEUE, PARKING_QUEUE, Broker, Published, peek_queue
from shared.suspects import SUFFIX, SUSPECT, TRIES
from shared.worker import ENDS_WORKERS
from tests.conftest import eventually

DEADLY = "deadly"
FORGIVEN = SUSPECT + TRIES  # deaths, until nobody tries it any more
BEFORE, WITH, AFTER = ["a", "b", "c"], ["d", "e", DEADLY, "f"], ["g", "h", "i"]
GOOD = {*BEFORE, *WITH, *AFTER} - {DEADLY}


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """A host whose queues nobody else reads."""
    async with fresh_stack() as stack:
        yield address_of(stack)


def address_of(stack: Stack) -> str:
    return provision.admin_amqp_url(stack.servers, stack.vhost)


def words_in(file: Path) -> list[str]:
    return file.read_text().split()


class Keeper:
    """Starts a worker whenever none runs, and counts the deaths."""

    def __init__(self, *words: str) -> None:
        self._words = words
        self.deaths = 0
        self._process: asyncio.subprocess.Process | None = None
        self._keeping = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        while True:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.faults.mortal", *self._words, cwd=ROOT
            )
            if await self._process.wait() == 0:
                return
            self.deaths += 1

    async def end(self) -> None:
        """Tell the worker to leave, and wait until it has."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
        await self._keeping


@pytest.fixture
def done(tmp_path: Path) -> Path:
    """Where the workers write down what they did."""
    file = tmp_path / "done"
    file.touch()
    return file


@pytest.fixture
async def broker(url: str) -> AsyncIterator[Broker]:
    made = Broker(url, "test")
    await made.start()
    await made.wait_up()
    yield made
    await made.stop()


@pytest.fixture
async def keeper(url: str, done: Path) -> AsyncIterator[Keeper]:
    made = Keeper(url, DEADLY, str(done))
    yield made
    await made.end()


async def test_what_kills_every_worker_is_parked_and_its_neighbours_are_done(
    url: str, broker: Broker, keeper: Keeper, done: Path
) -> None:
    for words in (BEFORE, WITH, AFTER):
        body = " ".join(words).encode()
        sent = await broker.publisher.publish_confirmed(DIRECT, NOTIFIER_QUEUE, body)
        assert sent == Published.ACCEPTED

    async def is_over() -> bool:
        parked = await peek_queue(url, PARKING_QUEUE, 9)
        return bool(parked) and set(words_in(done)) == GOOD

    await eventually(is_over, 90)
    ((headers, body),) = await peek_queue(url, PARKING_QUEUE, 9)
    assert body == DEADLY.encode()
    assert (headers["x-reason"], headers["x-queue"]) == (ENDS_WORKERS, NOTIFIER_QUEUE)
    assert Counter(words_in(done)) == Counter(GOOD)
    assert keeper.deaths == FORGIVEN


async def test_what_was_done_before_its_worker_died_is_not_parked(
    url: str, broker: Broker, keeper: Keeper, done: Path
) -> None:
    late = f"{DEADLY}-late"
    sent = await broker.publisher.publish_confirmed(DIRECT, NOTIFIER_QUEUE, late.encode())
    assert sent == Published.ACCEPTED

    async def is_over() -> bool:
        return f"{late}-was-done" in words_in(done)

    await eventually(is_over, 90)
    await keeper.end()
    assert keeper.deaths == FORGIVEN
    assert await peek_queue(url, NOTIFIER_QUEUE + SUFFIX, 9) == []
    assert await peek_queue(url, PARKING_QUEUE, 9) == []


async def test_what_kills_whoever_reads_it_is_parked_unread(
    url: str, broker: Broker, keeper: Keeper, done: Path
) -> None:
    for body in (DEADLY.upper().encode(), " ".join(BEFORE).encode()):
        sent = await broker.publisher.publish_confirmed(DIRECT, NOTIFIER_QUEUE, body)
        assert sent == Published.ACCEPTED

    async def is_over() -> bool:
        return bool(await peek_queue(url, PARKING_QUEUE, 9)) and set(words_in(done)) == set(BEFORE)

    await eventually(is_over, 90)
    ((headers, body),) = await peek_queue(url, PARKING_QUEUE, 9)
    assert (body, headers["x-reason"]) == (DEADLY.upper().encode(), ENDS_WORKERS)
    assert keeper.deaths == FORGIVEN + 1

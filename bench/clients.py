"""Runs loads in processes of their own: what we do meanwhile slows none of them down."""

import asyncio
import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

import uvloop

from bench.crowd import BORN, Crowd
from bench.load import Answers, Load, Run
from shared.messages import Session, SlotRef


def play(load: Load) -> Answers:
    """Run one load in this process, on an event loop of its own."""
    made = load.requests if isinstance(load.requests, Sequence) else load.requests.make()
    return uvloop.run(_play(load, made))


async def _play(load: Load, requests: Sequence[bytes]) -> Answers:
    return await Run(load, requests).play()


def _wake() -> None:
    """Make a request and wait a moment, so that the next process is woken by somebody else."""
    slot = SlotRef(office="x", service="x", date=BORN, session=Session.MORNING)
    Crowd(1, 1, (slot,), "x" * 32).make()
    time.sleep(0.2)


class Clients:
    """Processes that send."""

    def __init__(self, number: int = 2) -> None:
        self._number = number
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(number, mp_context=context)

    async def play(self, load: Load) -> Answers:
        """Run one load in a process of its own."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, play, load)

    async def wake(self) -> None:
        """Start the processes, with all that they import, before anything is measured."""
        loop = asyncio.get_running_loop()
        await asyncio.gather(
            *(loop.run_in_executor(self._pool, _wake) for _ in range(self._number))
        )

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(cancel_futures=True)

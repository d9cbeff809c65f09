"""How a service lives and ends: a consuming one as a whole, the gateway in part."""

import asyncio
import contextlib
import gc
import resource
import signal
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import structlog

from shared import health
from shared.broker import Broker
from shared.db import Pool
from shared.worker import Worker

log = structlog.get_logger(__name__)

MOST_FILES = 1_048_576
DRAIN_S = 8.0  # less than the 10 s that an orchestrator waits before it kills


def raise_file_limit() -> None:
    """Let this process open as many files as it may: 1,024 is usual, and each caller is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


def tune_memory() -> None:
    """Look for garbage less often: a service makes thousands of values that nothing holds in rings.

    What was loaded at the start is never looked at again. Measured: 5 to 8 % of a worker's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def lasting(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Await what never ends by itself, and raise where it does.

    A TaskGroup takes no notice of a task that ended, nor of one that somebody else cancelled: the
    service would go on without it.
    """
    name = getattr(work, "__qualname__", "work")
    try:
        await work()
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise RuntimeError(f"{name} was cancelled by itself") from error
    raise RuntimeError(f"{name} ended")


async def run(
    broker: Broker,
    pool: Pool,
    worker: Worker[Any],
    others: Sequence[Coroutine[Any, Any, None]],
    listen: tuple[str, int],
) -> None:
    """Serve until SIGTERM or SIGINT, or until a task ends that never should.

    Then nothing more is taken; the batch in hand is finished and acknowledged, the rest goes
    back to the queue, and only then do the connections close.
    """
    raise_file_limit()
    tune_memory()
    told = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, told.set)
    await broker.start()
    runner = await health.serve(*listen, [*health.checks(broker, pool), worker.readiness])
    consuming = asyncio.create_task(worker.run())
    beside = [asyncio.create_task(other) for other in others]
    waits = [asyncio.create_task(told.wait()), consuming, *beside]
    log.info("service_started", port=listen[1])
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    await worker.stop()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(consuming, DRAIN_S)
    for task in (*beside, waits[0]):
        task.cancel()
    ended = await asyncio.gather(*beside, return_exceptions=True)
    await runner.cleanup()
    await broker.stop()
    log.info("service_stopped")
    for fault in ended:
        if isinstance(fault, Exception):
            raise fault

"""Wire the gateway and run it; the operator's commands for webhooks start here too."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from typing import Any

import structlog
import uvloop

from services.gateway import app, clock, store
from services.gateway.admission import Admission
from services.gateway.catalogue import Catalogue
from services.gateway.channels import CHANNELS, Channel
from services.gateway.chat import store as chat
from services.gateway.context import Gateway
from services.gateway.door import Door
from services.gateway.ended import KEPT, EndedLogins
from services.gateway.fair import store as fair
from services.gateway.fair.limiter import Limiter
from services.gateway.fair.use import FairUse
from services.gateway.keeper import Keeper
from services.gateway.last_seats import LastSeats
from services.gateway.memory import Memory
from services.gateway.protocol import Runner
from services.gateway.publish import CommandSender
from services.gateway.questions import Questions
from services.gateway.replies import ReplyBook
from services.gateway.settings import GatewaySettings
from services.gateway.streams import Streams
from services.gateway.turning_away import TurningAway
from services.gateway.watch import LoginWatch
from shared import log, settings
from shared.broker import Broker
from shared.db import Pool, open_pool, passing
from shared.keys import Keys
from shared.service import lasting, raise_file_limit, tune_memory

logger = structlog.get_logger(__name__)

TIDY_S = 600.0
LINE_BYTES = 8190
GRACE_S = 8.0
LIMITS: dict[str, Any] = {
    "access_log": None,
    "auto_decompress": False,  # a compressed body is refused: it may be any size inside
    "max_line_size": LINE_BYTES,
    "max_field_size": LINE_BYTES,
    "shutdown_timeout": GRACE_S,
    "keepalive_timeout": 75.0,  # longer than a proxy keeps an idle connection
}


def wire(config: GatewaySettings, pool: Pool, own: Pool) -> Gateway:
    """Put a gateway together; `own` is the one connection by which fair use is counted."""
    broker = Broker(config.amqp_url, "gateway")
    keys = Keys.from_secret(config.secret)
    replies, questions = ReplyBook(keys), Questions(pool)
    broker.on_consume(replies.open)
    memory = Memory()
    keeper = Keeper(memory, pool, broker)
    broker.on_consume(keeper.open)
    catalogue = Catalogue(pool, memory)
    sender = CommandSender(broker.publisher, lambda: replies.queue)
    admission = Admission(replies, config.under_way, questions.decided_of)
    return Gateway(
        config=config,
        keys=keys,
        pool=pool,
        broker=broker,
        sender=sender,
        replies=replies,
        catalogue=catalogue,
        keeper=keeper,
        questions=questions,
        streams=Streams(catalogue, config.streams),
        fair_use=FairUse(config, keys, Limiter(own)),
        watch=LoginWatch(pool),
        ended=EndedLogins(pool, keys),
        admission=admission,
        last_seats=LastSeats(admission.most),
    )


async def tidy(pool: Pool) -> None:
    """Delete what is over, every ten minutes."""
    while True:
        with passing() as trouble:
            async with pool.acquire() as db:
                await store.forget_old_logins(db, clock.now())
                await store.forget_ended(db, clock.now() - KEPT)
                await store.forget_old_codes(db, clock.now())
                await store.forget_asked(db)
                await fair.forget_full(db)
                await chat.forget_old(db)
        if trouble:
            logger.warning("tidying_failed", error=trouble.name)
        await asyncio.sleep(TIDY_S)


@contextlib.asynccontextmanager
async def running(config: GatewaySettings) -> AsyncIterator[tuple[Gateway, asyncio.Task[None]]]:
    """Run a gateway while the block runs; the task ends only where something broke."""
    pool = await open_pool(
        config.database_url, name="gateway", size=config.database_pool, schema="gateway"
    )
    own = await open_pool(
        config.database_url, name="gateway-fair", size=1, schema="gateway", by_key=True
    )
    await clock.read(pool)
    gateway = wire(config, pool, own)
    await gateway.ended.look()
    channels = [build(gateway) for build in CHANNELS]
    routes = [route for channel in channels for route in channel.routes()]
    turning_away = TurningAway(
        gateway.admission,
        is_secure=config.public_url.startswith("https:"),
        is_shared=bool(config.cors_origins),
    )
    runner = Runner(app.build(gateway, routes), turning_away, **LIMITS)
    work = asyncio.create_task(_work(gateway, channels))
    try:
        await gateway.broker.start()
        await runner.setup()
        await Door(runner, config.host, config.port, is_shared=config.share_port).start()
        yield gateway, work
    finally:
        gateway.admission.is_leaving = True
        await runner.cleanup()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await gateway.broker.stop()
        await own.close()
        await pool.close()


async def serve(config: GatewaySettings) -> None:
    """Run until SIGTERM: take no new calls, answer those that came, end."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with running(config) as (_, work):
        logger.info("gateway_started", port=config.port)
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait([stopped, work], return_when="FIRST_COMPLETED")
        stopped.cancel()
        if work.done():
            await work
    logger.info("gateway_stopped")


async def _work(gateway: Gateway, channels: Sequence[Channel]) -> None:
    """Do what goes on beside the calls; one part that breaks ends them all."""
    async with asyncio.TaskGroup() as group:
        group.create_task(lasting(gateway.sender.run))
        group.create_task(lasting(gateway.fair_use.limiter.run))
        group.create_task(lasting(gateway.watch.run))
        group.create_task(lasting(gateway.ended.run))
        group.create_task(lasting(gateway.admission.run))
        group.create_task(lasting(gateway.keeper.run))
        group.create_task(lasting(lambda: clock.keep(gateway.pool)))
        group.create_task(lasting(lambda: tidy(gateway.pool)))
        for channel in channels:
            group.create_task(channel.run())


def main(words: list[str]) -> int:
    """Read the settings and serve, or do what an operator asks."""
    if words:
        from services.gateway.operator import main as operate  # noqa: PLC0415 a gateway needs none

        return operate(words)
    config = settings.read(GatewaySettings)
    log.set_up("gateway", config.log_level)
    raise_file_limit()
    tune_memory()
    uvloop.run(serve(config))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Wire a booking worker and run it.

`migrate` and `analyze`, which the migrator may do, and the operator's commands start here too.
"""

import asyncio
import os
import random
import sys

import asyncpg
import uvloop

from services.booking.arriving import encode, reader
from services.booking.batch import Batches
from services.booking.codes import new_booking_code
from services.booking.desk import Tools
from services.booking.migrate import analyze, migrate
from services.booking.outbox import EventOutbox
from services.booking.reconciling import Reconciler
from services.booking.settings import BookingSettings
from services.booking.sweeper import Sweeper
from shared import log, service, settings
from shared.broker import BOOKING_QUEUE, Broker
from shared.db import open_pool
from shared.keys import Keys
from shared.relay import Relay
from shared.worker import Work, Worker

# Messages, of up to 200 commands each, that wait here while a batch is decided: enough for the next
# batch also where each holds few, and no more than a second's work where each is full.
PREFETCH = 32

GROWING = ("booking.hold", "booking.booking", "booking.command", "booking.event_log")


async def serve(config: BookingSettings) -> None:
    """Run one worker until SIGTERM: it gives back what it has not begun."""
    pool = await open_pool(
        config.database_url, name="booking", size=config.database_pool, once_grown=GROWING
    )
    broker = Broker(config.amqp_url, "booking")
    tools = Tools(Keys.from_secret(config.secret), new_booking_code, random.SystemRandom().random)
    relay = Relay(pool, broker.publisher, EventOutbox(), lambda: worker.is_busy)
    batches = Batches(pool, relay, broker.publisher, tools)
    work = Work(
        BOOKING_QUEUE,
        reader(tools.keys),
        batches.handle,
        encode,
        batches.park,
        prefetch=PREFETCH,
        batch=config.batch,
    )
    worker = Worker(broker, work)
    sweeper = Sweeper(pool, tools, broker.publisher, relay.wake)
    reconciler = Reconciler(config.database_url, config.reconcile_s, config.reconcile_whole_s)
    others = (relay.run(), sweeper.run(config.sweep_s), reconciler.run())
    await service.run(broker, pool, worker, others, (config.host, config.port))
    await pool.close()


def main(words: list[str]) -> int:
    """Do what the words ask: nothing or `serve`, as migrator, or an operator's command."""
    if words[:1] in (["migrate"], ["analyze"]):
        url = os.environ.get("ANTREAN_DATABASE_URL")
        if not url:
            sys.exit("ANTREAN_DATABASE_URL is missing: name the database, as the migrator role")
        try:
            if words[0] == "analyze":
                asyncio.run(analyze(url))
            else:
                ran = asyncio.run(migrate(url))
                print("\n".join(f"  {name}" for name in ran) or "  up to date")
        except asyncpg.InsufficientPrivilegeError:
            sys.exit("only the migrator role may do this: name it in ANTREAN_DATABASE_URL")
        return 0
    if words[:1] in ([], ["serve"]):
        config = settings.read(BookingSettings)
        log.set_up("booking", config.log_level)
        uvloop.run(serve(config))
        return 0
    from services.booking.operator import main as operate  # noqa: PLC0415 a worker needs none

    log.set_up("operator", "ERROR")  # what else the broker's connection says is no answer
    return operate(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

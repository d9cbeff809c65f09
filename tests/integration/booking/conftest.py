from collections.abc import Awaitable, Callable

import pytest

from deploy.local.environment import Stack
from services.booking.batch import Batches
from services.booking.codes import new_booking_code
from services.booking.desk import Tools
from services.booking.outbox import EventOutbox
from shared.broker import Broker
from shared.db import Pool
from shared.keys import Keys
from shared.relay import Relay
from tests.integration.booking.ledger import Citizen, Ledger

PoolOf = Callable[[str], Awaitable[Pool]]


@pytest.fixture
async def ledger(stack: Stack, keys: Keys, pools: PoolOf, admin_pool: Pool) -> Ledger:
    """The decisions of a booking worker; chance is always in the middle."""
    pool = await pools("booking")
    publisher = Broker(stack.environment("booking")["ANTREAN_AMQP_URL"], "test").publisher
    tools = Tools(keys, new_booking_code, lambda: 0.5)
    batches = Batches(pool, Relay(pool, publisher, EventOutbox()), publisher, tools)
    return Ledger(batches, tools, admin_pool)


@pytest.fixture
def citizen(keys: Keys) -> Citizen:
    return Citizen(keys)


@pytest.fixture
def citizens(keys: Keys) -> Callable[[int], list[Citizen]]:
    return lambda number: [Citizen(keys) for _ in range(number)]

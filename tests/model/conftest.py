"""A ledger of the model's own: nobody else works on it, and it need not outlive a power cut."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from deploy.local.testing import fresh_stack
from services.booking import batch
from services.booking.batch import Batches
from services.booking.codes import new_booking_code
from services.booking.desk import Tools
from services.booking.outbox import EventOutbox
from shared.broker import Broker
from shared.db import Pool, open_pool
from shared.keys import Keys
from shared.relay import Relay
from tests.ledger import broken_invariants

# For speed: durability is another test's matter.
HASTY = "?synchronous_commit=off"


@dataclass(frozen=True, slots=True)
class House:
    """Where examples take place, one after another."""

    batches: Batches
    admin: Pool


@pytest.fixture(scope="module")
async def house() -> AsyncIterator[House]:
    async with fresh_stack() as stack:
        environment = stack.environment("booking")
        # Plans are kept, as a worker keeps them once the tables have grown.
        pool = await open_pool(
            environment["ANTREAN_DATABASE_URL"] + HASTY, name="model", by_key=True
        )
        admin_url = stack.environment("migrate")["ANTREAN_DATABASE_URL"] + HASTY
        admin = await open_pool(admin_url, name="model-admin", by_key=True)
        publisher = Broker(environment["ANTREAN_AMQP_URL"], "model").publisher
        tools = Tools(Keys.from_secret(stack.secrets["root"]), new_booking_code, lambda: 0.5)
        relay = Relay(pool, publisher, EventOutbox())
        yield House(Batches(pool, relay, publisher, tools), admin)
        assert await broken_invariants(admin) == {}
        await pool.close()
        await admin.close()


@pytest.fixture(scope="module", autouse=True)
def _small_portions() -> Iterator[None]:
    """Batches here are small, and still written in several portions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "PORTION", 3)
        patch.setattr(batch, "STEP", 1)
        yield

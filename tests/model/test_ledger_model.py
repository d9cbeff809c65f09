"""The ledger and its model: whatever is asked in whatever order, both come to the same.

`ANTREAN_MODEL_EXAMPLES=100000` tries other examples with each run, for as long as it takes; without
it the same ones are tried every time. A failure ends with `@reproduce_failure`, which brings the
example back.
"""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings

from tests.ledger import broken_invariants
from tests.model.conftest import House
from tests.model.office import Office
from tests.model.plans import plans
from tests.model.trial import Trial

SOAK = os.environ.get("ANTREAN_MODEL_EXAMPLES")
EXAMPLES = int(SOAK or 2_000)
FULL = 500  # examples, after which the tables are emptied
TABLES = (
    "booking.office, booking.service, booking.command, booking.event_log, booking.outbox,"
    " booking.audit"
)

pytestmark = pytest.mark.timeout(0 if SOAK else 1800)
examples = settings(
    max_examples=EXAMPLES,
    derandomize=not SOAK,
    database=None,
    deadline=None,
    print_blob=True,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
tried = 0


@examples
@given(plan=plans)
async def test_the_ledger_does_what_its_model_does(house: House, plan: tuple[Any, ...]) -> None:
    note(f"plan: {plan}")
    office = Office(house.batches, house.admin)
    trial = await Trial.begin(office, house.batches.tools.keys, plan)

    for step in plan[2]:
        await trial.take(step)
    await trial.rest()
    await trial.close_books()

    await _every_so_often(house)


async def _every_so_often(house: House) -> None:
    """Count what must never be among all examples; then empty the tables, to stay quick."""
    global tried  # noqa: PLW0603 hypothesis calls a function, and tells it no number
    tried += 1
    if tried % FULL == 0:
        assert await broken_invariants(house.admin) == {}
        await house.admin.execute(f"TRUNCATE {TABLES} CASCADE")

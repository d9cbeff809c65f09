"""The ledger is compared with itself: damage is seen and said, and nothing is repaired."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from deploy.local.environment import Stack
from deploy.local.testing import fresh_stack
from services.booking import metrics, operator, reconciling
from services.booking.invariants import CHECKS, Check
from services.booking.reconciling import RECONCILE_LOCK, Reconciler, look
from shared.db import Db
from tests.conftest import eventually
from tests.integration.booking.damage import (
    DAMAGES,
    OFFICE,
    UNDER_WAY,
    Damage,
    at_work,
    copy_of,
    everything,
    live_a_little,
)

GAUGES = {check.gauge for check in CHECKS}
ONLY_WHOLE = {check.gauge for check in CHECKS if check.whole}
LOCKS = (
    "FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE locktype = 'advisory'"
    f" AND datname = current_database() AND objid = {RECONCILE_LOCK}"
)
Operate = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture(scope="module")
async def original() -> AsyncIterator[Stack]:
    """A ledger in which all is well; nobody is connected to it, so that it can be copied."""
    async with fresh_stack() as stack:
        async with at_work(stack) as (ledger, world):
            await live_a_little(ledger, world)
        yield stack


@pytest.fixture
async def stack(original: Stack) -> AsyncIterator[Stack]:
    async with copy_of(original) as copied:
        yield copied


@pytest.fixture
async def admin(stack: Stack) -> AsyncIterator[Any]:
    db = await asyncpg.connect(stack.environment("migrate")["ANTREAN_DATABASE_URL"])
    yield db
    await db.close()


@pytest.fixture
async def booking(stack: Stack) -> AsyncIterator[Any]:
    db = await asyncpg.connect(stack.environment("booking")["ANTREAN_DATABASE_URL"])
    yield db
    await db.close()


@pytest.fixture(autouse=True)
def _unrested(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look follows the other without the rest that spares a database in use."""
    monkeypatch.setattr(reconciling, "SHARE", 0)
    metrics.forget_reconciled()


@pytest.fixture
def operate(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Operate:
    """Type an operator's command; gives its exit code and what it printed."""
    for name, value in stack.environment("booking").items():
        monkeypatch.setenv(name, value)

    async def run(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = await asyncio.to_thread(operator.main, [*words])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


async def broken(db: Db, *, whole: bool) -> set[str]:
    return {one.check.gauge for one in await look(db, whole=whole) if one.is_broken}


def gauge(name: str) -> float:
    value = REGISTRY.get_sample_value(f"antrean_{name}")
    assert value is not None
    return value


def shown_as_broken() -> set[str]:
    most = {check.gauge: check.most for check in CHECKS}
    return {name for name in GAUGES if gauge(name) > most[name]}


@contextlib.asynccontextmanager
async def running(reconciler: Reconciler) -> AsyncIterator[None]:
    task = asyncio.create_task(reconciler.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def reconciler_of(stack: Stack) -> Reconciler:
    return Reconciler(stack.environment("booking")["ANTREAN_DATABASE_URL"], 0.02, 0.02)


async def whole_look() -> bool:
    return gauge("reconciled_whole_at") > 0


async def test_a_ledger_in_which_all_is_well_is_called_well(
    stack: Stack, operate: Operate, booking: Any
) -> None:
    with capture_logs() as logs:
        async with running(reconciler_of(stack)):
            await eventually(whole_look)

    assert shown_as_broken() == set()
    assert [line for line in logs if line["log_level"] == "error"] == []
    assert gauge("reconciled_at") > 0
    code, text = await operate("check")
    assert (code, text.splitlines()[-1]) == (0, "The ledger is as it must be.")
    assert await broken(booking, whole=False) == set()


async def test_what_is_under_way_is_not_wrong(booking: Any, admin: Any) -> None:
    await admin.execute(UNDER_WAY)

    assert await broken(booking, whole=True) == set()


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: one.sql[:60])
async def test_damage_is_seen_said_and_not_repaired(
    stack: Stack, admin: Any, booking: Any, operate: Operate, damage: Damage
) -> None:
    await admin.execute(damage.sql)
    before = await everything(admin)

    with capture_logs() as logs:
        async with running(reconciler_of(stack)):
            await eventually(whole_look)

    names = {check.name for check in CHECKS if check.gauge in damage.gauges}
    assert shown_as_broken() == set(damage.gauges)
    said = [line for line in logs if line["event"] == "ledger_broken"]
    assert {(line["what"], line["log_level"]) for line in said} == {(n, "error") for n in names}
    code, text = await operate("check")
    assert code == 1
    assert {name for name in names if _is_called_broken(text, name)} == names
    assert text.count("BROKEN") == len(names)
    assert await broken(booking, whole=False) == set(damage.gauges) - ONLY_WHOLE
    assert await everything(admin) == before


def _is_called_broken(text: str, name: str) -> bool:
    return any(line.startswith(name) and "BROKEN" in line for line in text.splitlines())


def test_each_check_has_a_damage_that_it_alone_was_made_for() -> None:
    assert {name for damage in DAMAGES for name in damage.gauges} == GAUGES


async def test_what_is_broken_is_said_with_the_slot_and_with_nobodys_data(
    stack: Stack, admin: Any, operate: Operate
) -> None:
    slot = await admin.fetchval(
        "UPDATE booking.slot SET remaining = remaining + 1 WHERE office_id = $1 AND ends_at > now()"
        " RETURNING id",
        OFFICE,
    )

    with capture_logs() as logs:
        async with running(reconciler_of(stack)):
            await eventually(whole_look)

    line = next(line for line in logs if line["event"] == "ledger_broken")
    assert (line["log_level"], line["what"]) == ("error", "slots oversold")
    assert (line["number"], line["slots"]) == (1, [str(slot)])
    assert line.keys() == {"event", "log_level", "what", "number", "slots"}
    assert f"slots {slot}" in (await operate("check"))[1]
    shown = json.loads((await operate("check", "--json"))[1])
    assert {"check": "slots oversold", "gauge": "antrean_oversold_slots", "found": 1,
            "broken": True, "slots": [str(slot)]} in shown  # fmt: skip


async def test_what_is_of_long_ago_is_compared_when_everything_is(admin: Any, booking: Any) -> None:
    await admin.execute("UPDATE booking.slot SET remaining = remaining - 1 WHERE ends_at < now()")

    assert await broken(booking, whole=False) == set()
    assert await broken(booking, whole=True) == {"undersold_slots"}


async def test_seats_of_which_nothing_happened_of_late_are_compared_when_everything_is(
    admin: Any, booking: Any
) -> None:
    await admin.execute(
        """
        INSERT INTO booking.event_log (id, type, data, occurred_at, position)
        SELECT gen_random_uuid(), 'slot.changed', '{}', now(), position + n
          FROM booking.relay, generate_series(1, 10000) n;
        UPDATE booking.relay SET position = position + 10000, published = published + 10000;
        UPDATE booking.slot SET next_seat = next_seat + 1, remaining = remaining - 1
         WHERE office_id = 'uji-damage' AND ends_at > now();
        """
    )

    assert await broken(booking, whole=False) == {"undersold_slots"}
    assert await broken(booking, whole=True) == {"undersold_slots", "mixed_up_slots"}


async def test_all_is_compared_as_it_stood_at_one_moment(
    admin: Any, booking: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever writes between two statements of a look is not seen by the second."""
    find, seen = reconciling.invariants.find, []

    async def find_and_write(db: Any, check: Any, **how: Any) -> Any:
        found = await find(db, check, **how)
        seen.append(found)
        if len(seen) == 1:
            await admin.execute("DELETE FROM booking.withheld")
        return found

    monkeypatch.setattr(reconciling.invariants, "find", find_and_write)

    assert await broken(booking, whole=True) == set()
    assert len(seen) == len(CHECKS)
    monkeypatch.setattr(reconciling.invariants, "find", find)
    assert await broken(booking, whole=True) == {"withheld_mismatch_slots", "mixed_up_slots"}


async def test_who_looks_can_write_nothing(admin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    number = "nextval(pg_get_serial_sequence('booking.outbox', 'id'))"
    writes = Check("writes", "oversold_slots", f"SELECT gen_random_uuid() WHERE {number} > 0")
    monkeypatch.setattr(reconciling, "CHECKS", (writes,))

    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await look(admin, whole=True)


@dataclass(slots=True)
class Counting(Reconciler):
    """Counts its turns and looks."""

    turns: int = 0
    looks: int = 0

    async def _take_turn(self) -> None:
        self.turns += 1
        await Reconciler._take_turn(self)

    async def _look(self, db: Db, *, whole: bool) -> float:
        self.looks += 1
        return await Reconciler._look(self, db, whole=whole)


def counting(stack: Stack) -> Counting:
    return Counting(stack.environment("booking")["ANTREAN_DATABASE_URL"], 0.02, 0.02)


async def at_least(one: Counting, *, turns: int = 0, looks: int = 0) -> bool:
    return one.turns >= turns and one.looks >= looks


async def end_holder(stack: Stack) -> None:
    """End the session that has the reconciler's lock: its own role may."""
    db = await asyncpg.connect(stack.environment("booking")["ANTREAN_DATABASE_URL"])
    try:
        await db.execute(f"SELECT pg_terminate_backend(pid) {LOCKS} AND granted")
    finally:
        await db.close()


async def test_one_worker_at_a_time_looks_and_another_takes_over(stack: Stack) -> None:
    first, second = counting(stack), counting(stack)
    async with contextlib.AsyncExitStack() as life_of_first:
        await life_of_first.enter_async_context(running(first))
        await eventually(lambda: at_least(first, looks=2))
        async with running(second):
            await eventually(lambda: at_least(second, turns=3))
            assert second.looks == 0
            await life_of_first.aclose()
            await eventually(lambda: at_least(second, looks=2))


async def test_who_loses_its_connection_looks_again(stack: Stack) -> None:
    one = counting(stack)
    with capture_logs() as logs:
        async with running(one):
            await eventually(lambda: at_least(one, looks=2))
            await end_holder(stack)
            await eventually(lambda: at_least(one, turns=2))
            looks = one.looks
            await eventually(lambda: at_least(one, looks=looks + 2))

    assert "reconciling_broke_off" in {line["event"] for line in logs}


async def test_who_no_longer_looks_says_nothing_of_the_ledger(
    stack: Stack, admin: Any, booking: Any
) -> None:
    await admin.execute("UPDATE booking.slot SET seq = seq + 1")
    one = counting(stack)

    async with running(one):
        await eventually(whole_look)
        assert shown_as_broken() == {"event_mismatch_slots"}
        waiting = asyncio.create_task(booking.execute(f"SELECT pg_advisory_lock({RECONCILE_LOCK})"))
        await eventually(lambda: is_waited_for(admin))
        await end_holder(stack)
        await waiting
        turns = one.turns
        await eventually(lambda: at_least(one, turns=turns + 2))

    assert shown_as_broken() == set()
    assert gauge("reconciled_at") == 0


async def is_waited_for(admin: Any) -> bool:
    found: bool = await admin.fetchval(f"SELECT EXISTS (SELECT {LOCKS} AND NOT granted)")
    return found


async def test_a_look_that_takes_too_long_is_given_up_and_said(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Check("never ends", "oversold_slots", "SELECT NULL::uuid FROM pg_sleep(60)")
    monkeypatch.setattr(reconciling, "CHECKS", (slow,))
    monkeypatch.setattr(reconciling, "GENTLY", "SET LOCAL statement_timeout = '50ms'")
    one = counting(stack)

    with capture_logs() as logs:
        async with running(one):
            await eventually(lambda: at_least(one, looks=3))

    assert {line["event"] for line in logs} == {"reconciling_took_too_long"}
    assert one.turns == 1
    assert gauge("reconciled_at") == 0

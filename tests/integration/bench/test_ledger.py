"""The bench's own checks: each wrong ledger is found wrong, in a transaction that is undone."""

import json
from array import array
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from bench import filling, ledger
from bench.crowd import Crowd
from bench.filling import add_bookings, add_slots, rest
from bench.ledger import LedgerError
from bench.load import Answers
from bench.world import World, another_world, fresh_world
from deploy.local.environment import DEFAULT_OFFICE
from shared.messages import Session, SlotRef

SLOT = SlotRef(office="here", service="passport", date=date(2030, 1, 7), session=Session.MORNING)
SEATS = 50
BREAKS = {
    "slots oversold": "UPDATE booking.slot SET remaining = remaining + 1 WHERE next_seat > 1",
    "slots undersold": "UPDATE booking.slot SET remaining = remaining + 1, "
    "capacity = capacity + 2 WHERE next_seat > 1",
    "withheld mismatch": "UPDATE booking.slot SET withheld = 1, capacity = capacity + 1 "
    "WHERE next_seat > 1",
    "bookings without a claim": "UPDATE booking.hold SET state = 'expired' WHERE seat = 2; UPDATE "
    "booking.slot SET remaining = remaining + 1 WHERE next_seat > 1",
    "gaps among the events' positions": "UPDATE booking.event_log SET position = position + 5 "
    "WHERE position = (SELECT max(position) FROM booking.event_log)",
    "holds without a command": "DELETE FROM booking.command WHERE id = (SELECT id FROM "
    "booking.hold LIMIT 1)",
    "commands without an outcome": "UPDATE booking.command SET outcome = NULL WHERE id = (SELECT "
    "id FROM booking.hold LIMIT 1)",
    "gaps among a slot's events": "UPDATE booking.event_log SET slotsequence = slotsequence + 100 "
    "WHERE id = (SELECT id FROM booking.event_log WHERE slotsequence > 5 LIMIT 1)",
    "commands put aside": "UPDATE booking.command SET state = 'parked' WHERE id = (SELECT "
    "id FROM booking.hold LIMIT 1)",
    "seats given twice": "DROP INDEX booking.hold_one_per_seat; UPDATE booking.hold SET seat = 1 "
    "WHERE seat = 2",
    "persons with two": "DROP INDEX booking.hold_one_per_person; UPDATE booking.hold SET "
    "person_key = (SELECT person_key FROM booking.hold WHERE seat = 1) WHERE seat = 2",
}


@pytest.fixture(scope="module")
async def world() -> AsyncIterator[World]:
    async with fresh_world() as found:
        await add_bookings(found, SEATS)
        yield found


@pytest.fixture
async def db(world: World) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(world.stack.environment("migrate")["ANTREAN_DATABASE_URL"])
    change = connection.transaction()
    await change.start()
    yield connection
    await change.rollback()
    await connection.close()


async def test_a_ledger_that_was_filled_is_right(db: Any) -> None:
    assert await db.fetchval("SELECT count(*) FROM booking.hold") == SEATS

    await ledger.check(db)


async def test_a_world_beside_another_has_a_ledger_of_its_own_which_is_right_when_filled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every seat of several full slots has all that is kept of a booking."""
    monkeypatch.setattr(filling, "LARGEST_SLOT", 40)
    async with another_world(world.stack.servers) as other:
        await add_bookings(other, 100)
        await add_slots(other, 30)
        await rest(other)

        await ledger.check(other.admin)
        for table in ("command", "hold", "booking", "event_log WHERE type = 'hold.placed'"):
            assert await other.admin.fetchval(f"SELECT count(*) FROM booking.{table}") == 100, table
        sizes = await other.admin.fetch(
            "SELECT count(*) AS number FROM booking.hold GROUP BY slot_id ORDER BY 1"
        )
        assert [row["number"] for row in sizes] == [20, 40, 40]
        assert (await other.open_slot(5, DEFAULT_OFFICE)).office == DEFAULT_OFFICE
        assert DEFAULT_OFFICE not in other.offices
    assert await world.admin.fetchval("SELECT count(*) FROM booking.hold") == SEATS


async def test_only_commands_with_an_outcome_are_decided(db: Any) -> None:
    await decide(db, CROWD, 0, "refused")

    assert await ledger.count_decided(db, CROWD.ids()) == 1


@pytest.mark.parametrize("name", BREAKS)
async def test_a_wrong_ledger_is_found_wrong(db: Any, name: str) -> None:
    await db.execute(BREAKS[name])

    with pytest.raises(LedgerError, match=name):
        await ledger.check(db)


async def decide(db: Any, crowd: Crowd, number: int, kind: str) -> None:
    await db.execute(
        """
        INSERT INTO booking.command (id, kind, owner_key, fingerprint, outcome)
        VALUES ($1, 'hold.place', '', '', $2::jsonb)
        """,
        crowd.ids()[number],
        json.dumps({"kind": kind}),
    )


def told(crowd: Crowd, *statuses: int) -> Answers:
    answers = Answers(status=array("H", statuses))
    for number, status in enumerate(statuses):
        if status == 201:
            answers.bodies[number] = json.dumps({"hold_id": str(crowd.ids()[number])}).encode()
    return answers


CROWD = Crowd(1, 2, (SLOT,), "s" * 40)


async def test_people_who_were_told_what_the_ledger_says_are_told_right(db: Any) -> None:
    await decide(db, CROWD, 0, "hold_granted")
    await decide(db, CROWD, 1, "refused")

    await ledger.check_told(db, CROWD, told(CROWD, 201, 409))
    await ledger.check_told(db, CROWD, told(CROWD, 202, 503))


@pytest.mark.parametrize(("kinds", "statuses"), [
    (("refused", "refused"), (201, 409)),
    (("hold_granted", "hold_granted"), (201, 409)),
])  # fmt: skip
async def test_people_who_were_told_otherwise_are_found(
    db: Any, kinds: tuple[str, str], statuses: tuple[int, int]
) -> None:
    for number, kind in enumerate(kinds):
        await decide(db, CROWD, number, kind)

    with pytest.raises(LedgerError, match="was told"):
        await ledger.check_told(db, CROWD, told(CROWD, *statuses))


async def test_who_was_given_anothers_hold_is_found(db: Any) -> None:
    await decide(db, CROWD, 0, "hold_granted")
    answers = told(CROWD, 201, 409)
    answers.bodies[0] = json.dumps({"hold_id": str(uuid4())}).encode()

    with pytest.raises(LedgerError, match="another's"):
        await ledger.check_told(db, CROWD, answers)


async def test_who_was_accepted_and_has_no_outcome_is_found(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "OUTCOMES_S", 0.3)

    with pytest.raises(LedgerError, match="no outcome"):
        await ledger.check_told(db, CROWD, told(CROWD, 202, 503))

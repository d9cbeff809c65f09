"""What must hold after every run: counted in the ledger, and beside what clients were told."""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from bench.crowd import Crowd
from bench.load import Answers
from services.booking import invariants
from shared.db import Pool
from shared.messages import SlotRef

OUTCOMES_S = 60.0
# Nothing that the bench sends is put aside; in a test it may be.
PUT_ASIDE = "SELECT count(*) FROM booking.command WHERE state <> 'decided'"


class LedgerError(Exception):
    """The ledger, or what somebody was told of it, is wrong: no speed makes up for that."""


async def check(pool: Pool) -> None:
    """Count what must never be; raises LedgerError."""
    wrong = await invariants.broken(pool)
    if put_aside := await pool.fetchval(PUT_ASIDE):
        wrong["commands put aside"] = put_aside
    if wrong:
        raise LedgerError(f"the ledger is wrong: {wrong}")


async def check_slots(pool: Pool, slots: Sequence[SlotRef], granted: Iterable[UUID]) -> int:
    """Compare the holds of slots with those that people were told of; returns how many."""
    told = Counter(granted)
    twice = [one for one, number in told.items() if number > 1]
    if twice:
        raise LedgerError(f"{len(twice)} holds were given to two people")
    rows = await pool.fetch(
        f"SELECT id FROM booking.hold h WHERE slot_id = ANY ($1::uuid[]) AND {invariants.TAKEN}",
        [slot.slot_id for slot in slots],
    )
    stored = {row["id"] for row in rows}
    if stored != set(told):
        lost, unknown = len(set(told) - stored), len(stored - set(told))
        raise LedgerError(f"{lost} people were told of a hold that is none, {unknown} of none")
    return len(stored)


async def check_told(pool: Pool, crowd: Crowd, answers: Answers) -> None:
    """Compare everything that a crowd was told with the ledger; raises LedgerError.

    A 201 is a hold of theirs, once. A 202 has an outcome by now. Whoever got no seat, got none.
    Whoever was left without an answer may have either.
    """
    ids = crowd.ids()
    granted = {ids[n] for n, status in enumerate(answers.status) if status == 201}
    for number, body in answers.bodies.items():
        if answers.status[number] == 201 and UUID(json.loads(body)["hold_id"]) != ids[number]:
            raise LedgerError("somebody was given another's hold")
    await _await_outcomes(pool, [ids[n] for n, s in enumerate(answers.status) if s == 202])
    rows = await pool.fetch(
        "SELECT id, outcome ->> 'kind' AS kind FROM booking.command WHERE id = ANY ($1::uuid[])",
        ids,
    )
    outcome = {row["id"]: row["kind"] for row in rows}
    open_ended = {0, 202, 503}
    for number, status in enumerate(answers.status):
        kind = outcome.get(ids[number])
        if status not in open_ended and (kind == "hold_granted") != (ids[number] in granted):
            raise LedgerError(f"somebody was told {status}, and the ledger says {kind}")


async def _await_outcomes(pool: Pool, accepted: Sequence[UUID]) -> None:
    """Wait until everybody who was accepted has an outcome; raises LedgerError."""
    known = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(OUTCOMES_S):
            while (known := await count_decided(pool, accepted)) < len(accepted):
                await asyncio.sleep(0.2)
    if known < len(accepted):
        raise LedgerError(f"{len(accepted) - known} people were accepted and have no outcome")


async def count_decided(pool: Pool, ids: Sequence[UUID]) -> int:
    """Count the commands among these that have an outcome."""
    number: int = await pool.fetchval(
        """
        SELECT count(*) FROM booking.command WHERE id = ANY ($1::uuid[]) AND outcome IS NOT NULL
        """,
        ids,
    )
    return number


def granted_in(bodies: Iterable[bytes]) -> list[UUID]:
    """Read which holds the workers' replies grant."""
    outcomes: list[dict[str, Any]] = [o for body in bodies for o in json.loads(body)["outcomes"]]
    results = (outcome["result"] for outcome in outcomes)
    return [UUID(one["hold_id"]) for one in results if one["kind"] == "hold_granted"]

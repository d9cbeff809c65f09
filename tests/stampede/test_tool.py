"""The operators' stampede, on a stack that runs."""

import asyncio
import os
import re
import sys

import asyncpg
import pytest

from bench.target import Target, show
from deploy.local.paths import ROOT
from shared.messages import Session, SlotRef
from tests.system_fixtures import System, open_slot

pytestmark = pytest.mark.timeout(120)


async def stampede(system: System, slot: SlotRef, *more: str) -> tuple[int | None, str]:
    words = [sys.executable, "-m", "bench.stampede", "--url", system.gateway]
    words += ["--office", slot.office, "--date", str(slot.date), "--session", slot.session.value]
    running = await asyncio.create_subprocess_exec(
        *words, *more, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env=os.environ | {"ANTREAN_SECRET": system.stack.secrets["root"]},
    )  # fmt: skip
    printed, _ = await running.communicate()
    return running.returncode, printed.decode()


def number(printed: str, name: str) -> int:
    found = re.search(rf"^  {re.escape(name)} +([0-9,]+)", printed, re.MULTILINE)
    return int(found.group(1).replace(",", "")) if found else -1


async def remaining(system: System, slot: SlotRef) -> int:
    shown = await show(Target(system.gateway, ""), slot)
    return int(shown["remaining"])


async def test_it_counts_what_the_rivals_got_and_ends_well(system: System) -> None:
    slot = await open_slot(system, 20)

    code, printed = await stampede(system, slot, "--rivals", "200", "--keep")

    assert code == 0, printed
    assert number(printed, "accepted") == 20
    # A slow machine answers some by 503, which the tool counts and does not repeat.
    busy = max(0, number(printed, "refused: overloaded"))
    assert number(printed, "refused: slot_full") + busy == 180
    assert number(printed, "oversold") == number(printed, "undersold") == 0
    assert await remaining(system, slot) == 0


async def test_holds_are_given_back_unless_they_are_to_stay(system: System) -> None:
    slot = await open_slot(system, 20)

    code, printed = await stampede(system, slot, "--rivals", "15")

    assert code == 0, printed
    assert "15 of 15 holds were given back" in printed
    db = await asyncpg.connect(system.stack.environment("migrate")["ANTREAN_DATABASE_URL"])
    try:
        states = await db.fetch(
            "SELECT DISTINCT state FROM booking.hold WHERE slot_id = $1", slot.slot_id
        )
    finally:
        await db.close()
    assert [row["state"] for row in states] == ["released"]


async def test_a_slot_that_is_not_open_is_said_to_be_none(system: System) -> None:
    slot = (await open_slot(system, 5)).model_copy(update={"session": Session.AFTERNOON})

    code, printed = await stampede(system, slot, "--rivals", "5")

    assert code == 1
    assert "is not open" in printed

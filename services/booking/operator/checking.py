"""Compares the whole ledger with itself once, as workers do while they work; repairs nothing."""

import json

from services.booking import reconciling
from services.booking.invariants import Found
from shared.db import Pool
from shared.operating import Words

LONGEST_S = 600.0


async def check(pool: Pool, words: Words) -> int:
    """Print what came of each check, and end with 1 where something must not be."""
    async with pool.acquire() as db:
        found = await reconciling.look(db, whole=True, longest_s=LONGEST_S)
    broken = [one for one in found if one.is_broken]
    if words.json:
        print(json.dumps([_shown(one) for one in found], indent=1))
        return 1 if broken else 0
    print(f"{'must not be':<48}{'found':>10}")
    for one in found:
        print(f"{one.check.name:<48}{one.number:>10,.0f}{_where(one)}")
    if broken:
        print(f"{len(broken)} of {len(found)} are broken; nothing was changed.")
        return 1
    print("The ledger is as it must be.")
    return 0


def _where(one: Found) -> str:
    """Name some of what is broken; a number that need not be 0 may be all right."""
    if not one.is_broken:
        return ""
    ids = ", ".join(map(str, one.ids))
    return f"  BROKEN{f': {one.check.of} {ids}' if ids else ''}"


def _shown(one: Found) -> dict[str, object]:
    number = round(one.number, 1)
    shown = {"check": one.check.name, "gauge": f"antrean_{one.check.gauge}", "found": number}
    return shown | {"broken": one.is_broken, one.check.of: [str(each) for each in one.ids]}

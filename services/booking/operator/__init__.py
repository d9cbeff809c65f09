"""The operator's commands: quota, offices, parked messages, seed data."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable

from services.booking.operator.plan import PlanError, RefusedError
from services.booking.operator.words import Words, parser
from shared.db import Pool, open_pool

Act = Callable[[Pool, Words], Awaitable[int]]


def main(argv: list[str]) -> int:
    """Do what an operator asks: 0 done, 1 refused with the reason, 2 not understood."""
    words = parser().parse_args(argv)
    url = os.environ.get("ANTREAN_DATABASE_URL")
    if not url:
        print("ANTREAN_DATABASE_URL is missing: name the database", file=sys.stderr)
        return 2
    try:
        return asyncio.run(_act(url, words))
    except (PlanError, RefusedError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"the database does not answer: {type(error).__name__}", file=sys.stderr)
        return 1


async def _act(url: str, words: Words) -> int:
    from services.booking.operator import acts  # noqa: PLC0415 --help needs none of it

    pool = await open_pool(url, name="operator", size=2)
    try:
        act: Act = getattr(acts, words.act)
        return await act(pool, words)
    finally:
        await pool.close()

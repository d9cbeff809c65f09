"""The operator's commands: quota, offices, the ledger's health, parked messages, seed data."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable

import asyncpg

from services.booking.operator.plan import PlanError, RefusedError
from services.booking.operator.words import Words, parser
from services.booking.settings import OperatorSettings
from shared import settings
from shared.db import Pool, open_pool

Act = Callable[[Pool, Words], Awaitable[int]]


def main(argv: list[str]) -> int:
    """Do what an operator asks: 0 done, 1 refused with the reason, 2 not understood."""
    words = parser().parse_args(argv)
    config = settings.read(OperatorSettings)
    try:
        return asyncio.run(_act(config.database_url, words))
    except (PlanError, RefusedError) as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever reads us has seen enough; Python must not complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (OSError, asyncpg.PostgresError) as error:
        print(f"the database does not answer as it should: {error}", file=sys.stderr)
        return 1


async def _act(url: str, words: Words) -> int:
    # --help needs none of it
    from services.booking.operator import acts, checking, offices  # noqa: PLC0415

    pool = await open_pool(url, name="operator", size=2)
    try:
        module = {"offices": offices, "check": checking}.get(words.group, acts)
        act: Act = getattr(module, words.act)
        return await act(pool, words)
    finally:
        await pool.close()

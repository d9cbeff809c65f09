"""The operator's commands: quota, offices, the ledger's health, parked messages, seed data."""

from services.booking.operator.plan import PlanError, RefusedError
from services.booking.operator.words import parser
from services.booking.settings import OperatorSettings
from shared import operating, settings
from shared.db import Pool
from shared.operating import Act, Words


def main(argv: list[str]) -> int:
    """Do what an operator asks: 0 done, 1 refused with the reason, 2 not understood."""
    words = parser().parse_args(argv)
    config = settings.read(OperatorSettings)
    return operating.run(_act, words, config.database_url, (PlanError, RefusedError))


async def _act(pool: Pool, words: Words) -> int:
    # --help needs none of it
    from services.booking.operator import acts, checking, offices, parking  # noqa: PLC0415

    where = {"offices": offices, "parked": parking, "check": checking}.get(words.group, acts)
    act: Act = getattr(where, words.act)
    return await act(pool, words)

"""The SQL of the buckets: one function, one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from services.gateway.limits import FULL_AFTER
from shared.db import Db

# However the table grows, each row is found by its key: a lateral look and an insert that meets a
# row know no other way. A join would be planned for the empty table of the start, and scan it.
TAKE = """
WITH filled AS MATERIALIZED (
    SELECT w.n, w.key, f.key IS NULL AS is_new, coalesce(least(w.burst, f.tokens + w.per_s
               * greatest(0, extract(epoch FROM now() - f.at)::float8)), w.burst) AS tokens
      FROM unnest($1::bytea[], $2::float8[], $3::float8[])
           WITH ORDINALITY AS w (key, burst, per_s, n)
      LEFT JOIN LATERAL (SELECT b.key, b.tokens, b.at FROM gateway.bucket b
                          WHERE b.key = w.key FOR NO KEY UPDATE) f ON true
), draw AS MATERIALIZED (
    SELECT * FROM unnest($4::int[], $5::int[], $6::int[]) AS d (call, n, place)
), passed AS MATERIALIZED (
    SELECT d.call FROM draw d JOIN filled b ON b.n = d.n
     GROUP BY d.call HAVING bool_and(d.place <= b.tokens)
), used AS (
    SELECT d.n, count(*) AS tokens FROM draw d JOIN passed p ON p.call = d.call
     GROUP BY d.n
), rest AS MATERIALIZED (
    SELECT b.n, b.key, b.is_new, u.n IS NOT NULL AS is_used,
           b.tokens - coalesce(u.tokens, 0) AS tokens
      FROM filled b LEFT JOIN used u ON u.n = b.n
), changed AS (
    INSERT INTO gateway.bucket AS b (key, tokens, at)
    SELECT key, tokens, now() FROM rest WHERE is_used AND NOT is_new
    ON CONFLICT (key) DO UPDATE
       SET tokens = excluded.tokens, at = greatest(b.at, excluded.at)
), added AS (
    INSERT INTO gateway.bucket (key, tokens, at)
    SELECT key, tokens, now() FROM rest WHERE is_used AND is_new ORDER BY n
)
SELECT ARRAY(SELECT call FROM passed) AS passed,
       ARRAY(SELECT n::int FROM rest WHERE tokens < 1 ORDER BY n) AS empty,
       ARRAY(SELECT tokens FROM rest WHERE tokens < 1 ORDER BY n) AS left
"""


@dataclass(slots=True)
class Draws:
    """What many calls want at one moment, as columns.

    `keys`, `bursts` and `per_s` are of the buckets, each named once, in the order of their keys.
    The others are of the tokens: whose call it is, which bucket (counted from 1), and its place in
    that bucket's queue.
    """

    keys: list[bytes] = field(default_factory=list)
    bursts: list[float] = field(default_factory=list)
    per_s: list[float] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    buckets: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    def columns(self) -> list[Any]:
        """Give them in the order in which the statement names them."""
        return [self.keys, self.bursts, self.per_s, self.calls, self.buckets, self.places]


@dataclass(frozen=True, slots=True)
class Taken:
    """Which calls got their tokens, which buckets are empty now, and what is left in each."""

    passed: Sequence[int]
    empty: Sequence[int]
    left: Sequence[float]


async def take(db: Db, draws: Draws) -> Taken | None:
    """Give each call all the tokens that it wants or none, the first come first.

    The buckets' rows are locked in the order of their keys, so that two gateways neither deadlock
    nor take the same token. None where another made one of these buckets at the same moment: then
    nothing was taken, and `make` first is the way.

    A place counts the calls before it even if they got nothing. So a call may be refused although
    none of its buckets is empty; it is to ask again, and the first of those that do is sure of its
    answer.
    """
    try:
        row = await db.fetchrow(TAKE, *draws.columns())
    except asyncpg.UniqueViolationError:
        return None
    return Taken(row["passed"], row["empty"], row["left"])


async def make(db: Db, draws: Draws) -> None:
    """Make the buckets that are not there yet, full, so that `take` finds every one."""
    await db.execute(
        """
        INSERT INTO gateway.bucket (key, tokens, at)
        SELECT key, burst, now() FROM unnest($1::bytea[], $2::float8[]) AS w (key, burst)
        ON CONFLICT (key) DO NOTHING
        """,
        draws.keys,
        draws.bursts,
    )


async def forget_full(db: Db) -> None:
    """Delete the buckets that nobody drew from for so long that they are full again."""
    await db.execute("DELETE FROM gateway.bucket WHERE at < now() - $1::interval", FULL_AFTER)

"""Postgres: the pool, its types, and which of its errors mean "again" rather than "wrong"."""

import contextlib
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias

import asyncpg
from asyncpg.pool import PoolAcquireContext, PoolConnectionProxy

from shared.settings import addresses

Db: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
Row: TypeAlias = asyncpg.Record
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

# SQLSTATE classes and codes after which the same work may succeed
# (https://www.postgresql.org/docs/15/errcodes-appendix.html): connection trouble, a password that
# is being changed, a database that is not there, transaction rollback, a right or a column that
# is missing (an upgrade in the wrong order), out of resources, operator intervention, the system's
# own errors, lock not available, read-only node after a failover. None of them is the fault of
# one message, so that none may park it.
PASSING_CLASSES = ("08", "28", "3D", "40", "42", "53", "57", "58", "XX")
PASSING_CODES = ("55P03", "25006")


WRITABLE = "read-write"  # nothing of ours has work for a standby
AS_USUAL: dict[str, Any] = {  # what `asyncpg.create_pool` would say, but for the first
    "min_size": 0,
    "loop": None,
    "connection_class": asyncpg.Connection,
    "record_class": asyncpg.Record,
    "max_queries": 50_000,
    "max_inactive_connection_lifetime": 300.0,
}
GROWN = 1_000  # rows of a table, from which on a plan is right for as many as there will be


class Hosts:
    """Connects to the one of the URL's hosts that takes writes; begins where it last went well.

    asyncpg tries them in one time limit for all, always from the first: a machine that is switched
    off says nothing, and would use it up each time.
    """

    def __init__(self, url: str) -> None:
        self._addresses, self._at = addresses(url), 0

    async def connect(self, *_: Any, **how: Any) -> Any:
        """Connect, with a time limit for each host; raises what the last one said."""
        for left in reversed(range(len(self._addresses))):
            at = self._at
            try:
                address = self._addresses[at]
                return await asyncpg.connect(address, **how, target_session_attrs=WRITABLE)
            except BaseException as error:  # also where whoever waits gives up
                if at == self._at:
                    self._at = (at + 1) % len(self._addresses)
                if not left or not is_passing(error):
                    raise
        raise AssertionError("unreachable")


class _Borrowed(PoolAcquireContext):  # type: ignore[misc]  # asyncpg has no types
    """A connection on loan; where it was to a node that is read-only now, all are made anew."""

    __slots__ = ()

    async def __aexit__(
        self, kind: object = None, error: object = None, trace: object = None
    ) -> None:
        if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
            await self.pool.expire_connections()
        await super().__aexit__(kind, error, trace)


class _Pool(asyncpg.Pool):  # type: ignore[misc]  # likewise
    """A pool that lends its connections so."""

    __slots__ = ()

    def acquire(self, *, timeout: float | None = None) -> _Borrowed:
        return _Borrowed(self, timeout)


async def open_pool(  # noqa: PLR0913 five are named and may be left out
    url: str,
    *,
    name: str,
    size: int = 8,
    schema: str = "public",
    by_key: bool = False,
    once_grown: Sequence[str] = (),
) -> Pool:
    """Open a pool; every connection answers or fails within seconds, never hangs.

    It connects when it is asked: who starts while Postgres is away waits for it and says so. A
    server that takes no writes, as after a failover that is half done, is none of ours: a session
    there would be kept, and refuse every write until the process ends.
    `schema` comes first on the search path; JSON columns are Python values. Each statement is
    planned for the tables as they are: a plan that was made while a table was empty would scan it
    for ever, and statistics come a minute late. That takes longer than to carry it out, so that
    statements which all find their rows `by_key` may be planned once, and never with a scan; those
    that join their rows may be so `once_grown` are these tables (`schema.name`), as a new
    connection finds them: each lasts for some minutes of load.
    """
    pool: Pool = await _Pool(
        url,
        **AS_USUAL,
        connect=Hosts(url).connect,
        max_size=size,
        command_timeout=10,
        timeout=5,
        init=partial(_prepare, once_grown=list(once_grown)),
        reset=_leave,
        server_settings={
            "application_name": f"antrean-{name}",
            "search_path": f"{schema}, pg_catalog",
            "timezone": "UTC",
            "plan_cache_mode": "force_generic_plan" if by_key else "force_custom_plan",
            "enable_seqscan": "off" if by_key else "on",
            **SESSION,
        },
    )
    return pool


SESSION = {
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    "jit": "off",  # no statement of ours is worth compiling
    "random_page_cost": "1.1",  # what is looked up is in memory or on a disk without arms
}


def is_exhausted(pool: Pool) -> bool:
    """Whether all connections that a pool may have are in use."""
    return bool(pool.get_size() >= pool.get_max_size() and pool.get_idle_size() == 0)


async def _leave(_connection: Any) -> None:
    """Give a connection back as it is, which saves a round trip for each use of the pool.

    Nothing of ours outlives its transaction, and one that is open asyncpg still rolls back.
    """


async def _prepare(connection: Any, once_grown: list[str]) -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(
            kind, encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
        )
    if once_grown and await connection.fetchval(ARE_GROWN, once_grown, GROWN):
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        await connection.execute("SET enable_seqscan = off")


# By the statistics, since a plan is made by them.
ARE_GROWN = """
    SELECT count(*) = cardinality($1::text[]) FROM pg_class c JOIN pg_namespace n
        ON n.oid = c.relnamespace
     WHERE n.nspname || '.' || c.relname = ANY ($1) AND c.reltuples >= $2
"""


class Trouble:
    """What `passing` let pass, if anything; true where there was something."""

    def __init__(self) -> None:
        self.error: Exception | None = None

    def __bool__(self) -> bool:
        """Whether there was trouble."""
        return self.error is not None

    @property
    def name(self) -> str:
        """The kind of trouble, for a log."""
        return type(self.error).__name__


@contextlib.contextmanager
def passing() -> Iterator[Trouble]:
    """Let the database's and the network's trouble pass, and say so; any other error flies on."""
    trouble = Trouble()
    try:
        yield trouble
    except Exception as error:
        if not is_passing(error):
            raise
        trouble.error = error


def is_passing(error: BaseException) -> bool:
    """Whether an error is the database's or network's trouble, so that trying again may help."""
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or ""
        return state[:2] in PASSING_CLASSES or state in PASSING_CODES
    if isinstance(error, asyncpg.InterfaceError):
        return not isinstance(error, ValueError)  # a value that asyncpg cannot write stays so
    # Where a session dies under a statement, asyncpg may say so by an error of its own state.
    return isinstance(error, OSError | TimeoutError | asyncpg.InternalClientError)


def columns(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    """Turn rows into `width` columns, the shape that `unnest` takes; no rows give empty columns."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]

import asyncpg
import pytest

from shared.db import is_passing, passing


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError(
            "cannot switch to state 15; another operation (2) is in progress"
        ),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        asyncpg.DeadlockDetectedError("deadlock detected"),
        asyncpg.TooManyConnectionsError("sorry, too many clients already"),
        asyncpg.DiskFullError("could not extend file: No space left on device"),
        asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT in a read-only transaction"),
        asyncpg.TargetServerAttributeNotMatched("none of the hosts takes writes"),
    ],
)
def test_trouble_of_the_database_or_the_network_passes(error: Exception) -> None:
    with passing() as trouble:
        raise error

    assert trouble.name == type(error).__name__


@pytest.mark.parametrize(
    "error",
    [ValueError(), LookupError(), asyncpg.UniqueViolationError("x"), asyncpg.DataError("x")],
)
def test_a_fault_of_ours_does_not(error: Exception) -> None:
    assert not is_passing(error)

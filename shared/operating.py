"""What the operator's commands of all services have in common: words, errors, choosing, printing.

Each service acts on what is its own, by its own role; the words are alike everywhere.
"""

import argparse
import asyncio
import getpass
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import asyncpg

from shared.db import Db, Pool, open_pool

Words = argparse.Namespace
Act = Callable[[Pool, Words], Awaitable[int]]
Thing = TypeVar("Thing")

MOST = 1_000  # what is set aside is looked through so many at once
LEAST_TYPED = 4
ID_HELP = "as it is listed; its beginning is enough"


class NotDoneError(Exception):
    """What was asked cannot be done; the text says why."""


def new_parser(description: str, epilog: str = "") -> argparse.ArgumentParser:
    """Begin to describe a service's commands."""
    top = argparse.ArgumentParser(
        prog="antrean",
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--by", default=_user(), help="who acts, for the audit trail")
    return top


def add_act(acts: Any, name: str, **how: Any) -> argparse.ArgumentParser:
    """Add an act; who acts may be said before its name or after."""
    act: argparse.ArgumentParser = acts.add_parser(name, **how)
    act.add_argument("--by", default=argparse.SUPPRESS, help="who acts, for the audit trail")
    return act


def add_set_aside(group: argparse.ArgumentParser, what: str) -> dict[str, argparse.ArgumentParser]:
    """Describe the four acts on what was set aside; returns them by name."""
    acts = group.add_subparsers(dest="what", required=True, metavar="act")
    made = {
        "list": add_act(acts, "list", help=f"{what}, and why; nobody's data is shown"),
        "show": add_act(acts, "show", help="what is known of one, without anybody's data"),
        "retry": add_act(acts, "retry", help="try one again, or all"),
        "discard": add_act(acts, "discard", help="give one up for good"),
    }
    which = made["retry"].add_mutually_exclusive_group(required=True)
    which.add_argument("id", nargs="?", help=ID_HELP)
    which.add_argument("--all", action="store_true", help="each that can be")
    for name in ("show", "discard"):
        made[name].add_argument("id", help=ID_HELP)
    made["discard"].add_argument("--reason", required=True, help="why, for the audit trail")
    for name in ("list", "show"):
        made[name].add_argument("--json", action="store_true")
    return made


def run(act: Act, words: Words, database_url: str, told: tuple[type[Exception], ...] = ()) -> int:
    """Act on the database: 0 done, 1 refused with the reason, which is one of `told` or ours."""
    refusals: tuple[type[Exception], ...] = (NotDoneError, *told)
    try:
        return asyncio.run(_with_pool(act, words, database_url))
    except refusals as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever reads us has seen enough; Python must not complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (OSError, asyncpg.PostgresError) as error:
        print(f"the database does not answer as it should: {error}", file=sys.stderr)
        return 1


def pick(things: Iterable[Thing], typed: str, id_of: Callable[[Thing], str]) -> Thing:
    """Find the one thing whose id begins so; raises NotDoneError where it is not one."""
    found = [thing for thing in things if id_of(thing).startswith(typed.lower())]
    exact = [thing for thing in found if id_of(thing) == typed.lower()]
    if not found:
        raise NotDoneError(f"nothing here is called {typed}; `list` says what there is")
    if not exact and (len(found) > 1 or len(typed) < LEAST_TYPED):
        raise NotDoneError(f"{typed} is too short to say which one is meant")
    return (exact or found)[0]


async def do_each(
    things: Sequence[Thing],
    act: Callable[[Thing], Awaitable[None]],
    id_of: Callable[[Thing], str],
    did: str,
) -> int:
    """Act on each thing; say which stay as they are and why, and how many were done."""
    done = 0
    for thing in things:
        try:
            await act(thing)
            done += 1
        except NotDoneError as error:
            print(f"{id_of(thing)} stays: {error}", file=sys.stderr)
    if done or not things:
        print(f"{done} {did}.")
    return 0 if done == len(things) else 1


def show(facts: Mapping[str, Any], *, as_json: bool) -> None:
    """Print what is known of one thing; what is a list has a line for each."""
    if as_json:
        print(json.dumps(facts, indent=1, default=str))
        return
    for name, value in facts.items():
        for line in value if isinstance(value, list) else [value]:
            print(f"{name:<12} {_line(line)}")


def show_all(rows: Sequence[Mapping[str, Any]], none: str, *, as_json: bool) -> None:
    """Print a line for each thing, and how many there are."""
    if as_json:
        print(json.dumps(rows, indent=1, default=str))
        return
    for line in _aligned(rows):
        print(line)
    if not rows:
        print(none)
    elif len(rows) == MOST:
        print(f"These are {MOST:,}; there may be more behind them.")
    else:
        print(f"{len(rows)} in all.")


async def add_audit(db: Db, who: str, act: str, data: Mapping[str, Any]) -> None:
    """Write down an act of staff where booking keeps them all, in the caller's transaction."""
    await db.execute("SELECT booking_api.add_audit($1, $2, $3)", who, act, dict(data))


def _aligned(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    texts = [["" if value is None else str(value) for value in row.values()] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for text in texts:
        padded = (part.ljust(width) for part, width in zip(text, widths, strict=True))
        yield "  ".join(padded).rstrip()


def _line(value: Any) -> str:
    if isinstance(value, Mapping):
        return "  ".join(f"{name}={one}" for name, one in value.items() if one is not None)
    return "" if value is None else str(value)


async def _with_pool(act: Act, words: Words, database_url: str) -> int:
    pool = await open_pool(database_url, name="operator", size=2)
    try:
        return await act(pool, words)
    finally:
        await pool.close()


def _user() -> str:
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in a container
        return "unknown"

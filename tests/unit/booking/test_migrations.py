"""The release before still runs after a migration: it only adds, or says why not."""

import re
from collections.abc import Iterator

import pytest

from services.booking.migrate import find_migrations

FIRST = "0001_"
# What may take something away from a release that is still running, or refuse what it writes.
TAKES = {
    "drops": r"\bDROP\b",
    "renames": r"\bRENAME\b",
    "changes a type": r"\bALTER COLUMN \w+ (SET DATA )?TYPE\b",
    "demands a value": r"\bSET NOT NULL\b|^ADD (?!.*\bDEFAULT\b).*\bNOT NULL\b",
    "constrains": r"^ADD (CONSTRAINT|CHECK|PRIMARY KEY|UNIQUE|FOREIGN KEY|EXCLUDE)\b",
    "makes unique": r"^CREATE UNIQUE INDEX\b",
    "takes a right": r"^REVOKE\b",
    "changes rows": r"^(UPDATE|DELETE|TRUNCATE)\b",
}
HARMLESS = re.compile(r"(GRANT|INSERT|CREATE (?!UNIQUE INDEX))\b", re.IGNORECASE)
# The reason why the release before does not mind.
KNOWN = {
    ("booking/0002_create_booking_api", "takes a right"): "to call what the file itself makes",
    ("booking/0004_tighten_ledger", "changes rows"): "what has a number waits by that number now;"
    " a relay of the release before says nothing of it, and the new one says it",
    ("booking/0004_tighten_ledger", "takes a right"): "to change what no release ever changed",
    ("booking/0005_lighten_outbox", "drops"): "a check, which refuses nothing any more",
    ("booking/0007_let_others_audit", "takes a right"): "to call what the file itself makes",
    ("notifier/0003_add_template_and_doubts", "drops"): "before the first release",
    ("notifier/0003_add_template_and_doubts", "constrains"): "before the first release",
}


def actions(sql: str) -> Iterator[str]:
    """Give each statement, and of one that alters a table each part; what is harmless is left out.

    What the file itself makes it may do with as it likes.
    """
    bare = re.sub(r"--[^\n]*|\$\$.*?\$\$", "", sql, flags=re.DOTALL)
    made = set(re.findall(r"CREATE (?:UNLOGGED )?TABLE ([\w.]+)", bare))
    for part in bare.split(";"):
        statement = " ".join(part.split())
        table = re.match(r"(?:ALTER TABLE|CREATE UNIQUE INDEX \w+ ON) ([\w.]+) ?", statement)
        if not statement or HARMLESS.match(statement) or (table and table[1] in made):
            continue
        if statement.startswith("ALTER TABLE") and table:
            yield from re.split(r", (?=ADD|ALTER|DROP|RENAME)", statement[table.end() :])
        else:
            yield statement


def takes(sql: str) -> set[str]:
    """Name the kinds of what a migration takes away."""
    return {
        what
        for action in actions(sql)
        for what, pattern in TAKES.items()
        if re.search(pattern, action, re.IGNORECASE)
    }


LATER = [pair for pair in find_migrations() if FIRST not in pair[0]]


@pytest.mark.parametrize(("name", "sql"), LATER, ids=[name for name, _ in LATER])
def test_a_migration_takes_nothing_from_the_release_before(name: str, sql: str) -> None:
    known = {what for file, what in KNOWN if file == name}

    assert takes(sql) == known


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("ALTER TABLE a.b DROP COLUMN c", "drops"),
        ("DROP TABLE a.b", "drops"),
        ("ALTER TABLE a.b RENAME COLUMN c TO d", "renames"),
        ("ALTER TABLE a.b RENAME TO c", "renames"),
        ("ALTER TABLE a.b ALTER COLUMN c TYPE bigint", "changes a type"),
        ("ALTER TABLE a.b ADD COLUMN c text NOT NULL", "demands a value"),
        ("ALTER TABLE a.b ADD c text NOT NULL, ADD d int", "demands a value"),
        ("ALTER TABLE a.b ALTER COLUMN c SET NOT NULL", "demands a value"),
        ("ALTER TABLE a.b ADD CHECK (c > 0)", "constrains"),
        ("CREATE UNIQUE INDEX d ON a.b (c)", "makes unique"),
        ("REVOKE SELECT ON a.b FROM antrean_gateway", "takes a right"),
        ("UPDATE a.b SET c = 1", "changes rows"),
        ("DELETE FROM a.b", "changes rows"),
    ],
)
def test_what_is_no_mere_addition_is_seen(sql: str, what: str) -> None:
    assert takes(sql) == {what}


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE a.b (c text NOT NULL); CREATE UNIQUE INDEX d ON a.b (c)",
        "ALTER TABLE a.b ADD COLUMN c text",
        "ALTER TABLE a.b ADD COLUMN c int NOT NULL DEFAULT 0, ADD COLUMN d text DEFAULT ''",
        "ALTER TABLE a.b ADD COLUMN c boolean DEFAULT false NOT NULL",
        "GRANT UPDATE (c) ON a.b TO antrean_booking",
        "CREATE INDEX d ON a.b (c) -- DROP nothing",
        "CREATE OR REPLACE VIEW a.v AS SELECT b.c FROM a.b",
    ],
)
def test_an_addition_is_none_of_that(sql: str) -> None:
    assert takes(sql) == set()

import shlex
from datetime import date

import pytest

from services.booking import operator
from services.booking.operator.words import EXAMPLES, parser

OPEN = ["quota", "open", "--office", "batam"]


def test_the_options_of_an_opening_are_understood() -> None:
    words = parser().parse_args(
        [
            *(*OPEN, "--service", "passport", "--from", "2027-01-01", "--to", "2027-01-31"),
            *("--days", "mon,tue", "--morning", "40", "--afternoon", "0", "--partial"),
        ]
    )

    assert (words.act, words.office, words.service) == ("quota_open", "batam", "passport")
    assert (words.first, words.last) == (date(2027, 1, 1), date(2027, 1, 31))
    assert (words.days, words.morning, words.afternoon) == ("mon,tue", 40, 0)
    assert (words.partial, words.dry_run, words.sentence) == (True, False, None)


def test_who_acts_is_whoever_is_logged_in_unless_it_is_said() -> None:
    assert parser().parse_args(["seed"]).by
    assert parser().parse_args(["--by", "rina", "seed"]).by == "rina"


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["quota"],
        ["sell"],
        ["quota", "show"],
        [*OPEN, "--morning", "-1"],
        [*OPEN, "--morning", "100001"],
        [*OPEN, "--morning", "many"],
        [*OPEN, "--from", "01-01-2027"],
        ["quota", "close", "--office", "batam", "--date", "2027-01-29"],
        ["quota", "close", "--office", "batam", "--date", "2027-01-29", "--session", "evening",
         "--reason", "x"],
        ["offices", "set", "batam"],
    ],
)  # fmt: skip
def test_words_that_are_not_understood_end_with_2(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        operator.main(words)

    assert ended.value.code == 2
    assert "usage: " in capsys.readouterr().err


def test_seats_out_of_range_are_answered_with_the_range(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        operator.main([*OPEN, "--morning", "100001"])

    assert "seats are 0 to 100,000" in capsys.readouterr().err


def test_help_shows_examples_that_are_understood(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        operator.main(["--help"])

    assert ended.value.code == 0
    assert EXAMPLES in capsys.readouterr().out
    lines = EXAMPLES.replace("\\\n", "").splitlines()[1:]
    assert len(lines) >= 6
    assert all(parser().parse_args(shlex.split(line)).act for line in lines)


def test_without_a_database_it_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ANTREAN_DATABASE_URL", raising=False)

    with pytest.raises(SystemExit, match="ANTREAN_DATABASE_URL"):
        operator.main(["seed"])


def test_a_database_that_is_away_is_said_in_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTREAN_DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:1/none")

    assert operator.main(["offices", "list"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("the database does not answer")
    assert "secret" not in said

"""What citizens read stands in dictionaries, the same in both languages, and nowhere else."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from deploy.local.paths import ROOT
from tests.browser.dictionary import FILES, entries, values_of, words
from tests.browser.looks import is_known

WEB = ROOT / "channels" / "web"
SOURCES = sorted(
    path for folder in ("citizen", "shared", "build") for path in (WEB / folder).rglob("*.ts*")
)
NO_TIMES: frozenset[str] = frozenset()
# Names that a page makes out of parts: `t(`mine.is_${standing}`)`.
MADE = re.compile(r"`((?:[\w-]+\.)+[\w-]*)\$\{")


@pytest.mark.parametrize("file", FILES)
def test_both_languages_say_the_same_things(file: str) -> None:
    indonesian, english = entries(file, "id"), entries(file, "en")

    assert list(indonesian) == list(english)
    assert [
        name for name, text in [*indonesian.items(), *english.items()] if not text.strip()
    ] == []


def test_both_languages_put_in_the_same_values() -> None:
    english = words("en")

    other = {
        name: (values_of(text), values_of(english[name]))
        for name, text in words("id").items()
        if values_of(text) != values_of(english[name])
    }

    assert other == {}


def test_a_name_stands_in_one_dictionary() -> None:
    names = [name for file in FILES for name in entries(file, "id")]

    assert sorted(names) == sorted(set(names))


def test_every_text_is_said_somewhere() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    parts = tuple(MADE.findall(source))

    silent = [name for name in words("id") if f'"{name}"' not in source]

    assert [name for name in silent if not name.startswith(parts)] == []


def test_no_page_says_what_is_in_no_dictionary(pages: Path) -> None:
    assert pages.is_dir()  # so that what reads the source is installed

    assert lint() == (0, "")


@pytest.mark.parametrize(
    "source",
    [
        "<p>Halo</p>",
        '<img alt="Halo" />',
        '<p>{busy ? "Halo" : null}</p>',
        "<p>{`Halo ${name}`}</p>",
        '<button aria-label={name ?? "Halo"}>x</button>',
    ],
)
def test_what_a_page_says_by_itself_is_found(pages: Path, tmp_path: Path, source: str) -> None:
    assert pages.is_dir()
    (tmp_path / "page.tsx").write_text(f"export const page = (name) => {source};")

    ended, said = lint(tmp_path)

    assert ended == 1
    assert "Halo" in said


@pytest.mark.parametrize(
    ("text", "is_ours"),
    [
        ("Sisa 4", True),
        ("Kembali", True),
        ("Jadwal ditahan untuk Anda sampai pukul 14.22. Kembali", True),
        ("08.00-12.00", True),
        ("4 left", False),
        ("Kembali ke depan", False),
    ],
)
def test_a_strange_text_is_told_from_ours(text: str, is_ours: bool) -> None:
    assert is_known(text, "id", NO_TIMES) is is_ours


def lint(*folders: Path) -> tuple[int, str]:
    # `make web` may have put a Node of its own into .venv.
    path = os.pathsep.join((str(ROOT / ".venv" / "node"), os.environ["PATH"]))
    done = subprocess.run(  # noqa: S603 our own
        ["node", "build/lint-words.mjs", *map(str, folders)],  # noqa: S607 wherever it is
        cwd=WEB,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr

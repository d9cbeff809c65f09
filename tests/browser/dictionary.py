"""The words of the pages as the tests know them: read from the dictionaries, in both languages."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["id", "en"]

LANGUAGES: tuple[Language, ...] = ("id", "en")
WORDS = Path(__file__).parents[2] / "channels" / "web" / "words"
# Each page has the first; who has a booking or logs in reads the second, who reads up the third.
FILES = ("{}", "own-{}", "prose-{}")
ENTRY = re.compile(r'^  "([^"]+)": ("(?:\\.|[^"\\])*"),$', re.MULTILINE)
COUNTS = {"count", "free", "km", "left", "seconds", "tries"}
VALUE = re.compile(r"\{(\w+)\}")


def entries(file: str, language: Language) -> dict[str, str]:
    """Read one dictionary: `{}`, `own-{}` or `prose-{}` of a language."""
    text = (WORDS / f"{file.format(language)}.ts").read_text(encoding="utf-8")
    return {name: json.loads(value) for name, value in ENTRY.findall(text)}


@cache
def words(language: Language) -> dict[str, str]:
    """Give every text of a language by its name."""
    return {name: text for file in FILES for name, text in entries(file, language).items()}


def values_of(text: str) -> set[str]:
    """Name what is put into a text: `{left}`."""
    return set(VALUE.findall(text))


def say(language: Language, word: str, **values: str | int) -> str:
    """Give a text with its values put in, as the page does."""
    return VALUE.sub(lambda found: str(values[found[1]]), words(language)[word])


@cache
def pattern(language: Language) -> re.Pattern[str]:
    """Match what a text of the dictionary can say: counts are numbers, other values anything."""
    return re.compile("|".join(sorted(map(_of, words(language).values()), key=len, reverse=True)))


def _of(text: str) -> str:
    parts = VALUE.split(" ".join(text.split()))
    return "".join(
        (r"\d+" if part in COUNTS else ".+?") if place % 2 else re.escape(part)
        for place, part in enumerate(parts)
    )

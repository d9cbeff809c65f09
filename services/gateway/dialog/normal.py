"""Texts as they are compared: one form for what people type in many."""

import unicodedata

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u00ad"))
LONGEST = 1000
WRAPS = " *_~\"'`\u201c\u201d\u2018\u2019()[]<>"


def normal(text: str) -> str:
    """Fold full-width letters and ＃, drop what cannot be seen, use single spaces."""  # noqa: RUF002 it is shown
    folded = unicodedata.normalize("NFKC", text[:4096]).translate(INVISIBLE)
    return " ".join(folded.split())[:LONGEST]


def unwrapped(text: str) -> str:
    """Take off the marks that stand around a text: `*#status*` as WhatsApp shows it in bold."""
    return text.strip(WRAPS)


def distance(one: str, other: str) -> int:
    """Count the edits between two words: insert, delete, replace, swap two neighbours.

    Damerau-Levenshtein, restricted: no part is edited twice.
    """
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def likeness(one: str, other: str) -> float:
    """Say how alike two words are: 1 the same, 0 nothing in common."""
    longest = max(len(one), len(other))
    if not longest or abs(len(one) - len(other)) > longest // 2:
        return 0.0
    return 1 - distance(one, other) / longest

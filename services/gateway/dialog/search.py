"""Finds offices and services by what people call them, with typing errors."""

from collections.abc import Iterable, Mapping, Sequence

from services.gateway.dialog.normal import likeness, normal
from services.gateway.dialog.state import Office
from shared.messages import Language

ALIKE = 0.78
NOISE = {"kantor", "imigrasi", "kanim", "kota", "kabupaten", "kelas", "di", "khusus"}


def find_offices(offices: Iterable[Office], text: str, limit: int = 10) -> Sequence[Office]:
    """Find the offices that a text may mean, the likeliest first."""
    words = [w for w in normal(text).lower().replace("-", " ").split() if w not in NOISE]
    if not words:
        return ()
    scored = [(_score(office, words), office) for office in offices]
    likely = sorted((s for s in scored if s[0] > 0), key=lambda s: (-s[0], s[1].id))
    if not likely:
        return ()
    best = likely[0][0]
    return [office for score, office in likely if score >= best * 0.6][:limit]


def find_service(text: str, services: Mapping[str, Mapping[Language, str]]) -> str | None:
    """Find the service of this id, or the one whose id or name is nearest."""
    said = normal(text).lower()
    if not said or said in services:
        return said or None
    scored = [
        (_alike(said, name.lower()), one)
        for one, names in services.items()
        for name in (one, *names.values())
    ]
    score, found = max(scored, default=(0.0, None))
    return found if score >= ALIKE else None


def _alike(said: str, name: str) -> float:
    """Say how alike two names are; a part of a name in whole words is nearly the name."""
    if said == name:
        return 1.0
    return 0.9 if set(said.split()) <= set(name.split()) else likeness(said, name)


def _score(office: Office, words: list[str]) -> float:
    """Add up how well each word fits; a word that fits nowhere counts against the office."""
    own = office.short_name.lower().split()
    if words == own or "-".join(words) == office.id:
        return 10.0 * len(words)
    far = set(f"{office.province} {office.address}".lower().replace(",", " ").split())
    total = 0.0
    for word in words:
        best = max((_fit(word, name) for name in own), default=0.0)
        total += 3 * best if best else (1.0 if word in far else -2.0)
    return total


def _fit(word: str, name: str) -> float:
    if word == name:
        return 1.0
    if len(word) >= 3 and name.startswith(word):  # noqa: PLR2004 "sura" may be Surabaya
        return 0.9
    score = likeness(word, name)
    return score if score >= ALIKE else 0.0

"""Finds offices and services by what people call them, with typing errors."""

from collections.abc import Iterable, Mapping, Sequence

from services.gateway.dialog.normal import likeness, normal
from services.gateway.dialog.state import Office
from shared.messages import Language

ALIKE = 0.78
NOISE = {
    *("kantor", "imigrasi", "kanim", "kota", "kabupaten", "kab", "di", "kelas", "khusus", "tpi"),
    *("i", "ii", "iii", "office", "immigration"),
}
# What people call a place, beside its name.
ALIASES = {
    "jogja": "yogyakarta",
    "yogya": "yogyakarta",
    "jogjakarta": "yogyakarta",
    "solo": "surakarta",
    "sby": "surabaya",
    "bdg": "bandung",
    "smg": "semarang",
    "mks": "makassar",
    "ujungpandang": "makassar",
    "jaksel": "jakarta selatan",
    "jakpus": "jakarta pusat",
    "jakbar": "jakarta barat",
    "jaktim": "jakarta timur",
    "jakut": "jakarta utara",
    "bandara": "soekarno hatta",
    "soetta": "soekarno hatta",
    "cengkareng": "soekarno hatta",
}
FAR = 1.0  # what a word that only stands in the province or address is worth


def find_offices(offices: Iterable[Office], text: str, limit: int = 10) -> Sequence[Office]:
    """Find the offices that a text may mean, the likeliest first."""
    words, offices = _words(text), list(offices)
    if not words:
        return ()
    said = _joined(words)
    named = [one for one in offices if said == _joined(_words(one.short_name))]
    if named:
        return named[:limit]
    there = [one for one in offices if said == _joined(_words(one.province))]
    if there:
        return there[:limit]
    scored = [(_score(office, words), office) for office in offices]
    likely = sorted((s for s in scored if s[0] > 0), key=lambda s: (-s[0], s[1].id))
    if not likely:
        return ()
    best = likely[0][0]
    return [office for score, office in likely if score >= best * 0.6][:limit]


def is_near(text: str, office: Office) -> bool:
    """Whether a text has something of an office's own name, not of its address alone."""
    own = _words(office.short_name)
    return any(_fit(word, name) for word in _words(text) for name in own)


def is_called(text: str, offices: Iterable[Office]) -> bool:
    """Whether a text is the plain name of an office and nothing else."""
    words = _words(text)
    return bool(words) and any(_joined(words) == _joined(_words(o.short_name)) for o in offices)


def is_town(text: str, offices: Iterable[Office]) -> bool:
    """Whether a text is a place of which an office or a province is named, and nothing else."""
    words = _words(text)
    places = {word for o in offices for word in _words(f"{o.short_name} {o.province}")}
    return bool(words) and set(words) <= places


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


def _words(text: str) -> list[str]:
    plain = normal(text).lower().translate(str.maketrans("-/.,?!", "      "))
    words = [word for word in plain.split() if word not in NOISE]
    whole = ALIASES.get(_joined(words))
    if whole:
        return whole.split()
    return [part for word in words for part in ALIASES.get(word, word).split()]


def _joined(words: Iterable[str]) -> str:
    return "".join(words)


def _alike(said: str, name: str) -> float:
    """Say how alike two names are; a part of a name in whole words is nearly the name."""
    if said == name:
        return 1.0
    return 0.9 if set(said.split()) <= set(name.split()) else likeness(said, name)


def _score(office: Office, words: list[str]) -> float:
    """Add up how well each word fits; a word that fits nowhere counts against the office."""
    own = _words(office.short_name)
    far = set(_words(f"{office.province} {office.address}"))
    total = 0.0
    for word in words:
        best = max((_fit(word, name) for name in own), default=0.0)
        total += 3 * best if best else (FAR if word in far else -2.0)
    return total


def _fit(word: str, name: str) -> float:
    if word == name:
        return 1.0
    if len(word) >= 3 and name.startswith(word):  # noqa: PLR2004 "sura" may be Surabaya
        return 0.9
    score = likeness(word, name)
    return score if score >= ALIKE else 0.0

"""Which names an applicant may have: the rule for every channel."""

import re
import unicodedata

from services.gateway.dialog.normal import normal

SHORTEST, LONGEST = 2, 80
SHAPE = re.compile(r"^[^\W\d_][^\d_]*$")
ALLOWED = set(" .'-,")
APOSTROPHES = dict.fromkeys(map(ord, "\u2019\u2018\u02bc`\u00b4"), "'")


def read_name(text: str) -> str | None:
    """Read a name of 2 to 80 Latin letters with spaces, . ' - or a comma; None where it is none.

    One word is a whole name for many Indonesians. Digits are in no name. Passports are written in
    Latin letters (ICAO Doc 9303, part 3), and a Cyrillic look-alike would be another person.
    """
    name = normal(text.translate(APOSTROPHES))
    if not SHORTEST <= len(name) <= LONGEST or not SHAPE.match(name):
        return None
    return name if all(c in ALLOWED or _is_latin(c) for c in name) else None


def _is_latin(sign: str) -> bool:
    is_mark = unicodedata.category(sign)[0] == "M"
    return is_mark or (sign.isalpha() and unicodedata.name(sign, "").startswith("LATIN"))

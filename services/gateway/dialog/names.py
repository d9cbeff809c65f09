"""Which names an applicant may have: the rule for every channel."""

import re

from services.gateway.dialog.normal import normal
from shared.keys import plain_letters

SHORTEST, LONGEST = 2, 80
SHAPE = re.compile(r"^[^\W\d_][^\d_]*$")
ALLOWED = set(" .'-,")
APOSTROPHES = dict.fromkeys(map(ord, "\u2019\u2018\u02bc`\u00b4"), "'")


def read_name(text: str) -> str | None:
    """Read a name of 2 to 80 Latin letters with spaces, . ' - or a comma; None where it is none.

    One word is a whole name for many Indonesians. Digits are in no name. Passports are written in
    Latin letters (ICAO Doc 9303, part 3), and a look-alike of another script, or one that only
    phoneticians write, would be another person.
    """
    name = normal(text.translate(APOSTROPHES))
    if not SHORTEST <= len(name) <= LONGEST or not SHAPE.match(name):
        return None
    plain = plain_letters(name)
    return name if plain.isascii() and all(c.isalpha() or c in ALLOWED for c in plain) else None

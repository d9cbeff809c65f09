"""Which names an applicant may have: the rule for every channel."""

import re
import unicodedata

from services.gateway.dialog.normal import normal

SHORTEST, LONGEST = 2, 80
SHAPE = re.compile(r"^[^\W\d_][^\d_]*$")
ALLOWED = set(" .'-,")


def read_name(text: str) -> str | None:
    """Read a name of 2 to 80 letters with spaces, . ' - or a comma; None where it is none.

    One word is a whole name for many Indonesians. Digits are in no name.
    """
    name = normal(text.replace("’", "'"))
    if not SHORTEST <= len(name) <= LONGEST or not SHAPE.match(name):
        return None
    is_letter = (c in ALLOWED or unicodedata.category(c)[0] in "LM" for c in name)
    return name if all(is_letter) else None

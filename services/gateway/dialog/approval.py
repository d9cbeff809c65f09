"""Finds approval codes in what people send back: alone, in a sentence, in our whole message."""

import re

from shared.keys import APPROVAL_CODE_LENGTH, CROCKFORD, normal_code

# What people put before the code that they send back.
LEAD = (
    r"(?:(?:ini|ya|iya|ok|oke|baik|saya|my) )*(?:approval )?"
    r"(?:kode(?:nya)?|code|setuju|agree)(?: persetujuan)?(?:nya)?(?: saya)?(?: adalah| is)?"
)
ONE = r"[0-9a-z](?:[ .-]?[0-9a-z]){5}"
ALONE = re.compile(rf"(?:{LEAD})?[\s:=*\"'-]*({ONE})", re.IGNORECASE | re.ASCII)
QUOTED = re.compile(
    r"(?:kode persetujuan|approval code)\W{1,6}([0-9a-z]{6})(?![0-9a-z])", re.IGNORECASE | re.ASCII
)
WORD = re.compile(r"[0-9a-z]+", re.IGNORECASE | re.ASCII)
REPEATED = re.compile(r"[a-z]{5}\d", re.IGNORECASE)  # besok2: besok-besok, or a word with a number
AMOUNT = re.compile(r"[1-9]\d\d000")
LAST_DAY, LAST_MONTH = 31, 12
AROUND = re.compile(r"^\W+|\W+$|^_+|_+$")


def read_code(said: str) -> str | None:
    """Read a text that is a code and hardly anything else: alone, after `Kode:`, our message.

    Six letters may be a word or a town, digits a date, and neither `2 orang` nor `besok2` is one.
    """
    match = QUOTED.search(said) or ALONE.fullmatch(AROUND.sub("", said))
    return _code(match[1]) if match and _is_sure(match[1]) else None


def find_codes(said: str) -> tuple[str, ...]:
    """Find all that may be codes: words of six letters and digits, and the text as a whole."""
    found = (_code(word) for word in (*WORD.findall(said), AROUND.sub("", said)))
    return tuple(dict.fromkeys(code for code in found if code))


def _is_sure(text: str) -> bool:
    """Whether a text looks like a code and like nothing else."""
    parts = re.split(r"[ .-]", text)
    if REPEATED.fullmatch(text) or AMOUNT.fullmatch(text):
        return False
    if text.isdecimal():  # perhaps ddmmyy
        return not (1 <= int(text[:2]) <= LAST_DAY and 1 <= int(text[2:4]) <= LAST_MONTH)
    has_word = len(parts) > 1 and any(part.isalpha() and len(part) > 1 for part in parts)
    return any(sign.isdecimal() for sign in text) and any(map(str.isalpha, text)) and not has_word


def _code(text: str) -> str | None:
    bare = re.sub(r"[ .-]", "", text)
    code = normal_code(bare)
    is_code = len(bare) == APPROVAL_CODE_LENGTH and set(code) <= set(CROCKFORD)
    return code if is_code else None

"""Keys from outside the database: what hides personal data and what proves a code.

One secret (`ANTREAN_SECRET`, at least 32 bytes) is stretched into one key per purpose, so that
a value made for one purpose is worthless for another.
"""

import hmac
import json
import os
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic_core import to_json

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Letters that have no accent to take off, with what a passport writes for them.
TRANSCRIBED = (
    "Æ=AE æ=ae Œ=OE œ=oe Ø=OE ø=oe ß=ss ẞ=SS Ð=D ð=d Đ=D đ=d Þ=TH þ=th Ł=L ł=l ı=i Ħ=H ħ=h "
    "Ŧ=T ŧ=t ĸ=q Ŋ=N ŋ=n"
)
PLAIN = str.maketrans(dict(pair.split("=") for pair in TRANSCRIBED.split()))
# Most names are ASCII, where a table does in one step what a look at each letter does.
SPACED = {code: " " for code in range(128) if not chr(code).isalnum()}
CHECK_SYMBOLS = CROCKFORD + "*~$=U"
APPROVAL_CODE_LENGTH = 6
BOOKING_CODE_LENGTH = 12
NONCE_BYTES = 12
KEY_ID = b"\x01"


class WrongKeyError(ValueError):
    """A sealed value was not made with this key, or not for this row."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Every key of an installation. Build it with `Keys.from_secret`."""

    lookup: hmac.HMAC
    approval: bytes
    token: bytes
    cipher: AESGCM

    @staticmethod
    def from_secret(secret: str) -> "Keys":
        """Stretch one secret of at least 32 bytes; raises ValueError on a shorter one."""
        if len(secret.encode()) < 32:  # noqa: PLR2004 the length of a SHA-256 key
            raise ValueError("the secret must have at least 32 bytes")

        def key(purpose: str) -> bytes:
            return hmac.digest(secret.encode(), f"antrean/{purpose}/v1".encode(), "sha256")

        # Copied for each value, which takes half the time of beginning anew with the key.
        lookup = hmac.new(key("lookup"), digestmod="sha256")
        return Keys(lookup, key("approval"), key("token"), AESGCM(key("seal")))

    def hashed(self, kind: str, value: str) -> bytes:
        """Hash with a key (HMAC-SHA-256, 32 bytes) under which a value can be found again.

        An unkeyed hash would hide nothing: all plausible NIKs are tried within hours.
        """
        mac = self.lookup.copy()
        mac.update(f"{kind}:{value}".encode())
        return mac.digest()

    def owner_of(self, phone: str | None, bsuid: str | None) -> str:
        """Who asks, as hex: by phone (E.164) where it is known, else by WhatsApp's user id."""
        if phone:
            return self.hashed("phone", phone).hex()
        return self.hashed("bsuid", bsuid or "").hex()

    def owners_of(self, phone: str | None, bsuid: str | None) -> tuple[str, ...]:
        """Every key that somebody may be known by: what was made without the phone stays theirs."""
        by_phone = (self.owner_of(phone, None),) if phone else ()
        return by_phone + ((self.owner_of(None, bsuid),) if bsuid else ())

    def person_key(self, name: str, birth_date: date) -> bytes:
        """Make the applicant's key from normalised name and birth date."""
        return self.hashed("person", f"{normal_name(name)}|{birth_date.isoformat()}")

    def nik_key(self, nik: str) -> bytes:
        """Make the applicant's key from the 16-digit national id."""
        return self.hashed("nik", nik)

    def fingerprint(self, text: str) -> bytes:
        """Mark a canonical text: tells whether the same key came with another body.

        With a key, since such a text names a person: all else in it being known, an unkeyed hash
        would give a NIK away.
        """
        return self.hashed("fingerprint", text)

    def approval_code(self, hold_id: UUID, owner: str) -> str:
        """Make the code that confirms a hold: 6 Crockford characters, bound to hold and owner.

        It is a keyed hash of both, so it need not be stored, cannot be guessed without the key,
        and every process that may show it computes the same one.
        """
        digest = hmac.digest(self.approval, hold_id.bytes + owner.encode(), "sha256")
        number = int.from_bytes(digest[:8], "big")
        return "".join(CROCKFORD[(number >> (5 * i)) & 31] for i in range(APPROVAL_CODE_LENGTH))

    def seal(self, value: Any, row: str) -> bytes:
        """Encrypt a JSON value with AES-256-GCM for one row; elsewhere it does not open."""
        nonce = os.urandom(NONCE_BYTES)
        return KEY_ID + nonce + self.cipher.encrypt(nonce, to_json(value), row.encode())

    def unseal(self, sealed: bytes, row: str) -> Any:
        """Decrypt what `seal` made for this row; raises WrongKeyError otherwise."""
        nonce, text = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        if sealed[:1] != KEY_ID:
            raise WrongKeyError(row)
        try:
            return json.loads(self.cipher.decrypt(nonce, text, row.encode()))
        except (InvalidTag, ValueError) as error:
            raise WrongKeyError(row) from error


def plain_letters(name: str) -> str:
    """Write a name without accents, and other letters as a passport's lines write them.

    A name and its transcription are one name (ICAO Doc 9303, part 3, section 6).
    """
    if name.isascii():
        return name
    apart = unicodedata.normalize("NFKD", name.translate(PLAIN))
    return "".join(c for c in apart if not unicodedata.combining(c))


def normal_name(name: str) -> str:
    """Write a name as it is compared: plain letters, no case, no punctuation, single spaces."""
    plain = plain_letters(name)
    kept = plain.translate(SPACED) if plain.isascii() else "".join(map(_letter_or_space, plain))
    return " ".join(kept.casefold().split())


def _letter_or_space(sign: str) -> str:
    return sign if sign.isalnum() else " "


def normal_code(code: str) -> str:
    """Write a code as it is compared: no spaces or hyphens, upper case, O I L as 0 1 1."""
    kept = "".join(c for c in unicodedata.normalize("NFKC", code).upper() if c.isalnum())
    return kept.translate(str.maketrans("OIL", "011"))


def same_code(typed: str, right: str) -> bool:
    """Whether a typed code is the right one, in constant time."""
    return hmac.compare_digest(normal_code(typed).encode(), normal_code(right).encode())


def check_symbol(code: str) -> str:
    """Compute the check symbol: the value modulo 37 (https://www.crockford.com/base32.html)."""
    value = 0
    for letter in code:
        value = value * 32 + CROCKFORD.index(letter)
    return CHECK_SYMBOLS[value % 37]


def booking_code_of(typed: str) -> str | None:
    """Read a typed booking code, or None where its length, letters or check symbol are wrong.

    The check symbol finds every single wrong letter and every swap of two neighbours.
    """
    code = normal_code(typed)
    if len(code) != BOOKING_CODE_LENGTH or not set(code) <= set(CROCKFORD):
        return None
    return code if check_symbol(code[:-1]) == code[-1] else None


def grouped(code: str) -> str:
    """Write a booking code for reading: `7K4M-2Q8R-TX3C`."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))

"""Access and ticket tokens: JWT (RFC 7519) with one algorithm, one key, one meaning each.

They are read for every call of the stampede, so by our own twenty lines: a general library took
half of the time of a call. tests/unit/gateway/test_tokens.py checks them against such a library.
"""

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic_core import from_json, to_json

ISSUER = "antrean/gateway"
LIFE = timedelta(minutes=10)
SKEW = timedelta(seconds=30)
LENGTH = 4096


class Kind(StrEnum):
    """What a token is for; it stands in the header's `typ`, so that one is no other."""

    ACCESS = "at+jwt"
    TICKET = "ticket+jwt"


class BadTokenError(ValueError):
    """A token that is not ours, not for this, or not of this time."""


def _header(kind: Kind) -> str:
    return _written(to_json({"alg": "HS256", "typ": kind.value}))


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says: its subject (a login, a booking code), the owner key, a sealed contact."""

    subject: str
    owner: str
    contact: str | None
    expires_at: datetime


def issue(key: bytes, kind: Kind, token: Token, now: datetime) -> str:
    """Sign a token that lives for ten minutes, or less where `token` ends before."""
    expires = min(token.expires_at, now + LIFE)
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": audience(kind),
        "sub": token.subject,
        "own": token.owner,
        "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()),
        "exp": int(expires.timestamp()),
    }
    if token.contact is not None:
        claims["ctc"] = token.contact
    signed = f"{HEADERS[kind]}.{_written(to_json(claims))}"
    return f"{signed}.{_signature(key, signed)}"


def read(key: bytes, kind: Kind, text: str, now: datetime, grace: timedelta = timedelta()) -> Token:
    """Check a token and say what it says; raises BadTokenError.

    `grace` lets one through that expired so recently; its login must then be looked up.

    The header must be, letter for letter, the one that we write, so that nothing in a token says
    how it is to be checked (RFC 8725, 3.1); the signature is compared as it is written, in
    constant time, before anything is decoded.
    """
    signed, _, signature = text.rpartition(".")
    header, _, payload = signed.partition(".")
    if len(text) > LENGTH or not text.isascii() or header != HEADERS[kind]:
        raise BadTokenError
    if not hmac.compare_digest(signature, _signature(key, signed)):
        raise BadTokenError
    try:
        claims = from_json(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return _token(kind, claims, now, grace)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise BadTokenError from error


def audience(kind: Kind) -> str:
    """Name whom a kind of token is for."""
    return f"antrean/{kind.name.lower()}"


def _token(kind: Kind, claims: dict[str, Any], now: datetime, grace: timedelta) -> Token:
    if claims["iss"] != ISSUER or claims["aud"] != audience(kind):
        raise BadTokenError
    begins, ends, _ = (_moment(claims[name], now) for name in ("nbf", "exp", "iat"))
    if now + SKEW < begins or now >= ends + grace or ends - begins > LIFE:
        raise BadTokenError
    owner, contact = claims["own"], claims.get("ctc")
    if not isinstance(owner, str) or not isinstance(contact, str | None):
        raise BadTokenError
    return Token(str(claims["sub"]), owner, contact, ends)


def _written(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _signature(key: bytes, signed: str) -> str:
    return _written(hmac.digest(key, signed.encode(), "sha256"))


def _moment(claim: Any, now: datetime) -> datetime:
    if type(claim) is not int:
        raise BadTokenError
    return datetime.fromtimestamp(claim, now.tzinfo)


HEADERS = {kind: _header(kind) for kind in Kind}

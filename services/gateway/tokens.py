"""Access and ticket tokens: JWT (RFC 7519) with one algorithm, one key, one meaning each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import jwt

ALGORITHM = "HS256"
ISSUER = "antrean/gateway"
LIFE = timedelta(minutes=10)
CLAIMS = ["iss", "aud", "sub", "own", "iat", "nbf", "exp"]
SKEW = timedelta(seconds=30)
LENGTH = 4096


class Kind(StrEnum):
    """What a token is for; it stands in the header's `typ`, so that one is no other."""

    ACCESS = "at+jwt"
    TICKET = "ticket+jwt"


class BadTokenError(ValueError):
    """A token that is not ours, not for this, or not of this time."""


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
    return jwt.encode(claims, key, ALGORITHM, headers={"typ": kind.value})


def read(key: bytes, kind: Kind, text: str, now: datetime, grace: timedelta = timedelta()) -> Token:
    """Check a token and say what it says; raises BadTokenError.

    `grace` lets one through that expired so recently; its login must then be looked up.
    """
    if len(text) > LENGTH:
        raise BadTokenError
    # Time is checked below, against the `now` that we are given.
    options: Any = {
        "require": CLAIMS,
        "verify_exp": False,
        "verify_nbf": False,
        "verify_iat": False,
    }
    try:
        found = jwt.decode_complete(
            text,
            key,
            algorithms=[ALGORITHM],
            audience=audience(kind),
            issuer=ISSUER,
            options=options,
        )
        return _token(kind, found, now, grace)
    except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError) as error:
        raise BadTokenError from error


def audience(kind: Kind) -> str:
    """Name whom a kind of token is for."""
    return f"antrean/{kind.name.lower()}"


def _token(kind: Kind, found: dict[str, Any], now: datetime, grace: timedelta) -> Token:
    header, claims = found["header"], found["payload"]
    if set(header) != {"alg", "typ"} or header["typ"] != kind.value:
        raise BadTokenError
    begins, ends = (_moment(claims[name], now) for name in ("nbf", "exp"))
    if now + SKEW < begins or now >= ends + grace or ends - begins > LIFE:
        raise BadTokenError
    owner, contact = claims["own"], claims.get("ctc")
    if not isinstance(owner, str) or not isinstance(contact, str | None):
        raise BadTokenError
    return Token(str(claims["sub"]), owner, contact, ends)


def _moment(claim: Any, now: datetime) -> datetime:
    if type(claim) is not int:
        raise BadTokenError
    return datetime.fromtimestamp(claim, now.tzinfo)

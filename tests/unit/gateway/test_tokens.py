from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from services.gateway import tokens
from services.gateway.tokens import ISSUER, LIFE, SKEW, BadTokenError, Kind, Token, audience

KEY, OTHER_KEY = b"k" * 64, b"x" * 64
NOW = datetime(2027, 1, 13, 3, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TOKEN = Token("login", "ab" * 32, "sealed", NOW + timedelta(hours=1))
GOOD = tokens.issue(KEY, Kind.ACCESS, TOKEN, NOW)
HEADER, CLAIMS, SIGNATURE = GOOD.split(".")
TYPE = {"typ": Kind.ACCESS.value}


def signed(header: dict[str, Any] = TYPE, algorithm: str | None = "HS256", **claims: Any) -> str:
    """Sign a token that is good but for what is named here; None leaves a claim out."""
    values: dict[str, Any] = {
        "iss": ISSUER,
        "aud": audience(Kind.ACCESS),
        "sub": "login",
        "own": "ab" * 32,
        "iat": int(NOW.timestamp()),
        "nbf": int(NOW.timestamp()),
        "exp": int((NOW + LIFE).timestamp()),
        "ctc": "sealed",
    }
    kept = {name: value for name, value in (values | claims).items() if value is not None}
    return jwt.encode(kept, KEY if algorithm else None, algorithm, headers=header)


def read(text: str, now: datetime = NOW, kind: Kind = Kind.ACCESS) -> Token:
    return tokens.read(KEY, kind, text, now)


def test_what_was_issued_is_read_until_it_is_over() -> None:
    assert read(GOOD).owner == read(signed()).owner == TOKEN.owner
    assert read(GOOD, NOW + LIFE - SECOND).contact == "sealed"
    assert read(GOOD, NOW - SKEW).subject == "login"


def test_what_we_issue_is_a_token_to_any_other_library() -> None:
    found = jwt.decode_complete(
        GOOD,
        KEY,
        ["HS256"],
        audience=audience(Kind.ACCESS),
        options={"verify_signature": True}
        | {f"verify_{name}": False for name in ("exp", "nbf", "iat")},
    )

    assert found["header"] == {"alg": "HS256", **TYPE}
    assert found["payload"]["own"] == TOKEN.owner


@pytest.mark.parametrize(
    "forged",
    [
        *("", "x.y.z", f"{HEADER}.{CLAIMS}.", f"{HEADER}.{CLAIMS}.{SIGNATURE[::-1]}"),
        tokens.issue(OTHER_KEY, Kind.ACCESS, TOKEN, NOW),
        f"{HEADER}.{signed(own='cd' * 32).split('.')[1]}.{SIGNATURE}",
        signed(algorithm=None),
        signed(algorithm="HS512"),
        signed(header={"typ": "JWT"}),
        signed(header=TYPE | {"kid": "../../dev/null"}),
        signed(header=TYPE | {"jku": "https://example.org/keys"}),
        signed(iss="antrean/other"),
        signed(aud=audience(Kind.TICKET)),
        signed(aud="antrean/other"),
        signed(exp=int((NOW + LIFE + SECOND).timestamp())),
        signed(exp=(NOW + LIFE).timestamp() + 0.5),
        signed(own=7),
        signed(ctc=["sealed"]),
        *(signed(**{claim: None}) for claim in ("iss", "aud", "sub", "own", "iat", "nbf", "exp")),
        GOOD + "A" * 5_000,
        *(f"{GOOD}=", f" {GOOD}", f"{GOOD}\n", f"{HEADER}=.{CLAIMS}.{SIGNATURE}", f".{GOOD}"),
        *(GOOD[:-1] + chr(ord(GOOD[-1]) + step) for step in (1, -1)),  # the same bytes, or nearly
    ],
)
def test_a_token_with_one_thing_wrong_is_none(forged: str) -> None:
    with pytest.raises(BadTokenError):
        read(forged)


@pytest.mark.parametrize("now", [NOW + LIFE, NOW + timedelta(days=1), NOW - SKEW - SECOND])
def test_a_token_is_of_its_time_alone(now: datetime) -> None:
    with pytest.raises(BadTokenError):
        read(GOOD, now)


def test_a_token_of_one_kind_is_none_of_the_other() -> None:
    ticket = tokens.issue(KEY, Kind.TICKET, TOKEN, NOW)

    for text, kind in ((GOOD, Kind.TICKET), (ticket, Kind.ACCESS)):
        with pytest.raises(BadTokenError):
            read(text, kind=kind)
    for header in (TYPE, {"typ": Kind.TICKET.value}):
        with pytest.raises(BadTokenError):
            read(signed(header, aud=audience(Kind.TICKET)))


def test_grace_lets_through_what_is_over_for_less_than_that() -> None:
    late = NOW + LIFE + timedelta(minutes=1)

    assert tokens.read(KEY, Kind.ACCESS, GOOD, late, timedelta(minutes=2)).subject == "login"
    with pytest.raises(BadTokenError):
        tokens.read(KEY, Kind.ACCESS, GOOD, late, timedelta(minutes=1))

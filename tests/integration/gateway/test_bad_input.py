"""Bad input: a clear 4xx with its code, nothing stored, nothing logged of the person."""

import base64
import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest

from services.gateway import tokens
from services.gateway.app import ENDPOINTS
from services.gateway.context import Gateway
from services.gateway.tokens import Kind, Token
from tests.integration.gateway.world import TODAY, Answer, Client, World, wish

pytestmark = pytest.mark.usefixtures("booking")

NAME, PHONE, NIK, BORN = "Kenari Kuning", "+6281299990000", "3171011909910007", "1991-09-19"
CANARIES = (NAME, NAME.upper(), PHONE[3:], NIK, BORN)
PERSON = {"name": NAME, "birth_date": BORN, "nik": NIK}
LATER = (TODAY + timedelta(days=10)).isoformat()
TOMORROW = (TODAY + timedelta(days=1)).isoformat()
BODIES: dict[str, dict[str, Any]] = {
    "LoginWish": {"phone": PHONE, "by": "whatsapp"},
    "LoginCode": {"code": "123456"},
    "HoldWish": {"office": "uji", "date": LATER, "session": "morning", "applicant": PERSON},
    "ApprovalCode": {"approval_code": "7K4M2Q"},
    "SlotWish": {"date": LATER, "session": "morning"},
    "BookingProof": {"booking_code": "7K4M-2Q8R-TX3C", "birth_date": BORN},
}
TAKING = [e for e in ENDPOINTS if e.body is not None]
PLACES = {"hold": "00000000-0000-4000-8000-000000000000", "code": "7K4M2Q8RTX3C", "login": "x" * 32}


def spoil(text: str) -> dict[str, bytes]:
    """Write what no caller should: each in a way of its own."""
    first = text.split('"')[1]
    return {
        "empty": b"",
        "no JSON": b"phone=0812",
        "cut off": text[:-1].encode(),
        "two documents": (text + text).encode(),
        "a list": f"[{text}]".encode(),
        "a word": b'"hello"',
        "a number": b"7",
        "null": b"null",
        "UTF-16": text.encode("utf-16"),
        "a byte order mark": b"\xef\xbb\xbf" + text.encode(),
        "bad UTF-8": text.replace(first, "\udcff", 1).encode("utf-8", "surrogateescape"),
        "overlong UTF-8": text.encode().replace(b"{", b"\xc1\xbb", 1),
        "a lone surrogate": text.replace("{", '{"x": "\\ud800", ', 1).encode(),
        "deeply nested": b"[" * 7_000 + b"]" * 7_000,
        "nested in a field": text.replace("{", '{"x": ' + "[" * 50 + "]" * 50 + ", ", 1).encode(),
        "oversized": text.replace("{", "{" + " " * 20_000, 1).encode(),
        "a field twice": text.replace("{", f'{{"{first}": 1, ', 1).encode(),
        "an unknown field": text.replace("{", '{"is_admin": true, ', 1).encode(),
        "not a number": text.replace("{", '{"x": NaN, ', 1).encode(),
        "a huge number": text.replace("{", '{"x": 1' + "0" * 5_000 + ", ", 1).encode(),
        "a field of another kind": text.replace("{", f'{{"{first}": {{}}, ', 1).encode(),
    }


WAYS = list(spoil('{"x": 1}'))
STORED = ("booking.command", "booking.hold", "gateway.login", "gateway.outbox", "gateway.inbox")
Count = Callable[[], Any]


@pytest.fixture
async def stored(admin: Any) -> Count:
    """Count the rows that a call could have left."""

    async def count() -> int:
        counts = (f"(SELECT count(*) FROM {table})" for table in STORED)
        return int(await admin.fetchval(f"SELECT {' + '.join(counts)}"))

    return count


def is_clear(answer: Answer) -> bool:
    """Whether an answer is a problem with a code that says what was wrong, and quotes nobody."""
    is_problem = answer.headers["Content-Type"].startswith("application/problem+json")
    return (
        answer.status in {400, 413, 415, 422}
        and is_problem
        and answer.json["status"] == answer.status
        and bool(answer.json["code"])
        and not any(canary in answer.text for canary in CANARIES)
    )


@pytest.mark.parametrize("way", WAYS)
async def test_a_body_that_is_wrong_is_refused_by_every_call_and_leaves_nothing(
    way: str, citizen: Client, stored: Count, capsys: pytest.CaptureFixture[str]
) -> None:
    before = await stored()
    answers = {}

    for endpoint in TAKING:
        body = spoil(json.dumps(BODIES[endpoint.body.__name__]))[way]
        headers = {"Content-Type": "application/json", "Idempotency-Key": "bad-input"}
        path = endpoint.path.format(**PLACES)
        answers[path] = await citizen.call(endpoint.method, path, data=body, headers=headers)

    unclear = {path: (a.status, a.text) for path, a in answers.items() if not is_clear(a)}
    assert unclear == {}
    assert await stored() == before
    assert_nobody_is_named(capsys.readouterr().out)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
    ids=lambda headers: "+".join(headers.values()),
)
async def test_another_content_type_is_415(citizen: Client, headers: dict[str, str]) -> None:
    for endpoint in TAKING:
        body = json.dumps(BODIES[endpoint.body.__name__]).encode()
        path = endpoint.path.format(**PLACES)
        answer = await citizen.call(endpoint.method, path, data=body, headers=headers)
        # aiohttp itself refuses what claims to be gzip and is not
        assert answer.status in {400, 415}, path


WRONG = {
    "date": ["2026-02-30", "2027-13-01", "0000-01-01", "17-08-2027", "2027-1-1", "9999-99-99", 7],
    "session": ["evening", "", "MORNING", None],
    "office": ["", "x" * 100, "../etc", "a b", "a\u0000b", "'; DROP TABLE slot; --", 7],
    "name": ["", "x", "x" * 81, "Budi\u0000", "Budi\u202e", "Вudi", "12345", " ", None],
    "birth_date": ["2026-02-30", "17081990", None, 17],
    "nik": [
        "3171012008900007",
        "",
        "123",
        "31710199999999990",
        "317101999999999x",
        "３１７１０１９９９９９９９９９９",
    ],
}
CASES = [(field, value) for field, values in WRONG.items() for value in values]


@pytest.mark.parametrize(("field", "value"), CASES, ids=lambda v: ascii(v)[:30])
async def test_a_wish_with_a_wrong_field_is_refused_and_names_the_field(
    field: str,
    value: Any,
    citizen: Client,
    stored: Count,
    capsys: pytest.CaptureFixture[str],
) -> None:
    body = BODIES["HoldWish"] | {"office": "uji-1-000"}
    of_person = field in PERSON
    body |= {"applicant": PERSON | {field: value}} if of_person else {field: value}
    before = await stored()

    answer = await citizen.post("/v1/holds", body)

    assert answer.status == 422, answer.text
    assert [fault["loc"][-1] for fault in answer.json["errors"]] == [field]
    assert not any(canary in answer.text for canary in CANARIES)
    assert await stored() == before
    assert_nobody_is_named(capsys.readouterr().out)


@pytest.mark.parametrize("key", [None, "", "x" * 201, "with space", "snow☃"])
async def test_a_hold_without_a_usable_key_is_400(
    key: str | None, citizen: Client, world: World, stored: Count
) -> None:
    body = wish(await world.new_slot(seats=1))
    before = await stored()
    headers = {} if key is None else {"Idempotency-Key": key}

    answer = await citizen.call("POST", "/v1/holds", json=body, headers=headers)

    assert (answer.status, answer.json["code"][:15]) == (400, "idempotency_key")
    assert await stored() == before


@pytest.mark.parametrize(
    "path", ["/v1/offices?q=a&q=b", "/v1/offices?near=91,0", "/v1/offices?x=1"]
)
async def test_a_wrong_parameter_is_422(path: str, anybody: Client) -> None:
    assert (await anybody.get(path)).status == 422


def forged(gateway: Gateway) -> dict[str, str]:
    """Write tokens that somebody might try, each wrong in one thing; `good` is what they forge."""
    now = datetime.now(UTC)
    who = gateway.keys.seal({"phone": "+6281200000000", "bsuid": None}, "token/login")
    contact = base64.urlsafe_b64encode(who).decode()
    right = Token("login", "ab" * 32, contact, now + timedelta(hours=1))
    bare = replace(right, contact=None)
    good = tokens.issue(gateway.keys.token, Kind.ACCESS, right, now)
    header, claims, signature = good.split(".")
    payload = jwt.decode(good, options={"verify_signature": False})
    stolen = jwt.encode(payload | {"own": "cd" * 32}, b"0" * 32, "HS256", headers=KIND)
    return {
        "good": good,
        "nothing": "",
        "garbage": "x.y.z",
        "another secret": tokens.issue(b"0" * 32, Kind.ACCESS, right, now),
        "no algorithm": jwt.encode(payload, None, "none", headers=KIND),
        "another owner": f"{header}.{stolen.split('.')[1]}.{signature}",
        "no signature": f"{header}.{claims}.",
        "another signature": f"{header}.{claims}.{signature[::-1]}",
        "a ticket": tokens.issue(gateway.keys.token, Kind.TICKET, right, now),
        "expired": tokens.issue(gateway.keys.token, Kind.ACCESS, right, now - timedelta(hours=1)),
        "not yet": tokens.issue(gateway.keys.token, Kind.ACCESS, right, now + timedelta(hours=1)),
        "no contact in it": tokens.issue(gateway.keys.token, Kind.ACCESS, bare, now),
        "very long": good + "A" * 6_000,
    }


KIND = {"typ": "at+jwt"}
FORGERIES = [
    *("nothing", "garbage", "another secret", "no algorithm", "no signature"),
    *("another owner", "another signature", "a ticket", "expired", "not yet"),
    *("no contact in it", "very long"),
]


async def test_the_token_that_they_forge_would_do(
    gateway: Gateway, anybody: Client, world: World
) -> None:
    body, headers = wish(await world.new_slot(seats=1)), {"Idempotency-Key": uuid4().hex}
    headers["Authorization"] = f"Bearer {forged(gateway)['good']}"

    assert (await anybody.call("POST", "/v1/holds", json=body, headers=headers)).status == 201


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_token_that_is_not_ours_opens_nothing(
    forgery: str, gateway: Gateway, anybody: Client, world: World, stored: Count
) -> None:
    body = wish(await world.new_slot(seats=1))
    headers = {"Authorization": f"Bearer {forged(gateway)[forgery]}", "Idempotency-Key": "k"}
    before = await stored()

    answer = await anybody.call("POST", "/v1/holds", json=body, headers=headers)

    assert (answer.status, answer.json["code"]) == (401, "login_required")
    assert await stored() == before


# TODAY is UTC's: its morrow has begun nowhere in Indonesia before UTC's afternoon, and is the day
# itself there from then on.
@pytest.mark.parametrize("born", ["2999-01-01", "0001-01-01", "1800-01-01", TOMORROW])
async def test_nobody_is_born_tomorrow_or_long_ago(born: str, citizen: Client) -> None:
    person = {"name": NAME, "birth_date": born}
    body = BODIES["HoldWish"] | {"office": "uji-1-000", "applicant": person}

    answer = await citizen.post("/v1/holds", body)

    assert (answer.status, answer.json["code"]) == (422, "invalid")
    assert answer.json["errors"][0]["loc"] == ["applicant", "birth_date"]


def test_every_call_that_takes_a_body_is_tried() -> None:
    assert {e.body.__name__ for e in TAKING} == BODIES.keys()
    assert len(list(itertools.product(TAKING, WAYS))) >= 100


def assert_nobody_is_named(log: str) -> None:
    assert [canary for canary in CANARIES if canary in log] == []

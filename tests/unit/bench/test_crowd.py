import json
from datetime import UTC, date, datetime
from uuid import UUID

from bench.crowd import Crowd, name_of, packed
from services.gateway import tokens
from services.gateway.dialog.names import read_name
from services.gateway.tokens import Kind
from services.gateway.wishes import HoldWish
from shared.keys import Keys
from shared.messages import CommandBatch, Session, SlotRef, command_id

SECRET = "x" * 40
SLOT = SlotRef(office="here", service="passport", date=date(2030, 1, 7), session=Session.MORNING)
OTHER = SLOT.model_copy(update={"session": Session.AFTERNOON})


def parts(request: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    return {name: value for name, _, value in (line.partition(": ") for line in lines)}, body


def test_names_are_marked_differ_and_may_be_used() -> None:
    names = [name_of(number) for number in range(100_000)]

    assert len(set(names)) == len(names)
    assert all(name.startswith("Contoh ") for name in names)
    assert read_name(names[-1]) == names[-1]


def test_a_request_is_one_that_the_gateway_reads() -> None:
    (request,) = Crowd(7, 1, (SLOT,), SECRET, wait_s=3).make()

    headers, body = parts(request)
    wish = HoldWish.model_validate_json(body, strict=True)
    assert int(headers["Content-Length"]) == len(body)
    assert headers["Prefer"] == "wait=3"
    assert (wish.office, wish.date, wish.session) == (SLOT.office, SLOT.date, SLOT.session)
    assert wish.applicant.name == name_of(7)


def test_everybody_is_proven_by_a_token_of_their_own_phone() -> None:
    crowd, keys = Crowd(10, 4, (SLOT,), SECRET), Keys.from_secret(SECRET)

    now = datetime.now(UTC)
    shown = [parts(r)[0]["Authorization"].removeprefix("Bearer ") for r in crowd.make()]
    owners = [tokens.read(keys.token, Kind.ACCESS, text, now).owner for text in shown]
    assert owners == [crowd.owner(keys, number) for number in crowd.numbers]
    assert len(set(owners)) == 4


def test_a_family_shares_a_phone() -> None:
    crowd, keys = Crowd(10, 10, (SLOT,), SECRET, family=5), Keys.from_secret(SECRET)

    assert len({crowd.owner(keys, number) for number in crowd.numbers}) == 2


def test_commands_are_those_that_the_requests_become() -> None:
    crowd, keys = Crowd(3, 5, (SLOT, OTHER), SECRET), Keys.from_secret(SECRET)

    commands, requests = crowd.commands(), crowd.make()
    for command, number, request in zip(commands, crowd.numbers, requests, strict=True):
        headers, body = parts(request)
        owner = crowd.owner(keys, number)
        assert command.id == command_id(owner, headers["Idempotency-Key"])
        assert command.slot.session == json.loads(body)["session"]
        assert command.applicant.name == json.loads(body)["applicant"]["name"]
    assert [command.id for command in commands] == crowd.ids()
    assert isinstance(crowd.ids()[0], UUID)


def test_messages_carry_every_command_once() -> None:
    commands = Crowd(1, 25, (SLOT,), SECRET).commands()

    batches = [CommandBatch.model_validate_json(body) for body in packed(commands, 10)]
    assert [len(batch.commands) for batch in batches] == [10, 10, 5]
    assert [c.id for batch in batches for c in batch.commands] == [c.id for c in commands]


def test_a_peer_gets_no_token() -> None:
    (request,) = Crowd(7, 1, (SLOT,)).make()

    assert "Authorization" not in parts(request)[0]

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from services.booking.arriving import encode, reader
from shared.keys import Keys
from shared.messages import Channel, CommandBatch, Contact, ReleaseHold

KEYS = Keys.from_secret("a secret for tests, long enough to be one")


@dataclass
class Letter:
    """A message with nothing but a body."""

    body: bytes
    reply_to: str | None = "who.asked"


@dataclass
class Moody:
    """Keys that can make nothing of one command."""

    bad: ReleaseHold
    fault: Exception

    def fingerprint(self, essence: Any) -> bytes:
        if essence == self.bad.essence:
            raise self.fault
        return KEYS.fingerprint(essence)


def release() -> ReleaseHold:
    return ReleaseHold(
        id=uuid4(), owner="ab" * 32, channel=Channel.WEB, contact=Contact(), hold_id=uuid4()
    )


@pytest.mark.parametrize("fault", [ValueError("odd"), KeyError("odd"), RecursionError("odd")])
def test_a_command_that_cannot_be_made_ready_takes_no_others_along(fault: Exception) -> None:
    commands = [release() for _ in range(5)]
    keys: Any = Moody(commands[2], fault)
    letter: Any = Letter(CommandBatch(commands=tuple(commands)).model_dump_json().encode())

    arrived = reader(keys)(letter)

    read = [one.prepared.command.id if one.prepared else None for one in arrived]
    assert read == [one.id if one is not commands[2] else None for one in commands]
    assert arrived[2].fault is fault
    assert json.loads(encode(arrived[2]))["commands"][0]["id"] == str(commands[2].id)

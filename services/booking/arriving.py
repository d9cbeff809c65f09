"""Commands as they come off the queue, made ready before anything is locked.

What costs time and needs no database is done here, while the batch before is being written.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic_core import from_json

from shared.broker import Incoming
from shared.keys import Keys
from shared.messages import COMMANDS, SlotRef, SomeCommand


@dataclass(frozen=True, slots=True)
class Prepared:
    """A command, its slot if it names one, and its hashes: of body, owner and applicant.

    `mark` tells another body under the same id; only a hold has an applicant, and `nik_key` is
    None where no NIK was given.
    """

    command: SomeCommand
    mark: bytes
    owner: bytes
    slot: SlotRef | None = None
    slot_id: UUID | None = None
    person_key: bytes = b""
    nik_key: bytes | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """A command as it came; one that cannot be read or made ready carries the error instead."""

    prepared: Prepared | None
    raw: Any
    reply_to: str | None
    fault: Exception | None = None


def prepare(keys: Keys, command: SomeCommand) -> Prepared:
    """Hash what a decision will look up."""
    mark, owner = keys.fingerprint(command.essence), bytes.fromhex(command.owner)
    if command.kind not in {"hold.place", "booking.reschedule"}:
        return Prepared(command, mark, owner)
    slot = command.slot
    if command.kind != "hold.place":
        return Prepared(command, mark, owner, slot, slot.slot_id)
    who = command.applicant
    nik_key = keys.nik_key(who.nik) if who.nik else None
    person_key = keys.person_key(who.name, who.birth_date)
    return Prepared(command, mark, owner, slot, slot.slot_id, person_key, nik_key)


def reader(keys: Keys) -> Callable[[Incoming], list[Arrived]]:
    """Make what reads a message of commands one by one: a bad one takes no others along.

    It raises ValueError when the message itself cannot be read.
    """

    def read(message: Incoming) -> list[Arrived]:
        body = from_json(message.body)
        if not isinstance(body, dict) or not isinstance(body.get("commands"), list):
            raise ValueError("not a batch of commands")  # noqa: TRY004 to the loop a bad value
        return [_arrived(keys, raw, message.reply_to) for raw in body["commands"]]

    return read


def encode(one: Arrived) -> bytes:
    """Write a command as a message of its own, as it came."""
    return json.dumps({"commands": [one.raw]}).encode()


def _arrived(keys: Keys, raw: Any, reply_to: str | None) -> Arrived:
    try:
        return Arrived(prepare(keys, COMMANDS.validate_python(raw)), raw, reply_to)
    except Exception as fault:  # noqa: BLE001 the loop parks it, alone and with its reason
        return Arrived(None, raw, reply_to, fault)

"""What a batch answers to one gateway, written from the outcomes as they are stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from pydantic_core import to_json

from shared.messages import SlotSeats


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of a command, as JSON, and the command's id and kind."""

    id: UUID
    kind: str
    text: str


def write_replies(answers: Iterable[Answer], slots: Iterable[SlotSeats]) -> bytes:
    """Write a `Replies`: each outcome is put in as it is stored, not read and written again."""
    outcomes = ",".join(
        f'{{"command_id":"{said.id}","command":"{said.kind}","result":{said.text}}}'
        for said in answers
    )
    return b'{"outcomes":[%b],"slots":%b}' % (outcomes.encode(), to_json(list(slots)))

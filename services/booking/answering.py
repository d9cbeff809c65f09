"""What a batch answers to one gateway, written from the outcomes as they are stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of a command, as JSON, and the command's id and kind."""

    id: UUID
    kind: str
    text: str


def write_replies(answers: Iterable[Answer]) -> bytes:
    """Write a `Replies`: each outcome is put in as it is stored, not read and written again."""
    outcomes = ",".join(
        f'{{"command_id":"{said.id}","command":"{said.kind}","result":{said.text}}}'
        for said in answers
    )
    return f'{{"outcomes":[{outcomes}]}}'.encode()

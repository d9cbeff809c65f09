"""What people asked for and what they were told: the one side of the proof."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

ACCEPTED = frozenset({200, 201, 202})
AT_THE_DOOR = frozenset({"slot_full", "slot_closed", "not_open_yet"})
OPEN = frozenset({0, 202, 429, 503})  # after which an honest client asks again, with the same key


@dataclass(slots=True)
class Told:
    """One answer: when it was asked for, how long it took, and what it was (0: none came)."""

    asked_at: float
    took_s: float
    status: int
    body: dict[str, Any]


def is_at_the_door(told: Told) -> bool:
    """Whether it may be a gateway's own refusal, which is no outcome: the same key may come again.

    A copy of the command that went another way may be granted a seat that is freed meanwhile.
    """
    return told.body.get("code") in AT_THE_DOOR


@dataclass(slots=True, eq=False)
class Act:
    """One thing that somebody wanted, under one key, however often it was sent."""

    kind: str
    channel: str
    phone: str
    owner: str
    key: str
    command_id: UUID
    person: str = ""
    slot: str = ""
    told: list[Told] = field(default_factory=list)
    gave_up: bool = False
    since: float = 0.0  # of a confirmation: when its hold was asked for

    @property
    def is_accepted(self) -> bool:
        """Whether it was promised that something comes of it, or said what came of it."""
        return any(one.status in ACCEPTED for one in self.told)

    @property
    def finals(self) -> list[Told]:
        """The answers that said what came of it."""
        return [one for one in self.told if one.status not in OPEN]

    @property
    def final(self) -> Told | None:
        """What was said at last; what was granted counts before what was refused at the door."""
        said = [one for one in self.finals if not is_at_the_door(one)] or self.finals
        return said[-1] if said else None


@dataclass(slots=True)
class History:
    """Everything that was asked for, in the order in which it was wanted first."""

    acts: list[Act] = field(default_factory=list)

    def begin(self, act: Act) -> Act:
        """Write down what somebody wants, before it is sent."""
        self.acts.append(act)
        return act

    def save(self, path: Path) -> None:
        """Write it all to a file, one act a line."""
        lines = (json.dumps(asdict(act), default=str) for act in self.acts)
        path.write_text("\n".join(lines) + "\n")

"""Parked messages, described: what they are and why they are here, and nobody's data."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, get_args
from uuid import UUID

from pydantic_core import from_json

from shared.broker import BOOKING_QUEUE, NOTIFIER_QUEUE, PARKING_QUEUE, in_hand
from shared.messages import (
    Channel,
    EventType,
    Refusal,
    Session,
    SomeCommand,
    SomeNotice,
    event_name,
)
from shared.operating import MOST
from shared.suspects import SUFFIX

ID_LENGTH = 10
COINED = {
    *(
        kind.model_fields["kind"].default
        for kind in (*get_args(SomeCommand), *get_args(SomeNotice))
    ),
    *(event_name(event_type) for event_type in EventType),
}
# What is shown of a thing that is inside, each read as what it must be: a field may hold anything.
READERS: Mapping[str, Callable[[str], object]] = {
    **dict.fromkeys(("id", "replaces", "hold_id", "command_id"), UUID),
    **dict.fromkeys(("deadline", "valid_until", "time", "at"), datetime.fromisoformat),
    "date": date.fromisoformat,
    "session": Session,
    "channel": Channel,
    "code": Refusal,
}
NAMED = ("office", "service")
UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked message. Its id stays the same for as long as it is parked."""

    id: str
    queue: str | None
    reason: str
    at: str | None
    body: bytes

    @property
    def is_ours(self) -> bool:
        """Whether it is known which of our queues it came from."""
        return self.queue in {BOOKING_QUEUE, NOTIFIER_QUEUE}

    def ends_at(self) -> datetime | None:
        """Say from when on a command inside is answered `expired` instead of being carried out."""
        ends = [_moment(item.get("deadline")) for item in _items(self.body)]
        return min((end for end in ends if end is not None), default=None)

    def command_ids(self) -> list[UUID]:
        """List the commands inside that have an id."""
        if self.queue != BOOKING_QUEUE:
            return []
        ids = [_read("id", item.get("id"), ()) for item in _items(self.body)]
        return [UUID(one) for one in ids if one and one != UNREADABLE]

    def without_deadlines(self) -> bytes:
        """Write it so that booking carries it out however late it is."""
        content = from_json(self.body)
        for item in _parts(content):
            item.pop("deadline", None)
        return json.dumps(content).encode()

    def for_audit(self) -> dict[str, Any]:
        """Give what the audit trail keeps of it."""
        ids = [str(one) for one in self.command_ids()]
        return {"message": self.id, "queue": self.queue, "kinds": kinds(self.body), "commands": ids}


async def peek(url: str) -> list[dict[str, Any]]:
    """List what is parked: id, queue, reason, kinds of command, size; oldest first."""
    async with in_hand(url, PARKING_QUEUE, MOST) as found:
        return [describe(parked_of(m.headers, m.body, m.message_id)) for m in found]


def parked_of(headers: Mapping[str, Any], body: bytes, message_id: str | None) -> Parked:
    """Read a parked message: by what the loop wrote on it, else by what the broker did."""
    mark = sha256(f"{message_id}/".encode() + body).hexdigest()
    death = _death(headers)
    at = death.get("time")
    return Parked(
        id=mark[:ID_LENGTH],
        queue=_text(headers.get("x-queue")) or _came_from(death),
        reason=_text(headers.get("x-reason")) or "given up after too many deliveries",
        at=at.isoformat() if isinstance(at, datetime) else _text(headers.get("x-at")),
        body=body,
    )


def _came_from(death: Mapping[str, Any]) -> str | None:
    """Give the queue in which its way began; it may have been set apart from there."""
    queue = _text(death.get("queue"))
    return queue.removesuffix(SUFFIX) if queue else None


def describe(parked: Parked) -> dict[str, Any]:
    """Say of a parked message what names nobody."""
    return {
        "id": parked.id,
        "at": parked.at,
        "queue": parked.queue or "-",
        "reason": parked.reason,
        "kinds": kinds(parked.body),
        "bytes": len(parked.body),
    }


def kinds(body: bytes) -> list[str]:
    """Name the kinds of what is inside; only words that we coined ourselves are shown."""
    found = [item.get("kind", item.get("type")) for item in _items(body)]
    return [kind for kind in found if isinstance(kind, str) and kind in COINED]


def contents(body: bytes, named: Collection[str]) -> list[dict[str, str]]:
    """Say of each thing inside its kind, ids, times, place and code; `named` are known places."""
    return [_facts(item, named) for item in _items(body)]


def _facts(item: Mapping[str, Any], named: Collection[str]) -> dict[str, str]:
    kind = item.get("kind", item.get("type"))
    facts = {"kind": kind if isinstance(kind, str) and kind in COINED else UNREADABLE}
    whole = dict(item)
    for part in ("slot", "data"):
        inner = item.get(part)
        whole |= {k: v for k, v in inner.items() if k != "id"} if isinstance(inner, dict) else {}
    for name in (*READERS, *NAMED):
        shown = _read(name, whole.get(name), named)
        if shown:
            facts[name] = shown
    return facts


def _read(name: str, value: Any, named: Collection[str]) -> str | None:
    """Show a field, if it is what it should be; None where there is none."""
    if value is None:
        return None
    if name in NAMED:
        return value if isinstance(value, str) and value in named else UNREADABLE
    try:
        return str(READERS[name](value))
    except (ValueError, TypeError, AttributeError):
        return UNREADABLE


def _items(body: bytes) -> list[dict[str, Any]]:
    """Take a message apart: commands of a batch, events of a batch, or one thing alone."""
    try:
        return _parts(from_json(body))
    except ValueError:
        return []


def _parts(content: Any) -> list[dict[str, Any]]:
    items = content.get("commands", [content]) if isinstance(content, dict) else content
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _moment(value: Any) -> datetime | None:
    """Read a moment; one without a time zone is nobody's."""
    try:
        moment = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None


def _death(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Find what the broker wrote on a message that it gave up."""
    deaths = headers.get("x-death")
    death = deaths[0] if isinstance(deaths, list) and deaths else None
    return death if isinstance(death, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None

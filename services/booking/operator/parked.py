"""Looks at parked messages without taking them, and tells nothing of the people in them."""

from collections.abc import Mapping
from typing import Any, get_args

from pydantic_core import from_json

from shared.broker import PARKING_QUEUE, peek_queue
from shared.messages import EventType, SomeCommand, SomeNotice, event_name

MOST = 200
COINED = {
    *(
        kind.model_fields["kind"].default
        for kind in (*get_args(SomeCommand), *get_args(SomeNotice))
    ),
    *(event_name(event_type) for event_type in EventType),
}


async def peek(url: str) -> list[dict[str, Any]]:
    """List what is parked: queue, reason, kinds of command, size; oldest first."""
    return [describe(*message) for message in await peek_queue(url, PARKING_QUEUE, MOST)]


def describe(headers: Mapping[str, Any], body: bytes) -> dict[str, Any]:
    """Say of a parked message what names nobody."""
    return {
        "queue": str(headers.get("x-queue") or _died_in(headers) or "-"),
        "reason": str(headers.get("x-reason") or "given up after too many deliveries"),
        "kinds": _kinds(body),
        "bytes": len(body),
    }


def _died_in(headers: Mapping[str, Any]) -> str | None:
    deaths = headers.get("x-death")
    death = deaths[0] if isinstance(deaths, list) and deaths else None
    queue = death.get("queue") if isinstance(death, dict) else None
    return queue if isinstance(queue, str) else None


def _kinds(body: bytes) -> list[str]:
    """Name the kinds of what is inside; only words that we coined ourselves are shown."""
    try:
        content = from_json(body)
    except ValueError:
        return []
    items = content.get("commands", [content]) if isinstance(content, dict) else []
    items = items if isinstance(items, list) else []
    kinds = [item.get("kind", item.get("type")) for item in items if isinstance(item, dict)]
    return [kind for kind in kinds if isinstance(kind, str) and kind in COINED]

"""What comes from the broker, made into rows: a batch of notices and events, one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import structlog
from pydantic import TypeAdapter
from pydantic_core import from_json

from services.notifier import receipts, store
from services.notifier.store import NewText, Seen
from services.notifier.texts import Place, Recipient, compose
from shared.broker import Incoming
from shared.db import Db, Pool, Row
from shared.keys import Keys
from shared.messages import (
    NOTICES,
    Contact,
    ContactSeen,
    Event,
    Language,
    Receipt,
    SendText,
    SomeNotice,
)

log = structlog.get_logger(__name__)

NAMESPACE = UUID("8a4b6a6e-52c3-5d39-9f0c-1f3b8a0e4d27")
EVENTS = TypeAdapter(Event)
EVENT_CHANNELS = ("whatsapp", "sms")
VISIT_PURPOSES = frozenset({"confirmed", "moved", "cancelled"})
ANSWER_LIFE = timedelta(hours=1)
CHAT_PURPOSES = frozenset({"held", "expired", "released", "refused"})

Item = SomeNotice | Event


def decode(message: Incoming) -> list[Item]:
    """Read a message: a notice of the gateway, an event or a batch of them. Raises ValueError."""
    body = from_json(message.body)
    if isinstance(body, list):
        return [EVENTS.validate_python(one) for one in body]
    if isinstance(body, dict) and "specversion" in body:
        return [EVENTS.validate_python(body)]
    return [NOTICES.validate_python(body)]


def encode(item: Item) -> bytes:
    """Write an item as it came."""
    return item.model_dump_json(exclude_none=True).encode()


@dataclass(frozen=True, slots=True)
class Notices:
    """Handles batches: the pool to write to, the keys to seal with, the sender to wake."""

    pool: Pool
    keys: Keys
    wake: Callable[[], None]
    rest: Callable[[str], None]

    async def handle(self, items: Sequence[Item]) -> None:
        """Store every text that is to be sent and what is known of contacts and attempts."""
        async with self.pool.acquire() as db, db.transaction():
            events = [item for item in items if isinstance(item, Event)]
            texts = await self._of_events(db, events)
            for item in items:
                if isinstance(item, SendText):
                    texts += await self._direct(db, item)
                elif isinstance(item, ContactSeen):
                    seen = self._seen(item.to, item.at, item.number_id)
                    await store.see_contact(db, replace(seen, opted_out=item.opted_out))
            await store.add_texts(db, texts)
            told = [item for item in items if isinstance(item, Receipt)]
            if told:
                await receipts.record(db, told, self.rest)
        self.wake()

    async def _direct(self, db: Db, text: SendText) -> list[NewText]:
        owner = self.keys.owner_of(text.to.phone, text.to.bsuid)
        if text.inbound_at is not None:
            await store.see_contact(db, self._seen(text.to, text.inbound_at, text.number_id))
        text_id = uuid5(NAMESPACE, f"text/{text.id}")
        by = [channel for channel in text.by if channel != "sms" or text.to.phone]
        if not by:
            log.error("text_without_a_way", text_id=str(text_id), purpose=text.purpose)
            return []
        parts = {"content": text.content.model_dump(mode="json"), "reply_to": text.reply_to}
        one = NewText(
            id=text_id,
            purpose=text.purpose,
            recipient=owner,
            sealed=self._seal(text_id, text.to, parts),
            channel=by[0],
            later=tuple(by[1:]),
            valid_until=text.valid_until,
        )
        return [one]

    def _seen(self, who: Contact, at: datetime, number_id: str | None) -> Seen:
        owner = self.keys.owner_of(who.phone, who.bsuid)
        before = self.keys.owner_of(None, who.bsuid) if who.phone and who.bsuid else None
        return Seen(owner, at, number_id, before=before)

    async def _of_events(self, db: Db, events: Sequence[Event]) -> list[NewText]:
        about = {event.id: event.data.hold_id or event.data.command_id for event in events}
        rows = await store.find_recipients(db, {key for key in about.values() if key})
        texts = []
        for event in events:
            key = about[event.id]
            row = rows.get(key) if key else None
            text = self._of_event(event, row) if row else None
            if text is not None:
                texts.append(text)
        return texts

    def _of_event(self, event: Event, row: Row) -> NewText | None:
        to = recipient_of(row, self.keys)
        composed = compose(event, to) if to.contact.phone or to.contact.bsuid else None
        if composed is None:
            return None
        text_id = uuid5(NAMESPACE, f"event/{event.id}/{to.owner}")
        in_chat = composed.purpose in CHAT_PURPOSES or not composed.sms or not to.contact.phone
        channels = EVENT_CHANNELS[:1] if in_chat else EVENT_CHANNELS
        parts = {
            "content": composed.content.model_dump(mode="json"),
            "template": composed.template,
            "parameters": composed.parameters,
            "sms": composed.sms,
        }
        return NewText(
            id=text_id,
            purpose=composed.purpose,
            recipient=to.owner,
            sealed=self._seal(text_id, to.contact, parts),
            channel=channels[0],
            later=channels[1:],
            valid_until=_valid_until(composed.purpose, to, event),
            has_template=composed.template is not None,
        )

    def _seal(self, text_id: UUID, to: Contact, parts: dict[str, Any]) -> bytes:
        return self.keys.seal(parts | {"to": to.model_dump(mode="json")}, f"text/{text_id}")


def _valid_until(purpose: str, to: Recipient, event: Event) -> datetime:
    """Say until when a text is worth sending: news of a visit until it begins, answers an hour."""
    place, soon = to.place, event.time + ANSWER_LIFE
    if place is None or purpose not in VISIT_PURPOSES:
        return place.expires_at if place and purpose == "held" else soon
    return max(soon, datetime.combine(place.date, place.starts, ZoneInfo(place.timezone)))


def recipient_of(row: Row, keys: Keys) -> Recipient:
    """Open a row of `booking_api.recipient`; a refused command has no place."""
    person = keys.unseal(row["sealed"], row["seal"])
    contact = Contact.model_validate(person)
    if row["office_id"] is None:
        return Recipient(contact=contact, owner=row["owner"])
    place = Place(
        **{name: row[name] for name in ("office_name", "short_name", "address", "timezone")},
        **{name: row[name] for name in ("arrive_early_minutes", "date", "session")},
        **{name: row[name] for name in ("starts", "ends", "expires_at")},
        service_names={one: row[f"service_name_{one}"] for one in Language},
    )
    return Recipient(
        contact=contact,
        owner=row["owner"],
        name=person["name"],
        birth_date=date.fromisoformat(person["birth_date"]),
        place=place,
        approval_code=keys.approval_code(row["id"], row["owner"]),
        **{name: row[name] for name in ("booking_code", "service_hour", "queue_number")},
    )

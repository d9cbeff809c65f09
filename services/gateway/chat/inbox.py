"""Takes messages to disk, and holds the conversations: in order per person, each message once.

State, answer and command commit together with the mark that the message is done; a crash before
leaves the message waiting, a crash after leaves the outbox to the next relay.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid5
from zoneinfo import ZoneInfo

import structlog
from prometheus_client import Histogram

from services.gateway import logins
from services.gateway.channels.payload import Inbound
from services.gateway.chat import outbox, patience, store
from services.gateway.chat.facts import FactBook
from services.gateway.chat.outbox import ChatOutbox
from services.gateway.chat.said import Said, close, open_row
from services.gateway.context import Gateway
from services.gateway.dialog import state as talk
from services.gateway.dialog import turns
from services.gateway.dialog.intents import Intent, Simple
from services.gateway.dialog.parse import understand
from services.gateway.dialog.state import OptOut, ProveLogin, State, Turn
from services.gateway.people import read_phone
from shared.db import Db, Row, is_passing
from shared.messages import (
    COMMAND_NAMESPACE,
    CancelBooking,
    Channel,
    ConfirmHold,
    Contact,
    ContactSeen,
    Content,
    PlaceHold,
    ReleaseHold,
    RescheduleBooking,
    SendText,
    SomeCommand,
    SomeNotice,
    command_id,
)
from shared.relay import Relay

log = structlog.get_logger(__name__)

POLL_S = 0.5
PEOPLE_AT_ONCE = 8
STALE = timedelta(minutes=15)
FLOOD = 5  # more messages than this waiting at once: only the last is answered
MOST_FAILURES = 3
SECONDS = Histogram(
    "antrean_chat_seconds",
    "From a message on disk to its answer in the outbox",
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)


class Inbox:
    """The inbox of one gateway process; several share the tables."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway, self._keys = gateway, gateway.keys
        self._facts = FactBook(gateway.keys)
        self._woken = asyncio.Event()
        self.relay = Relay(gateway.pool, gateway.broker.publisher, ChatOutbox(gateway.keys))

    def wake(self) -> None:
        """Say that a message was stored."""
        self._woken.set()

    async def add(self, db: Db, message: Inbound) -> None:
        """Store a message once, in the webhook's transaction."""
        contact = await self._known(db, message.contact)
        owner = self._keys.owner_of(contact.phone, contact.bsuid)
        sealed = close(self._keys, message, contact)
        await store.add_messages(db, [(message.message_id, owner, sealed, message.at)])

    async def run(self) -> None:
        """Hold conversations for as long as the process lives."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.relay.run())
            group.create_task(self._keep_talking())
            group.create_task(patience.run(self._gateway, self.relay.wake))

    async def _keep_talking(self) -> None:
        while True:
            self._woken.clear()
            try:
                async with self._gateway.db() as db:
                    waiting = await store.find_waiting(db, PEOPLE_AT_ONCE)
                done = await asyncio.gather(*(self._talk_safely(owner) for owner in waiting))
            except Exception as error:
                if not is_passing(error):
                    raise
                log.warning("inbox_waits", error=type(error).__name__)
                await asyncio.sleep(POLL_S)
                continue
            if not any(done):
                await self._rest()

    async def _talk_safely(self, owner: str) -> bool:
        """Take a person's messages; what fails three times is set aside with an apology."""
        try:
            took = await self._talk(owner)
        except Exception as error:
            if is_passing(error):
                raise
            log.exception("message_failed")
            async with self._gateway.db() as db, db.transaction():
                if await store.count_failure(db, owner) >= MOST_FAILURES:
                    await self._give_up(db, owner)
            took = True
        if took:
            self.relay.wake()
        return took

    async def _talk(self, owner: str) -> bool:
        async with self._gateway.db() as db, db.transaction():
            row = await store.lock_conversation(db, owner)
            if row is None:
                return False
            messages = await store.take_messages(db, owner)
            if not messages:
                return False
            await self._facts.refresh(db)
            state = self._state(row)
            for place, message in enumerate(messages):
                is_last = place == len(messages) - 1
                quiet = len(messages) > FLOOD and not is_last
                state = await self._one(
                    db, owner, open_row(self._keys, message), state, quiet=quiet
                )
            sealed = self._keys.seal(talk.dump(state), f"conversation/{owner}")
            await store.save_conversation(db, owner, sealed, messages[-1]["at"])
            await store.finish_messages(db, [message["id"] for message in messages], "done")
            now = datetime.now(UTC)
            for message in messages:
                SECONDS.observe(max(0.0, (now - message["received_at"]).total_seconds()))
            return True

    async def _one(self, db: Db, owner: str, said: Said, state: State, *, quiet: bool) -> State:
        """Take one message: what it leads to is written to the outbox."""
        now = datetime.now(UTC)
        if now - said.at > STALE:
            await self._say(db, said, None if quiet else turns.apology(state, "late"))
            return state
        state = self._at_number(state, said.number)
        turn = await self._turn(db, owner, said, state, now)
        reply = turn.reply
        if isinstance(turn.action, ProveLogin):
            code = turn.action.code
            proof = await logins.prove(db, self._keys, code, said.contact, now)
            reply = turns.answer_login(turn.state, proof.value)
        elif turn.action is not None and not isinstance(turn.action, OptOut):
            command = self._command(turn, owner, said)
            await outbox.put(db, self._keys, [self._seen(said, turn), command])
            still = self._text(said, turns.still_at_work(turn.state), "still")
            await patience.begin(db, self._keys, command, still)
            return turn.state
        await self._say(db, said, None if quiet else reply, self._seen(said, turn))
        return turn.state

    async def _turn(self, db: Db, owner: str, said: Said, state: State, now: datetime) -> Turn:
        intent: Intent = Simple.MEDIA
        if said.kind == "text":
            office = self._facts.offices.get(state.office or "")
            zone = ZoneInfo(office.timezone if office else "Asia/Jakarta")
            intent = understand(said.text, now.astimezone(zone).date())
        elif said.kind == "contact" and said.shared_phone:
            await self._link(db, said)
            intent = Simple.GREET
        needs = turns.needs(intent, state, self._facts.known(now))
        facts = await self._facts.load(db, needs, owner, now)
        return turns.answer(intent, state, facts)

    async def _say(
        self, db: Db, said: Said, reply: Content | None, seen: ContactSeen | None = None
    ) -> None:
        """Write the one reply to the outbox; without one, at least that they wrote."""
        notices: list[SomeNotice] = []
        if seen is not None and (reply is None or seen.opted_out is not None):
            notices.append(seen)
        if reply is not None:
            notices.append(self._text(said, reply, "reply"))
        await outbox.put(db, self._keys, notices)

    def _at_number(self, state: State, number: str) -> State:
        """Let an office's own number speak for it, from the first message to that number."""
        if not number or number == state.number:
            return state
        own = (o.id for o in self._facts.offices.values() if o.whatsapp_number == number)
        return state.but(number=number, office=next(own, state.office))

    def _text(self, said: Said, content: Content, what: str) -> SendText:
        return SendText(
            id=uuid5(COMMAND_NAMESPACE, f"{what}/{said.message_id}"),
            to=said.contact,
            content=content,
            purpose="reply",
            inbound_at=said.at,
            number_id=said.number_id or None,
            reply_to=said.message_id,
        )

    def _seen(self, said: Said, turn: Turn) -> ContactSeen:
        out = turn.action.out if isinstance(turn.action, OptOut) else None
        number_id = said.number_id or None
        return ContactSeen(to=said.contact, at=said.at, opted_out=out, number_id=number_id)

    def _command(self, turn: Turn, owner: str, said: Said) -> SomeCommand:
        """Make the command that the turn asks for; the message's id makes it the same again."""
        contact = said.contact.model_copy(update={"language": turn.state.language})
        common: dict[str, Any] = {
            "id": command_id("whatsapp", said.message_id),
            "owner": owner,
            "channel": Channel.WHATSAPP,
            "contact": contact,
            "deadline": said.at + STALE,
            "tell": True,
        }
        match turn.action:
            case talk.Place(slot, applicant):
                return PlaceHold(**common, slot=slot, applicant=applicant)
            case talk.Confirm(hold_id, code):
                return ConfirmHold(**common, hold_id=hold_id, approval_code=code)
            case talk.Release(hold_id):
                return ReleaseHold(**common, hold_id=hold_id)
            case talk.Cancel(booking_code):
                return CancelBooking(**common, booking_code=booking_code)
            case talk.Reschedule(booking_code, slot):
                return RescheduleBooking(**common, booking_code=booking_code, slot=slot)
        raise TypeError(type(turn.action).__name__)

    async def _give_up(self, db: Db, owner: str) -> None:
        """Set a person's oldest message aside, and say sorry for it."""
        messages: Sequence[Row] = await store.take_messages(db, owner)
        if messages:
            await store.finish_messages(db, [messages[0]["id"]], "failed")
            said = open_row(self._keys, messages[0])
            await self._say(db, said, turns.apology(State(), "trouble"))

    async def _known(self, db: Db, contact: Contact) -> Contact:
        """Complete a contact by what was seen before: who hides the phone may have shown it."""
        if not contact.bsuid:
            return contact
        key = self._keys.hashed("bsuid", contact.bsuid)
        bound = f"link/{key.hex()}"
        if contact.phone:
            await store.link_phone(db, key, self._keys.seal(contact.phone, bound))
            return contact
        sealed = await store.find_phone(db, key)
        if sealed is None:
            return contact
        return contact.model_copy(update={"phone": self._keys.unseal(sealed, bound)})

    async def _link(self, db: Db, said: Said) -> None:
        phone = read_phone(said.shared_phone or "")
        if phone and said.contact.bsuid:
            key = self._keys.hashed("bsuid", said.contact.bsuid)
            await store.link_phone(db, key, self._keys.seal(phone, f"link/{key.hex()}"))

    def _state(self, row: Row) -> State:
        if row["sealed"] is None:
            return State(office=self._gateway.config.whatsapp_default_office or None)
        return talk.load(self._keys.unseal(row["sealed"], f"conversation/{row['owner']}"))

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(POLL_S):
                await self._woken.wait()
        except TimeoutError:
            return

"""Holds the conversations: in order per person, each message once.

State, answer and command commit together with the mark that the message is done; a crash before
leaves the message waiting, a crash after leaves the outbox to the next relay.
"""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from prometheus_client import Histogram

from services.gateway import clock, logins
from services.gateway.chat import acts, outbox, patience, store
from services.gateway.chat.facts import FactBook, Person
from services.gateway.chat.fairness import FairTalk
from services.gateway.chat.outbox import ChatOutbox
from services.gateway.chat.said import Said, open_row
from services.gateway.context import Gateway
from services.gateway.dialog import context, turns
from services.gateway.dialog import state as talk
from services.gateway.dialog.intents import Intent, Simple
from services.gateway.dialog.state import LogOut, ProveLogin, State, Turn
from services.gateway.people import read_phone
from shared.db import Db, Row, is_passing, passing
from shared.messages import (
    ContactSeen,
    Content,
    PlaceHold,
    RescheduleBooking,
    SomeCommand,
    SomeNotice,
)
from shared.relay import Relay
from shared.service import lasting

log = structlog.get_logger(__name__)

POLL_S, HELD_UP_S = 0.5, 0.05
PEOPLE_AT_ONCE = 8
FLOOD = 10  # more messages than this within ten seconds: only the last is answered
MOST_FAILURES = 3
UNREADABLE = (ValueError, TypeError, LookupError)
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
        self._fair = FairTalk(gateway.fair_use)
        self._woken = asyncio.Event()
        self.relay = Relay(gateway.pool, gateway.broker.publisher, ChatOutbox(gateway.keys))

    def wake(self) -> None:
        """Say that a message was stored."""
        self._woken.set()

    async def run(self) -> None:
        """Hold conversations for as long as the process lives."""
        async with asyncio.TaskGroup() as group:
            group.create_task(lasting(self.relay.run))
            group.create_task(lasting(self._keep_talking))
            group.create_task(lasting(lambda: patience.run(self._gateway, self.relay.wake)))

    async def _keep_talking(self) -> None:
        while True:
            self._woken.clear()
            pause_s = 0.0
            if not clock.CLOCK.is_known:  # what is too old, and for whom, nobody can say
                await asyncio.sleep(POLL_S)
                continue
            with passing() as trouble:
                pause_s = await self._talk_to_those_who_wait()
            if trouble:
                log.warning("inbox_waits", error=trouble.name)
                await asyncio.sleep(POLL_S)
            if pause_s:
                await self._rest(pause_s)

    async def _talk_to_those_who_wait(self) -> float:
        """Take a message of each, as far as they are not held up; says how long to rest."""
        async with self._gateway.db() as db:
            waiting = await store.find_waiting(db, PEOPLE_AT_ONCE, FLOOD)
        ready = [row["owner"] for row in waiting if not row["is_held_up"]]
        if any(await asyncio.gather(*(self._talk_safely(owner) for owner in ready))):
            return 0.0
        return HELD_UP_S if len(waiting) > len(ready) else POLL_S

    async def _talk_safely(self, owner: str) -> bool:
        """Take a person's messages; what fails three times is set aside with an apology."""
        try:
            took = await self._talk(owner)
        except Exception as error:
            if is_passing(error):
                raise
            log.exception("message_failed")
            async with self._gateway.db() as db:
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
            if row["sealed"] is None:
                row = await self._before_known(db, messages[0]) or row
            state = self._state(row)
            is_flood = len(messages) > FLOOD or await store.count_done(db, owner) >= FLOOD
            done: list[Row] = []
            for message in messages:
                done.append(message)
                quiet = is_flood and len(done) < len(messages)
                said = open_row(self._keys, message)
                state, asks_booking = await self._one(db, owner, said, state, quiet=quiet)
                if asks_booking:
                    break  # what was written after it is about its outcome
            sealed = self._keys.seal(talk.dump(state), f"conversation/{owner}")
            await store.save_conversation(db, owner, sealed, done[-1]["at"])
            await store.finish_messages(db, [message["id"] for message in done], "done")
            now = clock.now()
            for message in done:
                SECONDS.observe(max(0.0, (now - message["received_at"]).total_seconds()))
            return True

    async def _one(
        self, db: Db, owner: str, said: Said, state: State, *, quiet: bool
    ) -> tuple[State, bool]:
        """Take one message: what it leads to is written to the outbox.

        Says where the conversation stands then, and whether booking was asked.
        """
        now = clock.now()
        if now - said.at > acts.STALE:
            late = acts.text_of(said, turns.apology(state, "late"), "reply")
            fresh = late.model_copy(update={"valid_until": now + acts.STALE})
            await outbox.put(db, self._keys, [] if quiet else [fresh])
            return state, False
        state = self._at_number(state, said.number)
        turn = await self._turn(db, said, state, now)
        command = acts.command_of(turn, owner, said)
        if command is not None:
            wait_s = await self._fair.wait_s(said.message_id, owner, command)
            if wait_s == 0:
                return await self._send(db, owner, said, turn, command), True
            turn = Turn(state, turns.wait(state, wait_s))
        reply = turn.reply
        if isinstance(turn.action, ProveLogin):
            proof = await logins.prove(db, self._keys, turn.action.code, said.contact, now)
            reply = turns.answer_login(turn.state, proof.value)
        elif isinstance(turn.action, LogOut):
            await logins.end_all(db, owner)
        await self._say(db, said, None if quiet else reply, acts.seen_of(said, turn))
        return turn.state, False

    async def _send(
        self, db: Db, owner: str, said: Said, turn: Turn, command: SomeCommand
    ) -> State:
        """Write a command to the outbox, and what to say if its outcome is late."""
        await outbox.put(db, self._keys, [acts.seen_of(said, turn), command])
        still = acts.text_of(said, turns.still_at_work(turn.state), "still")
        await patience.begin(db, self._keys, owner, command, still)
        is_placed = isinstance(command, PlaceHold | RescheduleBooking)
        return turn.state.but(placed=command.id) if is_placed else turn.state

    async def _turn(self, db: Db, said: Said, state: State, now: datetime) -> Turn:
        known = self._facts.known(now)
        intent: Intent = Simple.MEDIA
        if said.kind == "text":
            office = self._facts.offices.get(state.office or "")
            zone = ZoneInfo(office.timezone if office else "Asia/Jakarta")
            intent = context.resolve(said.text, state, known, now.astimezone(zone).date())
        elif said.kind == "contact" and said.shared_phone:
            await self._link(db, said)
            intent = Simple.GREET
        needs = turns.needs(intent, state, known)
        person = Person.of(self._keys, said.contact)
        return turns.answer(intent, state, await self._facts.load(db, needs, person, now))

    async def _say(self, db: Db, said: Said, reply: Content | None, seen: ContactSeen) -> None:
        """Write the one reply to the outbox; without one, at least that they wrote."""
        notices: list[SomeNotice] = []
        if reply is None or seen.opted_out is not None:
            notices.append(seen)
        if reply is not None:
            notices.append(acts.text_of(said, reply, "reply"))
        await outbox.put(db, self._keys, notices)

    def _at_number(self, state: State, number: str) -> State:
        """Let an office's own number speak for it, from the first message to that number."""
        if not number or number == state.number:
            return state
        own = (o.id for o in self._facts.offices.values() if o.whatsapp_number == number)
        return state.but(number=number, office=next(own, state.office))

    async def _give_up(self, db: Db, owner: str) -> None:
        """Set a person's oldest message aside, and say sorry for it where it can be read at all."""
        row = await store.fail_oldest(db, owner)
        if row is None:
            return
        try:
            said = open_row(self._keys, row)
            sorry = acts.text_of(said, turns.apology(State(), "trouble"), "reply")
        except UNREADABLE as error:
            log.warning("message_unreadable", error=type(error).__name__)
            return
        await outbox.put(db, self._keys, [sorry])

    async def _link(self, db: Db, said: Said) -> None:
        phone = read_phone(said.shared_phone or "")
        if phone and said.contact.bsuid:
            key = self._keys.hashed("bsuid", said.contact.bsuid)
            await store.link_phone(db, key, self._keys.seal(phone, f"link/{key.hex()}"))

    async def _before_known(self, db: Db, message: Row) -> Row | None:
        """Find the conversation that somebody had before WhatsApp showed us their number."""
        contact = open_row(self._keys, message).contact
        if not (contact.phone and contact.bsuid):
            return None
        return await store.find_conversation(db, self._keys.owner_of(None, contact.bsuid))

    def _state(self, row: Row) -> State:
        if row["sealed"] is None:
            return State(office=self._gateway.config.whatsapp_default_office or None)
        state = talk.load(self._keys.unseal(row["sealed"], f"conversation/{row['owner']}"))
        quiet_for = clock.now() - (row["last_inbound_at"] or row["updated_at"])
        return state.after(max(quiet_for, timedelta()))

    async def _rest(self, pause_s: float) -> None:
        try:
            async with asyncio.timeout(pause_s):
                await self._woken.wait()
        except TimeoutError:
            return

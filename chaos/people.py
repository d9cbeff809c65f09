"""People who book on the web: they repeat what was not answered, with the same key, and keep count.

Some send everything twice, some give up when they hear nothing; each does what chance has them do,
by a seed of their own.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from bench.crowd import BORN, name_of, phone_of
from chaos.history import OPEN, Act, History, Told
from services.gateway import callers
from services.gateway.logins import Login
from shared.keys import Keys
from shared.messages import SlotRef, command_id

WAIT_S = 2
BUSY, HEEDED = 503, 3
HANGS_S = 10.0  # the longest that any answer may take: what one waits for and the two seconds
TWICE, GIVES_UP, GREEDY = 0.2, 0.05, 0.1
CONFIRMS, RELEASES, CANCELS, MOVES, MISTYPES = 0.75, 0.12, 0.15, 0.15, 0.1


@dataclass(slots=True)
class Town:
    """Where people live: the gateways that they reach, the slots that they want, what is kept."""

    gateways: Sequence[str]
    slots: Sequence[SlotRef]
    keys: Keys
    http: aiohttp.ClientSession
    history: History
    last_try_at: float = float("inf")  # on the loop's clock: after it nobody tries again


@dataclass(slots=True)
class Citizen:
    """Somebody with a phone and a name of their own."""

    town: Town
    number: int
    chance: random.Random
    token: str = ""
    acts: int = 0

    @property
    def phone(self) -> str:
        """Their phone, which is sample data like everything of them."""
        return phone_of(self.number)

    @property
    def name(self) -> str:
        """Their name."""
        return name_of(self.number)

    @property
    def owner(self) -> str:
        """Who they are to the ledger."""
        return self.town.keys.owner_of(self.phone, None)

    def prove(self) -> None:
        """Have a proven phone, for ten minutes."""
        now = datetime.now(UTC)
        ends = now + timedelta(hours=12)
        contact = {"phone": self.phone, "bsuid": None}
        login = Login(self.owner, contact, ends, ends)
        self.token = callers.issue(self.town.keys, f"chaos-{self.number}", login, now)[0]

    async def live(self) -> None:
        """Ask for a seat, and do with it what people do."""
        self.prove()
        hold = await self._any_hold()
        if hold is None:
            return
        lot = self.chance.random()
        if lot < CONFIRMS:
            await self._book(hold)
        elif lot < CONFIRMS + RELEASES:
            await self._insist("release", "DELETE", f"/v1/holds/{hold['hold_id']}")

    async def _any_hold(self) -> dict[str, Any] | None:
        """Ask twice at most; the greedy ask for two seats at once, of which they may have one."""
        if self.chance.random() < GREEDY:
            both = await asyncio.gather(self.hold(), self.hold())
            return next((hold for hold in both if hold is not None), None)
        return await self.hold() or await self.hold()

    async def hold(self) -> dict[str, Any] | None:
        """Ask for a seat of any slot; gives the hold, if there is one."""
        slot = self.chance.choice(self.town.slots)
        who = {"name": self.name, "birth_date": BORN.isoformat()}
        wish = {**slot.model_dump(mode="json"), "applicant": who}
        asked_at = time.time()
        told = await self._insist("hold", "POST", "/v1/holds", wish, slot.key)
        if told is None or told.status != 201:
            return None
        return told.body | {"asked_at": asked_at}

    async def _book(self, hold: dict[str, Any]) -> None:
        path = f"/v1/holds/{hold['hold_id']}/confirm"
        if self.chance.random() < MISTYPES:
            await self._insist("mistype", "POST", path, {"approval_code": "000000"})
        code = {"approval_code": hold["approval_code"]}
        told = await self._insist("confirm", "POST", path, code, since=hold["asked_at"])
        if told is None or told.status != 201:
            return
        lot, path = self.chance.random(), f"/v1/bookings/{told.body['booking_code']}"
        if lot < CANCELS:
            await self._insist("cancel", "POST", f"{path}/cancel")
        elif lot < CANCELS + MOVES:
            slot = self.chance.choice(self.town.slots)
            body = {"office": slot.office, "date": slot.date.isoformat(), "session": slot.session}
            await self._insist("move", "POST", f"{path}/reschedule", body, slot.key)

    async def _insist(  # noqa: PLR0913, PLR0917 what a call is made of
        self,
        kind: str,
        method: str,
        path: str,
        body: Any = None,
        slot: str = "",
        since: float = 0.0,
    ) -> Told | None:
        """Send one thing until it has its final answer, or nobody would wait any more."""
        self.acts += 1
        key = f"chaos-{self.number}-{self.acts}"
        act = self.town.history.begin(
            Act(kind, "web", self.phone, self.owner, key, command_id(self.owner, key))
        )
        act.person, act.slot, act.since = self.name, slot, since
        gives_up = self.chance.random() < GIVES_UP
        while True:
            calls = [self._call(act, method, path, body)]
            if self.chance.random() < TWICE:
                calls.append(self._call(act, method, path, body))
            last = (await asyncio.gather(*calls))[-1]
            if last.status not in OPEN:
                return last
            if gives_up or asyncio.get_running_loop().time() > self.town.last_try_at:
                act.gave_up = True
                return None
            # "Come again in some seconds" is heeded a little: all who were turned away at once
            # would else keep two cores from anything but turning them away.
            patience = HEEDED if last.status == BUSY else 1
            await asyncio.sleep(patience * self.chance.uniform(0.05, 0.5))

    async def _call(self, act: Act, method: str, path: str, body: Any) -> Told:
        """Send it once, to whichever gateway, and write down what came."""
        base = self.chance.choice(self.town.gateways)
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": act.key,
            "Prefer": f"wait={WAIT_S}",
        }
        asked_at, began = time.time(), time.monotonic()
        status, answer = 0, {}
        limit = aiohttp.ClientTimeout(total=2 * HANGS_S)
        try:
            async with self.town.http.request(
                method, base + path, json=body, headers=headers, timeout=limit
            ) as response:
                status, answer = response.status, await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
            answer = {"nothing": type(error).__name__}
        told = Told(asked_at, time.monotonic() - began, status, answer or {})
        act.told.append(told)
        return told

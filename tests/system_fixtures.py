"""The whole stack as processes, and people who use it."""

import asyncio
import itertools
import json
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from deploy.local import services
from deploy.local.environment import Stack
from deploy.local.processes import Processes
from deploy.local.testing import fresh_stack
from shared.messages import Session, SlotRef

OFFICE = "jakarta-pusat"
# All the rivals of a test come from one address, which no limit on addresses foresees.
ONE_ADDRESS = {"ANTREAN_LOOKUPS_PER_MINUTE": "100000", "ANTREAN_ADDRESS_PER_MINUTE": "100000"}
# A second business number, which an office may have for itself.
OWN_OFFICE, OWN_NUMBER_ID, OWN_NUMBER = "padang", "100000000000002", "+6281100000001"
NUMBERS_OF_OURS = json.dumps({"100000000000001": "+6281100000000", OWN_NUMBER_ID: OWN_NUMBER})
SETTINGS = {
    "gateway": ONE_ADDRESS,
    # Whatever the tests do to it, the ledger is compared all the time.
    "booking": {"ANTREAN_RECONCILE_S": "0.5", "ANTREAN_RECONCILE_WHOLE_S": "1"},
    # A call in doubt is judged sooner than in life, so that a test need not wait a minute.
    "notifier": {"ANTREAN_CALL_TIMEOUT_S": "5", "ANTREAN_RECEIPT_WAIT_S": "12"},
    "simulator": {"ANTREAN_SIMULATOR_NUMBERS": NUMBERS_OF_OURS},
}
LETTERS = "abcdefghijklmnopqrstuvwxyz"
NUMBERS = itertools.count(random.randrange(10**6, 10**7))


@dataclass(slots=True)
class System:
    """A running stack, and how to reach it."""

    stack: Stack
    processes: Processes
    http: aiohttp.ClientSession

    @property
    def gateway(self) -> str:
        return self.stack.url("gateway")

    @property
    def simulator(self) -> str:
        return self.stack.url("simulator")

    async def call(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        """Call the gateway and read JSON."""
        async with self.http.request(method, self.gateway + path, **more) as answer:
            return answer.status, await answer.json(content_type=None)

    def person(self) -> "Person":
        """Somebody new, with a phone of their own."""
        number = next(NUMBERS)
        letters = "".join(LETTERS[(number // 26**i) % 26] for i in range(6))
        return Person(self, f"+62812{number:08d}", f"Contoh {letters}")


@dataclass(slots=True)
class Person:
    """A citizen with a phone, on any channel."""

    system: System
    phone: str
    name: str
    birth_date: date = date(1990, 8, 17)
    token: str = ""
    seen: int = field(default=0)

    async def texts(self, channel: str = "whatsapp") -> list[dict[str, Any]]:
        """What the phone received, oldest first."""
        url = f"{self.system.simulator}/api/phones/{self.phone}/messages"
        async with self.system.http.get(url) as answer:
            messages = await answer.json()
        return [m for m in messages if m["direction"] == "out" and m["channel"] == channel]

    async def send(self, text: str = "", **tap: str) -> None:
        """Type a text or tap a choice."""
        body = {"phone": self.phone, "name": self.name} | (tap or {"text": text})
        async with self.system.http.post(f"{self.system.simulator}/api/inbound", json=body) as done:
            assert done.status == 200, await done.text()

    async def hear(self, number: int = 1, timeout_s: float = 15) -> dict[str, Any]:
        """Wait for the next text (or the n-th next) and read it."""
        wanted = self.seen + number
        async with asyncio.timeout(timeout_s):
            while len(found := await self.texts()) < wanted:
                await asyncio.sleep(0.02)
        self.seen = wanted
        return found[wanted - 1]

    async def say(self, text: str = "", **tap: str) -> dict[str, Any]:
        """Type a text or tap a choice, and read the answer."""
        await self.send(text, **tap)
        return await self.hear()

    async def log_in(self) -> None:
        """Prove the phone by WhatsApp; from here on `auth` is theirs."""
        _, login = await self.system.call("POST", "/v1/logins", json={"phone": self.phone})
        await self.say(login["text"])
        _, proof = await self.system.call("GET", f"/v1/logins/{login['login_id']}?wait=10")
        assert proof["state"] == "proven", proof
        self.token = proof["access_token"]

    def auth(self, key: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key or str(uuid4())}

    def wish(self, slot: SlotRef) -> dict[str, Any]:
        """The body of POST /v1/holds."""
        who = {"name": self.name, "birth_date": self.birth_date.isoformat()}
        return {**slot.model_dump(mode="json"), "applicant": who}

    async def hold(self, slot: SlotRef, key: str | None = None) -> tuple[int, Any]:
        headers = self.auth(key) | {"Prefer": "wait=10"}
        return await self.system.call("POST", "/v1/holds", json=self.wish(slot), headers=headers)

    async def confirm(self, hold: dict[str, Any]) -> tuple[int, Any]:
        path = f"/v1/holds/{hold['hold_id']}/confirm"
        body = {"approval_code": hold["approval_code"]}
        return await self.system.call("POST", path, json=body, headers=self.auth())


@pytest.fixture(scope="session")
async def whole_stack() -> AsyncIterator[Stack]:
    """A stack apart from the integration tests', whose gateway runs in the tests' own process."""
    async with fresh_stack() as found:
        yield found


@pytest.fixture(scope="session")
async def system(
    whole_stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[System]:
    """Everything running: simulator, gateway, two booking workers, notifier; offices seeded."""
    stack = whole_stack
    logs: Path = tmp_path_factory.mktemp("log")
    processes = Processes(stack, logs, SETTINGS)
    await asyncio.to_thread(services.run, stack, "booking", ["seed"])
    own = ["offices", "set", OWN_OFFICE, f"whatsapp_number={OWN_NUMBER}"]
    await asyncio.to_thread(services.run, stack, "booking", own)
    await asyncio.to_thread(
        processes.start, "simulator", "gateway", "booking", "booking", "notifier"
    )
    timeout = aiohttp.ClientTimeout(total=60)
    connector = aiohttp.TCPConnector(limit=200)
    async with aiohttp.ClientSession(
        timeout=timeout, connector=connector, cookie_jar=aiohttp.DummyCookieJar()
    ) as http:
        yield System(stack, processes, http)
    await asyncio.to_thread(processes.stop)
    said = (logs / "booking.log").read_text(encoding="utf-8").splitlines()
    assert [line for line in said if "ledger_broken" in line] == []


DAYS = itertools.count(1)


@pytest.fixture
async def slot(system: System) -> SlotRef:
    """A slot of nobody's, with 20 seats."""
    return await open_slot(system, 20)


async def open_slot(
    system: System, seats: int, office: str = OFFICE, service: str = "passport"
) -> SlotRef:
    """Open a morning on a day that no other test uses."""
    day = datetime.now(UTC).date() + timedelta(days=40 + next(DAYS))
    words = ["quota", "open", "--office", office, "--service", service, "--days", "all"]
    words += ["--from", str(day), "--to", str(day), "--morning", str(seats)]
    await asyncio.to_thread(services.run, system.stack, "booking", words)
    return SlotRef(office=office, service=service, date=day, session=Session.MORNING)

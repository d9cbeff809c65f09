"""`make demo`: the WhatsApp dialogue and one HTTP booking against the running stack.

It prints both as a transcript with the time that each answer took, and ends with 1 when anything
in it is not as it should be.
"""

import asyncio
import random
import re
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp

from deploy.local import paths
from deploy.local.environment import PORTS

PORT = paths.service_ports(PORTS)
GATEWAY, SIMULATOR = (f"http://127.0.0.1:{PORT[one]}" for one in ("gateway", "simulator"))
OFFICE = "jakarta-pusat"
PATIENCE_S = 10.0
PROMISE_S = 1.0
CODE = r"\b([0-9A-HJKMNP-TV-Z]{6})\b"
BOOKING_CODE = r"\b([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})\b"
SYLLABLES = ("sa", "ri", "bu", "di", "ma", "wi", "ta", "ko", "le", "no", "pra", "dew")


class DemoError(Exception):
    """Something in the demo is not as it should be."""


@dataclass(slots=True)
class Demo:
    """One run: the two addresses, and what went wrong so far."""

    http: aiohttp.ClientSession
    faults: list[str] = field(default_factory=list)

    def check(self, holds: bool, claim: str) -> None:  # noqa: FBT001 it reads as a sentence
        """Print a claim with what came of it."""
        print(f"      {'ok ' if holds else 'NOT'} {claim}")
        if not holds:
            self.faults.append(claim)

    async def call(self, method: str, url: str, **more: Any) -> tuple[int, dict[str, Any]]:
        """Call and read JSON; print nothing."""
        async with self.http.request(method, url, **more) as response:
            return response.status, await response.json(content_type=None)


@dataclass(slots=True)
class Phone:
    """A citizen's phone in the simulator."""

    demo: Demo
    number: str
    name: str

    async def inbox(self) -> list[dict[str, Any]]:
        """List what the phone received by WhatsApp, oldest first."""
        async with self.demo.http.get(f"{SIMULATOR}/api/phones/{self.number}/messages") as answer:
            messages: list[dict[str, Any]] = await answer.json()
        return [m for m in messages if m["direction"] == "out" and m["channel"] == "whatsapp"]

    async def say(self, text: str, **tap: str) -> dict[str, Any]:
        """Send a text (or a tap) and wait for the one answer."""
        before = len(await self.inbox())
        body = {"phone": self.number, "name": self.name} | (tap or {"text": text})
        began = time.perf_counter()
        await self.demo.call("POST", f"{SIMULATOR}/api/inbound", json=body)
        print(f"\n  {self.name} > {text}")
        while time.perf_counter() - began < PATIENCE_S:
            answers = (await self.inbox())[before:]
            if answers:
                took = time.perf_counter() - began
                self._show(answers[0], took)
                self.demo.check(took <= PROMISE_S, f"answered within a second ({took:.3f} s)")
                return answers[0]
            await asyncio.sleep(0.01)
        raise DemoError(f"no answer to {text!r} within {PATIENCE_S:.0f} s")

    async def hear(self, words: str) -> None:
        """Wait for a text that nobody asked for here, such as the confirmation of a booking."""
        end = time.perf_counter() + PATIENCE_S
        while time.perf_counter() < end:
            if any(words in message["text"] for message in await self.inbox()):
                return
            await asyncio.sleep(0.01)
        raise DemoError(f"no text with {words!r} within {PATIENCE_S:.0f} s")

    def _show(self, answer: dict[str, Any], took: float) -> None:
        lines = str(answer["text"]).splitlines()
        print(f"  Antrean ({took * 1000:.0f} ms)")
        print("\n".join(f"    | {line}" for line in lines))
        for row in answer.get("rows") or []:
            print(f"    | [ ] {row['title']}  {row.get('description', '')}")
        for button in answer.get("buttons") or []:
            print(f"    | ( {button['title']} )")


def new_name() -> str:
    """Make a sample name that nobody has booked under."""
    word = "".join(random.choices(SYLLABLES, k=5))  # noqa: S311 a sample, no secret
    return f"Contoh {word.capitalize()}"


def new_phone() -> str:
    """Make a sample phone number."""
    return f"+62812{random.randrange(10**7, 10**8)}"  # noqa: S311 a sample, no secret


def found(pattern: str, text: str) -> str:
    """Find a code in a text; raises DemoError without it."""
    match = re.search(pattern, text)
    if match is None:
        raise DemoError(f"no code in: {text}")
    return match.group(1)


async def talk(demo: Demo) -> None:
    """Hold the LAW dialogue by typing: greeting, dates, request, approval code."""
    print("\n== WhatsApp, typed ==")
    name = new_name()
    phone = Phone(demo, new_phone(), name)
    greeting = await phone.say("Halo")
    demo.check("#tgllayanan" in greeting["text"], "the greeting explains #tgllayanan")
    await phone.say(f"#kantor#{OFFICE}")
    dates = await phone.say("#tgllayanan")
    days = {row["title"].split("·")[0] for row in dates.get("rows") or []}
    demo.check(len(days) == 5, f"five dates are offered ({len(days)})")
    held = await phone.say(f"#{name}#17081990#1")
    demo.check(name.upper() in held["text"], "the answer echoes the name")
    code = found(CODE, held["text"].split("ode", 1)[-1])
    ticket = await phone.say(code)
    booking = found(BOOKING_CODE, ticket["text"])
    demo.check(bool(re.search(r"\d\d[.:]\d\d", ticket["text"])), "the ticket names the hour")
    status = await phone.say("#status")
    demo.check(booking in status["text"], "#status shows the booking")


async def tap(demo: Demo) -> None:
    """Hold the same dialogue by tapping rows and buttons, then cancel."""
    print("\n== WhatsApp, tapped ==")
    name = new_name()
    phone = Phone(demo, new_phone(), name)
    greeting = await phone.say("Halo")
    dates_button = greeting["buttons"][0]
    dates = await phone.say(f"({dates_button['title']})", reply_id=dates_button["id"])
    row = (dates.get("rows") or [{}])[0]
    if not str(row.get("id", "")).startswith("#pilih"):
        raise DemoError(f"the first row is no date: {row}")
    await phone.say(f"[{row['title']}]", reply_id=row["id"])
    held = await phone.say(f"#{name}#17081990")
    agree = held["buttons"][0]
    ticket = await phone.say(f"({agree['title']})", reply_id=agree["id"])
    code = found(BOOKING_CODE, ticket["text"])
    question = await phone.say(f"#batal#{code}")
    yes = question["buttons"][0]
    gone = await phone.say(f"({yes['title']})", reply_id=yes["id"])
    demo.check(bool(gone["text"]), "the cancelling is confirmed")


async def log_in(demo: Demo, phone: Phone) -> dict[str, str]:
    """Prove a phone number by the WhatsApp message that the citizen sends."""
    status, login = await demo.call("POST", f"{GATEWAY}/v1/logins", json={"phone": phone.number})
    demo.check(status == 201, f"POST /v1/logins is 201 ({status})")
    await phone.say(login["text"])
    url = f"{GATEWAY}/v1/logins/{login['login_id']}?wait=5"
    _, proof = await demo.call("GET", url)
    demo.check(proof.get("state") == "proven", "the login is proven")
    return {"Authorization": f"Bearer {proof.get('access_token')}"}


async def first_free(demo: Demo) -> dict[str, str]:
    """Find the first free date and session of the demo's office."""
    url = f"{GATEWAY}/v1/offices/{OFFICE}/availability"
    _, answer = await demo.call("GET", url)
    for day in answer["days"]:
        for session in day["sessions"]:
            if session["state"] == "open":
                slot = {"date": day["date"], "session": session["session"]}
                return {"office": OFFICE, "service": answer["service"], **slot}
    raise DemoError(f"{OFFICE} has no free date; `make seed` adds some")


async def book(demo: Demo) -> None:
    """Book over HTTP: login, hold, confirm, ticket."""
    print("\n== HTTP ==")
    name = new_name()
    phone = Phone(demo, new_phone(), name)
    token = await log_in(demo, phone)
    slot = await first_free(demo)
    print(f"\n  POST /v1/holds {slot}")
    headers = token | {"Idempotency-Key": str(uuid4())}
    wish = {**slot, "applicant": {"name": name, "birth_date": "1990-08-17"}}
    began = time.perf_counter()
    status, hold = await demo.call("POST", f"{GATEWAY}/v1/holds", json=wish, headers=headers)
    took = time.perf_counter() - began
    print(f"  {status} in {took * 1000:.0f} ms: {hold}")
    demo.check(status == 201 and took <= PROMISE_S, "held within a second")
    _, again = await demo.call("POST", f"{GATEWAY}/v1/holds", json=wish, headers=headers)
    demo.check(again == hold, "the same key gives the same answer")
    await confirm(demo, token, hold)
    await phone.hear("sudah dikonfirmasi")
    refused = await phone.say(f"#{name}#17081990#1")
    knows = "sudah punya jadwal" in refused["text"]
    demo.check(knows, "WhatsApp knows that this person has a booking")


async def confirm(demo: Demo, token: dict[str, str], hold: dict[str, Any]) -> None:
    """Confirm a hold and show its ticket."""
    url = f"{GATEWAY}/v1/holds/{hold['hold_id']}/confirm"
    headers = token | {"Idempotency-Key": str(uuid4())}
    body = {"approval_code": hold["approval_code"]}
    began = time.perf_counter()
    status, ticket = await demo.call("POST", url, json=body, headers=headers)
    print(f"\n  POST {url.removeprefix(GATEWAY)}\n  {status} in {_ms(began)}: {ticket}")
    demo.check(status == 201, "confirmed")
    url = f"{GATEWAY}/v1/bookings/{ticket['booking_code']}"
    status, shown = await demo.call("GET", url, headers=token)
    same = shown.get("queue_number") == ticket["queue_number"]
    demo.check(status == 200 and same, "the ticket can be read")


def _ms(began: float) -> str:
    return f"{(time.perf_counter() - began) * 1000:.0f} ms"


async def main() -> int:
    """Run all three parts; 0 when all is as it should be."""
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        demo = Demo(http)
        try:
            await demo.call("GET", f"{GATEWAY}/livez")
            await demo.call("GET", f"{SIMULATOR}/livez")
        except (aiohttp.ClientError, TimeoutError):
            print("nothing runs here: `make up` first", file=sys.stderr)
            return 1
        for part in (talk, tap, book):
            try:
                await part(demo)
            except (DemoError, aiohttp.ClientError, LookupError, TimeoutError) as error:
                demo.check(False, f"{part.__name__}: {type(error).__name__}: {error}")
    print(f"\n{len(demo.faults)} faults" if demo.faults else "\nAll as it should be.")
    return 1 if demo.faults else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

"""The running system that a stampede goes to: where it is, which slot, how many seats."""

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import asyncpg

from bench.tally import Ledger
from deploy.local import servers, services
from deploy.local.environment import local_stack
from deploy.local.paths import ROOT, StackError
from shared.messages import Session, SlotRef

AHEAD = timedelta(days=60)
SPAN = timedelta(days=90)
SEEN_S = 30.0


@dataclass(frozen=True, slots=True)
class Target:
    """A gateway; `operator` is the environment of booking's command where the stack is ours."""

    url: str
    secret: str
    operator: Mapping[str, str] | None = None

    @property
    def host(self) -> str:
        """The host to connect to."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port to connect to."""
        return urlsplit(self.url).port or 80

    def addresses(self, number: int) -> list[str]:
        """Name addresses of this machine, one for each connection; none for a gateway elsewhere.

        Rivals sit at home, each with an address of their own: from one alone they would meet the
        limit that is for one. All of 127.0.0.0/8 is this machine.
        """
        if not self.host.startswith("127.") or sys.platform != "linux":
            return []
        first = random.randrange(1, 2**23)
        return [str(ip_address(2**31 - 2**24 + first + n)) for n in range(number)]

    async def read(self, path: str, token: str = "") -> tuple[int, Any]:
        """Read JSON."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        timeout = aiohttp.ClientTimeout(total=40)
        async with (
            aiohttp.ClientSession(headers=headers, timeout=timeout) as http,
            http.get(self.url + path) as answer,
        ):
            return answer.status, await answer.json(content_type=None)


def find(url: str | None, *, anywhere: bool) -> Target:
    """Find the stack of `make up`, or the gateway that is named; raises StackError.

    It is loopback unless somebody says that another machine's owner knows about it.
    """
    if url is None:
        stack = local_stack(servers.find())
        operator = services.environment(stack, "booking")
        return Target(stack.url("gateway"), stack.secrets["root"], operator)
    at = urlsplit(url)
    if at.scheme != "http" or not at.hostname:
        raise StackError(f"{url!r} is no address like http://127.0.0.1:8080; TLS is not spoken")
    if not is_loopback(at.hostname) and not anywhere:
        raise StackError(
            f"{at.hostname} is not this machine; a stampede harms who does not expect it. "
            "Say --anywhere if its operator does"
        )
    secret = os.environ.get("ANTREAN_SECRET")
    if not secret:
        raise StackError("set ANTREAN_SECRET to the system's secret: it proves the rivals' phones")
    return Target(url.rstrip("/"), secret)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or number alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which slot was asked for, as far as that was said."""

    office: str | None = None
    service: str | None = None
    day: date | None = None
    session: str | None = None
    seats: int | None = None


async def find_slot(target: Target, wanted: Wanted) -> SlotRef:
    """Find the slot that is meant, or open a fresh one with so many seats; raises StackError."""
    offices = (await target.read("/v1/offices"))[1]["offices"]
    known = [one for one in offices if wanted.office in {None, one["office"]}]
    if not known:
        raise StackError(f"there is no office {wanted.office!r}")
    if wanted.seats is not None:
        return await _open(target, known, wanted)
    if wanted.day is not None:
        service = wanted.service or known[0]["services"][0]
        session = Session(wanted.session or "morning")
        office = known[0]["office"]
        return SlotRef(office=office, service=service, date=wanted.day, session=session)
    for office in known:
        free = office.get("next_available")
        if free and office["services"]:
            return SlotRef(
                office=office["office"],
                service=wanted.service or office["services"][0],
                date=date.fromisoformat(free["date"]),
                session=Session(free["session"]),
            )
    raise StackError("no office has an open slot; --seats 100 opens one on the local stack")


async def _open(target: Target, known: Sequence[dict[str, Any]], wanted: Wanted) -> SlotRef:
    """Open a slot on a day on which there is none yet, as an operator does."""
    if target.operator is None:
        raise StackError("--seats opens a slot on the local stack alone: name one that is open")
    office, service, day = await _unused(target, known, wanted)
    words = ["quota", "open", "--office", office, "--service", service, "--days", "all"]
    words += ["--from", str(day), "--to", str(day), "--morning", str(wanted.seats)]
    await asyncio.to_thread(_operate, target.operator, words)
    slot = SlotRef(office=office, service=service, date=day, session=Session.MORNING)
    await await_seats(target, slot)
    return slot


async def _unused(
    target: Target, known: Sequence[dict[str, Any]], wanted: Wanted
) -> tuple[str, str, date]:
    """Find an office, one of its services and a day without quota; raises StackError."""
    for office in known:
        services_of = [wanted.service] if wanted.service else office["services"]
        for service in services_of:
            day = wanted.day or await _unused_day(target, office["office"], service)
            if day is not None:
                return office["office"], service, day
    raise StackError(f"there is quota on every day from {date.today() + AHEAD} on: name a day")  # noqa: DTZ011 as below


async def _unused_day(target: Target, office: str, service: str) -> date | None:
    first = date.today() + AHEAD  # noqa: DTZ011 a day is as good as its neighbour
    span = f"service={service}&from={first}&to={first + SPAN}"
    _, shown = await target.read(f"/v1/offices/{office}/availability?{span}")
    for day in shown["days"]:
        if all(one["state"] == "not_offered" for one in day["sessions"]):
            return date.fromisoformat(day["date"])
    return None


def _operate(operator: Mapping[str, str], words: Sequence[str]) -> None:
    """Run an operator's command to its end; raises StackError with what it said."""
    command = [sys.executable, "-m", "services.booking", *words]
    done = subprocess.run(
        command, check=False, cwd=ROOT, env=dict(operator), capture_output=True, text=True
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()[-500:]
        raise StackError(f"the slot could not be opened: {said}")


async def await_seats(target: Target, slot: SlotRef) -> int:
    """Wait until the gateway shows a slot as open; returns its seats. Raises StackError."""
    shown: dict[str, Any] = {}
    try:
        async with asyncio.timeout(SEEN_S):
            while shown.get("state") != "open":
                shown = await show(target, slot)
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise StackError(f"{slot.key} is not open but {shown.get('state')}") from None
    return int(shown["remaining"])


async def show(target: Target, slot: SlotRef) -> dict[str, Any]:
    """Read what the gateway shows of a slot."""
    span = f"service={slot.service}&from={slot.date}&to={slot.date}"
    status, found = await target.read(f"/v1/offices/{slot.office}/availability?{span}")
    if status != 200:
        raise StackError(f"the gateway answers {status} when asked for {slot.key}")
    sessions: list[dict[str, Any]] = found["days"][0]["sessions"]
    return next((one for one in sessions if one["session"] == slot.session.value), {})


async def read_ledger(target: Target, slot: SlotRef) -> Ledger | None:
    """Read a slot's capacity and its holds in the ledger itself; on our own stack alone."""
    if target.operator is None:
        return None
    db = await asyncpg.connect(target.operator["ANTREAN_DATABASE_URL"])
    try:
        row = await db.fetchrow(
            """
            SELECT capacity, ARRAY (SELECT id FROM booking.hold h WHERE h.slot_id = s.id
                                 AND state IN ('held', 'confirmed', 'visited')) AS holds
              FROM booking.slot s WHERE id = $1
            """,
            slot.slot_id,
        )
    finally:
        await db.close()
    return Ledger(row["capacity"], frozenset(row["holds"])) if row else None

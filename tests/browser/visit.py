"""A citizen before one page, with everything behind it: what the ways to a state are written in."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from playwright.async_api import Locator, Page

from deploy.local import services
from shared.messages import SlotRef
from tests.browser.dictionary import Language, say
from tests.browser.looks import listen
from tests.browser.site import Place, Site
from tests.browser.watch import OpenPage, Watch
from tests.system_fixtures import Person

NAMES = ("Andi", "Budi", "Citra", "Dewi", "Eka", "Fajar", "Gita", "Hadi", "Indah", "Joko")
FAMILIES = ("Wijaya", "Lestari", "Saputra", "Rahayu")
PEOPLE = itertools.count()
FIRST_BIRTH = date(1990, 3, 27)
PRIMARY = "main button.button"

# A way shows one state after the other and names each where it stands before the page.
Way = Callable[["Visit"], AsyncIterator[str]]


@dataclass(slots=True)
class Visit:
    """One citizen at one page, which may be opened anew as that of another phone."""

    page: Page
    person: Person
    site: Site
    watch: Watch
    language: Language
    new_page: Callable[..., Awaitable[Page]]

    async def open(self, path: str, until: str = "main h1") -> None:
        """Open a page and wait for what it must show."""
        await self.page.goto(path)
        await self.see(until)

    async def see(self, what: str) -> Locator:
        """Wait until something is shown."""
        found = self.page.locator(what).first
        await found.wait_for()
        return found

    async def press(self, what: str, until: str) -> None:
        """Press something, and wait for what it leads to."""
        await self.page.locator(what).first.click()
        await self.see(until)

    async def hear(self, word: str, **values: str | int) -> None:
        """Wait until the page says a text of the dictionary."""
        text = say(self.language, word, **values)
        await self.page.get_by_text(text).filter(visible=True).first.wait_for()

    async def log_in(self) -> None:
        """Prove the phone in this browser, without the form for it."""
        if self.page.url == "about:blank":
            await self.open("/bantuan")
        begun = await self._fetch("/v1/logins", {"phone": self.person.phone})
        await self.person.say(begun["text"])
        proof = await self._fetch(f"/v1/logins/{begun['login_id']}?wait=10", None)
        assert proof["state"] == "proven", proof

    async def _fetch(self, path: str, body: dict[str, Any] | None) -> Any:
        """Ask as a script of the page does, which alone is given a cookie."""
        return await self.page.evaluate(
            """([path, body]) => fetch(path, body === null ? {} : {
                method: "POST", body: JSON.stringify(body),
                headers: { "Content-Type": "application/json" },
            }).then((answer) => answer.json())""",
            [path, body],
        )

    async def choose(self, place: Place, day: int = 0) -> None:
        """Choose the morning of a day on the page of the dates, and go on."""
        await self.open(f"/kantor/{place.office}?layanan={place.service}", "input[name=slot]")
        value = f"{place.days[day]}/morning"
        await self.page.locator(f'input[value="{value}"]').check()
        await self.page.locator(".bar button").click()

    async def fill_in(self) -> None:
        """Type who will come."""
        await self.page.locator("#name").fill(self.person.name)
        born = self.person.birth_date
        for part, number in (("day", born.day), ("month", born.month), ("year", born.year)):
            await self.page.locator(f"#born-{part}").fill(str(number))

    async def to_check(self, place: Place, day: int = 0) -> None:
        """Go as far as the page on which the seat is asked for."""
        await self.log_in()
        await self.choose(place, day)
        await self.see("#name")
        await self.fill_in()
        await self.press("form button.button", "dl.facts")

    async def to_held(self, place: Place, day: int = 0) -> None:
        """Go as far as a seat that is held."""
        await self.to_check(place, day)
        await self.press(PRIMARY, "[data-held]")


def someone(site: Site) -> Person:
    """Give a sample person with a name of their own and a number that is nobody's."""
    number = next(PEOPLE)
    name = f"Contoh {NAMES[number % len(NAMES)]} {FAMILIES[number // len(NAMES) % len(FAMILIES)]}"
    born = FIRST_BIRTH + timedelta(days=number)
    return Person(site.system, f"+62812000{number:05d}", name, born)


async def begin(
    site: Site, watch: Watch, open_page: OpenPage, language: Language, **how: Any
) -> Visit:
    """Let somebody new open an empty page."""

    async def new_page(**more: Any) -> Page:
        page = await open_page(**({"language": language} | how | more))
        await listen(page.context)
        return page

    page = await new_page()
    return Visit(page, someone(site), site, watch, language, new_page)


async def operate(site: Site, *words: str) -> None:
    """Give an operator's command."""
    await asyncio.to_thread(services.run, site.system.stack, "booking", list(words))


async def book(person: Person, slot: SlotRef) -> str:
    """Let somebody book from elsewhere, with a program of their own; returns the booking code."""
    if not person.token:
        await person.log_in()
    status, hold = await person.hold(slot)
    assert status == 201, hold
    status, ticket = await person.confirm(hold)
    assert status < 300, ticket
    code: str = ticket["booking_code"]
    return code


async def take_all(site: Site, place: Place, day: int = 0) -> None:
    """Let others take every seat of a morning."""
    slot = place.slot(day)
    while True:
        rival = someone(site)
        await rival.log_in()
        status, body = await rival.hold(slot)
        if status != 201:
            assert body["code"] == "slot_full", body
            return

"""A citizen's way from the home page to the ticket, one screen after the other.

It goes by what is the same in both languages; what is read on the way, tests say for themselves.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from playwright.async_api import Page, expect

from shared.messages import Session
from tests.browser.site import Place
from tests.system_fixtures import Person

Stage = Literal[
    "home", "service", "offices", "dates", "applicant", "proof", "check", "held", "ticket"
]
By = Literal["whatsapp", "sms"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants, and how they prove their phone."""

    place: Place
    person: Person
    by: By = "whatsapp"
    day: int = 0
    session: Session = Session.MORNING


async def book_to(page: Page, stage: Stage, wish: Wish) -> None:
    """Go on from where the page is not yet (an empty one) to a screen, and wait until it is there.

    Who is proven already is not asked for a proof: then `proof` is never reached.
    """
    for name, step in STEPS.items():
        await step(page, wish)
        if name == stage:
            return


async def come_to(page: Page, stage: Stage, wish: Wish) -> None:
    """Come to a screen from the dates on, by a link to the office, with a phone that is proven.

    Half the way of `book_to`, for tests of what is at its end.
    """
    at = STAGE_NAMES.index("dates")
    await page.goto(f"/kantor/{wish.place.office}?layanan={wish.place.service}")
    await log_in(page, wish.person)
    await page.locator(f'input[value="{value_of(wish)}"]').wait_for()
    for name in STAGE_NAMES[at + 1 : STAGE_NAMES.index(stage) + 1]:
        await STEPS[name](page, wish)


BEGIN_LOGIN = """
(phone) => fetch("/v1/logins", {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ phone }),
}).then((answer) => answer.json())
"""
SEE_PROOF = "(id) => fetch(`/v1/logins/${id}?wait=10`).then((answer) => answer.json())"


async def log_in(page: Page, person: Person) -> None:
    """Prove a phone without its screens, from a page of ours: only such a one has the cookie."""
    login = await page.evaluate(BEGIN_LOGIN, person.phone)
    await send(person, login["text"])
    proof = await page.evaluate(SEE_PROOF, login["login_id"])
    assert proof["state"] == "proven"


async def send(person: Person, text: str) -> None:
    """Send a text in the chat and wait for what is answered, however busy the machine is."""
    await person.send(text)
    await person.hear(timeout_s=60)


async def be_proven(person: Person) -> None:
    """Prove a phone whose owner has a program of their own; from here on `insist` speaks for it."""
    _, login = await person.system.call("POST", "/v1/logins", json={"phone": person.phone})
    await send(person, login["text"])
    _, proof = await person.system.call("GET", f"/v1/logins/{login['login_id']}?wait=10")
    person.token = proof["access_token"]


async def insist(person: Person, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Send a command until it is decided: a busy gateway is asked again, with the same key."""
    headers = person.auth() | {"Prefer": "wait=10"}
    async with asyncio.timeout(60):
        while True:
            found = await person.system.call(method, path, json=body, headers=headers)
            if found[0] not in {202, 503}:
                return found
            await asyncio.sleep(0.2)


async def goes_to(page: Page, path: str) -> None:
    """Wait until the page of a path (a glob) is shown, with its heading."""
    await page.wait_for_url(f"**{path}")
    await page.locator("main h1").wait_for()


async def to_home(page: Page, _: Wish) -> None:
    await page.goto("/")
    await page.locator('main a.button[href="/layanan"]').wait_for()


async def to_service(page: Page, _: Wish) -> None:
    await page.locator('main a.button[href="/layanan"]').click()
    await goes_to(page, "/layanan")
    await page.locator("input[name=service]").first.wait_for()


async def to_offices(page: Page, wish: Wish) -> None:
    await page.locator(f"#service-{wish.place.service}").check()
    await page.locator("form button.button").click()
    await goes_to(page, "/kantor?*")
    await page.locator("[data-count]").wait_for()


async def to_dates(page: Page, wish: Wish) -> None:
    await page.locator("#q").fill(wish.place.name)
    await page.locator(f"#office-{wish.place.office} a").click()
    await goes_to(page, f"/kantor/{wish.place.office}?*")
    await page.locator(f'input[value="{value_of(wish)}"]').wait_for()


async def to_applicant(page: Page, wish: Wish) -> None:
    await page.locator(f'input[value="{value_of(wish)}"]').check()
    await page.locator(".bar button").click()
    await goes_to(page, "/data")
    await page.locator("#name").wait_for()


async def to_proof(page: Page, wish: Wish) -> None:
    await fill_in(page, wish.person)
    await page.locator("form button.button").click()
    await page.locator("#phone").or_(page.locator("dl.facts")).first.wait_for()


async def to_check(page: Page, wish: Wish) -> None:
    if await page.locator("#phone").is_visible():
        await prove(page, wish.person, wish.by)
    await goes_to(page, "/periksa")
    await page.locator("dl.facts").wait_for()


async def to_held(page: Page, _: Wish) -> None:
    await page.locator("main button.button").first.click()
    await page.locator("[data-held]").wait_for()


async def to_ticket(page: Page, _: Wish) -> None:
    await page.locator("main button.button").first.click()
    await goes_to(page, "/tiket/*")
    await expect(page.locator(".ticket img.qr")).to_be_visible()


STEPS: dict[Stage, Callable[[Page, Wish], Awaitable[None]]] = {
    "home": to_home,
    "service": to_service,
    "offices": to_offices,
    "dates": to_dates,
    "applicant": to_applicant,
    "proof": to_proof,
    "check": to_check,
    "held": to_held,
    "ticket": to_ticket,
}
STAGE_NAMES = list(STEPS)


def value_of(wish: Wish) -> str:
    """Give the value of the radio button of a half day."""
    return f"{wish.place.days[wish.day]}/{wish.session.value}"


async def fill_in(page: Page, person: Person) -> None:
    """Type who will come."""
    born = person.birth_date
    await page.locator("#name").fill(person.name)
    for part, number in (("day", born.day), ("month", born.month), ("year", born.year)):
        await page.locator(f"#born-{part}").fill(str(number))


async def prove(page: Page, person: Person, by: By) -> None:
    """Prove a phone on the form that asks for it, as its owner does."""
    await page.locator("#phone").fill(person.phone)
    if by == "whatsapp":
        await page.locator("form:has(#phone) button[type=submit]").click()
        # The text of the message is what the link and the QR code would write.
        await send(person, await page.locator("strong.message").inner_text())
        return
    before = len(await person.texts("sms"))
    await page.locator("form:has(#phone) button[type=button]").click()
    await page.locator("#login-code").fill(await sms_code(person, before))


async def sms_code(person: Person, before: int) -> str:
    """Wait for a text beyond those that were there before, and read its six digits."""
    async with asyncio.timeout(60):
        while len(texts := await person.texts("sms")) <= before:
            await asyncio.sleep(0.05)
    digits = "".join(letter if letter.isdigit() else " " for letter in texts[-1]["text"])
    return next(word for word in digits.split() if len(word) == 6)

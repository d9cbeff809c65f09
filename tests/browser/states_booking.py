"""The states from the applicant's data to a seat that is certain, and of all that may go wrong."""

from collections.abc import AsyncIterator

from playwright.async_api import expect

from shared.messages import SlotRef
from tests.browser.journey import sms_code
from tests.browser.site import Place
from tests.browser.visit import PRIMARY, Visit, book, operate, take_all

SUBMIT, BY_SMS = "form:has(#phone) button[type=submit]", "form:has(#phone) button[type=button]"


async def who_comes(visit: Visit) -> AsyncIterator[str]:
    """Whoever says who will come."""
    await visit.open("/data")
    await visit.hear("applicant.nothing")
    yield "applicant-nothing"
    await visit.choose(await visit.site.place())
    await visit.see("#name")
    yield "applicant"
    await visit.page.locator("#name").fill("Contoh 2")
    await visit.page.locator("#born-day").fill("3")
    await visit.page.locator("#born-month").fill("27")
    await visit.page.locator("#born-year").fill("1990")
    await visit.press("form button.button", "#faults")
    yield "applicant-errors"


async def proves_by_sms(visit: Visit) -> AsyncIterator[str]:
    """Whoever proves the phone by a code, not without mistakes."""
    await visit.choose(await visit.site.place())
    await visit.see("#name")
    await visit.fill_in()
    await visit.press("form button.button", "#phone")
    yield "login"
    visit.watch.expect("/v1/logins", 422)
    await visit.page.locator("#phone").fill("0812")
    await visit.press(SUBMIT, "#phone-error")
    yield "login-wrong-number"
    await visit.page.locator("#phone").fill(visit.person.phone)
    await visit.press(BY_SMS, "#login-code")
    yield "login-code"
    visit.watch.expect("/v1/logins/.*/code", 409, 422)
    right = await sms_code(visit.person, 0)
    await visit.page.locator("#login-code").fill("000000" if right != "000000" else "111111")
    await visit.see("#login-code-error")
    yield "login-wrong-code"
    await visit.page.locator("#login-code").fill(right)
    await visit.see("dl.facts")
    yield "check"


async def by_whatsapp(visit: Visit) -> AsyncIterator[str]:
    """Whoever proves the phone by a message, from the phone itself and from a computer."""
    place = await visit.site.place(days=1)
    for name, shown, how in (
        ("login-link", 'main a.button[href^="https://wa.me"]', {}),
        ("login-qr", "img.qr", {"width": 1280}),
    ):
        visit.page = await visit.new_page(**how)
        await visit.choose(place)
        await visit.see("#name")
        await visit.fill_in()
        await visit.press("form button.button", "#phone")
        await visit.page.locator("#phone").fill(visit.person.phone)
        await visit.press(SUBMIT, shown)
        yield name


async def a_seat_is_held(visit: Visit) -> AsyncIterator[str]:
    """Whoever has a seat for some minutes, and looks at other pages meanwhile."""
    await visit.open("/periksa")
    await visit.hear("check.nothing")
    yield "check-nothing"
    place = await visit.site.place()
    await visit.to_held(place)
    yield "held"
    await visit.open("/", "main .panel.warn a")
    yield "home-held"
    await visit.open("/jadwal", "section.panel.warn button")
    yield "mine-held"
    await visit.choose(place, 1)
    await visit.see(PRIMARY)
    yield "check-clash"
    await visit.press("main button.button", "[data-held]")
    await visit.press("button.button.second", "[data-held]")
    await expect(visit.page.locator("[data-held] ~ .buttons button.second")).to_have_count(0)
    yield "held-extended"
    await visit.press(PRIMARY, ".ticket img.qr")
    yield "ticket"


async def a_mistake(visit: Visit) -> AsyncIterator[str]:
    """Whoever mistyped who will come, and whoever thinks of another person."""
    await visit.to_held(await visit.site.place())
    visit.watch.expect("/v1/holds", 409)
    await visit.open("/data", "#name")
    await visit.hear("applicant.mend.why")
    yield "applicant-mend"
    await visit.page.locator("#name").fill("Contoh Orang Lain")
    await visit.press("form button.button", "button.danger")
    yield "check-other"


async def slowly(visit: Visit) -> AsyncIterator[str]:
    """Whoever waits for a booking service that stands still for a while."""
    await visit.to_check(await visit.site.place())
    with visit.site.system.processes.paused("booking"):
        await visit.press(PRIMARY, "[data-working]")
        yield "working"
        await visit.see("[data-working] p:nth-of-type(2)")
        yield "working-still"
        await visit.see("[data-working] p:nth-of-type(3)")
        yield "working-long"
    await visit.see("[data-held]")


async def too_late(visit: Visit) -> AsyncIterator[str]:
    """Whoever has little time, and takes too long."""
    place = await visit.site.place(days=1)
    await operate(visit.site, "offices", "set", place.office, "hold_minutes=2")
    await visit.to_held(place)
    await visit.see("dialog[open]")
    yield "held-soon"
    visit.watch.expect("/v1/holds/.*", 404, 409, 410)
    await _give_back(visit)
    await visit.press("dialog button.second", "[data-expired]")
    yield "expired"


async def _give_back(visit: Visit) -> None:
    """Let the seat go from elsewhere, as time itself would."""
    system, person = visit.site.system, visit.person
    await person.log_in()
    _, mine = await system.call("GET", "/v1/bookings", headers=person.auth())
    path = f"/v1/holds/{mine['holds'][0]['hold_id']}"
    headers = person.auth() | {"Prefer": "wait=10"}
    status, body = await system.call("DELETE", path, headers=headers)
    assert status < 300, body


async def refusals(visit: Visit) -> AsyncIterator[str]:
    """Whoever is too late for the last seat, and who has an appointment already."""
    place = await visit.site.place(1, 3, days=3)
    visit.watch.expect("/v1/holds", 409)
    await visit.to_check(place)
    await take_all(visit.site, place)
    await visit.press(PRIMARY, "h2 + ul button.choice")
    yield "refused-taken"
    await book(visit.person, SlotRef(**_afternoon(place)))
    await visit.press("button.choice", "dl.facts")
    await visit.press(PRIMARY, ".card a")
    yield "refused-already"


def _afternoon(place: Place) -> dict[str, object]:
    slot = place.slot(2).model_dump()
    return slot | {"session": "afternoon"}

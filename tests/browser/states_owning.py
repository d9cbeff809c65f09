"""The states of whoever has an appointment; what goes wrong on any page; what explains."""

import json
from collections.abc import AsyncIterator
from datetime import date, timedelta

from playwright.async_api import Route

from shared.messages import SlotRef
from tests.browser.visit import PRIMARY, Visit, book, someone, take_all


async def a_ticket(visit: Visit) -> AsyncIterator[str]:
    """Whoever shows a ticket: without a line, cancelled, over, on a phone that is not theirs."""
    place = await visit.site.place()
    code = await book(visit.person, place.slot())
    visit.watch.expect("/v1/bookings/.*", 401)
    await visit.open(f"/tiket/{code}", "#born-day")
    yield "ticket-prove"
    await visit.log_in()
    await visit.open(f"/tiket/{code}", ".ticket img.qr")
    await visit.page.wait_for_function("navigator.serviceWorker.controller !== null")
    visit.watch.expect_no_line()
    await visit.page.context.set_offline(offline=True)
    await visit.open(f"/tiket/{code}", ".ticket img.qr")
    await visit.hear("ticket.offline")
    yield "ticket-offline"
    await visit.open("/jadwal", ".card")
    await visit.hear("mine.offline")
    yield "mine-offline"
    visit.watch.expect("/kantor", 404)  # what stands in for it is the page that says so
    await visit.page.goto("/kantor")
    await visit.hear("missing.offline_why")
    yield "offline"
    await visit.page.context.set_offline(offline=False)
    await visit.see("[data-count]")


async def a_day_later(visit: Visit) -> AsyncIterator[str]:
    """Whoever looks at a ticket when the day of the visit is over."""
    code = await book(visit.person, (await visit.site.place(days=1)).slot())
    await visit.log_in()
    await visit.page.route(f"**/v1/bookings/{code}", _yesterday)
    await visit.open(f"/tiket/{code}")
    await visit.hear("ticket.why_past")
    yield "ticket-past"


async def _yesterday(route: Route) -> None:
    """Answer as on the day after the visit, for which no test can wait."""
    answer = await route.fetch()
    ticket = await answer.json()
    ticket["date"] = str(date.fromisoformat(ticket["date"]) - timedelta(days=365))
    await route.fulfill(response=answer, body=json.dumps(ticket))


async def search_by_code(visit: Visit) -> AsyncIterator[str]:
    """Whoever looks for an appointment by its code, which nobody knows."""
    await visit.open("/jadwal", "#phone")
    yield "mine"
    await visit.press("form button.button", "#faults")
    yield "mine-errors"
    visit.watch.expect("/v1/bookings/find", 404, 429)
    await _look_for(visit, f"7K4M-2Q8R-{visit.person.phone[-4:]}")
    await visit.see("[role=alert]")
    yield "mine-not-found"
    for _ in range(5):
        await visit.press("form:has(#booking) button.button", "form:has(#booking) button:enabled")
    await visit.see("[data-code=rate_limited]")
    yield "mine-too-many"
    await visit.open("/tiket/7K4M")
    await visit.hear("ticket.no_such")
    yield "ticket-no-such"


async def own_appointments(visit: Visit) -> AsyncIterator[str]:
    """Whoever proves a phone: that has none yet, and that has several."""
    await visit.log_in()
    await visit.open("/jadwal")
    await visit.hear("mine.none")
    yield "mine-empty"
    place = await visit.site.place()
    code = await book(visit.person, place.slot())
    child = someone(visit.site)
    child.phone, child.token = visit.person.phone, visit.person.token
    await book(child, place.slot(1))
    await visit.open(f"/tiket/{code}", ".ticket img.qr")
    await visit.open("/jadwal", ".card")
    yield "mine-several"
    await visit.page.context.clear_cookies()
    await visit.open("/jadwal", ".card button.plain")
    await visit.see("#phone")
    yield "mine-kept"


async def _look_for(visit: Visit, code: str) -> None:
    await visit.page.locator("#booking").fill(code)
    for part, number in (("day", 27), ("month", 3), ("year", 1990)):
        await visit.page.locator(f"#born-{part}").fill(str(number))
    await visit.page.locator("form:has(#booking) button.button").click()


async def changes(visit: Visit) -> AsyncIterator[str]:
    """Whoever moves an appointment."""
    place = await visit.site.place(2, 3)
    code = await book(visit.person, place.slot())
    visit.watch.expect("/v1/bookings/.*", 401, 409)
    await visit.open(f"/ubah/{code}", "#born-day")
    yield "change-prove"
    await visit.log_in()
    await visit.open(f"/ubah/{code}", "dl.facts")
    yield "change"
    await visit.press(f'a.button[href^="/kantor/{place.office}"]', "input[name=slot]")
    yield "dates-moving"
    await _pick(visit, place.slot(1))
    await visit.see(".panel.good")
    yield "change-move"
    await take_all(visit.site, place, 1)
    await visit.press("main button.button", "[role=alert]")
    await visit.see("button.choice")
    yield "change-refused"
    await visit.press("button.choice", ".panel.good")
    await visit.press("main button.button", f'main a[href="/tiket/{code}"]')
    await visit.hear("change.moved_why")
    yield "change-moved"


async def gives_up(visit: Visit) -> AsyncIterator[str]:
    """Whoever cancels an appointment, and looks at it again."""
    code = await book(visit.person, (await visit.site.place(days=1)).slot())
    await visit.log_in()
    await visit.open(f"/ubah/{code}#batal", ".panel.warn")
    yield "cancel"
    await visit.press("button.danger", ".panel.good")
    yield "cancelled"
    await visit.open(f"/tiket/{code}")
    await visit.hear("ticket.why_cancelled")
    yield "ticket-cancelled"
    await visit.open(f"/ubah/{code}")
    await visit.hear("change.over")
    yield "change-over"


async def _pick(visit: Visit, slot: SlotRef) -> None:
    await visit.page.locator(f'input[value="{slot.date}/{slot.session.value}"]').check()
    await visit.page.locator(".bar button").click()


async def trouble(visit: Visit) -> AsyncIterator[str]:
    """Whoever meets a fault of ours, of the line or of an address."""
    visit.watch.expect("/tidak-ada", 404)
    await visit.open("/tidak-ada")
    yield "missing"
    visit.watch.expect("/v1/offices", 500, 503)
    await visit.page.route("**/v1/offices?*", _fail)
    await visit.open("/kantor?layanan=passport", "[data-code=internal]")
    yield "trouble"


async def _fail(route: Route) -> None:
    """Answer as a gateway that has a fault, which a sound one cannot be made to have."""
    problem = {"code": "internal", "status": 500, "title": "Internal", "report_id": "7f3a51c2"}
    await route.fulfill(
        status=500, content_type="application/problem+json", body=json.dumps(problem)
    )


async def explanations(visit: Visit) -> AsyncIterator[str]:
    """Whoever reads up."""
    await visit.open("/bantuan", 'main a[href^="https://wa.me"]')
    yield "help"
    await visit.open("/aksesibilitas")
    yield "accessibility"
    await visit.open("/privasi")
    yield "privacy"
    await visit.press(PRIMARY, "[role=status]:not(:empty)")
    await visit.hear("privacy.removed")
    yield "privacy-removed"

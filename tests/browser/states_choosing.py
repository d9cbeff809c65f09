"""The states of the pages on which one chooses: the beginning, services, offices, dates."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from deploy.local.paths import free_port
from deploy.local.processes import Processes
from tests.browser.dictionary import say
from tests.browser.site import Place
from tests.browser.visit import Visit, operate, take_all

JAKARTA = ZoneInfo("Asia/Jakarta")
# In another time zone than all the offices at which tests open seats.
WITHOUT_QUOTA = "jayapura"
LAST_DAY_OF_ALL = 18
BANNER = {
    "ANTREAN_BANNER_ID": (
        "Layanan ditutup sementara. Buka lagi Senin pukul 08.00 WIB. "
        "Jadwal yang sudah Anda punya tetap berlaku."
    ),
    "ANTREAN_BANNER_EN": (
        "The service is closed for now. It opens again on Monday at 08:00 WIB. "
        "Appointments that you have stay valid."
    ),
    "ANTREAN_HELP_PHONE": "+622100000000",
}


async def first_steps(visit: Visit) -> AsyncIterator[str]:
    """Whoever comes for the first time."""
    place = await visit.site.place(days=12)
    await visit.open("/", "main ol.steps")
    await visit.hear("home.whatsapp.number", number="+6281100000000")
    yield "home"
    await visit.press('main a.button[href="/layanan"]', "input[name=service]")
    await visit.see("label:has(#service-passport) .soft:has-text('1')")
    yield "service"
    await visit.press("form button.button", "#faults")
    yield "service-missing"
    await visit.page.locator("#service-passport").check()
    await visit.press("form button.button", "[data-count]")
    yield "offices"
    await visit.page.locator("#q").fill(place.name.split()[-1])
    await visit.see(f"#office-{place.office}")
    yield "offices-found"
    await visit.press(f"#office-{place.office} a", "[data-live=true]")
    yield "dates"
    await visit.press(".bar button", "#faults")
    yield "dates-missing"
    await visit.page.locator("input[name=slot]").nth(2).check()
    await visit.see(".bar b")
    yield "dates-chosen"


async def searches(visit: Visit) -> AsyncIterator[str]:
    """Whoever looks for an office."""
    await visit.open("/kantor?layanan=passport", "[data-count]")
    await visit.page.locator("#q").fill("Atlantis")
    await visit.hear("offices.nobody")
    yield "offices-none"
    await visit.page.locator("#q").fill("")
    await visit.page.locator("input[type=checkbox]").check()
    await visit.see(".card b")
    yield "offices-free"
    await visit.page.locator("input[type=checkbox]").uncheck()
    await visit.press("button[aria-pressed]", "form p:nth-of-type(2)")
    await visit.hear("offices.refused")
    yield "offices-refused"
    await visit.page.context.grant_permissions(["geolocation"])
    await visit.page.context.set_geolocation({"latitude": -6.2, "longitude": 106.8})
    await visit.press("button[aria-pressed]", "button[aria-pressed=true]")
    yield "offices-nearest"
    await visit.open("/kantor?layanan=e-passport&q=Bandung", ".card li a")
    await visit.hear("offices.nobody.service", service=say(visit.language, "name.e-passport"))
    yield "offices-not-offered"


async def a_month(visit: Visit) -> AsyncIterator[str]:
    """Whoever looks at a calendar that has a day of each kind."""
    today = datetime.now(JAKARTA).date()
    # All of it in one month: this one, where enough of it is left.
    first = 3 if today.day <= LAST_DAY_OF_ALL else (today.replace(day=28) - today).days + 5
    place = await visit.site.place(2, 0, days=6, first=first)
    await _mix(visit, place)
    await visit.open(f"/kantor/{place.office}?layanan=passport", "input[name=slot]")
    await visit.press(".switch button:last-child", "table.calendar")
    for word in ("dates.full", "dates.closed", "dates.unreleased", "dates.not_offered"):
        await visit.hear(word)
    yield "calendar"
    await visit.press(".cell.open", "fieldset input[name=slot]")
    await visit.page.locator("fieldset input[name=slot]").first.check()
    await visit.see(".bar b")
    yield "calendar-chosen"
    await visit.press(".cell.unreleased", "fieldset p.half")
    yield "calendar-unreleased"


async def _mix(visit: Visit, place: Place) -> None:
    """Make days of an office differ: free, full, closed, not open yet, and others without any."""
    await take_all(visit.site, place, 1)
    on = str(place.days[0] + timedelta(days=7))
    await operate(
        visit.site, "quota", "close", "--office", place.office, "--date", str(place.days[2]),
        "--reason", "sample",
    )  # fmt: skip
    await operate(
        visit.site, "quota", "open", "--office", place.office, "--service", place.service,
        "--days", "all", "--from", on, "--to", on, "--morning", "5",
        "--opens-at", f"{place.days[0]} 09:00",
    )  # fmt: skip


async def no_seats(visit: Visit) -> AsyncIterator[str]:
    """Whoever finds none: for five reasons, of which each is said."""
    await visit.site.place()  # where there are some
    full = await visit.site.place(1, 0, days=1)
    await take_all(visit.site, full)
    await visit.open(f"/kantor/{full.office}?layanan=passport", "[data-sold-out]")
    await visit.see("section .card")
    yield "dates-full"
    tomorrow = datetime.now(JAKARTA).replace(hour=14, minute=0) + timedelta(days=1)
    later = await visit.site.place(days=2, opens_at=tomorrow.astimezone(UTC))
    await visit.open(f"/kantor/{later.office}?layanan=passport", "[data-sold-out]")
    await visit.see("section .card")
    yield "dates-unreleased"
    await visit.open("/", "main section.panel")
    await visit.see("main section.panel span")
    yield "home-seen"
    await visit.open(f"/kantor/{WITHOUT_QUOTA}?layanan=passport", "[data-sold-out]")
    await visit.see("section .card")
    yield "dates-none"
    await visit.open(f"/kantor/{WITHOUT_QUOTA}?layanan=e-passport", "[data-not-offered]")
    await visit.see("section, main > p:last-child")
    yield "dates-not-offered"
    visit.watch.expect("/v1/offices/atlantis", 404)
    await visit.open("/kantor/atlantis", "[data-code]")
    yield "dates-no-office"


async def which_service(visit: Visit) -> AsyncIterator[str]:
    """Whoever comes by an address that names no service."""
    await visit.open("/kantor/surabaya", "a.choice")
    yield "dates-which-service"


async def while_looking(visit: Visit) -> AsyncIterator[str]:
    """Whoever looks at dates while others take them, and while the line breaks."""
    place = await visit.site.place(1, 3, days=2)
    await visit.open(f"/kantor/{place.office}?layanan=passport", "[data-live=true]")
    await visit.page.locator("input[name=slot]").first.check()
    await take_all(visit.site, place)
    await visit.see("[data-taken]")
    yield "dates-taken"
    visit.watch.expect_no_line()
    processes = visit.site.system.processes
    processes.kill("gateway")
    try:
        await visit.see("[data-live=false]")
        yield "dates-stale"
    finally:
        await asyncio.to_thread(processes.start, "gateway")


async def closed(visit: Visit) -> AsyncIterator[str]:
    """Whoever comes while the service is closed, which an operator says by a setting."""
    system = visit.site.system
    ports = system.stack.ports | {"gateway": free_port()}
    stack = dataclasses.replace(system.stack, ports=ports)
    gateway = system.processes.more["gateway"] | BANNER
    beside = Processes(stack, system.processes.logs, {"gateway": gateway})
    try:
        await asyncio.to_thread(beside.start, "gateway")
        visit.watch.origin = stack.url("gateway")
        visit.page = await visit.new_page(base_url=stack.url("gateway"))
        await visit.open(f"/?lang={visit.language}", "main > .panel.warn")
        await visit.hear("home.phone", number=BANNER["ANTREAN_HELP_PHONE"])
        yield "home-closed"
        await visit.open(f"/bantuan?lang={visit.language}", 'main a[href^="tel:"]')
        yield "help-closed"
    finally:
        await asyncio.to_thread(beside.stop)

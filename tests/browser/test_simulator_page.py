"""The simulator's page as a developer uses it: phones, ticks, taps, SMS, log, hostile mode."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from deploy.local import services
from deploy.local.paths import ROOT
from tests.browser.site import Site
from tests.browser.watch import Theme, Watch
from tests.system_fixtures import Person

pytestmark = pytest.mark.timeout(400)
PATIENCE_MS = 90_000


@dataclass(slots=True)
class Bench:
    """The page, open in a browser, and what its pages did that none may do."""

    site: Site
    browser: Browser
    watch: Watch
    contexts: list[BrowserContext]

    async def open(self, width: int = 1280, theme: Theme = "light") -> Page:
        """Open the page; its phones are there."""
        context = await self.browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=theme,
            has_touch=width < 480,
            timezone_id="Asia/Jakarta",
            reduced_motion="reduce",
        )
        self.contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        self.watch.follow(context)
        page = await context.new_page()
        await page.goto(self.site.system.simulator)
        await expect(page.locator("#gateway")).to_have_text("connected")
        return page

    async def phone(self, page: Page) -> tuple[Person, Locator]:
        """Give somebody new a phone, as the form of the page does."""
        person = self.site.person()
        await page.get_by_role("button", name="Add a phone").click()
        dialog = page.get_by_role("dialog", name="Add a phone")
        await dialog.get_by_label("Number").fill(person.phone)
        await dialog.get_by_label("Name").fill(person.name)
        await dialog.get_by_role("button", name="Add", exact=True).click()
        card = page.get_by_role("region", name=person.name)
        await expect(card).to_be_visible(timeout=PATIENCE_MS)
        return person, card


@pytest.fixture
async def bench(site: Site, browser: Browser) -> AsyncIterator[Bench]:
    expect.set_options(timeout=PATIENCE_MS)
    found = Bench(site, browser, Watch(site.system.simulator), [])
    yield found
    for context in found.contexts:
        await context.close()
    expect.set_options(timeout=None)
    assert found.watch.faults == []


async def write(card: Locator, text: str) -> None:
    await card.get_by_role("textbox", name="Message").fill(text)
    await card.get_by_role("button", name="Send").click()


def last(card: Locator, words: str = "", channel: str = "whatsapp") -> Locator:
    """The last bubble of ours, with these words."""
    return card.locator(f".bubble.out.{channel}").filter(has_text=words).last


async def ticks(bubble: Locator, status: str) -> None:
    await expect(bubble.locator(".tick")).to_have_text(status)


async def faults_of(page: Page) -> list[str]:
    """What axe finds, and whether the page is wider than the screen."""
    found = await Axe().run(page)
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [one["id"] for one in found.response["violations"]] + ["too wide"] * wide


async def switch(card: Locator, name: str, *, on: bool) -> None:
    pill = card.get_by_role("button", name=name)
    await pill.click()
    await expect(pill).to_have_attribute("aria-pressed", str(on).lower())


async def panel(page: Page, name: str) -> Locator:
    """Open a panel of the test bench."""
    toggle = page.get_by_role("button", name="Test bench")
    if await toggle.get_attribute("aria-expanded") == "false":
        await toggle.click()
    await page.get_by_role("tab", name=name).click()
    return page.get_by_role("tabpanel", name=name)


async def greeted(card: Locator) -> Locator:
    """Greet us from a phone; the answer that came."""
    before = await card.locator(".bubble.out").count()
    await write(card, "Halo")
    await expect(card.locator(".bubble.out")).to_have_count(before + 1)
    return last(card, "Selamat datang")


async def pick_first(card: Locator, words: str) -> None:
    """Tap the first choice of the list that comes with these words."""
    await last(card, words).get_by_role("button").first.click()
    sheet = card.get_by_role("dialog")
    await expect(sheet.get_by_role("button", name="Send")).to_be_disabled()
    await sheet.get_by_role("radio").first.check()
    await sheet.get_by_role("button", name="Send").click()


@pytest.mark.parametrize("width", [360, 1280])
async def test_a_seat_is_booked_by_taps_on_lists_and_buttons(bench: Bench, width: int) -> None:
    place = await bench.site.place()
    page = await bench.open(width)
    person, card = await bench.phone(page)

    await write(card, f"#kantor#{place.office}")
    asked = last(card, "etuk Pilih")
    await expect(asked).to_be_visible()
    if "Layanan apa" in await asked.inner_text():  # an office with more than one
        await pick_first(card, "Layanan apa")
    await pick_first(card, "Tanggal yang masih ada")
    await expect(last(card, "Untuk siapa?")).to_be_visible()
    await write(card, f"{person.name}, 17-08-1990")
    await last(card, "Kode persetujuan").get_by_role("button", name="Setuju").click()
    ticket = last(card, "Kode booking")

    await expect(ticket).to_be_visible()
    await ticks(ticket, "read")
    (code,) = await place.bookings()
    await expect(ticket).to_contain_text(code[-4:])
    assert await faults_of(page) == []


async def confirm(bench: Bench, person: Person) -> None:
    """Book over HTTP, so that we write of ourselves to a phone that can write nothing."""
    place = await bench.site.place()
    status, hold = await person.hold(place.slot())
    assert status == 201, hold
    status, booked = await person.confirm(hold)
    assert status in {200, 201}, booked


async def known(bench: Bench, page: Page) -> tuple[Person, Locator]:
    """Somebody who has proven their phone, so that they may book over HTTP."""
    person, card = await bench.phone(page)
    await person.log_in()
    await expect(card.locator(".bubble.out")).to_have_count(1)
    return person, card


async def test_a_phone_that_is_offline_keeps_one_tick_until_it_is_back(bench: Bench) -> None:
    page = await bench.open()
    person, card = await known(bench, page)

    await switch(card, "Offline", on=True)
    await confirm(bench, person)
    ticket = last(card, "Kode booking")
    await ticks(ticket, "sent")
    await expect(card.get_by_text("This phone is offline")).to_be_visible()
    await expect(card.get_by_role("textbox", name="Message")).to_be_disabled()
    await switch(card, "Offline", on=False)

    await ticks(ticket, "read")
    await expect(card.get_by_role("textbox", name="Message")).to_be_enabled()


async def test_who_is_not_on_whatsapp_gets_an_sms_with_its_segments(bench: Bench) -> None:
    page = await bench.open()
    person, card = await known(bench, page)

    await switch(card, "Not on WhatsApp", on=True)
    await confirm(bench, person)
    await ticks(last(card, "Kode booking"), "failed")
    await expect(last(card, "Kode booking").locator(".why")).to_contain_text("131026")
    await expect(card.get_by_role("tab", name="SMS").locator(".badge")).to_have_text("1 new")
    await card.get_by_role("tab", name="SMS").click()

    sms = last(card, channel="sms")
    await expect(sms.locator(".size")).to_have_text(
        re.compile(r"^[1-9] segments? · (GSM-7|UCS-2).* · \d+ of \d+$")
    )
    await ticks(sms, "delivered")
    await expect(card.get_by_role("tab", name="SMS").locator(".badge")).to_be_hidden()
    assert await faults_of(page) == []


async def test_who_blocked_us_sees_nothing_of_what_we_write(bench: Bench) -> None:
    page = await bench.open()
    person, card = await known(bench, page)

    await switch(card, "Blocked us", on=True)
    await confirm(bench, person)
    ticket = last(card, "Kode booking")
    await ticks(ticket, "sent")
    await expect(card.get_by_text("They blocked the business number")).to_be_visible()
    await switch(card, "Blocked us", on=False)
    await ticks(await greeted(card), "read")

    await ticks(ticket, "sent")


async def shell(bench: Bench, line: str) -> str:
    """Run a line in a shell that has the simulator's settings, as the page says to."""
    env = services.environment(bench.site.system.stack, "simulator")
    running = await asyncio.create_subprocess_exec(
        "bash", "-c", line, cwd=ROOT, env=env, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await running.communicate()
    assert running.returncode == 0, told
    return told.decode()


async def test_the_curl_lines_of_the_log_repeat_their_calls(bench: Bench) -> None:
    page = await bench.open()
    person, card = await bench.phone(page)
    await greeted(card)
    log = await panel(page, "Log")
    await log.get_by_role("combobox", name="Phone").select_option(person.phone)
    lines = {}
    for kind in ("webhook", "api"):
        await log.get_by_role("combobox", name="Calls").select_option(kind)
        await expect(log.locator(f".way.{kind}").first).to_be_visible()
        call = log.locator("#log li").last  # the first of them: the newest stands first
        await call.locator("summary").click()
        lines[kind] = await call.get_by_role("group", name="curl line to repeat it").inner_text()
    assert await faults_of(page) == []

    answer = await shell(bench, lines["webhook"])
    await shell(bench, lines["api"])

    assert "error" not in answer
    # What was sent is sent again; a webhook that comes again says nothing new to the gateway.
    await expect(card.locator(".bubble.out")).to_have_count(2)
    first, second = await card.locator(".bubble.out .words").all_inner_texts()
    assert first == second


async def test_a_webhook_is_delivered_again_from_the_log(bench: Bench) -> None:
    page = await bench.open()
    person, card = await bench.phone(page)
    await greeted(card)
    log = await panel(page, "Log")
    await log.get_by_role("combobox", name="Phone").select_option(person.phone)
    await log.get_by_role("combobox", name="Calls").select_option("webhook")
    calls = log.locator("#log li")
    await expect(calls).to_have_count(4)  # what they wrote, and three receipts

    await calls.last.locator("summary").click()
    await calls.last.get_by_role("button", name="Deliver again").click()

    await expect(page.get_by_text("Delivered again.")).to_be_visible()
    await expect(calls).to_have_count(5)


async def test_the_hostile_mode_is_turned_on_and_off(bench: Bench) -> None:
    page = await bench.open()
    _, card = await bench.phone(page)
    form = await panel(page, "Hostile mode")
    doses = form.get_by_role("checkbox")
    for place in range(await doses.count()):
        await doses.nth(place).set_checked(False)
    await form.get_by_role("checkbox", name="Duplicates").check()
    await form.get_by_label("Duplicates: percent").fill("100")

    await form.get_by_role("button", name="Turn on").click()
    await expect(form.locator("#hostile-state")).to_have_text(re.compile("^On, seed 7"))
    await expect(page.locator("#hostile-flag")).to_be_visible()
    await greeted(card)
    await expect(form.locator("[data-done=duplicate]")).to_have_text(re.compile("^[1-9]"))
    hostile = await faults_of(page)
    await form.get_by_role("button", name="Turn off").click()

    await expect(form.locator("#hostile-state")).to_have_text(re.compile("^Off"))
    await expect(page.locator("#hostile-flag")).to_be_hidden()
    # However often it came, they were answered once.
    await expect(card.locator(".bubble.out")).to_have_count(1)
    assert hostile == []


async def test_the_clock_put_forward_closes_the_window(bench: Bench) -> None:
    page = await bench.open()
    _, card = await bench.phone(page)
    await greeted(card)
    await expect(card.get_by_text("24-hour window open until")).to_be_visible()
    clock = await panel(page, "Clock")

    await clock.get_by_role("button", name="+ 24 h").click()
    await clock.get_by_role("button", name="+ 10 min").click()

    await expect(clock.locator("#clock-skew")).to_contain_text("1 d 10 min ahead")
    await expect(card.get_by_text("24-hour window closed: templates only.")).to_be_visible()
    await page.get_by_role("button", name="Reset").click()
    sure = page.get_by_role("dialog")
    await sure.get_by_role("button", name="Reset").click()
    await expect(clock.locator("#clock-skew")).to_have_text("as this machine's")


async def test_who_types_is_seen_to_type(bench: Bench) -> None:
    page = await bench.open()
    person, card = await bench.phone(page)
    await greeted(card)
    secrets, number = bench.site.system.stack.secrets, "100000000000001"
    (told,) = [one for one in await texts_in(bench, person) if one["text"] == "Halo"]

    url = f"{bench.site.system.simulator}/v23.0/{number}/messages"
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": told["id"]}
    async with bench.site.system.http.post(
        url,
        json=body | {"typing_indicator": {"type": "text"}},
        headers={"Authorization": f"Bearer {secrets['whatsapp_access']}"},
    ) as answer:
        assert answer.status == 200

    await expect(card.locator(".sub")).to_have_text("typing…")
    await expect(card.locator(".chat.whatsapp .typing")).to_be_visible()
    await write(card, "#bantuan")
    await expect(card.locator(".sub")).to_have_text(person.phone)


async def texts_in(bench: Bench, person: Person) -> list[dict[str, str]]:
    """What they wrote."""
    url = f"{bench.site.system.simulator}/api/phones/{person.phone}/messages"
    async with bench.site.system.http.get(url) as answer:
        return [one for one in await answer.json() if one["direction"] == "in"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
async def test_everybody_can_read_it_on_every_screen(
    bench: Bench, width: int, theme: Theme
) -> None:
    page = await bench.open(width, theme)
    _, card = await bench.phone(page)
    await greeted(card)
    found = {"phones": await faults_of(page)}
    for name in ("Log", "Faults", "Hostile mode", "Clock"):
        await panel(page, name)
        found[name] = await faults_of(page)

    assert [name for name, faults in found.items() if faults] == []

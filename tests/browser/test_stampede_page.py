"""The stampede's page as a newcomer opens it, on a phone and at a desk."""

import asyncio
import re

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.browser.site import Site
from tests.browser.watch import Theme, Watch

pytestmark = pytest.mark.timeout(400)
PATIENCE_MS = 90_000


@pytest.fixture
async def page_url(site: Site) -> str:
    """The address of the page's server, beside the whole stack."""
    processes = site.system.processes
    if not processes.running["stampede"]:
        await asyncio.to_thread(processes.start, "stampede")
    return site.system.stack.url("stampede")


async def opened(
    browser: Browser, url: str, watch: Watch, width: int = 1280, theme: Theme = "light"
) -> Page:
    """Open the page and wait until it was told the state."""
    context = await browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=theme, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    watch.follow(context)
    page = await context.new_page()
    await page.goto(url)
    await expect(page.locator("#go")).to_be_visible(timeout=PATIENCE_MS)
    return page


async def run(page: Page, seats: str, rivals: str, within: str = "all at once") -> None:
    await page.locator("[name=seats]").fill(seats)
    await page.locator("[name=rivals]").fill(rivals)
    await page.locator("[name=within_s]").select_option(label=within)
    await page.locator("#go").click()


async def faults_of(page: Page) -> list[str]:
    """What axe finds, and whether the page is wider than the screen."""
    found = await Axe().run(page)
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [one["id"] for one in found.response["violations"]] + ["too wide"] * wide


async def over(page: Page) -> None:
    given_back = page.get_by_text(re.compile("(seat was|seats were) given back"))
    await expect(given_back).to_be_visible(timeout=PATIENCE_MS)


async def test_5_seats_and_30_rivals_end_with_5_sold_and_none_oversold(
    browser: Browser, page_url: str
) -> None:
    watch = Watch(page_url)
    page = await opened(browser, page_url, watch)
    other = await opened(browser, page_url, watch, 360)

    await run(page, "5", "30")

    verdict = page.get_by_role("region", name="Sold 5 of 5, oversold 0")
    await expect(verdict).to_be_visible(timeout=PATIENCE_MS)
    await expect(verdict).to_be_focused()
    await expect(verdict).not_to_have_class("bad")
    await expect(verdict).to_contain_text("the ledger has exactly their 5 rows")
    for fact in ("Undersold0", "Unlike the ledger0", "Never answered0"):
        await expect(verdict).to_contain_text(fact)
    await over(page)
    for looked_at in (page, other):
        await expect(looked_at.locator("#left")).to_have_text("0")
        await expect(looked_at.locator("#answered")).to_have_text("30")
        await expect(looked_at.locator("#kind-held")).to_have_text("5")
        await expect(looked_at.locator("#verdict-title")).to_have_text("Sold 5 of 5, oversold 0")
    await expect(page.locator("#go")).to_have_text("Run again")
    assert watch.faults == []


async def test_a_rush_can_be_stopped_and_run_again(browser: Browser, page_url: str) -> None:
    watch = Watch(page_url)
    page = await opened(browser, page_url, watch)

    await run(page, "500", "1000", "within 30 seconds")
    open_now = re.compile("The counter is open")  # until then the page shows the run before
    await expect(page.locator("#phase")).to_have_text(open_now, timeout=PATIENCE_MS)
    await expect(page.locator("#answered-of")).to_contain_text("1,000", timeout=PATIENCE_MS)
    await expect(page.locator("#answered")).not_to_have_text("0", timeout=PATIENCE_MS)
    await page.get_by_role("button", name="Stop").click()

    stopped = page.get_by_text("It was stopped after")
    await expect(stopped).to_be_visible(timeout=PATIENCE_MS)
    await over(page)
    await run(page, "2", "3")
    again = page.get_by_role("region", name="Sold 2 of 2, oversold 0")
    await expect(again).to_be_visible(timeout=PATIENCE_MS)
    await over(page)
    assert watch.faults == []


async def test_bad_numbers_are_said_beside_the_form(browser: Browser, page_url: str) -> None:
    watch = Watch(page_url)
    watch.expect("/api/runs", 422)
    page = await opened(browser, page_url, watch)

    await run(page, "1001", "30")

    await expect(page.get_by_role("alert")).to_have_text(
        "Seats must be a whole number from 1 to 1,000."
    )
    await expect(page.locator("[name=seats]")).to_be_focused()
    await expect(page.locator("[name=seats]")).to_have_attribute("aria-invalid", "true")
    assert await faults_of(page) == []
    assert watch.faults == []


async def test_everybody_can_read_it_on_every_screen(browser: Browser, page_url: str) -> None:
    watch = Watch(page_url)
    screens: list[tuple[int, Theme]] = [(360, "light"), (360, "dark"), (1280, "light")]
    screens.append((1280, "dark"))
    pages = [await opened(browser, page_url, watch, *screen) for screen in screens]
    found = [await faults_of(page) for page in pages]

    await run(pages[0], "3", "20", "within 15 seconds")
    for page in pages:
        await expect(page.locator("#left")).to_be_visible(timeout=PATIENCE_MS)
        found.append(await faults_of(page))
    for page in pages:
        await over(page)
        await page.get_by_text("What the rivals were told").click()
        found.append(await faults_of(page))

    assert found == [[]] * 12
    assert watch.faults == []

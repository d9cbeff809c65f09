"""A line that breaks, a page that is loaded anew, a gateway that is started anew."""

import asyncio

from playwright.async_api import Page, Route, expect

from tests.browser.journey import Wish, come_to, fill_in, goes_to, to_ticket
from tests.browser.site import Site
from tests.browser.watch import OpenPage, Watch

KEY = "idempotency-key"
LOST = "net::ERR_FAILED"
REFUSED = "net::ERR_CONNECTION_REFUSED"
# What a call says that was under way, or had just begun, when its gateway ended.
CUT = ("net::ERR_EMPTY_RESPONSE", "net::ERR_CONNECTION_RESET", "net::ERR_INCOMPLETE_CHUNKED")
KEPT = "Tidak ada sinyal. Permintaan Anda tersimpan di HP ini dan kami kirim lagi otomatis."


async def test_what_was_typed_survives_a_reload(open_page: OpenPage, site: Site) -> None:
    wish = Wish(await site.place(), site.person())
    page = await open_page()
    await come_to(page, "applicant", wish)
    await fill_in(page, wish.person)

    await page.reload()

    await expect(page.locator("#name")).to_have_value(wish.person.name)
    born = [await page.locator(f"#born-{part}").input_value() for part in ("day", "month", "year")]
    assert born == ["17", "8", "1990"]
    await page.locator("form button.button").click()
    await goes_to(page, "/periksa")
    await expect(page.locator("dl.facts")).to_contain_text(wish.person.name)


async def lose_an_answer(page: Page, path: str) -> list[str]:
    """Let a call of a path reach the gateway, and its answer nobody; notes every key."""
    keys: list[str] = []
    lost: list[int] = []

    async def lose_the_first(route: Route) -> None:
        keys.append(route.request.headers[KEY])
        if lost:
            return await route.continue_()
        answer = await route.fetch()
        if not answer.ok:  # a busy gateway's: nothing was done yet
            return await route.fulfill(response=answer)
        lost.append(answer.status)
        return await route.abort()

    await page.route(path, lose_the_first)
    return keys


async def test_a_call_whose_answer_was_lost_is_sent_again_and_books_once(
    open_page: OpenPage, site: Site, watch: Watch
) -> None:
    wish = Wish(await site.place(), site.person())
    page = await open_page()
    watch.expect("/v1/holds.*", LOST)
    await come_to(page, "check", wish)
    of_hold = await lose_an_answer(page, "**/v1/holds")
    of_booking = await lose_an_answer(page, "**/v1/holds/*/confirm")

    await page.get_by_role("button", name="Kunci jadwal ini").click()
    await expect(page.locator("[data-working=hold]")).to_contain_text(KEPT)
    await page.locator("[data-held]").wait_for()
    await to_ticket(page, wish)

    for keys in (of_hold, of_booking):
        assert len(keys) >= 2
        assert len(set(keys)) == 1
    assert set(of_hold).isdisjoint(of_booking)
    assert len(await wish.place.bookings()) == 1
    assert await wish.place.holds("held") == 0


async def test_a_call_is_sent_on_after_the_page_was_loaded_anew(
    open_page: OpenPage, site: Site, watch: Watch
) -> None:
    wish = Wish(await site.place(), site.person())
    page = await open_page()
    watch.expect("/v1/holds", LOST)
    await come_to(page, "check", wish)
    keys = await lose_an_answer(page, "**/v1/holds")
    lock = page.get_by_role("button", name="Kunci jadwal ini")

    await lock.click()
    await expect(page.locator("[data-working=hold]")).to_contain_text(KEPT)
    await page.reload()
    await page.locator("[data-held]").wait_for()

    assert len(keys) >= 2
    assert len(set(keys)) == 1
    assert await wish.place.holds("held") == 1


async def test_pages_go_on_when_the_gateway_was_started_anew(
    open_page: OpenPage, site: Site, watch: Watch
) -> None:
    wish = Wish(await site.place(), site.person())
    page = await open_page()
    watch.expect(".*", REFUSED, *CUT)
    processes = site.system.processes
    await come_to(page, "check", wish)
    dates = await page.context.new_page()
    await dates.goto(f"/kantor/{wish.place.office}?layanan=passport")
    await dates.locator("[data-live=true]").wait_for()

    await asyncio.to_thread(processes.kill, "gateway")
    try:
        await expect(dates.locator("[data-live=false]")).to_contain_text("Sambungan terputus")
        await page.get_by_role("button", name="Kunci jadwal ini").click()
        await expect(page.locator("[data-working=hold]")).to_contain_text(KEPT)
    finally:
        await asyncio.to_thread(processes.start, "gateway")

    await page.locator("[data-held]").wait_for()
    await to_ticket(page, wish)
    await dates.locator("[data-live=true]").wait_for()
    choice = dates.locator(f'label:has(input[value="{wish.place.days[0]}/morning"])')
    await expect(choice).to_contain_text("Sisa 4")
    assert len(await wish.place.bookings()) == 1

"""A ticket without a line, and what makes the pages something to install."""

import struct

from playwright.async_api import Page, expect

from tests.browser.journey import Wish, come_to, goes_to
from tests.browser.site import Site
from tests.browser.watch import OpenPage, Watch
from tests.browser.words import day_in


async def until_kept(page: Page) -> None:
    """Wait until the worker has what it keeps, and the page has the files of its ticket."""
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await page.wait_for_function("navigator.serviceWorker.controller !== null")
    await page.wait_for_function(
        "JSON.parse(localStorage.getItem('antrean.tickets')).every((one) => one.qr && one.calendar)"
    )


async def test_a_ticket_that_was_seen_once_is_shown_without_a_line(
    open_page: OpenPage, site: Site, watch: Watch
) -> None:
    wish = Wish(await site.place(), site.person())
    page = await open_page()
    await come_to(page, "ticket", wish)
    await until_kept(page)
    [code] = await wish.place.bookings()
    shown = "-".join((code[:4], code[4:8], code[8:]))

    watch.expect_no_line()
    await page.context.set_offline(True)
    await page.reload()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Jadwal Anda sudah pasti")
    away = "Anda sedang luring. Tiket ini tetap bisa dipakai untuk check-in."
    await expect(page.locator("[data-code=offline]")).to_contain_text(away)
    ticket = page.locator(".ticket")
    for part in (shown, day_in(wish.place.days[0]), "08.00–08.30 WIB", wish.place.name):
        await expect(ticket).to_contain_text(part)
    picture = ticket.get_by_role("img", name=shown)
    await expect(picture).to_be_visible()
    assert await picture.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0


async def test_a_ticket_that_is_removed_is_on_this_phone_no_more(
    open_page: OpenPage, site: Site, watch: Watch
) -> None:
    wish = Wish(await site.place(), site.person())
    page = await open_page()
    await come_to(page, "ticket", wish)
    await until_kept(page)
    address = page.url
    watch.expect_no_line()
    await page.context.set_offline(True)

    await page.get_by_role("button", name="Hapus dari HP ini").click()
    await goes_to(page, "/jadwal")
    await expect(page.locator("[data-code=offline]")).to_be_visible()
    await expect(page.get_by_role("heading", name="Tersimpan di HP ini")).to_have_count(0)
    assert await page.evaluate("localStorage.getItem('antrean.tickets')") == "[]"
    await page.goto(address)

    await expect(page.locator("[data-code=offline]")).to_be_visible()
    await expect(page.locator(".ticket")).to_have_count(0)
    assert len(await wish.place.bookings()) == 1


async def test_a_page_that_was_never_seen_says_that_there_is_no_line(
    open_page: OpenPage, watch: Watch
) -> None:
    page = await open_page()
    await page.goto("/")
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await page.wait_for_function("navigator.serviceWorker.controller !== null")
    watch.expect_no_line()
    watch.expect("/bantuan", 404)  # what stands in for it is the page that says so

    await page.context.set_offline(True)
    await page.goto("/bantuan")

    await expect(page.get_by_role("heading", level=1)).to_have_text("Tidak ada sinyal")


async def test_the_pages_can_be_installed(open_page: OpenPage) -> None:
    page = await open_page()
    await page.goto("/jadwal")
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await page.reload()
    devtools = await page.context.new_cdp_session(page)

    told = await devtools.send("Page.getAppManifest")
    doubts = await devtools.send("Page.getInstallabilityErrors")

    assert told["errors"] == []
    named = {error["errorId"] for error in doubts["installabilityErrors"]}
    assert named <= {"in-incognito"}  # each test's context is one
    assert await page.evaluate("navigator.serviceWorker.controller.scriptURL.endsWith('/sw.js')")
    manifest = await (await page.request.get("/manifest.webmanifest")).json()
    assert (await page.request.get(manifest["start_url"])).ok
    sizes = {
        icon["sizes"]: await size_of(page, icon["src"])
        for icon in manifest["icons"]
        if icon["type"] == "image/png"
    }
    assert sizes == {size: size for size in ("192x192", "512x512")}


async def size_of(page: Page, path: str) -> str:
    """Read from a picture itself how large it is (PNG, IHDR)."""
    head = await (await page.request.get(path)).body()
    width, height = struct.unpack(">II", head[16:24])
    return f"{width}x{height}"

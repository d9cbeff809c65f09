"""A mistake on a seat that is held: mended there, and the seat goes to nobody else unasked."""

from playwright.async_api import Page, expect

from tests.browser.journey import Wish, come_to, to_ticket
from tests.browser.site import Site
from tests.browser.watch import OpenPage, Watch


async def rename(page: Page, name: str) -> None:
    """Type another name on the seat that is held."""
    await page.get_by_role("link", name="Ubah data").click()
    await expect(page.locator("main")).to_contain_text("Kursi Anda tetap ditahan.")
    await page.get_by_label("Nama lengkap").fill(name)
    await page.get_by_role("button", name="Simpan perbaikan").click()


async def test_a_misspelt_name_is_mended_on_the_seat_that_is_held(
    open_page: OpenPage, site: Site
) -> None:
    wish = Wish(await site.place(morning=1), site.person())
    page = await open_page()
    await come_to(page, "held", wish)
    until = await wish.place.held_until()

    await rename(page, f"{wish.person.name}h")

    await expect(page.locator("[data-held]")).to_be_visible()
    await expect(page.locator("main")).to_contain_text(f"{wish.person.name}h")
    assert await wish.place.held_until() == until
    await to_ticket(page, wish)
    await expect(page.locator(".ticket")).to_contain_text(f"{wish.person.name}h")
    assert len(await wish.place.bookings()) == 1


async def test_for_another_person_it_is_asked_whether_to_give_the_seat_up(
    open_page: OpenPage, site: Site, watch: Watch
) -> None:
    wish = Wish(await site.place(), site.person())
    page = await open_page()
    await come_to(page, "held", wish)
    watch.expect("/v1/holds", 409)

    await rename(page, "Contoh Orang Lain")
    await expect(page.get_by_role("button", name="Lepaskan, ambil untuk")).to_be_visible()
    assert await wish.place.holds() == 1
    await page.get_by_role("button", name=wish.person.name).first.click()

    await expect(page.locator("[data-held]")).to_be_visible()
    await to_ticket(page, wish)
    await expect(page.locator(".ticket")).to_contain_text(wish.person.name)


async def test_a_name_that_is_mended_while_the_seat_is_asked_for_is_mended_on_that_seat(
    open_page: OpenPage, site: Site
) -> None:
    """What was sent is what is held, whatever was typed since; the page says whose it is."""
    wish = Wish(await site.place(), site.person())
    page = await open_page()
    await come_to(page, "check", wish)
    with site.system.processes.paused("booking"):
        await page.get_by_role("button", name="Kunci jadwal ini").click()
        await expect(page.locator("[data-working]")).to_be_visible()
        await page.goto("/data")
        await page.get_by_label("Nama lengkap").fill(f"{wish.person.name}h")
        await page.get_by_role("button", name="Lanjut").click()
        await expect(page.locator("[data-working]")).to_be_visible()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Kursi ini untuk orang lain")
    await expect(page.locator("main")).to_contain_text(f"ditahan untuk {wish.person.name},")
    await page.get_by_role("button", name=f"Tetap untuk {wish.person.name}").click()
    await to_ticket(page, wish)
    assert len(await wish.place.bookings()) == 1

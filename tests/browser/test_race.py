"""Everybody wants the last seat: a browser and people with programs of their own."""

import asyncio
from collections import Counter

from playwright.async_api import Page, Route, expect

from shared.messages import Session
from tests.browser.journey import Wish, be_proven, come_to, goes_to, insist, to_ticket
from tests.browser.site import Place, Site
from tests.browser.watch import OpenPage, Watch
from tests.browser.words import day_in
from tests.system_fixtures import Person

RIVALS = 8
LOCK = "Kunci jadwal ini"


async def rivals_of(site: Site) -> list[Person]:
    rivals = [site.person() for _ in range(RIVALS)]
    await asyncio.gather(*map(be_proven, rivals))
    return rivals


async def rush(rivals: list[Person], place: Place) -> Counter[str]:
    """Let all of them ask at once and take what they get; count what came of it."""

    async def try_it(rival: Person) -> str:
        status, answer = await insist(rival, "POST", "/v1/holds", rival.wish(place.slot()))
        if status != 201:
            return str(answer["code"])
        path = f"/v1/holds/{answer['hold_id']}/confirm"
        code = {"approval_code": answer["approval_code"]}
        confirmed, _ = await insist(rival, "POST", path, code)
        return "booked" if confirmed == 201 else "lost"

    return Counter(await asyncio.gather(*map(try_it, rivals)))


async def is_told_of_the_loss(page: Page, place: Place) -> None:
    """Read that it is gone, which others there are, and that nothing need be typed again."""
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_have_text("Jadwal belum didapat")
    told = page.locator("[data-code=slot_full]")
    gone = f"Maaf, jadwal {day_in(place.days[0])}, Pagi baru saja diambil orang lain."
    await expect(told).to_contain_text(gone)
    await expect(told).to_contain_text("Data yang Anda tulis masih ada.")
    others = page.get_by_role("listitem").filter(has_text=f"{day_in(place.days[0])}, Siang")
    await expect(others.first).to_contain_text("SiangSisa 2")


async def test_who_comes_too_late_is_shown_other_seats(
    open_page: OpenPage, site: Site, watch: Watch
) -> None:
    place = await site.place(morning=1, afternoon=2, days=1)
    wish, rivals = Wish(place, site.person()), await rivals_of(site)
    page = await open_page()
    watch.expect("/v1/holds", 409)
    came: list[Counter[str]] = []

    async def others_first(route: Route) -> None:
        came.append(await rush(rivals, place))
        await route.continue_()

    await come_to(page, "check", wish)
    await page.route("**/v1/holds", others_first, times=1)
    await page.get_by_role("button", name=LOCK).click()

    await is_told_of_the_loss(page, place)
    assert came == [Counter(booked=1, slot_full=RIVALS - 1)]
    await page.get_by_role("button", name="Siang").first.click()
    await expect(page.locator("dl.facts")).to_contain_text("Siang")
    await page.get_by_role("button", name=LOCK).click()
    await page.locator("[data-held]").wait_for()
    await to_ticket(page, wish)
    await expect(page.locator(".ticket")).to_contain_text("(Siang)")
    assert len(await place.bookings()) == 2


async def test_who_holds_the_last_seat_keeps_it_from_all_others(
    open_page: OpenPage, site: Site
) -> None:
    place = await site.place(morning=1, afternoon=0, days=1)
    wish, rivals = Wish(place, site.person()), await rivals_of(site)
    page = await open_page()

    await come_to(page, "held", wish)
    refused = await rush(rivals, place)
    await to_ticket(page, wish)

    assert refused == Counter(slot_full=RIVALS)
    assert len(await place.bookings()) == 1


async def test_of_all_at_once_exactly_one_has_the_seat(
    open_page: OpenPage, site: Site, watch: Watch
) -> None:
    place = await site.place(morning=1, afternoon=2, days=1)
    wish, rivals = Wish(place, site.person()), await rivals_of(site)
    page = await open_page()
    watch.expect("/v1/holds", 409)
    await come_to(page, "check", wish)

    lock = page.get_by_role("button", name=LOCK)
    _, others = await asyncio.gather(lock.click(), rush(rivals, place))
    await page.locator("[data-held]").or_(page.locator("[data-code]")).wait_for()

    if await page.locator("[data-held]").is_visible():
        assert others == Counter(slot_full=RIVALS)
        await to_ticket(page, wish)
    else:
        assert others == Counter(booked=1, slot_full=RIVALS - 1)
        await is_told_of_the_loss(page, place)
    assert len(await place.bookings()) == 1


async def test_a_date_that_fills_while_it_is_looked_at_is_chosen_no_more(
    open_page: OpenPage, site: Site
) -> None:
    place = await site.place(morning=1, afternoon=2, days=2)
    wish, rival = Wish(place, site.person()), site.person()
    page = await open_page()
    await be_proven(rival)
    await come_to(page, "dates", wish)
    await page.locator(f'input[value="{place.days[0]}/morning"]').check()

    status, _ = await insist(rival, "POST", "/v1/holds", rival.wish(place.slot()))
    assert status == 201

    gone = f"Maaf, jadwal {day_in(place.days[0])}, Pagi baru saja penuh. Pilih yang lain."
    await expect(page.locator("[data-taken]")).to_have_text(gone)
    await expect(page.locator(".bar")).to_contain_text("Belum ada tanggal yang dipilih")
    await page.locator(f'input[value="{place.days[1]}/{Session.MORNING.value}"]').check()
    await page.locator(".bar button").click()
    await goes_to(page, "/data")

"""What becomes of a booking: found, moved, cancelled, taken along; and a hold that is prolonged."""

import asyncio
from datetime import datetime
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.journey import Wish, come_to, goes_to, to_ticket
from tests.browser.site import Site
from tests.browser.watch import OpenPage, Watch
from tests.browser.words import day_in, time_in


async def booked(page: Page, wish: Wish) -> str:
    """Book, and give the code as tickets write it."""
    await come_to(page, "ticket", wish)
    return page.url.rpartition("/")[2]


async def is_headed(page: Page, title: str) -> None:
    await expect(page.get_by_role("heading", level=1)).to_have_text(title)


async def find(page: Page, code: str, year: str = "1990") -> None:
    """Look for a booking with its code and the birth date of whoever will come."""
    await page.goto("/jadwal")
    await page.get_by_label("Kode booking").fill(code)
    for label, number in (("Tanggal", "17"), ("Bulan", "8"), ("Tahun", year)):
        await page.get_by_label(label, exact=True).fill(number)
    await page.get_by_role("button", name="Cari jadwal").click()


async def test_a_booking_moves_to_another_day_and_keeps_its_code(
    open_page: OpenPage, site: Site
) -> None:
    wish = Wish(await site.place(morning=1), site.person())
    page = await open_page()
    code = await booked(page, wish)
    old, new = (day_in(day) for day in wish.place.days[:2])

    await page.get_by_role("link", name="Ubah jadwal").click()
    await is_headed(page, "Ubah atau batalkan jadwal")
    await page.get_by_role("link", name="Pilih tanggal lain").click()
    await goes_to(page, f"/kantor/{wish.place.office}?*")
    moving = f"Anda sedang memindahkan jadwal {code}."
    await expect(page.locator("main")).to_contain_text(moving)
    await page.locator(f'input[value="{wish.place.days[1]}/morning"]').check()
    await page.locator(".bar button").click()
    await is_headed(page, "Pindah ke tanggal lain")
    for told in (old, new, "Jadwal lama tetap milik Anda sampai jadwal baru pasti."):
        await expect(page.locator("main")).to_contain_text(told)
    await page.get_by_role("button", name="Pindahkan ke jadwal ini").click()

    await is_headed(page, "Jadwal Anda sudah dipindah")
    await page.get_by_role("link", name="Lihat tiket").click()
    await is_headed(page, "Jadwal Anda sudah pasti")
    await expect(page.locator(".ticket")).to_contain_text(code)
    await expect(page.locator(".ticket")).to_contain_text(new)
    assert await wish.place.bookings() == [code.replace("-", "")]


async def test_a_booking_is_cancelled_and_said_to_be(open_page: OpenPage, site: Site) -> None:
    wish = Wish(await site.place(), site.person())
    page = await open_page()
    code = await booked(page, wish)

    await page.get_by_role("link", name="Batalkan jadwal").click()
    await expect(page.locator("main")).to_contain_text("Batalkan jadwal ini? Tanpa sanksi")
    await page.get_by_role("button", name="Ya, batalkan").click()

    await is_headed(page, "Jadwal Anda sudah dibatalkan")
    assert await wish.place.bookings() == []
    await page.goto(f"/tiket/{code}")
    await is_headed(page, "Jadwal ini dibatalkan")
    await expect(page.locator(".ticket")).to_have_count(0)
    await expect(page.get_by_role("link", name="Ambil jadwal baru")).to_be_visible()
    other = await open_page()
    await find(other, code)
    await is_headed(other, "Jadwal ini dibatalkan")


async def test_a_booking_is_found_on_another_phone_by_code_and_birth_date(
    open_page: OpenPage, site: Site, watch: Watch
) -> None:
    wish = Wish(await site.place(), site.person())
    code = await booked(await open_page(), wish)
    page = await open_page()
    watch.expect("/v1/bookings/find", 404)

    await find(page, "7K4M-2Q8R-TX3C")
    await expect(page.get_by_role("alert")).to_contain_text("Jadwal tidak ditemukan.")
    await find(page, code, year="1991")
    await expect(page.get_by_role("alert")).to_contain_text("tanggal lahirnya tidak cocok")
    await find(page, code.replace("-", " ").lower())

    await goes_to(page, f"/tiket/{code}")
    await is_headed(page, "Jadwal Anda sudah pasti")
    await expect(page.locator(".ticket")).to_contain_text(wish.person.name)


async def test_a_code_that_can_be_none_is_said_to_be_before_anybody_is_asked(
    open_page: OpenPage, watch: Watch
) -> None:
    page = await open_page()

    await find(page, "7K4M")

    wrong = page.get_by_role("group", name="Ada yang perlu diperbaiki")
    await expect(wrong).to_contain_text("Kode booking terdiri dari 12 huruf dan angka")
    await expect(wrong).to_be_focused()
    assert [request for request in watch.asked if request.method == "POST"] == []


async def test_a_hold_is_prolonged_once_by_one_tap(open_page: OpenPage, site: Site) -> None:
    wish = Wish(await site.place(), site.person())
    page = await open_page()
    await come_to(page, "held", wish)
    before = await wish.place.held_until()
    await expect(page.locator("[data-held]")).to_contain_text(time_in(before))

    await page.get_by_role("button", name="Tambah waktu").click()
    after = await longer(page, wish, before)

    await expect(page.locator("[data-held]")).to_contain_text(f"sampai pukul {time_in(after)}.")
    await to_ticket(page, wish)


async def test_who_has_little_time_left_is_asked_whether_they_want_more(
    open_page: OpenPage, site: Site
) -> None:
    wish = Wish(await site.place(hold_minutes=2), site.person())
    page = await open_page()
    await come_to(page, "held", wish)
    before = await wish.place.held_until()

    dialog = page.get_by_role("dialog", name="Waktu hampir habis")
    await expect(dialog).to_contain_text(f"sampai pukul {time_in(before)}.")
    await dialog.get_by_role("button", name="Tambah waktu").click()

    await longer(page, wish, before)


async def longer(page: Page, wish: Wish, before: datetime) -> datetime:
    """Wait until the hold is said to stand for longer; no more time is offered then."""
    async with asyncio.timeout(60):
        while (after := await wish.place.held_until()) <= before:
            await asyncio.sleep(0.05)
    await expect(page.locator("[data-held]")).to_be_visible()
    await expect(page.get_by_role("button", name="Tambah waktu")).to_have_count(0)
    return after


async def test_a_ticket_is_taken_along_as_a_calendar_file(
    open_page: OpenPage, site: Site, tmp_path: Path
) -> None:
    wish = Wish(await site.place(), site.person())
    page = await open_page()
    code = await booked(page, wish)

    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Simpan ke kalender").click()
    download = await coming.value
    await download.save_as(tmp_path / "ticket.ics")

    assert download.suggested_filename == f"antrean-{code}.ics"
    visit = event_of((tmp_path / "ticket.ics").read_bytes().decode())
    day = wish.place.days[0]
    assert visit["DTSTART"] == f"{day:%Y%m%d}T010000Z"  # 08.00 WIB
    assert visit["DTEND"] == f"{day:%Y%m%d}T013000Z"
    assert code in visit["SUMMARY"] + visit["DESCRIPTION"]


def event_of(text: str) -> dict[str, str]:
    """Read the one event of a calendar file (RFC 5545: lines folded, names with parameters)."""
    lines = text.replace("\r\n ", "").split("\r\n")
    assert (lines[0], lines[-2:]) == ("BEGIN:VCALENDAR", ["END:VCALENDAR", ""])
    begin, end = lines.index("BEGIN:VEVENT"), lines.index("END:VEVENT")
    pairs = (line.split(":", 1) for line in lines[begin + 1 : end])
    return {name.split(";")[0]: value for name, value in pairs}

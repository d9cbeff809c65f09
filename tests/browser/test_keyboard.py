"""From the home page to the ticket with a keyboard alone."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.browser.journey import Wish, come_to, goes_to, send, value_of
from tests.browser.site import Site
from tests.browser.watch import OpenPage
from tests.browser.words import day_in

NOTE_POINTERS = """
for (const kind of ["pointerdown", "mousedown", "touchstart"]) {
  addEventListener(kind, () => sessionStorage.setItem("pointed", kind), { capture: true });
}
"""
# Where the focus is, whether it is seen, and whether it comes after where it was before.
STOP = """
() => {
  const here = document.activeElement;
  if (here === null || here === document.body) return null;
  const style = getComputedStyle(here);
  const box = here.getBoundingClientRect();
  const before = window.stoppedAt;
  window.stoppedAt = here;
  const follows = before === undefined || !before.isConnected
    || Boolean(before.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING);
  const middle = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return {
    what: here.outerHTML.slice(0, 120),
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    isSeen: here.contains(middle) || (middle !== null && middle.contains(here)),
    isAsked: here.tabIndex > 0,
    follows,
  };
}
"""
MOST_STOPS = 60


@dataclass(slots=True)
class Typist:
    """Somebody without a mouse."""

    page: Page
    stops: list[str] = field(default_factory=list)

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def tab_to(self, selector: str, text: str = "") -> int:
        """Go on by Tab until something has the focus; each stop is seen, and follows the last."""
        wanted = self.page.locator(selector)
        wanted = wanted.filter(has_text=text) if text else wanted
        await wanted.first.wait_for()
        element = await wanted.first.element_handle()
        for count in range(1, MOST_STOPS):
            await self.press("Tab")
            stop = await self.page.evaluate(STOP)
            assert stop is not None, f"the focus went out of the page before {selector}"
            assert stop["outline"] >= 2, f"no outline: {stop}"
            assert stop["isSeen"], f"covered, or out of sight: {stop}"
            assert stop["follows"], f"backwards: {stop}"
            assert not stop["isAsked"], f"a tabindex of its own: {stop}"
            if await self.page.evaluate("(one) => one === document.activeElement", element):
                return count
        pytest.fail(f"{selector} {text} is not reached by Tab")

    async def type(self, text: str) -> None:
        await self.page.keyboard.type(text)

    async def hears(self, title: str, path: str) -> None:
        """Be on a new page, or a step of one: its heading has the focus."""
        await goes_to(self.page, path)
        heading = self.page.get_by_role("heading", level=1)
        await expect(heading).to_have_text(title)
        await expect(heading).to_be_focused()


async def test_a_keyboard_is_enough_from_home_to_ticket(open_page: OpenPage, site: Site) -> None:
    page = await open_page(1280)
    await page.context.add_init_script(NOTE_POINTERS)
    wish = Wish(await site.place(), site.person())
    typist = Typist(page)

    await page.goto("/")
    await type_to_the_date(typist, wish)
    await type_who_comes(typist, wish)
    await type_to_the_ticket(typist)

    assert len(await wish.place.bookings()) == 1
    assert await page.evaluate("sessionStorage.getItem('pointed')") is None


async def type_to_the_date(typist: Typist, wish: Wish) -> None:
    await typist.hears("Jadwal paspor tanpa antre", "/")
    await typist.tab_to("a.button", "Mulai")
    await typist.press("Enter")
    await typist.hears("Layanan apa yang Anda perlukan?", "/layanan")
    await typist.page.get_by_text("Ada di").first.wait_for()
    await typist.tab_to("input[name=service]")
    await typist.press("Space")
    await typist.tab_to("form button", "Lanjut")
    await typist.press("Enter")
    await typist.hears("Pilih kantor", "/kantor?*")
    await typist.tab_to("#q")
    await typist.type(wish.place.name)
    await typist.tab_to(f"#office-{wish.place.office} a")
    await typist.press("Enter")
    await typist.hears("Pilih tanggal", f"/kantor/{wish.place.office}?*")
    await typist.tab_to(f'input[value="{value_of(wish)}"]')
    await typist.press("Space")
    await typist.tab_to(".bar button")
    await typist.press("Enter")


async def type_who_comes(typist: Typist, wish: Wish) -> None:
    person = wish.person
    await typist.hears("Siapa yang akan datang?", "/data")
    for field_id, text in (
        ("name", person.name),
        ("born-day", "17"),
        ("born-month", "8"),
        ("born-year", "1990"),
    ):
        await typist.tab_to(f"#{field_id}")
        await typist.type(text)
    await typist.press("Enter")
    await typist.hears("Buktikan nomor HP Anda", "/data")
    await typist.tab_to("#phone")
    await typist.type(person.phone)
    await typist.press("Enter")
    await expect(typist.page.get_by_role("heading", level=2)).to_be_focused()
    await send(person, await typist.page.locator("strong.message").inner_text())


async def type_to_the_ticket(typist: Typist) -> None:
    await typist.hears("Periksa jadwal Anda", "/periksa")
    await typist.tab_to("main button", "Kunci jadwal ini")
    await typist.press("Enter")
    await typist.hears("Satu langkah lagi", "/periksa")
    await typist.tab_to("main .buttons button", "Ambil jadwal ini")
    await typist.press("Enter")
    await typist.hears("Jadwal Anda sudah pasti", "/tiket/*")


async def test_the_first_tab_of_all_skips_to_the_content(open_page: OpenPage) -> None:
    page = await open_page(360)
    await page.goto("/")
    await expect(page.get_by_role("heading", level=1)).to_be_focused()

    typist = Typist(page)
    await page.evaluate("document.activeElement.blur(); getSelection().empty()")
    await page.evaluate("document.body.tabIndex = -1; document.body.focus()")
    await typist.tab_to("a.skip")

    await expect(page.locator("a.skip")).to_be_in_viewport()
    await typist.press("Enter")
    assert (await typist.tab_to("main a.button")) == 1


async def test_the_calendar_is_one_stop_and_goes_by_keys(open_page: OpenPage, site: Site) -> None:
    page = await open_page(1280)
    wish = Wish(await site.place(days=1, first=8), site.person())
    day = wish.place.days[0]
    typist = Typist(page)
    await come_to(page, "dates", wish)

    await typist.tab_to(".switch button", "Kalender")
    await typist.press("Enter")
    await typist.tab_to('table.calendar [tabindex="0"]')
    await is_at(page, day)
    for key, at in keys_from(day):
        await typist.press(key)
        await is_at(page, at)
    await typist.press("Enter")
    assert await typist.tab_to(f'input[value="{value_of(wish)}"]') == 1
    await typist.press("Space")
    await typist.tab_to(".bar button")
    await typist.press("Enter")

    await typist.hears("Siapa yang akan datang?", "/data")
    await expect(page.locator("[data-chosen]")).to_contain_text(day_in(day))


async def is_at(page: Page, day: date) -> None:
    """See that a day alone can be stopped at, and has the focus."""
    stops = page.locator('table.calendar [tabindex="0"]')
    await expect(stops).to_have_count(1)
    await expect(stops).to_contain_text(day_in(day))
    await expect(stops).to_be_focused()


def keys_from(day: date) -> list[tuple[str, date]]:
    """List keys with the day that each leads to, one after the other, and back to the first."""
    one, week = timedelta(days=1), timedelta(days=7)
    sunday = day - one * ((day.weekday() + 1) % 7)
    month = (day.replace(day=1) + 32 * one).replace(day=1)
    later = min(day.day, ((month + 32 * one).replace(day=1) - one).day)
    after = month.replace(day=later)
    back = day.replace(day=min(day.day, after.day))
    return [
        ("ArrowRight", day + one),
        ("ArrowLeft", day),
        ("ArrowDown", day + week),
        ("ArrowUp", day),
        ("Home", sunday),
        ("End", sunday + 6 * one),
        *([("ArrowLeft", sunday + step * one) for step in range(5, (day - sunday).days - 1, -1)]),
        ("PageDown", after),
        ("PageUp", back),
        *([("ArrowRight", back + one * step) for step in range(1, (day - back).days + 1)]),
    ]


async def test_no_choice_that_has_the_focus_is_hidden_by_the_bar(
    open_page: OpenPage, site: Site
) -> None:
    page = await open_page(320)
    wish = Wish(await site.place(days=6), site.person())
    typist = Typist(page)
    await come_to(page, "dates", wish)

    await typist.tab_to(f'input[value="{value_of(wish)}"]')
    for _ in range(11):
        await typist.press("ArrowDown")
        stop = await page.evaluate(STOP)
        assert stop["isSeen"], f"covered, or out of sight: {stop}"

    await expect(page.locator(f'input[value="{wish.place.days[5]}/afternoon"]')).to_be_checked()
    await expect(page.locator(".bar")).to_contain_text(day_in(wish.place.days[5]))

"""From the home page to the ticket: what a citizen is told on each screen, and what is booked."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.journey import (
    By,
    Wish,
    fill_in,
    send,
    sms_code,
    to_applicant,
    to_dates,
    to_offices,
    value_of,
)
from tests.browser.site import Site
from tests.browser.watch import Language, OpenPage, Theme
from tests.browser.words import day_in, time_in

SAYS = {
    "id": {
        "home": "Jadwal paspor tanpa antre",
        "begin": "Mulai",
        "service": "Layanan apa yang Anda perlukan?",
        "offices": "Pilih kantor",
        "dates": "Pilih tanggal",
        "applicant": "Siapa yang akan datang?",
        "go on": "Lanjut",
        "proof": "Buktikan nomor HP Anda",
        "whatsapp": "Lanjut dengan WhatsApp",
        "open": "Buka WhatsApp",
        "qr": "Kode QR yang membuka WhatsApp dengan pesan yang sudah tertulis",
        "sms": "Kirim kode lewat SMS",
        "check": "Periksa jadwal Anda",
        "lock": "Kunci jadwal ini",
        "held": "Satu langkah lagi",
        "until": "Jadwal ditahan untuk Anda sampai pukul {}.",
        "not yet": 'Jadwal ini belum pasti. Tekan "Ambil jadwal ini".',
        "take": "Ambil jadwal ini",
        "sure": "Jadwal Anda sudah pasti",
        "hour": "08.00–08.30 WIB",
        "session": "Pagi",
    },
    "en": {
        "home": "A passport appointment without queueing",
        "begin": "Start",
        "service": "Which service do you need?",
        "offices": "Choose an office",
        "dates": "Choose a date",
        "applicant": "Who will come?",
        "go on": "Continue",
        "proof": "Prove your phone number",
        "whatsapp": "Continue with WhatsApp",
        "open": "Open WhatsApp",
        "qr": "QR code that opens WhatsApp with the message already written",
        "sms": "Send a code by SMS",
        "check": "Check your appointment",
        "lock": "Lock this appointment",
        "held": "One more step",
        "until": "The appointment is held for you until {}.",
        "not yet": 'It is not certain yet. Press "Take this appointment".',
        "take": "Take this appointment",
        "sure": "Your appointment is certain",
        "hour": "08:00–08:30 WIB",
        "session": "Morning",
    },
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads the pages in a language, and expects to be told so."""

    page: Page
    wish: Wish
    language: Language

    def says(self, what: str) -> str:
        return SAYS[self.language][what]

    def button(self, what: str) -> Locator:
        return self.page.get_by_role("button", name=self.says(what), exact=True)

    async def sees(self, title: str) -> None:
        """See the screen: its heading in the language, nothing beyond the edge of the glass."""
        heading = self.page.get_by_role("heading", level=1)
        await expect(heading).to_have_text(self.says(title))
        await expect(self.page).to_have_title(f"{self.says(title)} | Antrean")
        assert await self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await self.page.evaluate("document.documentElement.lang") == self.language

    async def is_reminded(self) -> None:
        """Read the chosen date and session again."""
        when = f"{day_in(self.wish.place.days[0], self.language)}, {self.says('session')}"
        await expect(self.page.locator("main")).to_contain_text(when)

    async def is_drawn(self, picture: Locator) -> None:
        """See a picture that is really there."""
        await expect(picture).to_be_visible()
        handle = await picture.element_handle()
        await self.page.wait_for_function("(image) => image.naturalWidth > 0", arg=handle)

    async def proves_by_whatsapp(self) -> None:
        """Open the chat by the link on a phone, by the QR code beside a desk, and send the text."""
        await self.button("whatsapp").click()
        text = await self.page.locator("strong.message").inner_text()
        if await self.page.evaluate("matchMedia('(pointer: coarse)').matches"):
            link = self.page.get_by_role("link", name=self.says("open"), exact=True)
        else:
            await self.is_drawn(self.page.get_by_role("img", name=self.says("qr")))
            link = self.page.locator('a[href^="https://wa.me/"]')
        to = urlsplit(await link.get_attribute("href") or "")
        assert (to.netloc, to.path) == ("wa.me", "/6281100000000")
        assert parse_qs(to.query)["text"] == [text]
        await send(self.wish.person, text)

    async def proves_by_sms(self) -> None:
        """Type the six digits; they are checked without a button."""
        before = len(await self.wish.person.texts("sms"))
        await self.button("sms").click()
        code = self.page.locator("#login-code")
        await code.press_sequentially(await sms_code(self.wish.person, before))


async def choose_a_date(reader: Reader) -> None:
    page, wish = reader.page, reader.wish
    await page.goto("/")
    await reader.sees("home")
    await page.get_by_role("link", name=reader.says("begin"), exact=True).click()
    await reader.sees("service")
    await to_offices(page, wish)
    await reader.sees("offices")
    await to_dates(page, wish)
    await reader.sees("dates")
    await to_applicant(page, wish)


async def say_who_comes(reader: Reader) -> None:
    await reader.sees("applicant")
    await reader.is_reminded()
    await fill_in(reader.page, reader.wish.person)
    await reader.button("go on").click()
    await reader.sees("proof")
    await reader.is_reminded()
    await reader.page.locator("#phone").fill(reader.wish.person.phone)


async def take_the_seat(reader: Reader) -> None:
    await reader.sees("check")
    await reader.is_reminded()
    await expect(reader.page.locator("dl.facts")).to_contain_text(reader.wish.person.name)
    await reader.button("lock").click()
    await reader.sees("held")
    await reader.is_reminded()
    until = time_in(await reader.wish.place.held_until(), reader.language)
    told = reader.page.locator("[data-held]")
    await expect(told).to_contain_text(reader.says("until").format(until))
    await expect(told).to_contain_text(reader.says("not yet"))
    assert await reader.wish.place.bookings() == []
    await reader.button("take").click()


async def read_the_ticket(reader: Reader) -> None:
    place = reader.wish.place
    await reader.sees("sure")
    [code] = await place.bookings()
    shown = "-".join((code[:4], code[4:8], code[8:]))
    ticket = reader.page.locator(".ticket")
    for part in (shown, day_in(place.days[0], reader.language), reader.says("hour"), place.name):
        await expect(ticket).to_contain_text(part)
    await reader.is_drawn(ticket.get_by_role("img", name=shown))
    await expect(reader.page).to_have_url(f"/tiket/{shown}")
    await expect(ticket).to_contain_text(reader.wish.person.name)


SCREENS: list[tuple[int, Theme, Language, By]] = [
    (360, "light", "id", "whatsapp"),
    (320, "dark", "id", "sms"),
    (768, "light", "id", "whatsapp"),
    (1280, "dark", "en", "sms"),
]


@pytest.mark.parametrize(("width", "theme", "language", "by"), SCREENS)
async def test_a_citizen_books_and_is_told_so(
    open_page: OpenPage, site: Site, width: int, theme: Theme, language: Language, by: By
) -> None:
    page = await open_page(width, theme, language)
    reader = Reader(page, Wish(await site.place(), site.person(), by), language)

    await choose_a_date(reader)
    await say_who_comes(reader)
    await (reader.proves_by_whatsapp() if by == "whatsapp" else reader.proves_by_sms())
    await take_the_seat(reader)
    await read_the_ticket(reader)

    assert await darkness(page) == (theme == "dark")
    assert await reader.wish.place.holds("held") == 0


async def darkness(page: Page) -> bool:
    """Whether what is written on is darker than what is written."""
    lights = await page.evaluate(
        """
        ["backgroundColor", "color"].map((name) =>
          getComputedStyle(document.body)[name].match(/\\d+/g).slice(0, 3).map(Number)
            .reduce((sum, part) => sum + part))
        """
    )
    return bool(lights[0] < lights[1])


NOTE_TAPS = """
addEventListener("pointerup", () => {
  const taps = JSON.parse(sessionStorage.getItem("taps") ?? "[]");
  taps.push(document.querySelector("h1").textContent);
  sessionStorage.setItem("taps", JSON.stringify(taps));
}, { capture: true });
"""
NEWCOMERS = ["home", "service", "offices", "dates", "applicant", "proof", "check", "held"]


async def test_a_newcomer_taps_sixteen_times_on_eight_screens(
    open_page: OpenPage, site: Site
) -> None:
    page = await open_page(360)
    await page.context.add_init_script(NOTE_TAPS)
    wish = Wish(await site.place(), site.person())

    await tap_to_the_ticket(page, wish)

    taps = await page.evaluate("JSON.parse(sessionStorage.getItem('taps'))")
    assert list(dict.fromkeys(taps)) == [SAYS["id"][screen] for screen in NEWCOMERS]
    assert len(taps) == 16
    assert len(await wish.place.bookings()) == 1


async def tap_to_the_ticket(page: Page, wish: Wish) -> None:
    """Do what a person does who was never here: each field is tapped before it is typed into."""
    place, person = wish.place, wish.person
    await page.goto("/")
    await page.get_by_role("link", name="Mulai", exact=True).tap()
    await page.get_by_text("Paspor baru").tap()
    await page.get_by_role("button", name="Lanjut").tap()
    await type_into(page.get_by_label("Cari nama kota"), place.name)
    await page.get_by_role("link", name=place.name).tap()
    await page.locator(f'label:has(input[value="{value_of(wish)}"])').tap()
    await page.get_by_role("button", name="Lanjut").tap()
    await type_into(page.get_by_label("Nama lengkap"), person.name)
    for label, number in (("Tanggal", 17), ("Bulan", 8), ("Tahun", 1990)):
        await type_into(page.get_by_label(label, exact=True), str(number))
    await page.get_by_role("button", name="Lanjut").tap()
    await type_into(page.get_by_label("Nomor HP"), person.phone)
    await page.get_by_role("button", name="Lanjut dengan WhatsApp").tap()
    await send(person, await page.locator("strong.message").inner_text())
    await page.get_by_role("button", name="Kunci jadwal ini").tap()
    await page.get_by_role("button", name="Ambil jadwal ini").tap()
    await expect(page.get_by_role("heading", level=1)).to_have_text(SAYS["id"]["sure"])


async def type_into(field: Locator, text: str) -> None:
    await field.tap()
    await field.page.keyboard.type(text)

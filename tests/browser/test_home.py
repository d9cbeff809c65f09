"""The first page, as wide as phones, tablets and desks are."""

import pytest
from playwright.async_api import expect

from tests.browser.watch import OpenPage

WIDTHS = (320, 768, 1280)


@pytest.mark.parametrize("width", WIDTHS)
async def test_home_says_what_this_is_and_fits_the_screen(open_page: OpenPage, width: int) -> None:
    page = await open_page(width)

    await page.goto("/")

    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_have_text("Jadwal paspor tanpa antre")
    await expect(page.get_by_role("link", name="Mulai")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

"""Seats change on an open page as others take them and give them back."""

import time

import pytest
from playwright.async_api import expect

from tests.browser.journey import Wish, be_proven, come_to, insist
from tests.browser.site import Site
from tests.browser.watch import OpenPage


async def test_seats_change_on_an_open_page(
    open_page: OpenPage, site: Site, request: pytest.FixtureRequest
) -> None:
    place = await site.place(morning=5, afternoon=0, days=2)
    wish, other = Wish(place, site.person()), site.person()
    await be_proven(other)
    page = await open_page()
    await come_to(page, "dates", wish)
    await page.evaluate("window.isTheSamePage = true")
    choice = page.locator(f'label:has(input[value="{place.days[0]}/morning"])')
    await choice.click()
    await expect(choice).to_contain_text("Sisa 5")
    await expect(page.locator("[data-live=true]")).to_contain_text("diperbarui langsung")

    status, hold = await insist(other, "POST", "/v1/holds", other.wish(place.slot()))
    began = time.monotonic()
    assert status == 201
    await expect(choice).to_contain_text("Sisa 4")
    took = ("seconds_until_shown", round(time.monotonic() - began, 3))
    request.node.user_properties.append(took)

    await expect(page.locator(".bar")).to_contain_text("Sisa 4")
    await expect(page.locator("#said")).to_have_text("Sisa berubah menjadi 4")
    status, _ = await insist(other, "DELETE", f"/v1/holds/{hold['hold_id']}")
    assert status == 200
    assert await page.evaluate("window.isTheSamePage")

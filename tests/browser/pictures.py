"""Photograph every state of the pages for docs/web.md: `make web-pictures`.

They are what a phone shows, light and in Indonesian; a few are wide, dark or in English.
"""

from base64 import b64decode
from contextlib import aclosing
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.browser.dictionary import Language
from tests.browser.site import Site
from tests.browser.states import STATES, WAYS
from tests.browser.visit import Way, begin
from tests.browser.watch import OpenPage, Watch

PICTURES = Path(__file__).parents[2] / "docs" / "images" / "web"
PHONE, DESK = 360, 1280
QUALITY, SHARE_OF_DESK = 40, 0.6
WIDE = {"home", "offices", "calendar", "ticket", "login-qr"}
AT_A_DESK = {"login-qr"}
DARK = {"home", "dates-chosen", "held", "ticket"}
ENGLISH = {"home", "dates-chosen", "check", "ticket"}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_states_are_photographed(
    open_page: OpenPage, site: Site, watch: Watch, way: Way
) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    languages: list[Language] = ["id", "en"] if ENGLISH & set(WAYS[way]) else ["id"]
    for language in languages:
        visit = await begin(site, watch, open_page, language, width=PHONE)
        async with aclosing(way(visit)) as states:
            async for state in states:
                await (_in_english if language == "en" else _photograph)(visit.page, state)


def test_no_picture_is_of_a_state_that_is_no_more() -> None:
    wanted = {*STATES} - AT_A_DESK
    wanted |= {f"{state}-wide" for state in WIDE} | {f"{state}-dark" for state in DARK}
    wanted |= {f"{state}-en" for state in ENGLISH}
    for path in PICTURES.glob("*.webp"):
        if path.stem not in wanted:
            path.unlink()
    assert {path.stem for path in PICTURES.glob("*.webp")} == wanted


async def _photograph(page: Page, state: str) -> None:
    if state not in AT_A_DESK:
        await _take(page, state, PHONE)
    if state in DARK:
        await page.emulate_media(color_scheme="dark")
        await _take(page, f"{state}-dark", PHONE)
        await page.emulate_media(color_scheme="light")
    if state in WIDE:
        await _take(page, f"{state}-wide", DESK)


async def _in_english(page: Page, state: str) -> None:
    if state in ENGLISH:
        await _take(page, f"{state}-en", PHONE)


async def _take(page: Page, name: str, width: int) -> None:
    """Write what is seen of the whole page: of long ones what two screens show."""
    await page.set_viewport_size({"width": width, "height": 740 if width == PHONE else 900})
    height = await page.evaluate("document.documentElement.scrollHeight")
    tall = min(height, 1_300 if width == PHONE else 900)
    await page.set_viewport_size({"width": width, "height": max(tall, 560)})
    await page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    chrome = await page.context.new_cdp_session(page)
    how = {"format": "webp", "quality": QUALITY}
    if width == DESK:
        clip = {"x": 0, "y": 0, "width": width, "height": tall, "scale": SHARE_OF_DESK}
        how["clip"] = clip
    shot = await chrome.send("Page.captureScreenshot", how)
    (PICTURES / f"{name}.webp").write_bytes(b64decode(shot["data"]))
    await chrome.detach()
    await page.set_viewport_size({"width": PHONE, "height": 740})

"""Every page in every state: for all eyes, fingers, widths and languages."""

from contextlib import aclosing

import pytest
from playwright.async_api import Page

from tests.browser.dictionary import LANGUAGES, Language
from tests.browser.looks import enlarge, judge, measure, read
from tests.browser.site import Site
from tests.browser.states import WAYS
from tests.browser.visit import Way, begin
from tests.browser.watch import OpenPage, Theme, Watch

# What takes seconds alone may take minutes beside others.
pytestmark = pytest.mark.timeout(400)
NARROW = 320
# Colours do not depend on the width, nor does the order of what is shown on the colours.
SIGHTS: tuple[tuple[int, Theme], ...] = ((NARROW, "light"), (768, "dark"), (1280, "light"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_every_state_is_for_everybody(
    open_page: OpenPage, site: Site, watch: Watch, way: Way, language: Language
) -> None:
    visit = await begin(site, watch, open_page, language, width=NARROW)
    sights = SIGHTS if language == "id" else SIGHTS[:1]
    shown, faults = [], []

    async with aclosing(way(visit)) as states:
        async for state in states:
            shown.append(state)
            faults += [f"{state}: {fault}" for fault in await _look(visit.page, language, sights)]

    assert "\n".join(faults) == ""
    assert tuple(shown) == WAYS[way]


async def _look(page: Page, language: Language, sights: tuple[tuple[int, Theme], ...]) -> list[str]:
    faults = await read(page, language)
    for width, theme in sights:
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme=theme)
        found = await measure(page) + await judge(page)
        faults += [f"{width} px, {theme}: {fault}" for fault in found]
    await page.emulate_media(color_scheme="light")
    if len(sights) > 1:
        faults += await enlarge(page)
    await page.set_viewport_size({"width": NARROW, "height": 568})
    return faults

"""Somebody has a page open while a new release of the pages comes."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from deploy.local import paths, system
from deploy.local.processes import Processes
from tests.browser.journey import Wish, book_to, fill_in, prove
from tests.browser.site import Site
from tests.system_fixtures import SETTINGS

WEB = paths.ROOT / "channels" / "web"
WORD = "Jadwal paspor tanpa antre"
BUILD = '. deploy/local/node.sh && cd "$0" && node build/build.mjs'
# The worker is there once it has all that a page may load late.
KEPT = "() => navigator.serviceWorker.controller !== null"


@dataclass(slots=True)
class Release:
    """A gateway of its own that shows a folder of pages, and the next release of these."""

    processes: Processes
    folder: Path
    following: Path

    @property
    def url(self) -> str:
        return self.processes.stack.url("gateway")

    def show(self, pages: Path) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(pages, self.folder)
        self.processes.stop()
        self.processes.start("gateway")


@pytest.fixture(scope="module")
def following(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the pages with another word in them, so that every script has another name."""
    web = tmp_path_factory.mktemp("release") / "web"
    shutil.copytree(WEB, web, ignore=shutil.ignore_patterns("node_modules", "dist", ".made"))
    (web / "node_modules").symlink_to(pages.parent / "node_modules")
    words = web / "words" / "id.ts"
    text = words.read_text(encoding="utf-8")
    assert WORD in text
    words.write_text(text.replace(WORD, f"{WORD}!"), encoding="utf-8")
    system.run(["sh", "-c", BUILD, web], timeout_s=120)
    names = {folder: {p.name for p in folder.glob("dist/assets/*.js")} for folder in (WEB, web)}
    assert not any(name.startswith("login-") for name in names[WEB] & names[web])
    return web / "dist"


@pytest.fixture
async def release(
    site: Site, pages: Path, following: Path, tmp_path: Path
) -> AsyncIterator[Release]:
    folder = tmp_path / "dist"
    stack = site.system.stack
    own = replace(stack, ports={**stack.ports, "gateway": paths.free_port()})
    settings = {"gateway": SETTINGS["gateway"] | {"ANTREAN_WEB_ROOT": str(folder)}}
    found = Release(Processes(own, tmp_path, settings), folder, following)
    await asyncio.to_thread(found.show, pages)
    yield found
    await asyncio.to_thread(found.processes.stop)


@contextmanager
def no_fault(page: Page) -> Iterator[None]:
    faults: list[Any] = []
    page.on("pageerror", lambda fault: faults.append(fault))  # noqa: PLW0108 it is marked
    yield
    assert faults == []


async def open_form(browser: Browser, release: Release, wish: Wish, workers: Any) -> Page:
    """Come to the form of who will come, with what the release has now."""
    context = await browser.new_context(
        base_url=release.url, locale="id-ID", service_workers=workers
    )
    page = await context.new_page()
    await book_to(page, "applicant", wish)
    return page


async def test_an_open_page_goes_on_with_the_parts_of_its_own_release(
    browser: Browser, site: Site, release: Release
) -> None:
    wish = Wish(await site.place(), site.person())
    page = await open_form(browser, release, wish, "allow")
    await page.wait_for_function(KEPT)
    await page.evaluate("window.mark = 'the same page'")

    await asyncio.to_thread(release.show, release.following)
    with no_fault(page):
        await fill_in(page, wish.person)
        await page.locator("form button.button").click()

        await expect(page.locator("#phone")).to_be_visible()
        assert await page.evaluate("window.mark") == "the same page"
    await page.context.close()


async def test_where_a_part_is_gone_the_page_comes_anew_with_what_was_typed(
    browser: Browser, site: Site, release: Release
) -> None:
    wish = Wish(await site.place(), site.person())
    page = await open_form(browser, release, wish, "block")
    await fill_in(page, wish.person)
    await page.evaluate("window.mark = 'the old page'")

    await asyncio.to_thread(release.show, release.following)
    with no_fault(page):
        await page.locator("form button.button").click()
        await page.wait_for_function("() => window.mark === undefined")
        await expect(page.locator("#name")).to_have_value(wish.person.name)
        await page.locator("form button.button").click()
        await prove(page, wish.person, "whatsapp")

        await expect(page.locator("dl.facts")).to_contain_text(wish.person.name)
    await page.context.close()

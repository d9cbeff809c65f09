"""A browser, and a stack of its own whose gateway shows the pages as they are built."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from deploy.local import chromium, paths, services, system
from deploy.local.processes import Processes
from deploy.local.testing import fresh_stack
from shared.db import open_pool
from tests.browser.site import Site
from tests.browser.watch import Language, OpenPage, Theme, Watch
from tests.system_fixtures import SETTINGS, System

HERE = Path(__file__).parent
SET_UP_S = 900  # a browser is installed and pages are built, on a machine that has neither
LONG_S = 300
PATIENCE_MS = 30_000
HEIGHTS = {320: 568, 360: 740}
PHONE = 480  # px; what is no wider is held in a hand
WORDS = {"id": "id-ID", "en": "en-GB"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each test take long on a busy machine, and the first wait for what all of them need."""
    ours = [item for item in items if HERE in item.path.parents]
    for place, item in enumerate(ours):
        item.add_marker(pytest.mark.timeout(LONG_S if place else SET_UP_S))


@pytest.fixture(scope="session")
def pages() -> Path:
    """Build the pages as `make web` does, where they changed; a fault in them fails the tests."""
    system.run([paths.ROOT / "deploy" / "local" / "web.sh"], timeout_s=SET_UP_S)
    return paths.ROOT / "channels" / "web" / "dist"


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests; what they keep apart are its contexts."""
    program = await asyncio.to_thread(chromium.find)
    expect.set_options(timeout=PATIENCE_MS)
    switches = [*chromium.SWITCHES, chromium.NOBODY_ELSE]
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=program, args=switches)
        yield started
        await started.close()


@pytest.fixture(scope="session")
async def site(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """Everything running, and seats nowhere but where a test opens them."""
    async with fresh_stack() as stack:
        gateway = SETTINGS["gateway"] | {"ANTREAN_WEB_ROOT": str(pages)}
        settings = SETTINGS | {"gateway": gateway}
        processes = Processes(stack, tmp_path_factory.mktemp("log"), settings)
        await asyncio.to_thread(services.run, stack, "booking", ["seed"])
        try:
            await asyncio.to_thread(processes.start, "simulator", "gateway", "booking", "notifier")
            url = stack.environment("booking")["ANTREAN_DATABASE_URL"]
            pool = await open_pool(url, name="test-browser")
            jar = aiohttp.DummyCookieJar()
            async with aiohttp.ClientSession(cookie_jar=jar) as http:
                found = Site(System(stack, processes, http), pool)
                await found.find_offices()
                yield found
            await pool.close()
        finally:
            await asyncio.to_thread(processes.stop)


@pytest.fixture
def watch(site: Site) -> Watch:
    """What the pages of this test do that none may do; the test says what it expects of them."""
    return Watch(site.url)


@pytest.fixture
async def open_page(browser: Browser, site: Site, watch: Watch) -> AsyncIterator[OpenPage]:
    """Open pages, each in a context of its own: another phone, whose owner was never here."""
    contexts: list[BrowserContext] = []

    async def open_one(
        width: int = 360,
        theme: Theme = "light",
        language: Language = "id",
        *,
        offline: bool = False,
        **more: Any,
    ) -> Page:
        phone = width <= PHONE
        kept = {"localStorage": [{"name": "antrean.language", "value": language}]}
        given: dict[str, Any] = {
            "base_url": site.url,
            "viewport": {"width": width, "height": HEIGHTS.get(width, 900)},
            "is_mobile": phone,
            "has_touch": phone,
            "color_scheme": theme,
            "locale": WORDS[language],
            "timezone_id": "Asia/Jakarta",
            "service_workers": "allow",
            "storage_state": {"cookies": [], "origins": [{"origin": site.url, **kept}]},
        }
        context = await browser.new_context(**(given | more))
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        watch.follow(context)
        page = await context.new_page()
        await context.set_offline(offline)
        return page

    yield open_one
    for context in contexts:
        await context.close()
    assert watch.faults == []

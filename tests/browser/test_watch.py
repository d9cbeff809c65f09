"""What makes a page fail its test is seen: nothing of it passes unnoticed."""

import pytest
from playwright.async_api import Error, Page

from tests.browser.watch import OpenPage, Watch

FAULTS = {
    "error in": "setTimeout(() => { throw new Error('contoh'); })",
    "console: contoh": "console.error('contoh')",
    "Content Security Policy": "document.body.setAttribute('style', 'color: red')",
    "404 (Not Found)": "fetch('/v1/offices/nowhere').then(() => null)",
}


@pytest.mark.parametrize(("fault", "script"), FAULTS.items(), ids=FAULTS)
async def test_a_fault_of_a_page_is_noted(
    open_page: OpenPage, watch: Watch, fault: str, script: str
) -> None:
    page = await open_page()
    await page.goto("/privasi")

    await page.evaluate(script)
    await noted(page, watch)

    assert any(fault in told for told in watch.faults), watch.faults
    watch.faults.clear()


async def test_a_call_of_another_host_is_noted_and_reaches_nobody(
    open_page: OpenPage, watch: Watch
) -> None:
    page = await open_page()

    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        await page.goto("http://antrean.example/")

    assert watch.faults == ["request to another host: http://antrean.example/"]
    watch.faults.clear()


async def noted(page: Page, watch: Watch) -> None:
    """Wait until something was noted."""
    while not watch.faults:
        await page.wait_for_timeout(20)

"""What judges the pages can fail: each rule of it on a page that breaks that rule."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, Route

from tests.browser.looks import enlarge, judge, listen, measure, read

ADDRESS = "http://sample.invalid/"  # nobody is asked: the test answers
SOUND = """<!doctype html>
<html lang="{language}"><head><title>{title} | Antrean</title>
<style>.button {{ display: inline-block; min-height: 48px }} a {{ display: inline-block }}</style>
</head><body><main><h1>Bantuan</h1>{body}</main></body></html>
"""


@pytest.fixture(scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 320, "height": 568})
    await listen(context)
    yield await context.new_page()
    await context.close()


async def show(page: Page, body: str, title: str = "Bantuan", language: str = "id") -> None:
    async def answer(route: Route) -> None:
        html = SOUND.format(body=body, title=title, language=language)
        await route.fulfill(body=html, content_type="text/html; charset=utf-8")

    await page.route(ADDRESS, answer)
    await page.goto(ADDRESS)
    await page.unroute(ADDRESS)


async def test_a_sound_page_is_found_sound(page: Page) -> None:
    await show(page, '<p>Sisa 4</p><p><a class="button" href="/">Kembali</a></p>')

    assert await measure(page) + await judge(page) + await read(page, "id") == []
    assert await enlarge(page) == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<a href="/" style="font-size: 8px">Kembali</a>', "too small: a"),
        ('<button style="width: 20px; height: 48px">x</button>', "too small: button"),
        ('<a class="button" href="/" style="min-height: 40px">Kembali</a>', "button below 48 px"),
        ("<h1>Privasi</h1>", "not one h1"),
        ('<div style="width: 400px">Privasi</div>', "px wide: div"),
    ],
)
async def test_what_is_too_small_or_too_wide_is_found(page: Page, body: str, fault: str) -> None:
    await show(page, body)

    assert fault in "\n".join(await measure(page))


async def test_a_link_in_a_sentence_may_be_as_low_as_its_line(page: Page) -> None:
    await show(page, '<p style="font-size: 12px">Sisa 4. <a href="/">Kembali</a></p>')

    assert await measure(page) == []


async def test_a_title_that_is_not_the_heading_is_found(page: Page) -> None:
    await show(page, "", title="Privasi")

    assert "title 'Privasi | Antrean' is not 'Bantuan | Antrean'" in await measure(page)


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ('<p style="color: #999; background: #fff">Privasi</p>', "axe color-contrast"),
        ('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">', "axe image-alt"),
        ('<input id="q">', "axe label"),
        ("<h4>Privasi</h4>", "axe heading-order"),
    ],
)
async def test_axe_judges_what_is_shown(page: Page, body: str, rule: str) -> None:
    await show(page, body)

    assert rule in "\n".join(await judge(page))


async def test_text_that_grows_out_of_the_page_is_found(page: Page) -> None:
    await show(page, '<div style="width: 25rem">Privasi</div>')

    assert [fault[:14] for fault in await enlarge(page)] == ["text at 200 %:"]


@pytest.mark.parametrize(
    "body",
    [
        "<p>Tersisa 4</p>",
        '<p class="unseen">Nothing of ours</p>',
        '<button aria-label="Kembali ke depan">x</button>',
        "<p>4 left</p>",
    ],
)
async def test_a_text_that_no_dictionary_has_is_found(page: Page, body: str) -> None:
    await show(page, body)

    assert "in no dictionary of id" in "\n".join(await read(page, "id"))


async def test_what_the_gateway_said_is_nobodys_fault(page: Page) -> None:
    await show(page, "<p>Kantor Contoh</p><p>Kantor Contoh (12 km)</p>")
    await page.evaluate('new Response(\'{"name": "Kantor  Contoh"}\').json()')

    assert await read(page, "id") == []


async def test_a_page_in_another_language_than_it_says_is_found(page: Page) -> None:
    await show(page, "", language="en")

    assert "lang is 'en', not 'id'" in await read(page, "id")

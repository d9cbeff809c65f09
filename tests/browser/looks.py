"""What every page must be in every state: judged by axe, measured, read word by word."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.async_api import BrowserContext, Page

from tests.browser.dictionary import Language, pattern

SERVICE = "Antrean"
AXE = (Path(next(iter(axe_playwright_python.__path__))) / "axe.min.js").read_text(encoding="utf-8")
MEASURE = Path(__file__).with_name("looks.js").read_text(encoding="utf-8")
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RULES = {"runOnly": {"type": "tag", "values": list(TAGS)}, "resultTypes": ["violations"]}
LETTERS = re.compile(r"[^\W\d_]+")
LOCALES = {"id": "id-ID", "en": "en-GB"}
# Notes what the gateway said, for that stands in no dictionary; of a refusal, where else is quota.
HEAR = """
window.heard = [];
const read = Response.prototype.json;
Response.prototype.json = async function () {
  const body = await read.call(this);
  window.heard.push(this.ok ? body : body.alternatives ?? []);
  return body;
};
"""
# What Intl writes: days, months, how long it is until something.
TIMES = """
(locale) => {
  const words = ["WIB", "WITA", "WIT"];
  for (const style of ["long", "short"]) {
    const how = { timeZone: "UTC", weekday: style, month: style, day: "numeric" };
    for (let days = 0; days < 365; days += 1) {
      words.push(new Intl.DateTimeFormat(locale, how).format(days * 86_400_000));
    }
  }
  for (const unit of ["day", "hour", "minute", "second"]) {
    const inTime = new Intl.RelativeTimeFormat(locale);
    words.push(...[0, 1, 2].map((count) => inTime.format(count, unit)));
  }
  return words.join(" ").match(/\\p{L}+/gu);
}
"""
HEARD = """
() => {
  const found = [];
  const collect = (value) => {
    if (typeof value === "string") found.push(value.replace(/\\s+/g, " ").trim());
    else if (value !== null && typeof value === "object") Object.values(value).forEach(collect);
  };
  collect(window.heard);
  for (const store of [localStorage, sessionStorage]) {
    for (const text of Object.values(store)) {
      try { collect(JSON.parse(text)); } catch { collect(text); }
    }
  }
  return found;
}
"""


async def listen(context: BrowserContext) -> None:
    """Note from now on what the pages of a context are told."""
    await context.add_init_script(HEAR)


async def judge(page: Page) -> list[str]:
    """Let axe judge the page as it is; returns its violations with the first element of each."""
    if not await page.evaluate("typeof axe === 'object'"):
        await page.evaluate(AXE)
    found = await page.evaluate("(rules) => axe.run(document, rules)", RULES)
    return [f"axe {one['id']}: {one['nodes'][0]['html'][:160]}" for one in found["violations"]]


async def measure(page: Page) -> list[str]:
    """Measure the page: reflow, targets, heading, title; returns what is wrong."""
    found = await page.evaluate(MEASURE, SERVICE)
    width = (page.viewport_size or {"width": 0})["width"]
    faults = [f"too small: {one}" for one in found["small"]]
    faults += [f"button below 48 px: {one}" for one in found["low"]]
    if len(found["headings"]) != 1:
        faults.append(f"not one h1: {found['headings']}")
    if found["title"] != found["wanted"]:
        faults.append(f"title {found['title']!r} is not {found['wanted']!r}")
    return faults + _reflow(found, width)


def _reflow(found: dict[str, Any], width: int) -> list[str]:
    if found["width"] <= width:
        return []
    return [f"{found['width']} px wide: {', '.join(found['aside'][:3])}"]


async def enlarge(page: Page) -> list[str]:
    """Show all text at twice its size on 640 px, and say what is too wide then."""
    before = page.viewport_size
    await page.set_viewport_size({"width": 640, "height": 900})
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    found = await page.evaluate(MEASURE, SERVICE)
    await page.evaluate("document.documentElement.style.fontSize = ''")
    if before is not None:
        await page.set_viewport_size(before)
    return [f"text at 200 %: {fault}" for fault in _reflow(found, 640)]


async def read(page: Page, language: Language) -> list[str]:
    """Read every text; returns those that are neither the dictionary's nor anybody's data."""
    found = await page.evaluate(MEASURE, SERVICE)
    heard = set(await page.evaluate(HEARD))
    times = await _times(page, language)
    strange = [
        text
        for text in dict.fromkeys(found["texts"])
        if text not in heard
        and not is_known(text, language, times)
        and not is_known(_without_name(text, heard), language, times)
    ]
    faults = [f"in no dictionary of {language}: {text!r}" for text in strange]
    if found["language"] != language:
        faults.append(f"lang is {found['language']!r}, not {language!r}")
    return faults


def _without_name(text: str, heard: set[str]) -> str:
    """Give what is said of something that the gateway named: of "Cilacap (121 km)", "121 km"."""
    name, _, rest = text.partition(" (")
    return rest.removesuffix(")") if rest and name in heard else text


KNOWN_TIMES: dict[Language, frozenset[str]] = {}


async def _times(page: Page, language: Language) -> frozenset[str]:
    if language not in KNOWN_TIMES:
        KNOWN_TIMES[language] = frozenset(await page.evaluate(TIMES, LOCALES[language]))
    return KNOWN_TIMES[language]


def is_known(text: str, language: Language, times: frozenset[str]) -> bool:
    """Whether a text is the dictionary's, one after another of its texts, or numbers and dates."""
    if text == SERVICE or _is_said(text, language) or _is_time(text, times):
        return True
    # A date may stand before what is said of it: "Kamis, 3 Desember 2026: Sisa 2".
    parts = (text.rpartition(sign) for sign in (": ", ", "))
    return any(
        sign and _is_time(date, times) and _is_said(rest, language) for date, sign, rest in parts
    )


def _is_time(text: str, times: frozenset[str]) -> bool:
    return all(word in times for word in LETTERS.findall(text))


@cache
def _is_said(text: str, language: Language) -> bool:
    if pattern(language).fullmatch(text):
        return True
    spaces = [found.start() for found in re.finditer(" ", text)]
    return any(
        pattern(language).fullmatch(text[:at]) and _is_said(text[at + 1 :], language)
        for at in spaces
    )

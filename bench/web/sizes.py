"""What the real server sends of the pages and of the API, compressed as it compresses."""

import re
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from pydantic import BaseModel, TypeAdapter

ZIPPED = {"Accept-Encoding": "gzip"}
BROWSER = ZIPPED | {"Accept": "text/html"}
SERVICE = "?service=passport"
LOADED = re.compile(r'"(/assets/[^"]+\.js)"')


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes of a page's shell and of all scripts that it names."""

    shell: int
    scripts: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of every page, of what no page loads at first, and of two answers of the API."""

    pages: dict[str, Size]
    lazy: int
    offices: int
    month: int


class Page(BaseModel):
    """A page, and the path at which it is shown."""

    name: str
    path: str


PAGES = TypeAdapter(list[Page])


async def weigh(http: aiohttp.ClientSession, gateway: str, dist: Path, office: str) -> Sizes:
    """Ask for every page and script once; `http` must not decompress."""
    scripts = {
        f"/assets/{path.name}": await _bytes(http, f"{gateway}/assets/{path.name}", ZIPPED)
        for path in sorted((dist / "assets").glob("*.js"))
    }
    pages, loaded = {}, set()
    for page in PAGES.validate_json((dist / "pages.json").read_bytes()):
        named = set(LOADED.findall((dist / f"{page.name}.html").read_text(encoding="utf-8")))
        shell = await _bytes(http, gateway + page.path.replace("{office}", office), BROWSER)
        pages[page.name] = Size(shell, sum(scripts[one] for one in named))
        loaded |= named
    lazy = sum(size for name, size in scripts.items() if name not in loaded)
    month = await _bytes(http, f"{gateway}/v1/offices/{office}/availability{SERVICE}", ZIPPED)
    offices = await _bytes(http, f"{gateway}/v1/offices{SERVICE}&brief=true", ZIPPED)
    return Sizes(pages, lazy, offices, month)


async def _bytes(http: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> int:
    async with http.get(url, headers=headers) as answer:
        body = await answer.read()
        if answer.status not in {200, 404}:
            raise RuntimeError(f"{url} is {answer.status}")
    return len(body)

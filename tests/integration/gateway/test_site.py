"""The citizen's pages, where they were built: shells, files, and what is not there."""

import gzip
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from deploy.local.paths import free_port
from services.gateway.__main__ import running
from services.gateway.middleware import HEADERS
from services.gateway.settings import GatewaySettings
from tests.gateway_fixtures import ready
from tests.integration.gateway.world import Client, World

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PAGES = [
    {"name": "home", "path": "/"},
    {"name": "dates", "path": "/kantor/{office}"},
    {"name": "missing", "path": "/404"},
]


@pytest.fixture(scope="module")
async def shop(
    config: GatewaySettings,
    world: World,
    http: aiohttp.ClientSession,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Client]:
    """A gateway with pages."""
    assert world.offices
    tmp_path = tmp_path_factory.mktemp("dist")
    (tmp_path / "assets").mkdir()
    (tmp_path / "pages.json").write_text(json.dumps(PAGES))
    for page in PAGES:
        (tmp_path / f"{page['name']}.html").write_text(f"<style>p{{}}</style>{page['name']}")
    script = b"// " + b"x" * 500
    (tmp_path / "assets" / "home-1x.js").write_bytes(script)
    (tmp_path / "assets" / "home-1x.js.gz").write_bytes(gzip.compress(script))
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    more = {"port": port, "public_url": base, "web_root": str(tmp_path)}
    async with running(config.model_copy(update=more)):
        await ready(f"{base}/readyz")
        yield Client(http, base)


async def test_a_page_is_shown_at_its_path_whatever_stands_in_it(shop: Client) -> None:
    home, dates = await shop.get("/"), await shop.get("/kantor/jakarta-pusat?service=passport")

    assert [home.status, dates.status] == [200, 200]
    assert home.text.endswith("home")
    assert dates.text.endswith("dates")
    assert dates.headers["Content-Type"] == "text/html; charset=utf-8"
    assert HEADERS.items() <= dict(dates.headers).items()
    assert "'sha256-" in dates.headers["Content-Security-Policy"]


async def test_who_has_a_page_already_is_sent_nothing(shop: Client) -> None:
    first = await shop.get("/")

    again = await shop.get("/", headers={"If-None-Match": first.headers["ETag"]})
    head = await shop.call("HEAD", "/")

    assert (again.status, again.text) == (304, "")
    assert again.headers["Cache-Control"] == "no-cache"
    assert (head.status, head.text) == (200, "")


async def test_a_file_comes_compressed_to_who_can_read_it(shop: Client) -> None:
    path = "/assets/home-1x.js"
    small = await shop.get(path, headers={"Accept-Encoding": "gzip"})
    plain = await shop.get(path, headers={"Accept-Encoding": "identity"})

    assert (small.headers["Content-Encoding"], small.text) == ("gzip", plain.text)
    assert "Content-Encoding" not in plain.headers
    assert int(small.headers["Content-Length"]) < int(plain.headers["Content-Length"])
    assert small.headers["Vary"] == "Accept-Encoding"
    assert "immutable" in small.headers["Cache-Control"]


async def test_a_browser_that_finds_nothing_is_shown_a_page_and_a_program_a_problem(
    shop: Client,
) -> None:
    page = await shop.get("/nowhere", headers=BROWSER)
    problems = [
        await shop.get("/nowhere"),
        await shop.get("/v1/nowhere", headers=BROWSER),
        await shop.post("/nowhere", headers=BROWSER),
    ]

    assert (page.status, page.text.endswith("missing")) == (404, True)
    assert [(one.status, one.json["code"]) for one in problems] == [(404, "not_found")] * 3


@pytest.mark.parametrize(
    "path",
    ["/pages.json", "/home.html", "/assets/home-1x.js.gz", "/..%2f..%2fetc/passwd", "/assets/"],
)
async def test_nothing_else_of_the_folder_is_sent(path: str, shop: Client) -> None:
    assert (await shop.get(path)).status == 404


async def test_whoever_builds_on_the_api_finds_its_pages_where_there_are_others_and_where_not(
    shop: Client, anybody: Client
) -> None:
    for caller in (shop, anybody):
        assert "/docs" in (await caller.get("/developers")).text
        assert (await caller.get("/docs")).status == 200
    assert (await anybody.get("/")).text == (await anybody.get("/developers")).text

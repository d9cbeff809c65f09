"""What a browser opens: the landing page, the readable API, its document. No foreign host."""

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from aiohttp import web

from services.gateway import openapi
from services.gateway.endpoint import Endpoint
from services.gateway.policy import policy_of

# Only files of the package are served: importing it would take a tenth of a gateway's start.
FOUND = find_spec("swagger_ui")
ASSETS = Path(FOUND.origin if FOUND and FOUND.origin else "").parent / "static"
KINDS = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
HERE = Path(__file__).parent / "html"
HOUR = {"Cache-Control": "public, max-age=3600"}


def routes(endpoints: Iterable[Endpoint], *, has_site: bool) -> list[web.RouteDef]:
    """Make the routes of the pages; what they show is read once.

    Whoever comes to `/` finds the citizen's pages, where they were built.
    """
    document = openapi.text(endpoints, "/")

    async def get_openapi(_request: web.Request) -> web.Response:
        return web.Response(text=document, content_type="application/json", headers=HOUR)

    return [
        web.get("/openapi.json", get_openapi),
        _page("/developers", "landing.html"),
        *([] if has_site else [_page("/", "landing.html")]),
        _page("/docs", "docs.html"),
        _file("/docs/start.js", HERE / "start.js", "text/javascript"),
        *(_file(f"/docs/{name}", ASSETS / name, kind) for name, kind in KINDS.items()),
    ]


def _file(path: str, source: Path, kind: str) -> web.RouteDef:
    body = source.read_bytes()

    async def get_file(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type=kind, headers=HOUR)

    return web.get(path, get_file)


def _page(path: str, name: str) -> web.RouteDef:
    text = (HERE / name).read_text(encoding="utf-8")
    headers = HOUR | {"Content-Security-Policy": policy_of(text)}

    async def get_page(_request: web.Request) -> web.Response:
        return web.Response(text=text, content_type="text/html", headers=headers)

    return web.get(path, get_page)

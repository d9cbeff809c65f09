"""`python -m deploy.pages > Caddyfile`: a static server shows what the gateway would show.

Made of what was built, so that paths, policies and how long a thing is kept stand in one place.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping

from services.gateway import site
from services.gateway.middleware import HEADERS, STRICT
from services.gateway.site import Part, Site

FOLDER, PORT = "channels/web/dist", 8080
USUAL = HEADERS | {"Content-Security-Policy": STRICT}
OWN = frozenset({"ETag"})  # the server makes its own


def caddyfile(built: Site, root: str = "/srv/pages", port: int = PORT) -> str:
    """Write the configuration of a server that finds the pages in a folder."""
    shown = {**built.pages, **built.files}
    handled = [_handle(f"@p{n}", path, part) for n, (path, part) in enumerate(shown.items())]
    every = [
        *(f"root * {root}", *_headers(USUAL), "header -Server"),
        *(line for lines in handled for line in lines),
        *_block("handle", ["error 404"]),
        *_block("handle_errors", ["header -Server", *_sent(built.missing, "status 404")]),
    ]
    usual = ["admin off", "auto_https off", "grace_period 8s"]
    return "\n".join([*_block("", usual), *_block(f":{port}", every)]) + "\n"


def pattern_of(path: str) -> str:
    """Match what the gateway's route of a path matches."""
    return "^" + re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) + "$"


def _handle(name: str, path: str, part: Part) -> list[str]:
    return [f"{name} path_regexp {pattern_of(path)}", *_block(f"handle {name}", _sent(part))]


def _sent(part: Part, *more: str) -> list[str]:
    """Send a part, at whatever path it was asked for."""
    told = {name: text for name, text in part.headers.items() if name not in OWN}
    served = _block("file_server", ["precompressed br gzip", *more])
    return [f"rewrite * /{part.name}", *_headers(told), *served]


def _headers(headers: Mapping[str, str]) -> list[str]:
    return list(_block("header", [f'{name} "{text}"' for name, text in headers.items()]))


def _block(head: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"{head} {{".lstrip()
    yield from (f"\t{line}" for line in lines)
    yield "}"


def main() -> None:
    """Print the configuration for what was built here."""
    built = site.find(FOLDER)
    if built is None:
        sys.exit("No pages were built: `make web` does that.")
    sys.stdout.write(caddyfile(built))


if __name__ == "__main__":
    main()

"""Says 503 to a request for a seat where its bytes arrive, before anything is made of them.

In an overload most answers are this one. Made the usual way it costs a request, a response and a
task; where all of a core is taken up, that is what makes even a refusal late.
"""

import os
import re

from aiohttp.helpers import rfc822_formatted_time

from services.gateway import calls
from services.gateway.admission import Admission
from services.gateway.middleware import HEADERS, HSTS, STRICT
from services.gateway.problems import PROBLEM_TYPE, overloaded, write

BEGINS = b"POST /v1/holds HTTP/1.1\r\n"
ROUTE = "/v1/holds"
END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*(?=\r\n)")
ODD = re.compile(
    rb"\r\n(?:transfer-encoding|upgrade|expect|connection(?!:[ \t]*keep-alive[ \t]*\r\n))[ \t]*:"
)
ORIGIN = re.compile(rb"\r\norigin[ \t]*:", re.IGNORECASE)


def is_whole(data: bytes) -> bool:
    """Whether this is one request from its first byte to its last, and nothing besides.

    Whatever is not plain (two lengths, another encoding, a wish about the connection) is not.
    """
    end = data.find(END)
    if end < 0:
        return False
    head = data[: end + 2].lower()
    lengths = LENGTH.findall(head)
    if ODD.search(head) or len(lengths) != head.count(b"\r\ncontent-length"):
        return False
    size = int(lengths[0]) if lengths else 0
    return len(lengths) <= 1 and len(data) == end + len(END) + size


class TurningAway:
    """Turns requests for seats away while there is too much to do.

    Where the API `is_shared` with other origins, what a browser sends from one is left to be read.
    """

    def __init__(self, admission: Admission, *, is_secure: bool, is_shared: bool) -> None:
        self._admission, self._is_shared = admission, is_shared
        fixed = HEADERS | {
            "Content-Security-Policy": STRICT,
            "Cache-Control": "no-store",
            "Content-Type": PROBLEM_TYPE,
        }
        if is_secure:
            fixed |= {"Strict-Transport-Security": HSTS}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fixed.items())
        self._head = f"HTTP/1.1 503 Service Unavailable\r\n{lines}".encode()

    def answer(self, data: bytes) -> bytes | None:
        """Give the answer to one whole request, or None where it is to be read."""
        if not data.startswith(BEGINS) or not self._admission.turns_away():
            return None
        if self._is_shared and ORIGIN.search(data):
            return None
        request_id = os.urandom(16).hex()
        calls.note("POST", ROUTE, 503, 0.0, request_id)
        wait_s, body = write(overloaded())
        own = (
            f"Retry-After: {wait_s}\r\nX-Request-Id: {request_id}\r\n"
            f"Date: {rfc822_formatted_time()}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return self._head + own.encode() + body

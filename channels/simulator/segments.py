"""How long an SMS is: its alphabet and its segments, as 3GPP TS 23.038 and 23.040 count. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_ESCAPED = set("\f^{}\\[~]|€")  # each takes the place of two


@dataclass(frozen=True, slots=True)
class Size:
    """What an SMS takes: `units` are septets of GSM-7 or 16-bit units of UCS-2, `room` is for them.

    `beyond` are the letters for which it had to be UCS-2.
    """

    segments: int
    alphabet: str
    units: int
    room: int
    beyond: str = ""


def measure(text: str) -> Size:
    """Count the segments of a text.

    GSM-7 carries 160 units, or 153 in each of several segments; UCS-2 carries 70, or 67. What
    takes two units is never cut in two, so a segment of several may end with one that is empty.
    """
    beyond = "".join(dict.fromkeys(c for c in text if c not in GSM7 and c not in GSM7_ESCAPED))
    if beyond:
        return _size([len(c.encode("utf-16-be")) // 2 for c in text], "UCS-2", (70, 67), beyond)
    return _size([2 if c in GSM7_ESCAPED else 1 for c in text], "GSM-7", (160, 153))


def _size(widths: Sequence[int], alphabet: str, room: tuple[int, int], beyond: str = "") -> Size:
    one, each = room
    units = sum(widths)
    if units <= one:
        return Size(1, alphabet, units, one, beyond)
    count = _parts(widths, each)
    return Size(count, alphabet, units, count * each, beyond)


def _parts(widths: Sequence[int], each: int) -> int:
    """Fill one segment after the other."""
    count, used = 1, 0
    for width in widths:
        if used + width > each:
            count, used = count + 1, 0
        used += width
    return count

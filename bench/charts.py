"""Draws lines as SVG: a title, axes with units, a legend. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 80, 80, 62, 70
FONT = 'font-family="sans-serif" font-size="13" role="img"'
COLOURS = ("#1b5e8c", "#c4511d", "#3d7a37", "#7b4b94")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its name and its points. `on_right` gives it the axis on the right."""

    name: str
    points: Sequence[tuple[float, float]]
    on_right: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn. `note` stands below: the machine, the day."""

    title: str
    across: str
    up: str
    lines: Sequence[Line]
    right: str = ""
    note: str = ""
    log_across: bool = False


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float
    begin: float
    end: float
    is_log: bool = False

    def place(self, value: float) -> float:
        low, high, value = (self._of(one) for one in (self.low, self.high, value))
        share = (value - low) / (high - low) if high > low else 0.0
        return self.begin + share * (self.end - self.begin)

    def _of(self, value: float) -> float:
        return log10(max(value, 1e-9)) if self.is_log else value


def draw(chart: Chart) -> str:
    """Draw a chart as one SVG document."""
    lines = [line for line in chart.lines if line.points]
    across = _across(chart, lines)
    left = _upward([line for line in lines if not line.on_right])
    right = _upward([line for line in lines if line.on_right])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {FONT}>',
        f"<title>{escape(chart.title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        _text(WIDTH / 2, 24, chart.title, "middle", 'font-size="16" font-weight="bold"'),
        *_axis_across(chart, across, lines),
        *_axis_up(chart.up, left, LEFT, is_left=True),
    ]
    if any(line.on_right for line in lines):
        parts += _axis_up(chart.right, right, WIDTH - RIGHT, is_left=False)
    for number, line in enumerate(lines):
        colour = COLOURS[number % len(COLOURS)]
        parts += _draw_line(line, across, right if line.on_right else left, colour)
        parts += _legend(number, line.name, colour)
    parts += [_text(WIDTH - 8, HEIGHT - 8, chart.note, "end", 'font-size="11" fill="#666"')]
    return "\n".join([*parts, "</svg>", ""])


def _across(chart: Chart, lines: Sequence[Line]) -> _Scale:
    values = [x for line in lines for x, _ in line.points] or [0.0, 1.0]
    low = min(values) if chart.log_across else min(0.0, *values)
    return _Scale(low, max(values), LEFT, WIDTH - RIGHT, chart.log_across)


def _upward(lines: Sequence[Line]) -> _Scale:
    most = max((y for line in lines for _, y in line.points), default=1.0)
    return _Scale(0.0, _rounded(most), HEIGHT - BOTTOM, TOP)


def _rounded(most: float) -> float:
    """Give a round number that is not below."""
    step = 10.0 ** floor(log10(most)) / 2 if most > 0 else 1.0
    return ceil(most / step) * step


def _axis_across(chart: Chart, scale: _Scale, lines: Sequence[Line]) -> list[str]:
    base = HEIGHT - BOTTOM
    parts = [_stroke(LEFT, base, WIDTH - RIGHT, base, "#333")]
    own = sorted({x for line in lines for x, _ in line.points})
    ticks = (
        own
        if chart.log_across
        else [scale.low + n * (scale.high - scale.low) / 5 for n in range(6)]
    )
    for value in ticks:
        x = scale.place(value)
        parts += [
            _stroke(x, base, x, base + 5, "#333"),
            _text(x, base + 19, _number(value), "middle"),
        ]
    middle = (LEFT + WIDTH - RIGHT) / 2
    return [*parts, _text(middle, base + 38, chart.across, "middle")]


def _axis_up(name: str, scale: _Scale, x: float, *, is_left: bool) -> list[str]:
    parts = [_stroke(x, TOP, x, HEIGHT - BOTTOM, "#333")]
    for number in range(6):
        value = scale.low + number * (scale.high - scale.low) / 5
        y = scale.place(value)
        if is_left:
            parts.append(_stroke(x, y, WIDTH - RIGHT, y, "#ddd"))
        place, anchor = (x - 8, "end") if is_left else (x + 8, "start")
        parts.append(_text(place, y + 4, _number(value), anchor))
    at, turn = (18, -90) if is_left else (WIDTH - 14, 90)
    middle = (TOP + HEIGHT - BOTTOM) / 2
    return [*parts, _text(at, middle, name, "middle", f'transform="rotate({turn} {at} {middle})"')]


def _draw_line(line: Line, across: _Scale, up: _Scale, colour: str) -> list[str]:
    places = [f"{across.place(x):.1f},{up.place(y):.1f}" for x, y in line.points]
    how = f'fill="none" stroke="{colour}" stroke-width="2"'
    how += ' stroke-dasharray="6 4"' if line.on_right else ""
    way = f'<polyline points="{" ".join(places)}" {how}/>'
    dots = [
        f'<circle cx="{place.split(",")[0]}" cy="{place.split(",")[1]}" r="3" fill="{colour}"/>'
        for place in places
        if len(places) <= 12
    ]
    return [way, *dots]


def _legend(number: int, name: str, colour: str) -> list[str]:
    x, y = LEFT + 10 + 180 * number, TOP - 12
    return [
        f'<rect x="{x}" y="{y - 9}" width="14" height="10" fill="{colour}"/>',
        _text(x + 20, y, name, "start"),
    ]


def _text(x: float, y: float, words: str, anchor: str, more: str = "") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}'.rstrip()
    return f"<text {place}>{escape(words)}</text>"


def _stroke(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.2g}"

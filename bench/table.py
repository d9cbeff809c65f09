"""Writes the table at the end. Pure."""

from collections.abc import Sequence

from bench.bars.rules import Row

HEADS = ("bar", "what", "value", "n", "least..most", "asked", "stretch", "unit", "holds")


def table(rows: Sequence[Row]) -> str:
    """Write the bars as a table, with what keeps one from holding below it."""
    lines = grid([HEADS, *map(_cells, rows)])
    notes = [f"{row.name}: {word}" for row in rows for word in row.broken]
    return "\n".join(lines + ([""] if notes else []) + notes)


def grid(cells: Sequence[Sequence[str]]) -> list[str]:
    """Write lines of cells under one another, with a rule below the first."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [_line(line, widths) for line in cells]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]


def _cells(row: Row) -> tuple[str, ...]:
    sign = "<=" if row.at_most else ">="
    stretch = shown(row.stretch) if row.stretch is not None else ""
    return (
        row.name,
        row.what,
        shown(row.value),
        str(row.repetitions),
        f"{shown(row.least)}..{shown(row.most)}",
        f"{sign} {shown(row.bar)}",
        stretch,
        row.unit,
        "yes" if row.holds else "NO",
    )


def shown(number: float) -> str:
    """Write a number with three digits that count, and thousands apart."""
    if number == int(number) or abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(c.ljust(width) for c, width in zip(cells, widths, strict=True)).rstrip()

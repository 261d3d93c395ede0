"""Plain-text trees, columns and figures, as `describe()` shows them."""

from __future__ import annotations

import re
from typing import NamedTuple

from lamindb.base.dates import format_datetime, format_duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = [
    "COLUMN_WIDTHS",
    "Node",
    "column_widths",
    "columns",
    "format_datetime",
    "format_duration",
    "format_size",
    "tree",
    "truncate",
    "two_columns",
]

_GAP = "  "
# columns of 30, 37 and 40 characters that keep their blank margins inside
COLUMN_WIDTHS = (29, 35, 39)
_NARROWED, _MARGINS = (30, 35, 40), (1, 2, 1)  # from which narrow terminals take, with margins
_MIN_WIDTH = 6


class Node(NamedTuple):
    """One branch of a tree.

    Attributes
    ----------
    text : str
        May have several lines: they stay together under one guide.
    children : sequence of Node
        Branches below it.
    """

    text: str
    children: Sequence[Node] = ()


def tree(
    title: str,
    sections: Sequence[Node],
    *,
    width: int | None = None,
    strip: bool = False,
    style_guide: Callable[[str], str] = str,
) -> str:
    r"""Draw a tree.

    Parameters
    ----------
    title : str
        The lines on top, without guides.
    sections : sequence of Node
        The branches below the title.
    width : int, optional
        Wrap longer lines at blanks; a longer word, say, a path, stays in one piece.
    strip : bool
        Whether to strip trailing blanks from lines, as for text that isn't shown in a terminal.
    style_guide : callable
        Applied to guides, e.g. `colors.dim`.

    Returns
    -------
    str
        Lines without a final newline.

    Example
    -------
    >>> tree("Artifact: a.txt", [Node("uid: x"), Node("Labels", [Node(".ulabels\n.records")])])
    'Artifact: a.txt\n├── uid: x\n└── Labels\n    └── .ulabels\n        .records'
    """
    lines = [*title.split("\n"), *_branches(sections, width, style_guide)]
    return "\n".join(line.rstrip() for line in lines) if strip else "\n".join(lines)


def _branches(
    nodes: Sequence[Node], width: int | None, style_guide: Callable[[str], str]
) -> Iterator[str]:
    """Lines of all nodes, each with its guide."""
    room = None if width is None else width - len("├── ")
    for index, node in enumerate(nodes):
        is_last = index == len(nodes) - 1
        first, further = ("└── ", "    ") if is_last else ("├── ", "│   ")
        body = [part for line in node.text.split("\n") for part in _wrap(line, room)]
        body.extend(_branches(node.children, room, style_guide))
        yield style_guide(first) + body[0]
        for line in body[1:]:
            yield (style_guide(further) if further.strip() else further) + line


def _wrap(line: str, width: int | None) -> list[str]:
    """Break a line at blanks unless it fits."""
    if width is None or len(line.rstrip()) <= width:
        return [line]
    lines = [""]
    for word in re.findall(r"\s*\S+\s*", line):
        if lines[-1] and len((lines[-1] + word).rstrip()) > width:
            lines.append("")
        lines[-1] += word
    return lines


def two_columns(cells: Sequence[str]) -> list[str]:
    """Arrange cells in two columns, left to right.

    Parameters
    ----------
    cells : sequence of str
        Texts like `hash: …`.

    Returns
    -------
    list of str
        Lines of the same length: each column is as wide as its widest cell, with 2 blanks between.

    Example
    -------
    >>> two_columns(["uid: x", "kind: dataset", "size: 6 B"])
    ['uid: x     kind: dataset', 'size: 6 B               ']
    """
    left, right = cells[::2], [*cells[1::2], ""][: (len(cells) + 1) // 2]
    left_width, right_width = (max(map(len, column), default=0) for column in (left, right))
    gap = _GAP if right_width else ""
    return [f"{a:<{left_width}}{gap}{b:<{right_width}}" for a, b in zip(left, right, strict=True)]


def columns(rows: Sequence[Sequence[str]], widths: Sequence[int] = COLUMN_WIDTHS) -> list[str]:
    """Arrange rows in columns of fixed width, with 2 blanks between.

    Parameters
    ----------
    rows : sequence of sequences of str
        Shorter rows are filled up with empty cells.
    widths : sequence of int
        Characters per column; longer cells are cut with `…`.

    Returns
    -------
    list of str
        Lines of the same length.

    Example
    -------
    >>> columns([["donor", "str"], ["temperature", "float"]], widths=(8, 5))
    ['donor     str  ', 'tempera…  float']
    """
    return [_GAP.join(_cells(row, widths)) for row in rows]


def column_widths(room: int | None = None) -> tuple[int, ...]:
    """Widths of columns that fit into a terminal.

    Parameters
    ----------
    room : int, optional
        Characters that a row may have; None does not limit it.

    Returns
    -------
    tuple of int
        `COLUMN_WIDTHS` if they fit; else each column gives the same number of characters.

    Example
    -------
    >>> column_widths(72)
    (18, 22, 28)
    """
    if room is None or room >= sum(COLUMN_WIDTHS) + len(_GAP) * (len(COLUMN_WIDTHS) - 1):
        return COLUMN_WIDTHS
    excess = max(0, sum(_NARROWED) - room)
    widths = []
    for index, (full, margin) in enumerate(zip(_NARROWED, _MARGINS, strict=True)):
        share = round(excess / (len(_NARROWED) - index))
        excess -= share
        widths.append(max(_MIN_WIDTH, full - share - margin))
    return tuple(widths)


def _cells(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """Cells of a row, each exactly as wide as its column."""
    for index, width in enumerate(widths):
        cell = " ".join(row[index].splitlines()) if index < len(row) else ""
        yield truncate(cell, width).ljust(width)


def truncate(text: str, width: int) -> str:
    """Cut a text to a width, marking the cut with `…`.

    Parameters
    ----------
    text : str
        Any text.
    width : int
        Characters, at least 1.

    Returns
    -------
    str

    Example
    -------
    >>> truncate("bionty.ExperimentalFactor", 12)
    'bionty.Expe…'
    """
    return text if len(text) <= width else text[: width - 1] + "…"


def format_size(n_bytes: int | None) -> str:
    """Write a number of bytes for people.

    Parameters
    ----------
    n_bytes : int or None
        Bytes.

    Returns
    -------
    str
        In units of 1024: `6 B`, `10.1 KB`, …, `TB`; `None` if it isn't known.

    Example
    -------
    >>> format_size(10354)
    '10.1 KB'
    """
    if n_bytes is None:
        return "None"
    if n_bytes < 1024:
        return f"{n_bytes} B"
    size = float(n_bytes)
    for unit in ("KB", "MB", "GB"):
        size /= 1024
        # what would be shown as 1024.0 belongs to the next unit
        if round(size, 1) < 1024:
            return f"{size:.1f} {unit}"
    return f"{size / 1024:.1f} TB"

"""Shows figures as a table or as JSON."""

from __future__ import annotations

import json

from rich.console import Console
from rich.table import Table

from benchmarks.registry import Figure, Workload

MIB = 2**20
HEADERS = ("workload", "", "minimum", "median", "goal", "floor", "ratio", "")


def table(figures: list[Figure]) -> str:
    """One line per figure: milliseconds or MiB, the ratio in multiples of the floor."""
    grid = Table(box=None, pad_edge=False)
    for number, header in enumerate(HEADERS):
        grid.add_column(header, justify="left" if number in (0, 1, 7) else "right", no_wrap=True)
    for figure in figures:
        grid.add_row(
            figure.workload.name,
            figure.workload.title,
            _amount(figure.minimum, figure.workload),
            _amount(figure.median, figure.workload),
            _goal(figure),
            _amount(figure.floor, figure.workload),
            "" if figure.ratio is None else f"{figure.ratio:.2f}",
            {None: "", True: "ok", False: "over"}[figure.ok],
        )
    console = Console(width=140)
    with console.capture() as capture:
        console.print(grid)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def as_json(figures: list[Figure]) -> str:
    """A list of objects; durations in seconds, sizes in bytes."""
    return json.dumps(
        [
            {
                "name": figure.workload.name,
                "title": figure.workload.title,
                "unit": figure.workload.unit,
                "minimum": figure.minimum,
                "median": figure.median,
                "goal": _goal(figure) or None,
                "floor": figure.floor,
                "ratio": figure.ratio,
                "ok": figure.ok,
            }
            for figure in figures
        ],
        indent=2,
    )


def _amount(amount: float | None, workload: Workload) -> str:
    if amount is None:
        return ""
    return f"{amount / MIB:,.1f} MiB" if workload.unit == "bytes" else f"{amount * 1000:,.2f} ms"


def _goal(figure: Figure) -> str:
    workload = figure.workload
    if workload.goal is None:
        return ""
    if workload.times_floor:
        return f"{workload.goal:g} × floor"
    if workload.unit == "bytes":
        goal = f"{workload.goal / MIB:g} MiB"
    else:
        goal = f"{workload.goal * 1000:g} ms"
    return f"floor + {goal}" if workload.over_floor else goal

"""What a workload is, and the table of all workloads."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

RUNS = 9


@dataclass(frozen=True)
class Workload:
    """Something that is measured several times.

    Parameters
    ----------
    name
        What the command line calls it.
    title
        What is done, for the table.
    measure
        Called with the number of runs; returns one duration in seconds per run, or with another
        `unit` one number of bytes.
    goal
        Upper limit of the median; with `over_floor`, of the median minus the floor's median; with
        `times_floor`, of their ratio. None for floors.
    floor
        Name of the workload that is the least one could do, measured along.
    unit
        Of the figures and of the goal.
    """

    name: str
    title: str
    measure: Callable[[int], list[float]]
    goal: float | None = None
    floor: str | None = None
    over_floor: bool = False
    times_floor: bool = False
    unit: Literal["seconds", "bytes"] = "seconds"


@dataclass(frozen=True)
class Figure:
    """The outcome of one workload, in its unit."""

    workload: Workload
    minimum: float
    median: float
    floor: float | None

    @property
    def ratio(self) -> float | None:
        """How many times the floor it takes."""
        return self.median / self.floor if self.floor else None

    @property
    def ok(self) -> bool | None:
        """Whether the goal is met; None where there is no goal."""
        goal = self.workload.goal
        if goal is None:
            return None
        if self.workload.times_floor:
            return self.ratio is not None and self.ratio <= goal
        return self.median - (self.floor or 0 if self.workload.over_floor else 0) <= goal


WORKLOADS: dict[str, Workload] = {}


def register(*workloads: Workload) -> None:
    """Add workloads; a floor is registered before what refers to it."""
    for workload in workloads:
        assert workload.floor is None or workload.floor in WORKLOADS, workload.floor
        WORKLOADS[workload.name] = workload


def run(names: list[str], runs: int = RUNS) -> list[Figure]:
    """Measure the named workloads and their floors, in the order of registration.

    Raises
    ------
    KeyError
        If there is no workload of a name.
    """
    floors = {WORKLOADS[name].floor for name in names}
    figures: dict[str, Figure] = {}
    for name, workload in WORKLOADS.items():
        if name in names or name in floors:
            durations = workload.measure(runs)
            floor = figures[workload.floor].median if workload.floor else None
            median = statistics.median(durations)
            figures[name] = Figure(workload, min(durations), median, floor)
    return list(figures.values())


def alternate(
    floor: Callable[[int], object], step: Callable[[int], object], runs: int
) -> tuple[list[float], list[float]]:
    """Seconds of the floor and of the step, in turns: both meet the disk in the same mood.

    The steps get the number of the run. Run 0 warms up and doesn't count.
    """
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(runs + 1):
        for times_of_one, one in zip(times, (floor, step), strict=True):
            times_of_one.append(elapsed(one, number))
    return times[0][1:], times[1][1:]


def elapsed(step: Callable[[int], object], number: int) -> float:
    """Seconds that a step takes."""
    start = time.perf_counter()
    step(number)
    return time.perf_counter() - start

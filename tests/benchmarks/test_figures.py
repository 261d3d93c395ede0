"""The benchmark command measures, compares with goals and floors, and reports."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import registry, report
from benchmarks.children import run_child, scratch
from benchmarks.registry import Figure, Workload


def workload(**options) -> Workload:
    return Workload("w", "some work", lambda runs: [0.0] * runs, **options)


@pytest.mark.parametrize(
    ("options", "median", "floor", "ok"),
    [
        ({}, 9.0, None, None),
        ({"goal": 1.0}, 1.0, None, True),
        ({"goal": 1.0}, 1.1, None, False),
        ({"goal": 1.0, "floor": "f"}, 1.1, 1.0, False),
        ({"goal": 1.0, "floor": "f", "over_floor": True}, 1.9, 1.0, True),
        ({"goal": 1.0, "floor": "f", "over_floor": True}, 2.1, 1.0, False),
        ({"goal": 1.25, "floor": "f", "times_floor": True}, 4.9, 4.0, True),
        ({"goal": 1.25, "floor": "f", "times_floor": True}, 5.1, 4.0, False),
    ],
)
def test_when_a_goal_is_met(options, median, floor, ok):
    assert Figure(workload(**options), minimum=median, median=median, floor=floor).ok is ok


def test_the_table_shows_goal_floor_and_verdict():
    good = Figure(workload(goal=0.06, floor="f", over_floor=True), 0.04, 0.05, 0.01)
    bad = Figure(workload(goal=1.25, floor="f", times_floor=True), 0.02, 0.02, 0.01)
    header, *lines = report.table([good, bad]).splitlines()
    assert header.split() == ["workload", "minimum", "median", "goal", "floor", "ratio"]
    assert [line.split("  ")[-1].strip() for line in lines] == ["ok", "over"]
    assert "50.00 ms  floor + 60 ms  10.00 ms   5.00  ok" in lines[0]
    assert "1.25 × floor" in lines[1]


def test_sizes_are_shown_in_mebibytes():
    goal = workload(goal=200 * 2**20, unit="bytes")
    figures = [Figure(goal, 2**20, 150 * 2**20, None), Figure(goal, 2**20, 201 * 2**20, None)]
    assert [figure.ok for figure in figures] == [True, False]
    line = report.table(figures).splitlines()[1]
    assert line.split()[3:] == ["1.0", "MiB", "150.0", "MiB", "200", "MiB", "ok"]
    shown = json.loads(report.as_json(figures))[0]
    assert (shown["unit"], shown["median"], shown["goal"]) == ("bytes", 150 * 2**20, "200 MiB")


def test_a_floor_and_what_it_carries_take_turns():
    order = []
    floors, times = registry.alternate(
        lambda number: order.append(("floor", number)),
        lambda number: order.append(("step", number)),
        runs=2,
    )
    assert order == [(name, number) for number in range(3) for name in ("floor", "step")]
    assert (len(floors), len(times)) == (2, 2), "the first run only warms up"


def test_naming_a_workload_measures_its_floor_too(capsys, monkeypatch):
    monkeypatch.setattr(registry, "WORKLOADS", {})
    registry.register(
        Workload("floor", "the least", lambda runs: [1.0] * runs),
        Workload("slow", "too slow", lambda runs: [2.0, 3.0, 4.0][:runs], goal=2.0, floor="floor"),
        Workload("other", "not asked for", lambda runs: [1.0]),
    )
    assert command.main(["slow", "--runs", "3", "--json"]) == 1
    floor, slow = json.loads(capsys.readouterr().out)
    assert (floor["name"], floor["median"], floor["ok"]) == ("floor", 1.0, None)
    assert (slow["minimum"], slow["median"], slow["ratio"]) == (2.0, 3.0, 3.0)
    assert (slow["goal"], slow["ok"]) == ("2000 ms", False)
    assert command.main(["floor"]) == 0


def test_an_unknown_name_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit, match="2"):
        command.main(["imports"])
    assert "unknown workload imports; known are " in capsys.readouterr().err


def test_cpu_time_of_a_child_excludes_sleeping():
    cpu, elapsed = run_child("-S", "-c", "import time; time.sleep(0.5)")
    assert elapsed >= 0.5
    assert cpu < elapsed - 0.3


def test_a_failing_child_is_an_error_with_its_output():
    with pytest.raises(RuntimeError, match=r"(?s)exited with 3:\nsorry"):
        run_child("-c", "print('sorry'); raise SystemExit(3)")


def test_scratch_folders_are_isolated_and_leave_nothing(monkeypatch):
    monkeypatch.setenv("LAMIN_CURRENT_INSTANCE", "someone/else")
    before, cwd = dict(os.environ), Path.cwd()
    with scratch() as folder:
        assert Path.cwd() == folder
        assert "LAMIN_CURRENT_INSTANCE" not in os.environ
        assert os.environ["LAMIN_SETTINGS_DIR"] != before["LAMIN_SETTINGS_DIR"]
    assert (dict(os.environ), Path.cwd()) == (before, cwd)
    assert not folder.exists()


def test_the_floors_can_be_measured():
    from benchmarks.saving import artifact_floor, label_floor
    from benchmarks.startup import interpreter

    start = time.perf_counter()
    for measure in (artifact_floor, label_floor, interpreter):
        assert all(0 < seconds < 5 for seconds in measure(2))
    assert time.perf_counter() - start < 60

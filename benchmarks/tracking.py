"""What tracking costs: the calls in a running process, and a whole script."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.children import cpu_times, run_child, scratch
from benchmarks.registry import Workload, register

INIT = "import lamindb as ln; ln.setup.init(storage='./store', name='bench')"
SCRIPT = "import lamindb as ln\nln.track()\nln.finish()\n"
IMPORT = "import lamindb as ln; assert ln.Run.filter().count() >= 0\n"
WARM = """
import json, subprocess, sys, time
import lamindb as ln

started = []
sys.addaudithook(lambda event, _: started.append(event) if event == "subprocess.Popen" else None)
times = {"track": [], "finish": []}
for _ in range(int(sys.argv[1]) + 1):
    for name in times:
        start = time.perf_counter()
        getattr(ln, name)()
        times[name].append(time.perf_counter() - start)
assert not started, started
print(json.dumps(times))
"""


def warm(name: str, runs: int) -> list[float]:
    """Elapsed times of a call in a process that tracked before."""
    with scratch():
        run_child("-c", INIT)
        Path("train.py").write_text(WARM)
        output = subprocess.run(
            [sys.executable, "train.py", str(runs)], check=True, capture_output=True, text=True
        ).stdout
        times: list[float] = json.loads(output.splitlines()[-1])[name]
        return times[1:]


def track(runs: int) -> list[float]:
    """`ln.track()` of a script: transform, run, environment, source code."""
    return warm("track", runs)


def finish(runs: int) -> list[float]:
    """`ln.finish()` of a script: its log is stored as report."""
    return warm("finish", runs)


def script(runs: int) -> list[float]:
    """A process that does nothing but `ln.track()` and `ln.finish()`."""
    return of_script(runs, SCRIPT)


def query(runs: int) -> list[float]:
    """A process that connects and queries once: the floor of a tracked script."""
    return of_script(runs, IMPORT)


def of_script(runs: int, code: str) -> list[float]:
    """CPU times of a script in a new instance."""
    with scratch():
        run_child("-c", INIT)
        Path("train.py").write_text(code)
        return cpu_times(runs, "train.py")


register(
    Workload("track", "ln.track() of a script, warm", track, 0.150),
    Workload("finish", "ln.finish() of a script, warm", finish, 0.100),
    Workload("query", "script that connects and queries (CPU)", query),
    Workload("script", "script with track and finish (CPU)", script, 0.600, floor="query"),
)

"""Runs child processes in a scratch folder and measures what they cost."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """An empty working directory with its own settings; the environment is restored afterwards."""
    environment, cwd = dict(os.environ), Path.cwd()
    for name in list(os.environ):
        # Users' Python keeps compiled modules, so that only the first run compiles them.
        if name.startswith(("LAMIN_", "LAMINDB_")) or name == "PYTHONDONTWRITEBYTECODE":
            del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="lamin-bench-") as name:
        folder = Path(name)
        os.environ["LAMIN_SETTINGS_DIR"] = str(folder / "settings")
        os.environ["LAMIN_CACHE_DIR"] = str(folder / "cache")
        os.environ["PYTHONPATH"] = os.pathsep.join((str(ROOT), str(ROOT / "compat")))
        work = folder / "work"
        work.mkdir()
        os.chdir(work)
        try:
            yield work
        finally:
            os.chdir(cwd)
            os.environ.clear()
            os.environ.update(environment)


def run_child(*arguments: str) -> tuple[float, float]:
    """Run `python arguments…` and return its CPU time (user + system) and elapsed time."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(child.pid, 0)
        elapsed = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            output.seek(0)
            text = output.read().decode(errors="replace")
            raise RuntimeError(f"{' '.join(arguments)!r} exited with {child.returncode}:\n{text}")
    return usage.ru_utime + usage.ru_stime, elapsed


def cpu_times(runs: int, *arguments: str) -> list[float]:
    """CPU seconds of each of several runs, after one run that fills the caches."""
    run_child(*arguments)
    return [run_child(*arguments)[0] for _ in range(runs)]

"""SIGKILL after each step that changes the disk: what `test_killed_transfers` leaves to chance."""

from __future__ import annotations

import random
import signal

import pytest

import lamindb as ln
from tests.concurrency.test_killed_transfers import OPERATIONS, START, write_sources
from tests.support.forks import ForkServer

N_STEPS = 20
FILE_SIZE = 300_000

# Steps are calls to the system and to SQLite, and what the modules that move files return from.
COUNT_STEPS = """
import signal, sqlite3
last = globals().get("KILL_AFTER", 0)

def go():
    global n_steps
    n_steps = 0

    def is_step(frame, event, function):
        if event == "return":
            return frame.f_code.co_filename.endswith(("storage/disk.py", "storage/atomic.py"))
        if event != "c_return":
            return False
        owner = getattr(function, "__self__", None)
        return isinstance(owner, (sqlite3.Connection, sqlite3.Cursor)) or (
            getattr(owner, "__name__", "") == "posix"
            and function.__name__ not in {"fspath", "stat", "lstat", "fstat", "getpid", "urandom"}
        )

    def count(frame, event, argument):
        global n_steps
        if is_step(frame, event, argument):
            n_steps += 1
            if n_steps == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
"""
SHOW_STEPS = """
sys.setprofile(None)
print("steps:", n_steps)
"""


@pytest.mark.parametrize("kind", ["file", "folder"])
@pytest.mark.parametrize("operation", ["save", "new version", "replace", "delete"])
def test_killed_after_each_step(instance, operation, kind) -> None:
    code, storage = OPERATIONS[operation], ln.Storage.get()
    counted = START + COUNT_STEPS + code.code + SHOW_STEPS
    generator = random.Random(f"{operation} {kind}")
    n_killed = 0
    with ForkServer() as forks:
        write_sources("dry-run", kind, generator, FILE_SIZE)
        n_steps = int(forks.run(counted, "dry-run", kind, storage.uid).split()[-1])
        steps = generator.sample(range(1, n_steps + 1), N_STEPS)
        for step in sorted(steps):
            name = f"step-{step}"
            write_sources(name, kind, generator, FILE_SIZE)
            child = forks.start(f"KILL_AFTER = {step}\n{counted}", name, kind, storage.uid)
            n_killed += child.end() == -signal.SIGKILL
            forks.run(START + code.check, name, kind, storage.uid)
    # the last steps may not come, as the dry run filled caches
    assert n_killed >= 0.8 * N_STEPS, f"only {n_killed} were killed"

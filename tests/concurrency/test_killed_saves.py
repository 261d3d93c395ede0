"""SIGKILL at random points of `save()`: the instance stays whole, the save can be repeated."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import lamindb as ln
from lamindb.base.hashing import hash_file

N_KILLS = 50

SAVE = """
import sys
import lamindb as ln
ln.settings.creation.artifact_silence_missing_run_warning = True
ln.Artifact.filter().count()
print("ready", flush=True)
sys.stdin.readline()
for path in sys.argv[1:]:
    ln.Artifact(path, key=path).save()
print("done", flush=True)
"""


def check_all_artifacts() -> None:
    """Every listed artifact has all of its bytes."""
    for artifact in ln.Artifact.filter(branch=None):
        assert not artifact._storage_ongoing, artifact
        path = Path(artifact.path)
        assert path.exists(), artifact
        assert hash_file(path).hash == artifact.hash, artifact


def test_killed_saves_lose_nothing(instance) -> None:
    generator = random.Random(1)
    n_killed = 0
    for i in range(N_KILLS):
        paths = []
        for j in range(8):
            path = Path(f"file-{i}-{j}.txt")
            path.write_text(f"{i} {j} " * generator.randint(1, 40_000))
            paths.append(str(path))
        process = subprocess.Popen(
            [sys.executable, "-c", SAVE, *paths],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert any(line.strip() == "ready" for line in iter(process.stdout.readline, ""))
        process.stdin.write("\n")
        process.stdin.flush()
        time.sleep(generator.uniform(0.0, 0.05))
        os.kill(process.pid, signal.SIGKILL)
        n_killed += process.wait() == -signal.SIGKILL and "done" not in process.stdout.read()
        check_all_artifacts()
        repeated = [ln.Artifact(path, key=path).save() for path in paths]
        assert [a.load() for a in repeated] == [Path(path).read_text() for path in paths]
        assert ln.Artifact.filter().count() == 8 * (i + 1)
    assert n_killed >= N_KILLS // 2, "hardly any process was killed while it saved"
    check_all_artifacts()

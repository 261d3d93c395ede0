"""Tracking writes the same rows to Postgres."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import lamindb as ln
import lamindb.setup
from lamindb.errors import InvalidArgument, NoWriteAccess
from lamindb.tracking.inputs import link_run_input
from tests.tracking.conftest import Script
from tests.tracking.test_endings import signalled


@pytest.fixture
def postgres_instance(in_tmp: Path, postgres_url: str) -> None:
    lamindb.setup.init(storage="./store", name="test", db=postgres_url)


def test_versions_inputs_and_params(postgres_instance, script: Script) -> None:
    ln.Project(name="My project").save()
    Path("in.txt").write_text("content")
    ln.Artifact("in.txt", key="in.txt", run=False).save()
    params = {"lr": 0.01, "nul": "a\0b", "nested": {"token": "abc", "nan": float("nan")}}
    ln.track(path=script(code="x = 1\0"), params=params, project="My project")
    run = ln.context.run
    for _ in range(2):
        ln.Artifact.get(key="in.txt").load()
    ln.finish()
    stored = ln.Run.get(run.uid)
    assert stored.status == "completed"
    assert stored.params == {"lr": 0.01, "nested": {"token": "***REDACTED***", "nan": None}}
    assert ln.Run.filter(params__lr=0.01).one() == run
    assert stored.inputs.to_list("key") == ["in.txt"]
    assert stored.environment.description == "requirements.txt"
    first = stored.transform
    ln.track(path=script(code="x = 2"))
    assert ln.context.transform.uid == f"{first.stem_uid}0001"
    ln.track(path=script(code="x = 1\0"))
    assert ln.context.transform == first
    Path("train.py").rename("other.py")
    ln.track(path="other.py")
    assert (ln.context.transform, ln.context.transform.key) == (first, "other.py")


def test_errors_leave_nothing(postgres_instance, script: Script) -> None:
    with pytest.raises(InvalidArgument):
        ln.track(path=script(), plan="missing")
    with pytest.raises(ValueError, match="entrypoint"):
        ln.track(path=script(), entrypoint="a" * 256)
    assert ln.Transform.filter().count() == ln.Run.filter().count() == 0


def test_refused_writes(postgres_instance) -> None:
    from django.db import connection

    Path("in.txt").write_text("content")
    artifact = ln.Artifact("in.txt", key="in.txt", run=False).save()
    ln.track(ln.Transform(key="pipeline").save())
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    with pytest.raises(NoWriteAccess, match="Cannot link inputs"):
        link_run_input([artifact])
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = off")


def test_processes_that_start_at_the_same_time(postgres_instance, script: Script) -> None:
    code = "import lamindb as ln\nln.track()\nln.finish()\n"
    for n_versions in (1, 2):
        path = script("batch.py", f"{code}# {n_versions}\n")
        command = [sys.executable, str(path)]
        jobs = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(4)]
        assert [job.wait(120) for job in jobs] == [0, 0, 0, 0]
        assert ln.Transform.filter(key="batch.py").count() == n_versions
    assert ln.Transform.get(key="batch.py").runs.count() == 4


def test_a_signal_inside_of_a_transaction(postgres_instance, script: Script) -> None:
    code = """
import lamindb as ln
ln.track()
from django.db import connection, transaction
with transaction.atomic(), connection.cursor() as cursor:
    ln.ULabel(name="never there").save()
    print("ready", flush=True)
    cursor.execute("SELECT pg_sleep(5)")
    cursor.execute("SELECT pg_sleep(60)")
"""
    assert signalled(script(code=code), signal.SIGTERM) == -signal.SIGTERM
    run = ln.Run.filter().one()
    assert (run.status, ln.ULabel.filter().count()) == ("aborted", 0)
    assert "Process terminated by signal 15 (SIGTERM)" in run.report.path.read_text()

"""How runs of scripts end: status, report, and exit status of the process."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import lamindb as ln
from tests.support.processes import run_interpreter
from tests.tracking.conftest import Script

TRACK = "import lamindb as ln\nln.track()\n"


def ended(path: Path, *arguments: str) -> tuple[int, str, str, str]:
    """Exit status, status of the run, its log, and what was printed to stderr."""
    result = run_interpreter(*arguments, str(path), cwd=path.parent)
    run = ln.Run.filter().order_by("-id").first()
    assert run is not None, result.stderr
    assert run.finished_at is not None or run.status == "started"
    log = run.report.path.read_text() if run.report is not None else ""
    return result.returncode, run.status, log, result.stderr


def test_exception(instance, script: Script) -> None:
    status, run_status, log, stderr = ended(script(code=f"{TRACK}print('before')\n1 / 0\n"))
    assert (status, run_status) == (1, "errored")
    lines = log.splitlines()
    assert lines[0] == "→ connected lamindb: anonymous/test"
    assert lines[1].startswith("→ created Transform('")
    assert "before" in lines
    assert lines[-1] == "ZeroDivisionError: division by zero"
    # shown once, as without tracking
    assert stderr.splitlines()[0] == "Traceback (most recent call last):"
    assert stderr.count("ZeroDivisionError") == 1


@pytest.mark.parametrize(
    ("code", "status", "run_status"),
    [
        ("print('the end')", 0, "completed"),
        ("import sys; sys.exit()", 0, "completed"),
        ("import sys; sys.exit(0)", 0, "completed"),
        ("import sys; sys.exit(3)", 3, "errored"),
        ("import sys; sys.exit('that went wrong')", 1, "errored"),
        ("from sys import exit; exit(3)", 3, "errored"),
        ("raise SystemExit", 0, "completed"),
        ("raise SystemExit(0)", 0, "completed"),
        ("raise SystemExit(3)", 3, "errored"),
        ("import sys\ntry: sys.exit(3)\nexcept SystemExit: pass", 0, "completed"),
        ("import argparse; argparse.ArgumentParser().parse_args(['--what'])", 2, "errored"),
        ("import click\n@click.command()\ndef f(): pass\nf(['--what'])", 2, "errored"),
        ("raise KeyboardInterrupt", -signal.SIGINT, "aborted"),
    ],
)
def test_without_finish(instance, script: Script, code: str, status: int, run_status: str) -> None:
    path = script(code=f"{TRACK}{code}\n")
    assert ended(path)[:2] == (status, run_status)
    assert ln.Run.filter().one().report is not None


def test_as_a_module(instance, script: Script, in_tmp: Path) -> None:
    script("tool.py", f"{TRACK}import sys; sys.exit(3)\n")
    result = run_interpreter("-m", "tool", cwd=in_tmp, env={"PYTHONPATH": ""})
    run = ln.Run.filter().one()
    assert (result.returncode, run.status) == (3, "errored"), result.stderr
    assert run.transform.key == "tool.py"


def test_an_error_after_finish_changes_nothing(instance, script: Script) -> None:
    path = script(code=f"{TRACK}ln.finish()\nprint('afterwards')\n1 / 0\n")
    status, run_status, log, stderr = ended(path)
    assert (status, run_status) == (1, "completed")
    assert "afterwards" not in log
    assert "ZeroDivisionError" not in log
    assert "ZeroDivisionError" in stderr


def test_finish_removes_all_hooks(instance, script: Script) -> None:
    code = f"""
import signal, sys, threading
def hooks():
    return [sys.stdout, sys.stderr, sys.excepthook, sys.exit,
            signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)]
before = hooks()
{TRACK}
during = hooks()
ln.finish()
assert hooks() == before, hooks()
assert not [a for a, b in zip(before, during) if a == b]
"""
    assert ended(script(code=code))[:2] == (0, "completed")


def test_tracking_again_leaves_the_first_run_as_it_is(instance, script: Script) -> None:
    code = f"{TRACK}first = ln.context.run\nprint('one')\nln.track()\nprint('two')\nln.finish()\n"
    status, run_status, log, _ = ended(script(code=code))
    assert (status, run_status) == (0, "completed")
    assert "\ntwo\n" in log
    assert "\none\n" not in log
    first = ln.Run.filter().order_by("id").first()
    assert (first.status, first.report) == ("started", None)


def test_without_capture(instance, script: Script) -> None:
    code = "import lamindb as ln\nln.track(stream_tracking=False)\n1 / 0\n"
    assert ended(script(code=code))[:3] == (1, "started", "")


def test_capture_of_a_pipeline(instance, in_tmp: Path, capsys) -> None:
    ln.track(ln.Transform(key="pipeline").save(), stream_tracking=True)
    run = ln.context.run
    sys.stdout.write("one step\n")
    ln.finish()
    assert "one step" in run.report.path.read_text()


def test_secrets_are_not_in_the_log(instance, script: Script) -> None:
    code = """
import lamindb as ln
ln.track(params={"hub": {"api_token": "abcdefgh"}, "url": "postgresql://me:pass@host/db"})
print("using", "abcdefgh", "postgresql://me:pass@host/db")
ln.finish()
"""
    path = script(code=code)
    result = run_interpreter(str(path), "--password", "hidden!", cwd=path.parent)
    assert result.returncode == 0, result.stderr
    run = ln.Run.filter().one()
    log = run.report.path.read_text()
    assert "using ***REDACTED*** ***REDACTED***" in log
    for secret in ("abcdefgh", "pass@", "hidden!"):
        assert secret not in log
    assert run.params["hub"] == {"api_token": "***REDACTED***"}


def test_each_run_has_its_own_report(instance, script: Script) -> None:
    code = "import lamindb as ln\nln.settings.verbosity = 'error'\nln.track()\n"
    path = script(code=code)
    for _ in range(2):
        assert ended(path)[:2] == (0, "completed")
    reports = [run.report for run in ln.Run.filter()]
    assert len({report.uid for report in reports}) == 2
    assert {report.description for report in reports} == {
        f"log streams of run {run.uid}" for run in ln.Run.filter()
    }


def test_a_failing_report_is_a_warning(instance, script: Script) -> None:
    code = f"{TRACK}from lamindb.tracking import run_log\n" + (
        "def fail(*_): raise OSError('disk full')\nrun_log.store_report = fail\n"
    )
    path = script(code=code)
    result = run_interpreter(str(path), cwd=path.parent)
    run = ln.Run.filter().one()
    assert f"! could not save the log of Run('{run.uid}'): disk full\n" in result.stdout
    assert (result.returncode, run.status, run.report) == (0, "completed", None)


# -- signals -------------------------------------------------------------------------------------


def signalled(path: Path, number: int) -> int:
    """Start a script, send it a signal once it prints `ready`, and return its exit status."""
    process = subprocess.Popen(
        [sys.executable, str(path)], cwd=path.parent, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line == "ready\n":
            break
    time.sleep(0.5)  # until it sleeps
    process.send_signal(number)
    process.stdout.read()
    return process.wait(60)


SLEEP = "import time\nprint('ready', flush=True)\ntime.sleep(60)\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal(instance, script: Script, number: int) -> None:
    start = time.monotonic()
    assert signalled(script(code=f"{TRACK}{SLEEP}"), number) == -number
    assert time.monotonic() - start < 50
    run = ln.Run.filter().one()
    assert (run.status, run._status_code) == ("aborted", 2)
    log = run.report.path.read_text()
    name = signal.Signals(number).name
    assert f"\nProcess terminated by signal {number} ({name})\n" in log
    assert "time.sleep(60)" in log


def test_signal_inside_of_a_transaction(instance, script: Script) -> None:
    code = f"""{TRACK}
from django.db import transaction
with transaction.atomic():
    ln.ULabel(name="never there").save()
    {SLEEP.strip().replace(chr(10), chr(10) + "    ")}
"""
    for number in (signal.SIGTERM, signal.SIGINT):
        assert signalled(script(code=code), number) == -number
    assert [run.status for run in ln.Run.filter()] == ["aborted", "aborted"]
    assert ln.ULabel.filter().count() == 0


def test_own_handlers_are_called(instance, script: Script) -> None:
    code = f"""
import signal, sys
def stop(number, frame):
    print("stopping")
    sys.exit(7)
signal.signal(signal.SIGTERM, stop)
{TRACK}{SLEEP}"""
    assert signalled(script(code=code), signal.SIGTERM) == 7
    assert ln.Run.filter().one().status == "aborted"


def test_ignored_signals_stay_ignored(instance, script: Script) -> None:
    code = f"""
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
{TRACK}
os.kill(os.getpid(), signal.SIGTERM)
ln.finish()
"""
    assert ended(script(code=code))[:2] == (0, "completed")


def test_an_interrupt_that_is_handled(instance, script: Script) -> None:
    """As training loops do: the user stops early and keeps what there is."""
    code = (
        f"{TRACK}try:\n    raise_it()\nexcept KeyboardInterrupt:\n    print('early')\nln.finish()\n"
    )
    code = code.replace("raise_it()", "import os, signal; os.kill(os.getpid(), signal.SIGINT)")
    assert ended(script(code=code))[:2] == (0, "completed")


def test_a_fork_does_not_end_the_run(instance, script: Script) -> None:
    code = f"""
import os, sys
{TRACK}
if os.fork() == 0:
    sys.exit(3)
os.wait()
assert ln.Run.get(ln.context.run.uid).status == "started"
ln.finish()
"""
    assert ended(script(code=code))[:2] == (0, "completed")


def test_in_a_thread(instance, script: Script) -> None:
    code = """
import threading
import lamindb as ln
def main():
    ln.track(key="a", source_code="1", stream_tracking=True)
    print("in a thread")
    ln.finish()
thread = threading.Thread(target=main)
thread.start()
thread.join()
"""
    status, run_status, log, _ = ended(script(code=code))
    assert (status, run_status) == (0, "completed")
    assert "\nin a thread\n" in log


# -- other ends ----------------------------------------------------------------------------------


def test_a_resumed_run_continues_its_log(instance, script: Script) -> None:
    path = script(code="import lamindb as ln\nln.track(new_run=False)\nprint('again')\n")
    for n_times in (1, 2):
        status, run_status, log, _ = ended(path)
        assert (status, run_status) == (0, "completed")
        assert log.count("\nagain\n") == n_times
        assert log.count("→ connected lamindb") == 1
    run = ln.Run.filter().one()
    assert ln.Artifact.objects.filter(description=run.report.description).count() == 1


def test_a_script_that_deletes_itself(instance, script: Script) -> None:
    path = script(code="import os\nos.remove(__file__)\nimport lamindb as ln\nln.track()\n")
    result = run_interpreter(str(path), cwd=path.parent)
    assert result.returncode == 1
    assert "Cannot determine valid file path, pass manually via path" in result.stderr
    assert ln.Transform.filter().count() == 0


def test_a_cache_that_is_not_writable(instance, script: Script, in_tmp: Path) -> None:
    (in_tmp / "file").touch()
    path = script(code=f"{TRACK}print('on')\nln.finish()\n")
    result = run_interpreter(str(path), cwd=in_tmp, env={"LAMIN_CACHE_DIR": str(in_tmp / "file")})
    assert result.returncode == 0, result.stderr
    assert "could not track Python environment" in result.stderr
    run = ln.Run.filter().one()
    assert (run.status, run.report, run.environment) == ("completed", None, None)


def test_a_database_that_can_only_be_read(instance, script: Script) -> None:
    code = """
import lamindb as ln
from django.db import connection
ln.Run.filter().count()
connection.cursor().execute("PRAGMA query_only = 1")
ln.track()
assert ln.context.run is None
print("goes on")
"""
    path = script(code=code)
    result = run_interpreter(str(path), cwd=path.parent)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[-2:] == ["! skipping track(), connected in read-only mode", "goes on"]
    assert ln.Run.filter().count() == ln.Transform.filter().count() == 0

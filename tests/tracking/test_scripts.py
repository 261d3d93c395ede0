"""Scripts as people run them, each in its own process: what they print and leave."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import lamindb as ln
from tests.support.processes import run_interpreter
from tests.tracking.conftest import Script

TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"
TRACK = "import lamindb as ln\nln.track()\n"


def matches(lines: list[str], *patterns: str) -> bool:
    """Compare line by line with regular expressions."""
    assert len(lines) == len(patterns), lines
    for line, pattern in zip(lines, patterns, strict=True):
        assert re.fullmatch(pattern, line), f"{line!r} is not {pattern!r}"
    return True


def test_track_and_finish(instance, script: Script, run_script) -> None:
    path = script("train.py", f"{TRACK}ln.finish()\n")
    lines = run_script(path)
    transform, run = ln.Transform.get(key="train.py"), ln.Run.filter().one()
    assert matches(
        lines,
        "→ connected lamindb: anonymous/test",
        rf"→ created Transform\('{transform.uid}', key='train.py'\), "
        rf"started new Run\('{run.uid}'\) at {TIME}",
        "• recommendation: to identify the script across renames, pass the uid: "
        rf'ln.track\("{transform.stem_uid}"\)',
        rf"→ finished Run\('{run.uid}'\) after \d+s at {TIME}",
    )
    assert (transform.kind, transform.source_code) == ("script", path.read_text())
    assert (transform.run, transform.description, transform.reference) == (None, None, None)
    assert (run.transform, run.status, run.params, run.cli_args) == (
        transform,
        "completed",
        None,
        None,
    )
    assert run.started_at <= run.finished_at
    assert run._is_consecutive is True
    assert run.environment.description == "requirements.txt"
    assert run.report.path.read_text() == "\n".join(lines[:-1]) + "\n"
    assert (run.report.kind, run.report.key, run.report.run) == ("__lamindb_run__", None, None)
    assert run.report.description == f"log streams of run {run.uid}"
    assert run.report.suffix == ".txt"


def test_inputs_and_outputs(instance, script: Script, run_script) -> None:
    Path("in.txt").write_text("content")
    ln.Artifact("in.txt", key="in.txt").save()
    path = script(
        "step.py",
        f"""{TRACK}
text = ln.Artifact.get(key="in.txt").load()
from pathlib import Path
Path("out.txt").write_text(text.upper())
output = ln.Artifact("out.txt", key="out.txt").save()
output.load()
ln.ULabel(name="made here").save()
""",
    )
    run_script(path)
    run = ln.Run.filter().one()
    assert run.inputs.to_list("key") == ["in.txt"]
    assert run.outputs.to_list("key") == ["out.txt"]
    assert ln.ULabel.get(name="made here").run == run
    assert ln.Artifact.get(key="out.txt").transform.key == "step.py"
    run_script(path)
    second = ln.Run.filter().order_by("-id").first()
    assert second.inputs.to_list("key") == ["in.txt"]
    assert second.recreated_artifacts.to_list("key") == ["out.txt"]
    assert ln.Artifact.get(key="out.txt").run == run


def test_command_line_arguments(instance, script: Script, run_script) -> None:
    path = script("train.py", f"{TRACK}ln.finish()\n")
    lines = run_script(path, "--lr", "0.01", "--token", "abc", "x" * 2000)
    run = ln.Run.filter().one()
    assert run.cli_args.startswith("--lr 0.01 --token ***REDACTED*** xxx")
    assert len(run.cli_args) == 1024
    assert run.cli_args.endswith("x…")
    assert lines[1] == f"→ script invoked with: {run.cli_args}"
    assert run.transform.description == "CLI: train.py"
    assert "abc" not in "".join(lines)


def test_module_of_a_package(instance, script: Script, run_script) -> None:
    script("my_package/__init__.py", "")
    script("my_package/steps/__init__.py", "")
    module = script("my_package/steps/clean.py", "import lamindb as ln\ndef run(): ln.track()\n")
    run_script(script("main.py", "from my_package.steps.clean import run\nrun()\n"))
    transform = ln.Transform.filter().one()
    assert transform.key == "pypackages/my_package/steps/clean.py"
    assert transform.source_code == module.read_text()


def test_a_function_of_another_script(instance, script: Script, run_script) -> None:
    script("helper.py", "import lamindb as ln\ndef run(): ln.context._track()\n")
    run_script(script("main.py", "from helper import run\nrun()\n"))
    assert ln.Transform.filter().one().key == "helper.py"


def test_after_a_change_of_the_working_folder(instance, script: Script, in_tmp: Path) -> None:
    script("scripts/a.py", "import os\nos.chdir('/')\nimport lamindb as ln\nln.track()\n")
    env = {"LAMIN_CURRENT_INSTANCE": "anonymous/test"}
    result = run_interpreter("scripts/a.py", cwd=in_tmp, env=env)
    assert result.returncode == 0, result.stderr
    assert ln.Transform.filter().one().key == "scripts/a.py"


def test_symbolic_link(instance, script: Script, run_script, in_tmp: Path) -> None:
    script("real/a.py", TRACK)
    link = in_tmp / "link.py"
    link.symlink_to(in_tmp / "real/a.py")
    run_script(link)
    assert ln.Transform.filter().one().key == "real/a.py"


def test_a_crash_leaves_code_and_environment(instance, script: Script, run_script) -> None:
    run_script(script(code=f"{TRACK}1 / 0\n"), expect=1)
    run = ln.Run.filter().one()
    assert run.transform.source_code.endswith("1 / 0\n")
    assert run.environment is not None
    assert run.status == "errored"


def test_no_file(instance, run_python: Callable, in_tmp: Path) -> None:
    message = (
        "NotImplementedError: Cannot determine valid file path, pass manually via path "
        "(interactive sessions not yet supported)"
    )
    for result in (
        run_python(TRACK, cwd=in_tmp),
        run_interpreter("-", cwd=in_tmp, stdin=TRACK),
        run_interpreter("-i", "-q", cwd=in_tmp, stdin=TRACK),
    ):
        assert message in result.stderr
    assert ln.Transform.filter().count() == 0
    result = run_python("import lamindb as ln\nln.track(key='console/me')", cwd=in_tmp)
    assert result.returncode == 0, result.stderr
    transform = ln.Transform.filter().one()
    assert (transform.key, transform.kind, transform.source_code) == (
        "console/me",
        "function",
        None,
    )


def test_no_instance(script: Script, run_script) -> None:
    lines = run_script(script(code=TRACK), expect=1)
    assert any("CurrentInstanceNotConfigured: No instance is connected!" in line for line in lines)


def test_a_subprocess_is_linked_by_the_environment(instance, script: Script, run_script) -> None:
    script("child.py", TRACK)
    code = f"""{TRACK}
import os, subprocess, sys
os.environ["LAMIN_INITIATED_BY_RUN_UID"] = ln.context.run.uid
subprocess.run([sys.executable, "child.py"], check=True)
"""
    run_script(script("parent.py", code))
    parent, child = (ln.Run.get(transform__key=key) for key in ("parent.py", "child.py"))
    assert parent.initiated_by_run is None
    assert child.initiated_by_run == parent
    assert parent.initiated_runs.get() == child


def test_tracking_needs_no_subprocess_and_no_heavy_library(
    instance, script: Script, run_script
) -> None:
    code = f"""
import sys
started = []
sys.addaudithook(
    lambda event, args: started.append(args)
    if event in ("subprocess.Popen", "os.system", "os.fork", "os.posix_spawn") else None
)
{TRACK}
ln.finish()
assert not started, started
heavy = {{"pandas", "numpy", "pyarrow", "anndata", "IPython", "marimo", "s3fs", "requests"}}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
"""
    run_script(script(code=code))


def test_processes_that_start_at_the_same_time(instance, script: Script) -> None:
    """They agree on one transform, of one version."""
    import subprocess
    import sys

    for code, n_versions in (("x = 1", 1), ("x = 2", 2)):
        path = script("batch.py", f"{TRACK}ln.finish()\n{code}\n")
        jobs = [
            subprocess.Popen([sys.executable, str(path)], stdout=subprocess.PIPE) for _ in range(4)
        ]
        assert [job.wait(120) for job in jobs] == [0, 0, 0, 0]
        assert ln.Transform.filter(key="batch.py").count() == n_versions
    latest = ln.Transform.get(key="batch.py")
    assert latest.uid.endswith("0001")
    assert latest.runs.count() == 4
    assert {run.status for run in ln.Run.filter()} == {"completed"}

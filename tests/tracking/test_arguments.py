"""Arguments of `ln.track()`: records they name, errors before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

import lamindb as ln
from lamindb.errors import InvalidArgument, ValidationError
from tests.tracking.conftest import Script


@pytest.fixture
def records(instance) -> dict[str, Any]:
    """One record of each kind that a run can refer to."""
    Path("plan.md").write_text("1. think")
    transform = ln.Transform(key="parent").save()
    return {
        "project": ln.Project(name="My project").save(),
        "space": ln.Space(name="my space", uid="space0000001").save(),
        "branch": ln.Branch(name="my-branch").save(),
        "plan": ln.Artifact("plan.md", key=".plans/plan.md", kind="plan").save(),
        "initiated_by_run": ln.Run(transform).save(),
    }


def nothing_written() -> bool:
    return (
        ln.context.run is None
        and ln.context.uid is None
        and ln.context.project is None
        and not ln.Transform.filter(key="train.py").exists()
        and not ln.Run.filter(transform__key="train.py").exists()
    )


# -- records -------------------------------------------------------------------------------------


def label(record: Any) -> str:
    return record.key if isinstance(record, ln.Artifact) else record.name


@pytest.mark.parametrize("form", ["record", "uid", "name"])
def test_records_by_record_uid_and_name(records, script: Script, form: str) -> None:
    forms = {"record": lambda r: r, "uid": lambda r: r.uid, "name": label}
    arguments = {
        name: record.uid if (name, form) == ("initiated_by_run", "name") else forms[form](record)
        for name, record in records.items()
    }
    ln.track(path=script(), **arguments)
    run, context = ln.context.run, ln.context
    assert (context.project, context.space, context.branch) == (
        records["project"],
        records["space"],
        records["branch"],
    )
    assert (run.plan, run.initiated_by_run) == (records["plan"], records["initiated_by_run"])
    for record in (run, run.transform, ln.ULabel(name="made here").save()):
        assert (record.space, record.branch) == (records["space"], records["branch"])
    ln.finish()
    assert run.environment is not None, "also if the space has no storage location"
    assert (context.project, context.space, context.branch) == (None, None, None)
    later = ln.ULabel(name="later").save()
    assert (later.space.name, later.branch.name, later.run) == ("all", "main", None)


def test_plan_by_stem_uid_and_latest_version(records, script: Script) -> None:
    Path("plan.md").write_text("2. act")
    second = ln.Artifact("plan.md", key=".plans/plan.md", kind="plan").save()
    assert second.uid.endswith("0001")
    for plan in (".plans/plan.md", second.uid[:16]):
        ln.track(path=script(), plan=plan)
        assert ln.context.run.plan == second
    ln.track(path=script(), plan=records["plan"].uid)
    assert ln.context.run.plan == records["plan"]


def test_environment_variables(records, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    other = ln.Project(name="Other").save()
    monkeypatch.setenv("LAMIN_CURRENT_PROJECT", "My project")
    monkeypatch.setenv("LAMIN_INITIATED_BY_RUN_UID", records["initiated_by_run"].uid)
    ln.track(path=script())
    assert ln.context.project == records["project"]
    assert ln.context.run.initiated_by_run == records["initiated_by_run"]
    ln.track(path=script(), project=other.uid)
    assert ln.context.project == other


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("project", r"Project 'x' not found, either create it with `ln.Project\(name='x'\)"),
        ("space", "Space 'x' not found"),
        ("branch", "Branch 'x' not found"),
        ("plan", "Plan 'x' not found"),
        ("initiated_by_run", "Run 'x' not found, please pass a valid run uid."),
    ],
)
def test_unknown_records(instance, script: Script, name: str, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        ln.track(path=script(), **{name: "x"})
    assert nothing_written()
    with pytest.raises(InvalidArgument, match="not 5"):
        ln.track(path=script(), **{name: 5})
    assert nothing_written()


@pytest.mark.parametrize("variable", ["LAMIN_CURRENT_PROJECT", "LAMIN_INITIATED_BY_RUN_UID"])
def test_unknown_records_in_the_environment(
    instance, script: Script, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "x")
    with pytest.raises(InvalidArgument, match="'x' not found"):
        ln.track(path=script())
    assert nothing_written()


@pytest.mark.parametrize("name", ["project", "space", "branch", "plan", "initiated_by_run"])
def test_unsaved_records(records, script: Script, name: str) -> None:
    Path("new.md").write_text("new")
    unsaved = {
        "project": lambda: ln.Project(name="new"),
        "space": lambda: ln.Space(name="new"),
        "branch": lambda: ln.Branch(name="new"),
        "plan": lambda: ln.Artifact("new.md", key="new.md"),
        "initiated_by_run": lambda: ln.Run(ln.Transform.get(key="parent")),
    }[name]()
    with pytest.raises(AssertionError, match=r"must be saved before passing it to track\(\)"):
        ln.track(path=script(), **{name: unsaved})
    assert nothing_written()


def test_a_name_that_several_records_have(instance, script: Script) -> None:
    folder = ln.Project(name="folder", is_type=True).save()
    first = ln.Project(name="twice").save()
    ln.Project(name="twice", type=folder).save()
    with pytest.raises(InvalidArgument, match="Several records of Project are called 'twice'"):
        ln.track(path=script(), project="twice")
    ln.track(path=script(), project=first.uid)
    assert ln.context.project == first


# -- other arguments -----------------------------------------------------------------------------


def test_params(instance, script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    params = {"lr": 0.01, "name": "a", "token": "abc", "path": Path("a/b"), "none": None}
    ln.track(path=script(), params=params, entrypoint="main")
    run = ln.Run.get(ln.context.run.uid)
    assert run.params == {"lr": 0.01, "name": "a", "token": "***REDACTED***", "path": "a/b"}
    assert run.entrypoint == "main"
    assert ln.Run.filter(params__lr=0.01).one() == run
    lines = capsys.readouterr().out.splitlines()
    assert f"started new Run('{run.uid}', entrypoint='main') at " in lines[-3]
    assert lines[-2] == "→ params: lr=0.01, name='a', token='***REDACTED***', path='a/b'"
    assert lines[-1].endswith(f'ln.track("{run.transform.stem_uid}", params={{...}})')


def test_expected_types_of_params(instance, script: Script) -> None:
    ln.track(path=script(), params={"n": "3", "lr": 0.1}, expected_param_types={"n": int})
    assert ln.context.run.params == {"lr": 0.1}


def test_recommendation_repeats_the_arguments(
    records, script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    def recommended(path: Path, **arguments: object) -> str:
        ln.track(path=path, **arguments)
        line = capsys.readouterr().out.splitlines()[-1]
        assert line.startswith("• recommendation: to identify the ")
        return line.removeprefix("• recommendation: to identify the ").replace(
            ln.context.transform.stem_uid, "UID"
        )

    assert recommended(
        script("a.py"), project=records["project"], space="my space", plan=records["plan"]
    ) == (
        'script across renames, pass the uid: ln.track("UID", project="My project", '
        f'space="my space", plan="{label(records["plan"])}")'
    )
    assert recommended(script("a.R", "1")).endswith(
        'script across renames, pass the uid: ln$track("UID")'
    )
    assert recommended(script("a.Rmd", "2")) == (
        'notebook across renames, pass the uid: ln$track("UID")'
    )


def test_path_forms(
    instance, script: Script, in_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script("a.py")
    monkeypatch.setenv("HOME", str(in_tmp))
    for path in ("a.py", Path("a.py"), str(in_tmp / "a.py"), "~/a.py", "./deep/../a.py"):
        ln.track(path=path)
        assert ln.context.transform.key == "a.py"
    assert ln.Transform.filter().count() == 1


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"path": "missing.py"}, FileNotFoundError, "missing.py: there is no such file"),
        ({"path": "."}, FileNotFoundError, "there is no such file"),
        ({"path": "Untitled.ipynb"}, RuntimeError, "rename the notebook"),
        ({"source_code": "1"}, InvalidArgument, "Pass a key together with source_code"),
        (
            {"source_code": "1", "key": "a", "path": "train.py"},
            InvalidArgument,
            "Pass either source_code or path",
        ),
        ({"source_code": "1", "key": "a", "kind": "poem"}, ValueError, "kind='poem' is not valid"),
        ({"path": "train.py", "key": ""}, InvalidArgument, "key is empty"),
        ({"path": "train.py", "key": "a" * 1025}, ValueError, "key of Transform has 1025 char"),
        ({"path": "train.py", "entrypoint": "a" * 256}, ValueError, "entrypoint of Run has 256"),
        ({"path": "train.py", "params": [1]}, InvalidArgument, "params has to be a dictionary"),
        ({"path": "train.py", "features": {"a": 1}}, ValidationError, "could not be validated"),
        ({"path": "train.py", "features": [1]}, TypeError, "Pass a dictionary of features"),
        ({"transform": "short", "path": "train.py"}, InvalidArgument, "auto-generated uid"),
    ],
    ids=lambda v: repr(v)[:40] if isinstance(v, dict) else "",
)
def test_errors_leave_nothing(
    instance, script: Script, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    script()
    ln.context.version, ln.context.description = "1", "My script"
    ln.Project(name="My project").save()
    with pytest.raises(error, match=message):
        ln.track(**{"project": "My project", **arguments})
    assert nothing_written()
    assert ln.Transform.filter().count() == ln.Run.filter().count() == 0
    # nothing sticks
    ln.track(path="train.py")
    assert (ln.context.transform.version_tag, ln.context.transform.description) == (None, None)


def test_a_failed_call_keeps_the_uid_of_nobody(instance, script: Script) -> None:
    ln.context.uid = "abcdEFGH1234"
    with pytest.raises(FileNotFoundError):
        ln.track(path="missing.py")
    ln.track(path=script())
    assert ln.context.transform.stem_uid != "abcdEFGH1234"


def test_a_failed_call_keeps_the_run_before_it(records, script: Script) -> None:
    ln.track(path=script(), project="My project", branch="my-branch")
    run = ln.context.run
    with pytest.raises(InvalidArgument):
        ln.track(path=script(), project="x")
    with pytest.raises(FileNotFoundError):
        ln.track(path="missing.py")
    assert (ln.context.run, ln.context.project) == (run, records["project"])
    assert ln.context.branch == records["branch"]


def test_ipython_needs_a_path(instance, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.__IPYTHON__", True, raising=False)
    cell = compile("ln.track()", "<ipython-input-1>", "exec")
    with pytest.raises(RuntimeError) as error:
        exec(cell, {"ln": ln, "__name__": "__main__"})
    assert str(error.value) == ("failed to infer notebook path.\nfix: pass `path` to `ln.track()`")
    assert ln.Run.filter().count() == 0
    ln.track(path=script())
    assert ln.context.transform.key == "train.py"


# -- runs ----------------------------------------------------------------------------------------


def test_resume(records, script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    ln.track(path=script(), params={"n": 1}, new_run=False)
    first = ln.context.run
    assert first.status == "started"
    ln.finish()
    capsys.readouterr()
    ln.track(path=script(), plan=records["plan"], new_run=False)
    again = ln.Run.get(first.uid)
    assert ln.context.run == again
    assert (again.status, again.finished_at, again.params) == ("restarted", None, {"n": 1})
    assert again.plan == records["plan"]
    assert again.started_at > first.started_at
    assert f"re-started Run('{first.uid}') at " in capsys.readouterr().out
    ln.track(path=script())
    assert ln.context.run != first


def test_runs_of_other_users_are_not_resumed(instance, script: Script) -> None:
    ln.track(path=script())
    user = ln.User(handle="somebody", uid="00000001").save()
    ln.Run.objects.update(created_by=user)
    ln.track(path=script(), new_run=False)
    assert ln.Run.filter().count() == 2


def test_tracking_again_without_finish(instance, script: Script) -> None:
    ln.track(path=script("a.py", "1"))
    first = ln.context.run
    ln.track(path=script("b.py", "2"))
    assert ln.Run.get(first.uid).status == "started"
    # the second transform is no output of the first run
    assert ln.context.transform.run is None
    assert ln.context.uid == ln.context.transform.uid


def test_read_only_connections_are_left_alone(
    instance, script: Script, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(type(instance), "is_read_only_connection", True)
    ln.track(path=script())
    assert capsys.readouterr().out.endswith("! skipping track(), connected in read-only mode\n")
    assert ln.context.run is None
    assert ln.Run.filter().count() == 0


def test_a_file_that_can_only_be_read(
    instance, script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    connection.cursor().execute("PRAGMA query_only = ON")
    ln.track(path=script())
    assert capsys.readouterr().out.endswith("! skipping track(), connected in read-only mode\n")
    assert nothing_written()
    connection.cursor().execute("PRAGMA query_only = OFF")


def test_number_of_queries(instance, script: Script, count_queries) -> None:
    """It does not grow with the number of transforms and runs."""
    counts = []
    for n in (1, 20):
        for i in range(n):
            ln.track(path=script(f"{n}/{i}/a.py", f"{n} {i}"))
        with count_queries() as queries:
            ln.track(path=script("a.py"))
        counts.append(queries.count)
    assert counts[1] <= counts[0]
    assert counts[1] <= 15


# -- notebooks -----------------------------------------------------------------------------------


def test_notebook(
    instance, script: Script, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    code = r'{"cells": [{"cell_type": "markdown", "source": "# My title"},'
    code += r'{"cell_type": "code", "source": "import os, django"}]}'
    capsys.readouterr()
    ln.track(path=script("tutorial.ipynb", code))
    run, transform = ln.context.run, ln.context.transform
    assert (transform.kind, transform.key, transform.description) == (
        "notebook",
        "tutorial.ipynb",
        "My title",
    )
    assert (transform.source_code, transform.hash, run.environment) == (None, None, None)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"→ created Transform('{transform.uid}', key='tutorial.ipynb'), st")
    assert lines[1].startswith("→ notebook imports: Django==")
    assert lines[2] == (
        "• recommendation: to identify the notebook across renames, pass the uid: "
        f'ln.track("{transform.stem_uid}")'
    )
    # the cell is executed once more
    ln.track(path=script("tutorial.ipynb", code.replace("My", "Your")), pypackages=False)
    assert ln.context.run == run
    out = capsys.readouterr().out
    assert out.startswith(f"→ updated transform description, loaded Transform('{transform.uid}'")
    assert f"re-started Run('{run.uid}')" in out
    assert "imports" not in out
    # it lacks the version of its format
    ln.finish()
    out = capsys.readouterr().out
    assert f"! {Path.cwd()}/tutorial.ipynb is no valid Jupyter notebook: " in out
    assert "! did *not* save source code and report -- to do so, run: lamin save tutorial" in out
    run = ln.Run.get(run.uid)
    assert run.environment is not None
    assert (run.status, run.report, run.transform.source_code) == ("completed", None, None)


def test_notebook_whose_source_is_saved(
    instance, script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the database may come from elsewhere."""
    first = ln.Transform(key="a.ipynb", kind="notebook", source_code="1").save()
    capsys.readouterr()
    ln.track(path="a.ipynb")
    assert ln.context.transform.uid == f"{first.stem_uid}0001"
    assert capsys.readouterr().out.startswith(
        "→ found notebook a.ipynb, making new version -- anticipating changes\n"
    )
    with pytest.raises(ln.errors.UpdateContext, match="re-running notebook with already-saved"):
        ln.track(first.uid, path="a.ipynb")

"""Arguments of flows and steps: as parameters of runs, and as arguments of `ln.track()`."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument
from tests.tracking.test_flow import Load, ingest


def test_defaults_of_the_call(instance_on_both) -> None:
    project = ln.Project(name="My project").save()
    branch = ln.Branch(name="my_branch").save()
    space = ln.Space(name="My space").save()
    plan = ln.Artifact(pd.DataFrame({"a": [1]}), key="plan.parquet", kind="plan", run=False).save()
    parent = ln.Run(ln.Transform(key="scheduler").save()).save()
    seen: list[object] = []

    @ln.flow()
    def scoped(project, branch, space, plan, initiated_by_run) -> ln.ULabel:
        seen.extend([ln.context.project, ln.context.branch, ln.context.space])
        return ln.ULabel(name="made here").save()

    label = scoped("My project", "my_branch", space, "plan.parquet", parent.uid)
    run = label.run
    assert seen == [project, branch, space]
    assert (label.branch, label.space) == (branch, space)
    assert list(label.projects.all()) == list(run.projects.all()) == [project]
    assert (run.plan, run.initiated_by_run, run.branch, run.space) == (plan, parent, branch, space)
    assert run.params == {
        "project": "My project",
        "branch": "my_branch",
        "space": f"Space[{space.uid}]",
        "plan": "plan.parquet",
        "initiated_by_run": parent.uid,
    }
    assert (ln.context.project, ln.context.branch, ln.context.space) == (None, None, None)
    later = ln.ULabel(name="later").save()
    assert (later.branch_id, later.space_id, later.projects.count()) == (1, 1, 0)


def test_arguments_that_happen_to_have_these_names(instance) -> None:
    @ln.flow(track_arg_aliases=False)
    def grow(branch: str, project: int) -> None:
        assert ln.context.branch is None

    grow("oak", project=3)
    assert ln.Run.filter().one().params == {"branch": "oak", "project": 3}
    with pytest.raises(
        InvalidArgument,
        match=r"Branch 'oak' not found.* If branch has another "
        r"meaning in .*grow\(\), use @ln.flow\(track_arg_aliases=False\)",
    ):
        ln.flow()(grow.__wrapped__)("oak", project=None)
    assert ln.Run.filter().count() == 1


def test_environment_variables(instance, monkeypatch: pytest.MonkeyPatch) -> None:
    project = ln.Project(name="My project").save()
    parent = ln.Run(ln.Transform(key="scheduler").save()).save()
    monkeypatch.setenv("LAMIN_CURRENT_PROJECT", "My project")
    monkeypatch.setenv("LAMIN_INITIATED_BY_RUN_UID", parent.uid)
    artifact = ingest("a.parquet")
    assert artifact.run.initiated_by_run == parent
    assert list(artifact.projects.all()) == [project]


def test_params(instance, capsys: pytest.CaptureFixture[str]) -> None:
    label = ln.ULabel(name="DMSO").save()

    @ln.flow()
    def many(a, /, b: int, *args: int, c: float = 0.5, d: str | None = None, **kwargs) -> None:
        pass

    many(label, 2, 3, 4, **dict([("api_key", "abc")]), seed=5)
    many(Path("x") / "y", "wrong", "z")
    first, second = ln.Run.filter().order_by("id")
    assert first.params == {
        "a": f"ULabel[{label.uid}]",
        "b": 2,
        "args": [3, 4],
        "c": 0.5,
        "kwargs": {"seed": 5, "api_key": "***REDACTED***"},
    }
    assert second.params == {"a": "x/y", "c": 0.5}
    out = capsys.readouterr().out
    assert (
        "! skipping param b: value 'wrong' does not match annotation <class 'int'> "
        "(str is not int)\n"
    ) in out
    assert "! skipping param args: value ('z',) does not match annotation" in out
    assert "abc" not in out + first.report.path.read_text()
    assert list(ln.Run.filter(params__kwargs__seed=5)) == [first]


def test_postponed_annotations(instance, load: Load, capsys: pytest.CaptureFixture[str]) -> None:
    module = load("""
def define():
    class Own: pass

    @ln.flow()
    def typed(
        own: "Own",
        art: "ln.Artifact | None",
        dtype: "cat[ULabel]",
        unknown: "Missing",
        n: "list[int]",
        later: "Later",
    ): pass

    return typed

class Later: pass
""")
    module.define()(1, 2, 3, 4, [5, "a"], 6)
    assert ln.Run.filter().one().params == {"unknown": 4}
    out = capsys.readouterr().out
    for reason in (
        "int is not Own",
        "int is not Artifact and int is not NoneType",
        "int is not ULabel",
        "member: str is not int",
        "int is not Later",
    ):
        assert f"({reason})" in out, out


def test_a_wrong_call_writes_nothing(instance) -> None:
    with pytest.raises(TypeError, match=r"ingest\(\) missing a required argument: 'key'"):
        ingest()
    with pytest.raises(TypeError, match=r"ingest\(\) got an unexpected keyword argument 'x'"):
        ingest("a", x=1)
    assert ln.Run.filter().count() == ln.Transform.filter().count() == 0

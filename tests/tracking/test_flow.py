"""`@ln.flow()`: each call of a function is a run."""

from __future__ import annotations

import functools
import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import CannotSwitchDefaultInstance, InvalidArgument
from tests.tracking.conftest import Script

TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"
KEY = "pypackages/tests/tracking/test_flow.py"

Load = Callable[..., ModuleType]


@ln.flow()
def ingest(key: str, n: int = 2) -> ln.Artifact:
    """Save a small table."""
    return ln.Artifact.from_dataframe(pd.DataFrame({"x": range(n)}), key=key).save()


def test_signature() -> None:
    parameters = inspect.signature(ln.flow).parameters.values()
    assert [(p.name, p.default) for p in parameters] == [
        ("uid", None),
        ("global_run", "clear"),
        ("track_arg_aliases", True),
    ]
    assert (ingest.__name__, ingest.__doc__) == ("ingest", "Save a small table.")
    assert list(inspect.signature(ingest).parameters) == ["key", "n"]


def test_a_call_is_a_run(instance_on_both, capsys: pytest.CaptureFixture[str]) -> None:
    artifact = ingest("a.parquet")
    run = ln.Run.filter().one()
    transform = run.transform
    assert (artifact.key, artifact.run) == ("a.parquet", run)
    assert (run.entrypoint, run.params) == ("ingest", {"key": "a.parquet", "n": 2})
    assert (run.status, run.initiated_by_run) == ("completed", None)
    assert run.started_at <= run.finished_at
    assert (transform.key, transform.kind) == (KEY, "script")
    assert transform.source_code == Path(__file__).read_text()
    assert run.environment.description == "requirements.txt"
    assert ln.context.run is None
    out = capsys.readouterr().out
    assert re.search(
        rf"→ created Transform\('{transform.uid}', key='{KEY}'\), "
        rf"started new Run\('{run.uid}', entrypoint='ingest'\) at {TIME}\n"
        r"→ params: key='a.parquet', n=2\n"
        r"• recommendation: to identify the script across renames, pass the uid: "
        rf'@ln.flow\(uid="{transform.stem_uid}"\)\n',
        out,
    )
    assert re.search(rf"→ finished Run\('{run.uid}'\) after \d+s at {TIME}\n", out)
    assert "CLI" not in (transform.description or "")


def test_each_call_is_a_new_run_of_the_same_transform(instance) -> None:
    first = ingest("a.parquet")
    again = ingest("a.parquet")
    other = ingest("b.parquet", n=3)
    runs = list(ln.Run.filter().order_by("id"))
    assert len(runs) == 3
    assert ln.Transform.filter().count() == 1
    assert (again, again.run) == (first, runs[0])
    assert list(runs[1].recreated_artifacts.all()) == [first]
    assert (other.run, other.run.params) == (runs[2], {"key": "b.parquet", "n": 3})


def test_the_log_is_the_report(instance) -> None:
    @ln.flow()
    def talk() -> None:
        sys.stdout.write("hello from the flow\n")

    talk()
    run = ln.Run.filter().one()
    lines = run.report.path.read_text().splitlines()
    assert lines[0] == "→ connected lamindb: anonymous/test"
    assert lines[-1] == "hello from the flow"
    assert run.report.description == f"log streams of run {run.uid}"
    assert ln.Artifact.filter(run=run).count() == 0


def test_the_context_inside_and_afterwards(instance) -> None:
    seen: list[object] = []

    @ln.flow()
    def look() -> None:
        seen.extend([ln.context.run, ln.context.transform, ln.context.run.params])

    look()
    run = ln.Run.filter().one()
    assert seen == [run, run.transform, None]
    assert (ln.context.run, ln.context.transform, ln.context.uid) == (None, None, None)


def test_features_in_the_middle_of_a_flow(instance) -> None:
    ln.Feature(name="temperature", dtype=float).save()

    @ln.flow()
    def measure() -> None:
        ln.context.run.features.add_values({"temperature": 21.6})

    measure()
    assert ln.Run.filter(temperature=21.6).one().entrypoint.endswith("measure")


def test_global_run_memorize(instance) -> None:
    @ln.flow(global_run="memorize")
    def prepare() -> None:
        pass

    prepare()
    run = ln.Run.filter().one()
    assert (ln.context.run, run.status) == (run, "completed")
    assert ln.ULabel(name="afterwards").save().run == run
    with pytest.raises(RuntimeError, match="A global run is active already"):
        prepare()
    ln.finish()
    assert ln.context.run is None
    prepare()
    assert ln.Run.filter().count() == 2


def test_global_run_none(instance) -> None:
    seen: list[object] = []

    @ln.step()
    def inner() -> ln.ULabel:
        return ln.ULabel(name="inner").save()

    @ln.flow(global_run="none")
    def outer() -> ln.ULabel:
        seen.append(ln.context.run)
        inner()
        return ln.ULabel(name="outer").save()

    label = outer()
    assert seen == [None]
    assert label.run.entrypoint.endswith("outer")
    assert ln.ULabel.get(name="inner").run.initiated_by_run == label.run


def test_flows_within_flows(instance) -> None:
    @ln.flow(global_run="none")
    def outer(inner: Callable[[], ln.Artifact]) -> ln.Artifact:
        return inner()

    artifact = outer(lambda: ingest("a.parquet"))
    assert artifact.run.initiated_by_run.entrypoint.endswith("outer")
    outer_shown = ln.flow()(outer.__wrapped__)
    with pytest.raises(RuntimeError, match=r"use @ln.step\(\) for a function within it"):
        outer_shown(lambda: ingest("b.parquet"))
    assert ln.Run.filter(entrypoint="ingest").count() == 1


def test_a_flow_while_a_script_is_tracked(instance, script: Script) -> None:
    ln.track(path=script())
    message = (
        rf"A global run is active already, Run\('{ln.context.run.uid}'\): use @ln.step\(\) for a "
        r"function within it, or clear it with ln.finish\(\) before you call a function with "
        r"@ln.flow\(\)"
    )
    with pytest.raises(RuntimeError, match=message):
        ingest("a.parquet")
    assert ln.Run.filter().count() == 1
    ln.finish()
    assert ingest("a.parquet").run.entrypoint == "ingest"


def test_finish_inside_of_a_flow(instance) -> None:
    @ln.flow()
    def end_early(error: bool) -> None:
        ln.finish()
        sys.stdout.write("still in the log\n")
        if error:
            raise ValueError("afterwards")

    end_early(error=False)
    with pytest.raises(ValueError, match="afterwards"):
        end_early(error=True)
    runs = list(ln.Run.filter().order_by("id"))
    assert [run.status for run in runs] == ["completed", "completed"]
    assert all("still in the log\n" in run.report.path.read_text() for run in runs)


def test_the_instance_stays(instance) -> None:
    @ln.flow(global_run="none")
    def switch() -> None:
        ln.setup.init(storage="./other")

    with pytest.raises(CannotSwitchDefaultInstance):
        switch()
    assert ln.setup.settings.instance.slug == "anonymous/test"


def test_wrong_arguments_of_the_decorator(instance) -> None:
    with pytest.raises(InvalidArgument, match="'memorize', 'clear' or 'none', not 'keep'"):
        ln.flow(global_run="keep")
    with pytest.raises(TypeError, match=r"Write @ln.flow\(\) with parentheses"):
        ln.flow(ingest)
    for value in (3, ln.Artifact):
        with pytest.raises(TypeError, match=r"@ln.flow\(\) tracks functions, not"):
            ln.flow()(value)
    for kind in (classmethod, staticmethod):
        with pytest.raises(TypeError, match=rf"Write @ln.flow\(\) below @{kind.__name__}"):
            ln.flow()(kind(ingest))
    wrong_uid = ln.flow(uid="abc")(ingest.__wrapped__)
    with pytest.raises(InvalidArgument, match='Please pass an auto-generated uid instead of "abc"'):
        wrong_uid("a.parquet")
    assert ln.Run.filter().count() == ln.Transform.filter().count() == 0


# -- transforms -----------------------------------------------------------------------------------

FLOW = (
    "@ln.flow()\ndef one(): return ln.context.run\n\n@ln.flow()\ndef two(): return ln.context.run\n"
)


def test_functions_of_one_file_share_a_transform(instance, load: Load) -> None:
    module = load(FLOW, "scripts/flows.py")
    first, second = module.one(), module.two()
    assert first.transform == second.transform
    assert first.transform.key == "scripts/flows.py"
    assert [first.entrypoint, second.entrypoint] == ["one", "two"]


def test_versions_follow_the_file(instance, load: Load) -> None:
    first = load(FLOW).one()
    second = load(FLOW + "# edited\n").one()
    assert second.transform.uid == f"{first.transform.stem_uid}0001"
    assert load(FLOW).two().transform == first.transform
    assert ln.Transform.filter().count() == 2


def test_the_code_that_runs_is_the_one_that_was_loaded(instance, load: Load) -> None:
    module = load(FLOW)
    Path("flows.py").write_text("# edited meanwhile\n")
    run = module.one()
    assert run.transform.source_code == f"import lamindb as ln\n{FLOW}"
    Path("flows.py").unlink()
    assert module.two().transform == run.transform


def test_renamed_file(instance, load: Load) -> None:
    first = load(FLOW).one()
    Path("flows.py").unlink()
    assert load(FLOW, "renamed.py").one().transform == first.transform
    assert ln.Transform.get(first.transform.uid).key == "renamed.py"


def test_uid(instance, load: Load, capsys: pytest.CaptureFixture[str]) -> None:
    code = '@ln.flow(uid="abcdEFGH1234")\ndef one(n: int): return ln.context.run\n'
    first = load(code).one(1)
    second = load(code + "# edited\n", "elsewhere/other.py").one(1)
    assert (first.transform.uid, second.transform.uid) == ("abcdEFGH12340000", "abcdEFGH12340001")
    assert ln.Transform.get("abcdEFGH12340001").key == "elsewhere/other.py"
    assert "recommendation" not in capsys.readouterr().out


def test_modules_of_a_package(instance, load: Load) -> None:
    run = load(FLOW, "my_package/flows.py", "my_package.flows").one()
    assert run.transform.key == "pypackages/my_package/flows.py"


def test_secrets_in_the_code(instance, load: Load) -> None:
    run = load(f'{FLOW}\npassword = "hunter2"\n').one()
    assert 'password = "***REDACTED***"' in run.transform.source_code


# -- kinds of functions ---------------------------------------------------------------------------


class Model:
    """Methods can be tracked."""

    @ln.flow()
    def fit(self, lr: float) -> Model:
        return self

    @classmethod
    @ln.flow()
    def of_class(cls, lr: float) -> type:
        return cls

    @staticmethod
    @ln.flow()
    def alone(lr: float) -> float:
        return lr


class Callable_:
    def __call__(self, n: int) -> int:
        return n


def test_methods(instance) -> None:
    model = Model()
    assert model.fit(0.1) is model
    assert Model.of_class(0.2) is Model
    assert model.alone(0.3) == 0.3
    runs = list(ln.Run.filter().order_by("id"))
    assert [run.entrypoint for run in runs] == ["Model.fit", "Model.of_class", "Model.alone"]
    assert [run.params for run in runs] == [{"lr": 0.1}, {"lr": 0.2}, {"lr": 0.3}]
    assert [run.transform.key for run in runs] == [KEY] * 3


def test_lambdas_partials_and_callable_objects(instance) -> None:
    assert ln.flow()(lambda n: n + 1)(1) == 2
    assert ln.flow()(functools.partial(Callable_().__call__, n=3))() == 3
    assert ln.flow()(Callable_())(4) == 4
    runs = list(ln.Run.filter().order_by("id"))
    assert [run.entrypoint for run in runs] == [
        "test_lambdas_partials_and_callable_objects.<locals>.<lambda>",
        "Callable_.__call__",
        "Callable_.__call__",
    ]
    assert [run.params for run in runs] == [{"n": 1}, {"n": 3}, {"n": 4}]
    assert {run.transform.key for run in runs} == {KEY}


def test_other_decorators(instance) -> None:
    def doubled(function: Callable) -> Callable:
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return 2 * function(*args, **kwargs)

        return wrapper

    @ln.flow()
    @doubled
    def number(n: int) -> int:
        return n

    assert number(2) == 4
    run = ln.Run.filter().one()
    assert (run.params, run.entrypoint) == ({"n": 2}, "test_other_decorators.<locals>.number")


def test_builtin_functions_have_no_code(instance) -> None:
    assert ln.flow()(abs)(-1) == 1
    run = ln.Run.filter().one()
    assert (run.transform.key, run.transform.kind) == ("console:abs", "function")
    assert (run.transform.source_code, run.params) == (None, {"x": -1})


def test_long_names(instance) -> None:
    ingest_long = ln.flow()(lambda: None)
    name = "f" * 300

    def function() -> None:
        pass

    function.__qualname__ = name
    ln.flow()(function)()
    assert ln.Run.filter().one().entrypoint == "f" * 255
    ingest_long()


# -- scripts, consoles, notebooks -----------------------------------------------------------------


def test_a_script_with_a_command_line(instance, script: Script, run_script) -> None:
    path = script(
        "train.py",
        """
import click
import lamindb as ln

@click.command()
@click.option("--lr", type=float)
@click.option("--token")
@ln.flow()
def main(lr, token):
    print("learning with", token)

if __name__ == "__main__":
    main()
""",
    )
    lines = run_script(path, "--lr", "0.01", "--token", "abcd1234")
    run = ln.Run.filter().one()
    assert run.cli_args == "--lr 0.01 --token ***REDACTED***"
    assert (run.params, run.status) == ({"lr": 0.01, "token": "***REDACTED***"}, "completed")
    assert run.transform.description == "CLI: train.py"
    assert lines[1] == "→ script invoked with: --lr 0.01 --token ***REDACTED***"
    assert "learning with abcd1234" in lines
    assert "learning with ***REDACTED***\n" in run.report.path.read_text()


def test_in_a_console(instance, in_tmp: Path) -> None:
    from tests.support.processes import run_interpreter

    code = "import lamindb as ln\n@ln.flow()\ndef one(n):\n    return n\n\none(1)\none(2)\n"
    for options in (("-i", "-q"), ("-",)):
        result = run_interpreter(*options, cwd=in_tmp, stdin=code)
        assert "Error" not in result.stderr, result.stderr
    assert ln.Transform.filter().one().key == "console:one"
    assert {run.entrypoint for run in ln.Run.filter()} == {"one"}
    assert ln.Run.filter().count() == 4


def test_cells_of_a_notebook(instance) -> None:
    """IPython keeps the text of cells in Python's cache of lines."""
    import linecache

    def cell(code: str, name: str) -> dict[str, object]:
        linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
        namespace: dict[str, object] = {"ln": ln, "__name__": "__main__"}
        exec(compile(code, name, "exec"), namespace)
        return namespace

    code = "@ln.flow()\ndef one(n):\n    return n\n"
    cell(code, "/tmp/ipykernel_1/1.py")["one"](1)
    first = ln.Transform.filter().one()
    assert (first.key, first.kind, first.source_code) == ("console:one", "function", code)
    cell(f"x = 1\n\n{code}", "/tmp/ipykernel_1/2.py")["one"](1)
    assert ln.Transform.filter().count() == 1
    edited = code.replace("return n", "return n + 1")
    assert cell(edited, "/tmp/ipykernel_1/3.py")["one"](1) == 2
    latest = ln.Transform.get(key="console:one", is_latest=True)
    assert (latest.uid, latest.source_code) == (f"{first.stem_uid}0001", edited)


# -- databases that can only be read, queries -----------------------------------------------------


def test_a_database_that_can_only_be_read(
    instance, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(type(instance), "is_read_only_connection", True)

    @ln.flow()
    def read(n: int) -> int:
        assert ln.context.run is None
        return n

    assert read(3) == 3
    monkeypatch.undo()
    assert ln.Run.filter().count() == 0
    assert "! skipping track(), connected in read-only mode" in capsys.readouterr().out


def test_a_database_that_refuses_to_write(instance, capsys: pytest.CaptureFixture[str]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = on")
    assert ln.flow()(lambda n: n)(3) == 3
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = off")
    assert ln.Run.filter().count() == 0
    assert "! skipping track(), connected in read-only mode" in capsys.readouterr().out
    assert ingest("a.parquet").run.status == "completed"


def test_constant_number_of_queries(instance, count_queries) -> None:
    ingest("a.parquet")
    nothing = ln.flow()(lambda n: None)
    counts = []
    for n in range(3):
        with count_queries() as queries:
            nothing(n)
        counts.append(queries.count)
    assert counts == [counts[0]] * 3
    assert counts[0] <= 25

"""`ln.context`, `ln.finish()` and what belongs to a run."""

from __future__ import annotations

import inspect
import threading
from pathlib import Path

import pytest

import lamindb as ln
import lamindb.setup
from lamindb.errors import CannotSwitchDefaultInstance, CurrentInstanceNotConfigured, TrackNotCalled
from tests.tracking.conftest import Script

TRACK_PARAMETERS = [
    "transform",
    "project",
    "space",
    "branch",
    "plan",
    "features",
    "params",
    "expected_param_types",
    "new_run",
    "pypackages",
    "key",
    "path",
    "source_code",
    "kind",
    "entrypoint",
    "initiated_by_run",
    "stream_tracking",
]


def test_signatures() -> None:
    parameters = inspect.signature(ln.track).parameters.values()
    assert [p.name for p in parameters] == TRACK_PARAMETERS
    assert {p.default for p in parameters} == {None}
    kinds = [p.kind for p in parameters]
    assert kinds[0] is inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert set(kinds[1:]) == {inspect.Parameter.KEYWORD_ONLY}
    assert str(inspect.signature(ln.finish)).startswith("(ignore_non_consecutive:")
    assert list(inspect.signature(ln.core.Context).parameters) == ["uid", "path"]
    assert isinstance(ln.context, ln.core.Context)
    assert ln.track.__self__ is ln.finish.__self__ is ln.context


def test_nothing_is_tracked(instance) -> None:
    names = ["run", "transform", "project", "space", "branch", "uid", "version", "description"]
    assert [getattr(ln.context, name) for name in names] == [None] * len(names)


@pytest.mark.parametrize("name", ["run", "transform", "project", "space", "branch"])
def test_read_only_attributes(name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(ln.context, name, None)


def test_attributes_while_tracking(instance, script: Script) -> None:
    ln.context.version, ln.context.description = "1.0", "My script"
    assert (ln.context.version, ln.context.description) == ("1.0", "My script")
    ln.track(path=script(), params={"n": 1})
    run = ln.Run.filter().one()
    assert (ln.context.run, ln.context.transform) == (run, run.transform)
    assert ln.context.run.params == {"n": 1}
    assert (ln.context.uid, ln.context.version, ln.context.description) == (
        run.transform.uid,
        "1.0",
        "My script",
    )
    ln.finish()
    assert (ln.context.run, ln.context.uid, ln.context.version) == (None, None, None)


def test_a_context_of_ones_own(instance, script: Script) -> None:
    ln.core.Context(uid="abcdEFGH1234", path=script("a.py"))._track()
    assert (ln.context.uid, ln.context.transform.key) == ("abcdEFGH12340000", "a.py")


def test_finish(instance, script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(TrackNotCalled, match=r"Please run `ln.track\(\)` before `ln.finish\(\)`"):
        ln.finish()
    ln.track(path=script())
    run = ln.context.run
    ln.finish()
    stored = ln.Run.get(run.uid)
    assert (stored.status, stored._status_code) == ("completed", 0)
    assert stored.finished_at >= stored.started_at
    assert f"→ finished Run('{run.uid}') after 0s at " in capsys.readouterr().out
    with pytest.raises(TrackNotCalled):
        ln.finish()


def test_pipelines_complete_too(instance) -> None:
    ln.track(ln.Transform(key="my_pipeline").save())
    ln.finish()
    assert ln.Run.filter().one().status == "completed"


def test_packages_of_r_arrive_before_finish(instance, script: Script) -> None:
    ln.track(path=script("a.R"))
    run = ln.context.run
    assert run.environment.description == "requirements.txt"
    folder = Path(ln.settings.cache_dir) / f"environments/run_{run.uid}"
    (folder / "r_environment.txt").write_text("laminr==1.0 @ CRAN\n")
    ln.finish()
    assert ln.Run.get(run.uid).environment.description == "r_environment.txt"


def test_a_failing_finish_can_be_repeated(
    instance, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    ln.track(path=script())
    run = ln.context.run
    with monkeypatch.context() as context:
        context.setattr(ln.Run, "save", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ln.finish()
    assert ln.context.run == run
    ln.finish()
    assert ln.Run.get(run.uid).status == "completed"


# -- what belongs to the run ---------------------------------------------------------------------


def test_outputs(instance, script: Script) -> None:
    """The worked example of the manual."""
    Path("x.txt").write_text("x")
    ln.Artifact("x.txt", key="x.txt", run=False).save()

    def make_artifact() -> ln.Artifact:
        Path("a.txt").write_text("a")
        return ln.Artifact("a.txt", key="a.txt").save()

    ln.track(ln.Transform(key="p1").save())
    first = ln.context.run
    artifact = make_artifact()
    artifact.load()
    ln.finish()
    ln.track(ln.Transform(key="p2").save())
    second = ln.context.run
    again = make_artifact()
    again.load()
    ln.Artifact.get(key="x.txt").load()
    ln.finish()
    assert (again.uid, again.run) == (artifact.uid, first)
    assert (list(first.inputs), list(first.outputs)) == ([], [artifact])
    assert second.inputs.to_list("key") == ["x.txt"]
    assert list(second.output_artifacts.all()) == []
    assert list(second.recreated_artifacts.all()) == list(second.outputs) == [artifact]
    assert list(ln.Run.filter(inputs__key="x.txt")) == [second]
    assert list(ln.Run.filter(outputs=artifact)) == [first]


def test_all_threads_share_the_run(instance, script: Script) -> None:
    ln.track(path=script())
    names = [f"label {i}" for i in range(3)]
    threads = [
        threading.Thread(target=lambda name=name: ln.ULabel(name=name).save()) for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(ln.ULabel.filter(run=ln.context.run).to_list("name")) == set(names)


# -- instances -----------------------------------------------------------------------------------


def test_the_instance_is_kept_while_tracking(instance, script: Script) -> None:
    lamindb.setup.init(storage="./other", name="other")
    assert ln.setup.settings.instance.name == "other"
    ln.track(path=script())
    for switch in (
        lambda: ln.connect("anonymous/test"),
        lambda: lamindb.setup.init(storage="./third", name="third"),
    ):
        with pytest.raises(CannotSwitchDefaultInstance) as error:
            switch()
        assert str(error.value) == (
            "Cannot switch default instance while `ln.track()` is live: call `ln.finish()`"
        )
    assert ln.setup.settings.instance.name == "other"
    assert not Path("third").exists()
    ln.connect("anonymous/other")
    ln.finish()
    ln.connect("anonymous/test")
    assert ln.Run.filter().count() == 0


def test_disconnecting_ends_tracking(instance, script: Script) -> None:
    ln.track(path=script())
    lamindb.setup.disconnect(mute=True)
    assert ln.context.run is None
    with pytest.raises(CurrentInstanceNotConfigured):
        ln.track(path=script())

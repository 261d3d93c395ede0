"""The environment of a run: lock file of a project, or installed packages."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import lamindb as ln
from lamindb.tracking.environment import capture_environment, environment_dir
from lamindb.tracking.internal_artifacts import INTERNAL_KIND, store_environment
from lamindb.tracking.packages import installed_packages

UID = "126YlZax6aWfR95R"


@pytest.fixture
def plain(in_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An interpreter and a folder that belong to no project."""
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setattr(sys, "prefix", str(in_tmp / "prefix"))
    return in_tmp


def captured() -> tuple[str, str]:
    path = capture_environment(UID)
    assert path is not None
    assert path.parent == environment_dir(UID)
    return path.name, path.read_text()


def test_installed_packages(plain: Path) -> None:
    assert captured() == ("run_env_pip.txt", installed_packages())
    assert "Django==" in installed_packages()


def test_pixi_environment(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (plain / "project").mkdir()
    (plain / "project/pixi.lock").write_text("pixi lock")
    monkeypatch.setattr(sys, "prefix", str(plain / "project/.pixi/envs/default"))
    assert captured() == ("pixi.lock", "pixi lock")


def test_pixi_project_above_the_working_folder(
    plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (plain / "pixi.toml").touch()
    (plain / "pixi.lock").write_text("pixi lock")
    (plain / "a/b").mkdir(parents=True)
    monkeypatch.chdir(plain / "a/b")
    assert captured() == ("pixi.lock", "pixi lock")


def test_pixi_project_that_was_never_locked(plain: Path) -> None:
    (plain / "pixi.toml").touch()
    assert captured()[0] == "run_env_pip.txt"


def test_uv_runs_the_script(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (plain / "uv.lock").write_text("uv lock")
    assert captured()[0] == "run_env_pip.txt"
    monkeypatch.setenv("UV", "/usr/bin/uv")
    assert captured() == ("uv.lock", "uv lock")


def test_environment_made_by_uv(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prefix = plain / "project/.venv"
    prefix.mkdir(parents=True)
    (prefix.parent / "uv.lock").write_text("uv lock")
    monkeypatch.setattr(sys, "prefix", str(prefix))
    assert captured()[0] == "run_env_pip.txt"
    (prefix / "pyvenv.cfg").write_text("home = /usr/bin\nuv = 0.9.2\n")
    assert captured() == ("uv.lock", "uv lock")


def test_a_failure_is_a_warning(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (plain / "file").touch()
    monkeypatch.setenv("LAMIN_CACHE_DIR", str(plain / "file"))
    with pytest.warns(UserWarning, match="could not track Python environment: "):
        assert capture_environment(UID) is None


def make_run() -> ln.Run:
    transform = ln.Transform(key="pipeline").save()
    return ln.Run(transform).save()


def test_stored_as_artifact_that_runs_share(instance, plain: Path) -> None:
    first, second = make_run(), make_run()
    for run in (first, second):
        capture_environment(run.uid)
        store_environment(run)
    environment = ln.Run.get(first.uid).environment
    assert environment == ln.Run.get(second.uid).environment
    assert (environment.kind, environment.key, environment.run) == (INTERNAL_KIND, None, None)
    assert (environment.description, environment.suffix) == ("requirements.txt", ".txt")
    assert environment.path.read_text() == installed_packages()
    assert ln.Artifact.objects.count() == 1


def test_lock_files_are_called_by_their_name(instance, plain: Path) -> None:
    (plain / "pixi.toml").touch()
    (plain / "pixi.lock").write_text("pixi lock")
    run = make_run()
    capture_environment(run.uid)
    store_environment(run)
    assert run.environment.description == "pixi.lock"


def test_packages_of_r_replace_those_of_python(instance, plain: Path) -> None:
    run = make_run()
    capture_environment(run.uid)
    (environment_dir(run.uid) / "r_environment.txt").write_text("laminr==1.0 @ CRAN\n")
    store_environment(run)
    assert run.environment.description == "r_environment.txt"
    assert run.environment.path.read_text() == "laminr==1.0 @ CRAN\n"


def test_several_files_are_a_folder(instance, plain: Path) -> None:
    (plain / "pixi.toml").touch()
    (plain / "pixi.lock").write_text("pixi lock")
    run = make_run()
    capture_environment(run.uid)
    (environment_dir(run.uid) / "r_environment.txt").write_text("laminr==1.0 @ CRAN\n")
    store_environment(run)
    assert run.environment.description == "environments"
    assert sorted(p.name for p in run.environment.path.iterdir()) == [
        "pixi.lock",
        "r_environment.txt",
    ]


def test_several_stored_ones_with_the_same_content(instance, plain: Path) -> None:
    """As a transfer from another instance may leave them."""
    run = make_run()
    capture_environment(run.uid)
    store_environment(run)
    first = run.environment
    values = {f.attname: getattr(first, f.attname) for f in first._meta.concrete_fields}
    values.update(id=None, uid="0" * 20, key="other")
    ln.Artifact.objects.bulk_create([ln.Artifact(*values.values())])
    store_environment(run)
    assert run.environment == first


def test_nothing_captured_nothing_stored(instance) -> None:
    run = make_run()
    store_environment(run)
    assert run.environment is None


def test_unwritable_storage_is_a_warning(instance, plain: Path) -> None:
    run = make_run()
    capture_environment(run.uid)
    root = Path(instance.storage.root) / ".lamindb"
    root.rename(root.with_name("moved"))
    root.write_text("no folder")
    try:
        with pytest.warns(UserWarning, match="could not track Python environment: "):
            store_environment(run)
    finally:
        root.unlink()
        root.with_name("moved").rename(root)
    assert ln.Run.get(run.uid).environment is None
    assert ln.Artifact.objects.count() == 0

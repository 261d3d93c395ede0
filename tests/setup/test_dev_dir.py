"""Development folders."""

from __future__ import annotations

import pytest

from lamindb.errors import CurrentInstanceNotConfigured, NoWriteAccess
from lamindb.setup import dev_dir, init, settings


@pytest.fixture
def sub(instance, in_tmp, monkeypatch):
    folder = in_tmp / "sub" / "deep"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def test_the_nearest_folder_with_a_marker_of_the_instance(sub, in_tmp):
    assert settings.dev_dir == in_tmp
    settings.dev_dir = "."
    assert settings.dev_dir == sub
    assert dev_dir.marker_path(in_tmp).exists(), "others stay"
    settings.dev_dir = None
    assert settings.dev_dir == in_tmp
    settings.dev_dir = None
    assert settings.dev_dir is None
    assert not (in_tmp / ".lamin").exists()
    settings.dev_dir = None


def test_markers_of_other_instances_do_not_count(sub, in_tmp):
    (sub / ".lamin").mkdir()
    (sub / ".lamin" / "current_instance").write_text("anonymous/other")
    assert settings.dev_dir == in_tmp


def test_outside_there_is_none(instance, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert settings.dev_dir is None


def test_the_home_folder_never_counts(instance, in_tmp, monkeypatch):
    monkeypatch.setenv("HOME", str(in_tmp))
    assert settings.dev_dir is None
    with pytest.raises(ValueError, match="The home directory cannot be a development directory"):
        settings.dev_dir = "~"


def test_a_folder_that_cannot_be_written(instance, in_tmp):
    (in_tmp / "file").touch()
    with pytest.raises(NoWriteAccess, match="Cannot write"):
        settings.dev_dir = in_tmp / "file"


def test_without_instance(in_tmp):
    assert settings.dev_dir is None
    with pytest.raises(CurrentInstanceNotConfigured):
        settings.dev_dir = "."


def test_another_instance_forgets_the_branch_of_the_folder(instance, in_tmp):
    settings.branch = "archive"
    dev_dir.write_marker(in_tmp, "anonymous/other")
    assert [p.name for p in (in_tmp / ".lamin").iterdir()] == ["current_instance"]


def test_all_development_folders_below_a_folder(in_tmp, monkeypatch):
    for name in ("b", "a", "hidden/.venv/x"):
        folder = in_tmp / name
        folder.mkdir(parents=True)
        monkeypatch.chdir(folder)
        init(storage="./store", name=folder.name)
    monkeypatch.chdir(in_tmp / "a")
    settings.__init__()
    settings.branch = "archive"
    assert list(dev_dir.find_dev_dirs(in_tmp)) == [
        (in_tmp / "a", "anonymous/a", "archive"),
        (in_tmp / "b", "anonymous/b", "main"),
    ]
    monkeypatch.setenv("HOME", str(in_tmp / "a"))
    assert [found[0].name for found in dev_dir.find_dev_dirs(in_tmp)] == ["b"]


def test_test_environments_have_their_own_markers(in_tmp, monkeypatch):
    init(storage="./prod")
    monkeypatch.setenv("LAMIN_ENV", "staging")
    settings.__init__()
    assert not settings.is_configured
    init(storage="./staging")
    names = sorted(p.name for p in (in_tmp / ".lamin").iterdir())
    assert names == ["current_instance", "staging--current_instance"]

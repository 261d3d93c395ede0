"""Scripts refer to the commit that holds their source code; the remote is a local repository."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import lamindb as ln
from lamindb.base.git_urls import normalize_git_url
from lamindb.errors import BlobHashNotFound
from lamindb.tracking import git_sync
from tests.tracking.conftest import Script
from tests.tracking.test_git import GIT, git

URL = "https://git.invalid/me/project"


@pytest.fixture
def remote(tmp_path_factory, monkeypatch: pytest.MonkeyPatch, instance) -> Iterator[Path]:
    """A repository that git finds under an https URL."""
    if GIT is None:
        pytest.skip("n/a: git is not installed")
    folder = tmp_path_factory.mktemp("remote")
    git(folder, "init", "-b", "main")
    commit(folder, "README.md", "text")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.file://{folder}.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", URL)
    ln.settings.sync_git_repo = f"{URL}.git"
    git_sync.find_blob.cache_clear()
    yield folder
    ln.settings.sync_git_repo = None


def commit(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    git(folder, "add", ".")
    git(folder, "commit", "-m", "x")
    return git(folder, "rev-parse", "HEAD")


def reference(path: Path) -> tuple[str | None, str | None]:
    git_sync.find_blob.cache_clear()
    ln.track(path=path)
    transform = ln.context.transform
    ln.finish()
    stored = ln.Transform.get(transform.uid)
    return stored.reference, stored.reference_type


def test_outside_of_the_repository(remote: Path, script: Script, capsys) -> None:
    sha = commit(remote, "scripts/train.py", "x = 1\n")
    commit(remote, "scripts/other.py", "y = 1\n")
    expected = (f"{URL}/blob/{sha}/scripts/train.py", "url")
    assert reference(script("train.py")) == expected
    clone = Path(ln.settings.cache_dir) / "git/git.invalid/me/project"
    message = f"→ running outside of synched git repo, cloning {URL} into {clone}\n"
    assert message in capsys.readouterr().out
    assert reference(script("train.py")) == expected
    assert "cloning" not in capsys.readouterr().out


def test_new_commits_are_fetched(remote: Path, script: Script, capsys) -> None:
    commit(remote, "train.py", "x = 1\n")
    reference(script("train.py"))
    sha = commit(remote, "train.py", "x = 2\n")
    assert reference(script("train.py", "x = 2\n"))[0] == f"{URL}/blob/{sha}/train.py"
    # the old code is on the branch still, at the commit that brought it
    assert "/train.py" in str(reference(script("train.py"))[0])


def test_inside_of_the_repository(
    remote: Path, in_tmp: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    git(in_tmp, "clone", URL, "checkout")
    checkout = in_tmp / "checkout"
    git(checkout, "remote", "set-url", "origin", "git@git.invalid:me/project.git")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "git@git.invalid:me/project.git")
    monkeypatch.chdir(checkout)
    sha = commit(checkout, "train.py", "x = 1\n")
    with pytest.raises(BlobHashNotFound, match="Did you commit & push"):
        reference(checkout / "train.py")
    git(remote, "config", "receive.denyCurrentBranch", "ignore")
    git(checkout, "push", "origin", "main")
    assert reference(checkout / "train.py")[0] == f"{URL}/blob/{sha}/train.py"
    assert "cloning" not in capsys.readouterr().out


def test_a_merge_counts(remote: Path, script: Script) -> None:
    git(remote, "checkout", "-b", "side")
    commit(remote, "train.py", "x = 0\n")
    git(remote, "checkout", "main")
    commit(remote, "train.py", "x = 2\n")
    git(remote, "merge", "side", "--no-commit", "-X", "ours", "--allow-unrelated-histories")
    sha = commit(remote, "train.py", "x = 1\n")
    assert reference(script("train.py"))[0] == f"{URL}/blob/{sha}/train.py"


def test_another_branch_is_mentioned(remote: Path, script: Script, capsys) -> None:
    git(remote, "checkout", "-b", "feature")
    sha = commit(remote, "train.py", "x = 1\n")
    git(remote, "checkout", "main")
    assert reference(script("train.py"))[0] == f"{URL}/blob/{sha}/train.py"
    assert "! source code is not on the default branch main of the git repo yet\n" in (
        capsys.readouterr().out
    )


def test_code_that_is_not_pushed_is_not_tracked(remote: Path, script: Script) -> None:
    path = script("train.py", "never pushed")
    with pytest.raises(BlobHashNotFound) as error:
        ln.track(path=path)
    assert str(error.value).endswith(
        f"Did you commit & push the script to the remote repo? -> {path}"
    )
    assert ln.Transform.filter().count() == ln.Run.filter().count() == 0
    assert ln.context.run is None


def test_offline(remote: Path, script: Script, capsys) -> None:
    commit(remote, "train.py", "x = 1\n")
    expected = reference(script("train.py"))
    shutil.rmtree(remote)
    assert reference(script("train.py")) == expected
    capsys.readouterr()
    with pytest.raises(BlobHashNotFound):
        reference(script("train.py", "x = 2\n"))
    assert "! could not fetch from the git remote: " in capsys.readouterr().out


def test_a_remote_that_does_not_exist(remote: Path, script: Script) -> None:
    shutil.rmtree(remote)
    with pytest.raises(BlobHashNotFound, match=f"Cannot clone {URL}"):
        reference(script("train.py"))


def test_an_updated_reference_is_mentioned(remote: Path, script: Script, capsys) -> None:
    ln.settings.sync_git_repo = None
    ln.track(path=script("train.py"))
    ln.finish()
    ln.settings.sync_git_repo = URL
    commit(remote, "train.py", "x = 1\n")
    reference(script("train.py"))
    assert "→ updated transform reference, loaded Transform('" in capsys.readouterr().out


def test_notebooks_are_not_synchronized(remote: Path, script: Script) -> None:
    ln.track(path=script("a.ipynb", '{"cells": []}'))
    assert ln.context.transform.reference is None


def test_by_environment(remote: Path, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    ln.settings.sync_git_repo = None
    monkeypatch.setenv("LAMINDB_SYNC_GIT_REPO", "ssh://git@git.invalid/me/project.git")
    sha = commit(remote, "train.py", "x = 1\n")
    assert reference(script("train.py"))[0] == f"{URL}/blob/{sha}/train.py"


@pytest.mark.parametrize(
    "url",
    [
        URL,
        f"{URL}.git",
        f"{URL}/",
        "git@git.invalid:me/project.git",
        "ssh://git@git.invalid/me/project",
        "ssh://git@git.invalid:2222/me/project.git",
        "https://token@git.invalid/me/project.git",
    ],
)
def test_forms_of_urls(url: str) -> None:
    assert normalize_git_url(url) == URL


@pytest.mark.parametrize("url", ["", "http://git.invalid/a", "/srv/project", "file:///srv/project"])
def test_no_urls(url: str) -> None:
    with pytest.raises(ValueError, match="starts with https://"):
        ln.settings.sync_git_repo = url
    assert os.environ.get("LAMINDB_SYNC_GIT_REPO") is None

"""What git's files say, checked against git itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from lamindb.tracking.git import find_checkout

GIT = shutil.which("git")


def git(folder: Path, *arguments: str) -> str:
    assert GIT is not None
    identity = ("-c", "user.name=me", "-c", "user.email=me@example.com")
    return subprocess.run(
        [GIT, *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    if GIT is None:
        pytest.skip("n/a: git is not installed")
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-b", "main")
    return folder


def commit(folder: Path) -> str:
    git(folder, "commit", "--allow-empty", "-m", "x")
    return git(folder, "rev-parse", "HEAD")


def test_no_repository(tmp_path: Path) -> None:
    assert find_checkout(tmp_path) is None


def test_before_the_first_commit(repository: Path) -> None:
    assert find_checkout(repository) == (repository, None, None)


def test_branch_packed_and_detached(repository: Path) -> None:
    head = commit(repository)
    below = repository / "a/b"
    below.mkdir(parents=True)
    assert find_checkout(below) == (repository, None, head)
    git(repository, "pack-refs", "--all")
    assert find_checkout(below) == (repository, None, head)
    git(repository, "checkout", "--detach")
    assert find_checkout(below) == (repository, None, head)


def test_worktree(repository: Path, tmp_path: Path) -> None:
    commit(repository)
    git(repository, "remote", "add", "origin", "https://github.com/a/b.git")
    git(repository, "worktree", "add", "-b", "other", str(tmp_path / "other"))
    head = commit(tmp_path / "other")
    expected = (tmp_path / "other", "https://github.com/a/b.git", head)
    assert find_checkout(tmp_path / "other") == expected


@pytest.mark.parametrize(
    ("remote", "url"),
    [
        ("https://github.com/a/b", "https://github.com/a/b"),
        ("git@github.com:a/b.git", "ssh://git@github.com/a/b.git"),
        ("github.com:a/b.git", "ssh://github.com/a/b.git"),
        ("/srv/git/b.git", "/srv/git/b.git"),
    ],
)
def test_remotes(repository: Path, remote: str, url: str) -> None:
    git(repository, "remote", "add", "upstream", "https://github.com/up/stream")
    git(repository, "remote", "add", "origin", remote)
    checkout = find_checkout(repository)
    assert checkout is not None
    assert checkout.url == url


def test_damaged_files(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("nonsense")
    assert find_checkout(tmp_path) is None
    (tmp_path / ".git").unlink()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_bytes(b"\xff\xfe")
    assert find_checkout(tmp_path) == (tmp_path, None, None)

"""Find the commit of a git repository that holds the source code of a script."""

from __future__ import annotations

import hashlib
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from lamindb.base.git_urls import normalize_git_url
from lamindb.base.log import logger
from lamindb.errors import BlobHashNotFound
from lamindb.setup.cache_dir import cache_path

from .git import find_checkout

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["find_in_repository"]

DEPTH = "10"
REMOTE = "refs/remotes/origin"


def find_in_repository(path: Path, repository: str) -> str:
    """Find the address of a file in a repository: the version with exactly this content.

    Parameters
    ----------
    path : pathlib.Path
        Path of a script.
    repository : str
        Address of the repository.

    Returns
    -------
    str
        URL of the file at the commit that introduced its content.

    Raises
    ------
    BlobHashNotFound
        No branch of the repository has the content.

    Example
    -------
    >>> find_in_repository(Path("train.py"), "https://github.com/me/project")
    'https://github.com/me/project/blob/5b3a…/scripts/train.py'
    """
    url = normalize_git_url(repository)
    return f"{url}/blob/{find_blob(url, blob_hash(path.read_bytes()), path)}"


def blob_hash(data: bytes) -> str:
    """Hash by which git knows the content of a file.

    See https://git-scm.com/book/en/v2/Git-Internals-Git-Objects.
    """
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


@cache
def find_blob(url: str, blob: str, path: Path) -> str:
    """`commit/path` of a blob; asked of git once per process."""
    folder = clone_of(url)
    found = search(folder, blob)
    if found is None:
        fetch(folder)
        found = search(folder, blob)
    if found is None:
        raise BlobHashNotFound(
            f"❌ Did not find blob hash {blob} in git repo ({url})\n"
            f"Did you commit & push the script to the remote repo? -> {path}"
        )
    return found


def git(folder: Path, *arguments: str) -> str:
    """Output of git.

    Raises
    ------
    subprocess.CalledProcessError
    """
    return subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


# -- where it is on this machine -----------------------------------------------------------------


def clone_of(url: str) -> Path:
    """Folder of the repository: the working folder is in it, or a clone in the cache."""
    checkout = find_checkout(Path.cwd())
    if checkout is not None:
        if checkout.url is not None and is_same(checkout.url, url):
            return checkout.root
        logger.warning(
            f"the working folder is in another git repository ({checkout.url}) than {url}"
        )
    folder = cache_path() / "git" / url.removeprefix("https://")
    if not (folder / ".git").is_dir():
        logger.important(f"running outside of synched git repo, cloning {url} into {folder}")
        folder.parent.mkdir(parents=True, exist_ok=True)
        options = ("--depth", DEPTH, "--no-single-branch", "--no-checkout")
        try:
            git(folder.parent, "clone", *options, url, folder.name)
        except subprocess.CalledProcessError as error:
            raise BlobHashNotFound(f"Cannot clone {url}: {error.stderr.strip()}") from error
    return folder


def is_same(remote: str, url: str) -> bool:
    """Whether a remote is the repository."""
    try:
        return normalize_git_url(remote) == url
    except ValueError:  # a path
        return False


def fetch(folder: Path) -> None:
    """Get the branches of the remote; offline, those of the last time have to do."""
    try:
        git(folder, "fetch", "origin", f"+refs/heads/*:{REMOTE}/*")
    except subprocess.CalledProcessError as error:
        logger.warning(f"could not fetch from the git remote: {error.stderr.strip()}")


# -- which commit it is --------------------------------------------------------------------------


def search(folder: Path, blob: str) -> str | None:
    """`commit/path` of a blob on the default branch, else on any other one."""
    default = default_branch(folder)
    found = search_branches(folder, blob, [default]) if default is not None else None
    if found is None:
        found = search_branches(folder, blob, [f"--remotes={REMOTE.removeprefix('refs/remotes/')}"])
        if found is not None and default is not None:
            name = default.removeprefix(f"{REMOTE}/")
            logger.warning(f"source code is not on the default branch {name} of the git repo yet")
    return found


def default_branch(folder: Path) -> str | None:
    """Reference of the default branch."""
    try:
        return git(folder, "symbolic-ref", f"{REMOTE}/HEAD").strip()
    except subprocess.CalledProcessError:
        known = git(folder, "for-each-ref", "--format=%(refname)", REMOTE).split()
        return next((f"{REMOTE}/{n}" for n in ("main", "master") if f"{REMOTE}/{n}" in known), None)


def search_branches(folder: Path, blob: str, branches: Iterable[str]) -> str | None:
    """`commit/path` of the last commit that brought a blob, merges included."""
    try:
        log = git(folder, "log", "-m", "--format=%H", f"--find-object={blob}", *branches, "--")
    except subprocess.CalledProcessError:  # git has never seen the blob
        return None
    for commit in dict.fromkeys(log.split()):
        path = path_in(folder, commit, blob)
        if path is not None:
            return f"{commit}/{path}"
    return None


def path_in(folder: Path, commit: str, blob: str) -> str | None:
    """Path of a blob in a commit; None where it was removed."""
    for entry in git(folder, "ls-tree", "-r", "-z", "--full-tree", commit).split("\0"):
        about, _, path = entry.partition("\t")
        if about.endswith(f" {blob}"):
            return path
    return None

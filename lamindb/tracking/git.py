"""Facts about a git checkout, read from its files without running git."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

__all__ = ["Checkout", "find_checkout"]

_SCP_LIKE = re.compile(r"(?P<user>\w+@)?(?P<host>[^/:]+):(?P<path>\w[^:]*)")
_ORIGIN = re.compile(r"\[remote \"origin\"\][^\[]*?^\s*url\s*=\s*(?P<url>\S+)", re.MULTILINE)
_COMMIT = re.compile(r"[0-9a-f]{40,64}")


class Checkout(NamedTuple):
    """A working copy of a git repository.

    Attributes
    ----------
    root : pathlib.Path
        Top folder.
    url : str or None
        Where `origin` is, as URL; None without such a remote.
    commit : str or None
        Hash of the commit that is checked out; None before the first commit.
    """

    root: Path
    url: str | None
    commit: str | None


def find_checkout(folder: Path) -> Checkout | None:
    """Find the git checkout that contains a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Any folder.

    Returns
    -------
    Checkout or None

    Example
    -------
    >>> find_checkout(Path("/home/me/project/src")).url
    'https://github.com/me/project'

    References
    ----------
    https://git-scm.com/docs/gitrepository-layout
    """
    for parent in (folder, *folder.parents):
        git_dir = _git_dir(parent / ".git")
        if git_dir is not None:
            common = _common_dir(git_dir)
            return Checkout(parent, _origin_url(common), _head_commit(git_dir, common))
    return None


def _read(path: Path) -> str:
    """Text of a file, empty if it can't be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _git_dir(entry: Path) -> Path | None:
    """Folder with the repository; in worktrees and submodules a file says where it is."""
    if entry.is_dir():
        return entry
    keyword, _, target = _read(entry).strip().partition("gitdir: ")
    return entry.parent / target if not keyword and target else None


def _common_dir(git_dir: Path) -> Path:
    """Folder that all worktrees of a repository share."""
    shared = _read(git_dir / "commondir").strip()
    return git_dir / shared if shared else git_dir


def _origin_url(common_dir: Path) -> str | None:
    found = _ORIGIN.search(_read(common_dir / "config"))
    if found is None:
        return None
    url = found["url"]
    scp_like = None if "://" in url else _SCP_LIKE.fullmatch(url)
    if scp_like is None:
        return url
    return f"ssh://{scp_like['user'] or ''}{scp_like['host']}/{scp_like['path']}"


def _head_commit(git_dir: Path, common_dir: Path) -> str | None:
    head = _read(git_dir / "HEAD").strip()
    _, is_reference, name = head.partition("ref: ")
    commit = head
    if is_reference:
        commit = _read(common_dir / name).strip() or _packed(common_dir, name)
    return commit if _COMMIT.fullmatch(commit) else None


def _packed(common_dir: Path, reference: str) -> str:
    """Commit of a reference that git moved into its one file for many references."""
    for line in _read(common_dir / "packed-refs").splitlines():
        commit, _, name = line.partition(" ")
        if name == reference:
            return commit
    return ""

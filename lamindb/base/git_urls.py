"""Addresses of git repositories, in the one form that can be opened in a browser."""

from __future__ import annotations

import re

__all__ = ["normalize_git_url"]

_SSH = re.compile(r"ssh://(?:[\w.-]+@)?(?P<host>[^/:]+)(?::\d+)?/(?P<path>.+)")
_SCP_LIKE = re.compile(r"(?:[\w.-]+@)(?P<host>[^/:]+):(?P<path>[^/].*)")


def normalize_git_url(url: str) -> str:
    """Write the address of a repository as an https URL.

    Parameters
    ----------
    url : str
        As in `git clone`: `https://…`, `ssh://…` or `git@host:owner/repository`.

    Returns
    -------
    str
        Without `.git` and without the name of a user.

    Raises
    ------
    ValueError
        It is anything else.

    Example
    -------
    >>> normalize_git_url("git@github.com:laminlabs/redun.git")
    'https://github.com/laminlabs/redun'
    """
    ssh = _SSH.fullmatch(url) or _SCP_LIKE.fullmatch(url)
    if ssh is not None:
        url = f"https://{ssh['host']}/{ssh['path']}"
    if not url.startswith("https://"):
        raise ValueError(
            "sync_git_repo needs the URL of a git repository that starts with https://, "
            f"not '{url}'"
        )
    # a token may stand before the host
    url = re.sub(r"^https://[^/@]*@", "https://", url)
    return url.rstrip("/").removesuffix(".git")

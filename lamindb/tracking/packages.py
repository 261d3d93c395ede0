"""Installed Python packages in the format of `pip freeze`, without running pip."""

from __future__ import annotations

import json
import re
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .git import find_checkout

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import Distribution

__all__ = ["freeze", "installed_packages"]

# what pip leaves out, see `pip freeze --all`
_INSTALLERS = {"pip"}
if sys.version_info < (3, 12):
    _INSTALLERS |= {"setuptools", "distribute", "wheel"}
_HEADER = re.compile(r"^(Name|Version):[ \t]*(.*?)[ \t]*$", re.MULTILINE)


@cache
def installed_packages() -> str:
    """List the packages that this process can import, one requirement per line.

    Returns
    -------
    str
        Read once per process.

    Example
    -------
    >>> print(installed_packages())
    anndata==0.12.10
    ...
    """
    from importlib.metadata import distributions  # start-up time

    return freeze(distributions())


def freeze(distributions: Iterable[Distribution]) -> str:
    """Write requirements that install the same versions again.

    Parameters
    ----------
    distributions : iterable of importlib.metadata.Distribution
        Of several with the same name, the first one counts.

    Returns
    -------
    str
        Sorted by name regardless of case, one line each; editable installs may take two.

    References
    ----------
    https://pip.pypa.io/en/stable/cli/pip_freeze/ and
    https://packaging.python.org/en/latest/specifications/direct-url/
    """
    found: dict[str, tuple[str, str]] = {}
    for distribution in distributions:
        name, version = name_and_version(distribution)
        canonical = re.sub(r"[-_.]+", "-", name).lower()
        if name and canonical not in found and canonical not in _INSTALLERS:
            found[canonical] = name.lower(), as_requirement(distribution, name, version)
    return "".join(f"{requirement}\n" for _, requirement in sorted(found.values()))


def name_and_version(distribution: Distribution) -> tuple[str, str]:
    """Name and version from the head of the metadata; parsing all of it takes ten times longer."""
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    fields = dict(_HEADER.findall(text[: text.find("\n\n") + 1 or None]))
    return fields.get("Name", ""), fields.get("Version", "")


def as_requirement(distribution: Distribution, name: str, version: str) -> str:
    """One requirement as pip writes it."""
    text = distribution.read_text("direct_url.json")
    if text is None:
        return f"{name}=={version}"
    origin = json.loads(text)
    if origin.get("dir_info", {}).get("editable"):
        return editable_requirement(name, version, origin["url"])
    return direct_requirement(name, origin)


def direct_requirement(name: str, origin: dict[str, Any]) -> str:
    """Requirement for what was installed from a URL, an archive or a repository."""
    url = origin["url"]
    fragments = []
    if "vcs_info" in origin:
        vcs = origin["vcs_info"]
        url = f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    archive_hash = origin.get("archive_info", {}).get("hash")
    if archive_hash:
        fragments.append(archive_hash)
    if origin.get("subdirectory"):
        fragments.append(f"subdirectory={origin['subdirectory']}")
    return f"{name} @ {url}{'#' if fragments else ''}{'&'.join(fragments)}"


def editable_requirement(name: str, version: str, url: str) -> str:
    """Requirement for a package that runs from its source folder."""
    from urllib.request import url2pathname  # start-up time: imports an HTTP client

    folder = Path(url2pathname(urlsplit(url).path))
    checkout = find_checkout(folder)
    if checkout is None or checkout.commit is None:
        return f"# Editable install with no version control ({name}=={version})\n-e {folder}"
    if checkout.url is None:
        return f"# Editable Git install with no remote ({name}=={version})\n-e {folder}"
    url = checkout.url if "://" in checkout.url else Path(checkout.url).as_uri()
    below = folder.relative_to(checkout.root).as_posix()
    subdirectory = "" if below == "." else f"&subdirectory={below}"
    return f"-e git+{url}@{checkout.commit}#egg={name.replace('-', '_')}{subdirectory}"

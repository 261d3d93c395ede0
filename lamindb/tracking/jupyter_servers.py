"""Ask the Jupyter servers on this machine which notebook a kernel belongs to."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["SessionPath", "find_session_path"]

TIMEOUT = 2
KERNEL_ID = re.compile(r"kernel-(?P<id>.+)\.json$")


class SessionPath(NamedTuple):
    """Where a server says that a notebook is.

    Attributes
    ----------
    path : str
        Path on this machine.
    name : str or None
        What the server calls it.
    runner : str
        `lab`, or `notebook` for the classic server.
    """

    path: str
    name: str | None
    runner: str


def find_session_path() -> SessionPath | None:
    """Find the notebook of this kernel among the sessions of the running servers.

    Returns
    -------
    SessionPath or None
        None if no server knows the kernel, or it can't be asked.

    Example
    -------
    >>> find_session_path().runner
    'lab'

    References
    ----------
    https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html
    """
    kernel_id = this_kernel_id()
    if kernel_id is None:
        return None
    for file in server_files():
        try:
            server = json.loads(file.read_text(encoding="utf-8"))
            sessions = ask(server)
        except (OSError, ValueError, LookupError):
            continue
        for session in sessions:
            found = path_of_session(session, server, kernel_id)
            if found is not None:
                is_classic = file.name.startswith("nbserver-")
                return SessionPath(*found, "notebook" if is_classic else "lab")
    return None


def this_kernel_id() -> str | None:
    """Id of the kernel that this process is, taken from the name of its connection file."""
    application = sys.modules.get("ipykernel.kernelapp")
    if application is None or not application.IPKernelApp.initialized():
        return None
    found = KERNEL_ID.search(str(application.IPKernelApp.instance().connection_file))
    return found["id"] if found else None


def server_files() -> list[Path]:
    """Files in which running servers describe themselves, the newest first."""
    from jupyter_core.paths import jupyter_runtime_dir  # comes with ipykernel

    folder = Path(jupyter_runtime_dir())
    files = [*folder.glob("jpserver-*.json"), *folder.glob("nbserver-*.json")]
    return sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)


def ask(server: dict[str, Any]) -> list[dict[str, Any]]:
    """Sessions of a server."""
    from urllib.request import ProxyHandler, Request, build_opener  # start-up time

    token = server.get("token") or os.environ.get("JUPYTERHUB_API_TOKEN")
    headers = {"Authorization": f"token {token}"} if token else {}
    request = Request(f"{server['url']}api/sessions", headers=headers)
    opener = build_opener(ProxyHandler({}))  # it is on this machine
    with opener.open(request, timeout=TIMEOUT) as response:
        sessions = json.load(response)
    if not isinstance(sessions, list):
        raise ValueError("no list of sessions")
    return sessions


def path_of_session(
    session: dict[str, Any], server: dict[str, Any], kernel_id: str
) -> tuple[str, str | None] | None:
    """Path and name of the notebook if the session is that of a kernel."""
    if session.get("kernel", {}).get("id") != kernel_id:
        return None
    about = session if session.get("path") else session.get("notebook", {})
    path = about.get("path")
    if not path:
        return None
    if path.lstrip("/").startswith("fileId="):
        return path, about.get("name")
    root = server.get("root_dir") or server.get("notebook_dir") or ""
    return str(Path(root) / path), about.get("name")

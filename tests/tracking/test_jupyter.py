"""Which notebook runs here: from command lines, sessions of servers, and editors."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from lamindb.tracking.jupyter import executor_of, notebooks_among, path_from_ipylab
from lamindb.tracking.jupyter_servers import SessionPath, find_session_path, path_of_session


@pytest.mark.parametrize(
    ("command", "runner"),
    [
        ("/usr/bin/python /usr/bin/jupyter-nbconvert --execute a.ipynb", "nbconvert"),
        ("/usr/bin/python -m nbconvert --execute a.ipynb", "nbconvert"),
        ("python -m jupyter nbconvert --execute a.ipynb", "nbconvert"),
        ("C:/python.exe C:/Scripts/jupyter-nbconvert.exe a.ipynb", "nbconvert"),
        ("/usr/bin/python /usr/bin/papermill a.ipynb b.ipynb", "papermill"),
        ("python -m papermill a.ipynb b.ipynb", "papermill"),
        ("/usr/bin/python /usr/bin/jupyter-lab nbconvert.ipynb", None),
        ("bash", None),
        ("", None),
    ],
)
def test_programs(command: str, runner: str | None) -> None:
    assert executor_of(command.split()) == runner


def test_notebooks_on_a_command_line() -> None:
    command = "nbconvert --execute a.ipynb --output b.ipynb --to=notebook below/c.ipynb d.py"
    assert notebooks_among(command.split()) == ["a.ipynb", "below/c.ipynb"]
    assert notebooks_among([]) == []


@pytest.mark.parametrize(
    ("session", "server", "found"),
    [
        (
            {"kernel": {"id": "1"}, "path": "below/a.ipynb", "name": "a.ipynb"},
            {"root_dir": "/home/me"},
            ("/home/me/below/a.ipynb", "a.ipynb"),
        ),
        (  # the classic server
            {"kernel": {"id": "1"}, "notebook": {"path": "a.ipynb", "name": ""}},
            {"notebook_dir": "/home/me"},
            ("/home/me/a.ipynb", ""),
        ),
        ({"kernel": {"id": "1"}, "path": "/fileId=1", "name": "A"}, {}, ("/fileId=1", "A")),
        ({"kernel": {"id": "2"}, "path": "a.ipynb"}, {}, None),
        ({"kernel": {"id": "1"}}, {}, None),
        ({}, {}, None),
    ],
)
def test_sessions(session: dict, server: dict, found: tuple[str, str] | None) -> None:
    assert path_of_session(session, server, "1") == found


def test_without_a_kernel() -> None:
    assert find_session_path() is None


def test_ipylab(monkeypatch: pytest.MonkeyPatch) -> None:
    """The front end tells the path where no server runs, as in JupyterLite."""
    monkeypatch.setitem(sys.modules, "ipylab", None)
    assert path_from_ipylab() is None
    for session, found in (
        ({"path": "a.ipynb", "name": "a"}, SessionPath("a.ipynb", "a", "lab")),
        ({}, None),
    ):
        front_end = SimpleNamespace(sessions=SimpleNamespace(current_session=session))
        module = SimpleNamespace(JupyterFrontEnd=lambda front_end=front_end: front_end)
        monkeypatch.setitem(sys.modules, "ipylab", module)
        assert path_from_ipylab() == found

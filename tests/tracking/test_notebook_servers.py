"""Notebooks of a running Jupyter server and of marimo."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

import lamindb as ln
from tests.support.notebooks import Editor, write_notebook
from tests.support.processes import run_interpreter

CELLS = ("# My title", "import lamindb as ln\nln.track()", "ln.finish()")


# -- Jupyter -------------------------------------------------------------------------------------


@pytest.fixture
def runtime_dir(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where servers and kernels describe themselves."""
    folder = tmp_path_factory.mktemp("jupyter")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(folder / "config"))
    return folder


@pytest.fixture
def server(instance, in_tmp: Path, runtime_dir: Path) -> Iterator[dict[str, Any]]:
    """A Jupyter server in the working folder, as it describes itself."""
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--port=0"],
        env={**os.environ, "JUPYTER_PREFER_ENV_PATH": "1", "CI": "true"},
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 120
        while not (files := list(runtime_dir.glob("jpserver-*.json"))):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
        yield json.loads(files[0].read_text())
    finally:
        process.terminate()
        process.wait(60)


def open_notebook(server: dict[str, Any], path: str) -> str:
    """Open a notebook on a server; the id of its kernel."""
    body = {"path": path, "type": "notebook", "name": path, "kernel": {"name": "python3"}}
    request = Request(
        f"{server['url']}api/sessions",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"token {server['token']}"},
    )
    with urlopen(request) as response:
        return str(json.load(response)["kernel"]["id"])


def test_the_server_knows_the_path(server: dict[str, Any], runtime_dir: Path, in_tmp: Path) -> None:
    # servers that died leave their files
    (runtime_dir / "jpserver-1.json").write_text('{"url": "http://127.0.0.1:1/", "token": ""}')
    (runtime_dir / "nbserver-2.json").write_text("no json")
    path = write_notebook(in_tmp / "below/analysis.ipynb", *CELLS)
    write_notebook(in_tmp / "other.ipynb", *CELLS)
    open_notebook(server, "other.ipynb")
    kernel_id = open_notebook(server, "below/analysis.ipynb")
    connection_file = runtime_dir / f"kernel-{kernel_id}.json"
    deadline = time.monotonic() + 60
    while not connection_file.exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    with Editor(path, connection_file=str(connection_file)) as editor:
        editor.run_all()
        code = "from lamindb.tracking.jupyter import find_notebook; print(find_notebook().runner)"
        assert editor.execute(code)[0] == "lab\n"
    transform = ln.Transform.filter().one()
    assert (transform.key, transform.description) == ("below/analysis.ipynb", "My title")
    assert ln.Run.filter().one().report is not None


# -- marimo --------------------------------------------------------------------------------------

MARIMO = """\
import marimo

app = marimo.App({options})


@app.cell
def _():
    import lamindb as ln
    ln.track()
    return (ln,)


@app.cell
def _(ln):
    print("the result")
    ln.finish()
    return


if __name__ == "__main__":
    app.run()
"""


@pytest.fixture
def marimo(instance, in_tmp: Path) -> Path:
    path = in_tmp / "explore.py"
    path.write_text(MARIMO.format(options='auto_download=["ipynb"]'))
    return path


def run_marimo(path: Path, *arguments: str) -> str:
    """Run a notebook in a kernel of marimo and export it; what it shows."""
    result = run_interpreter("-m", "marimo", "-q", "export", *arguments, cwd=path.parent)
    return result.stdout + result.stderr


def test_marimo(marimo: Path) -> None:
    run_marimo(marimo, "html", "explore.py", "-o", "out.html", "-f")
    transform, run = ln.Transform.filter().one(), ln.Run.filter().one()
    assert (transform.key, transform.kind) == ("explore.py", "notebook")
    assert transform.source_code == marimo.read_text()
    assert (run.status, run.report) == ("completed", None)
    assert "no report saved: marimo has not exported explore.py yet" in (
        Path("out.html").read_text()
    )
    # what the editor writes
    Path("__marimo__").mkdir(exist_ok=True)
    export = ("ipynb", "explore.py", "--include-outputs", "-o", "__marimo__/explore.ipynb", "-f")
    run_marimo(marimo, *export)
    run_marimo(marimo, "html", "explore.py", "-o", "out.html", "-f")
    assert ln.Transform.filter().one() == transform
    run = ln.Run.filter().order_by("-id").first()
    page = run.report.path.read_text()
    assert re.search(r"overflow-x: auto", page)
    assert "the result" in page


def test_marimo_as_a_script(marimo: Path) -> None:
    result = run_interpreter("explore.py", cwd=marimo.parent)
    assert result.returncode == 0, result.stderr
    transform = ln.Transform.filter().one()
    assert (transform.key, transform.kind) == ("explore.py", "script")


def test_marimo_without_exports(marimo: Path) -> None:
    marimo.write_text(MARIMO.format(options=""))
    run_marimo(marimo, "html", "explore.py", "-o", "out.html", "-f")
    assert "please let marimo export this notebook automatically" in Path("out.html").read_text()
    assert ln.Transform.filter().count() == 0

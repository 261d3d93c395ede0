"""Where a graph appears: in a notebook, in the cache folder, or as text."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import lamindb as ln
from lamindb.lineage import lineage_graph, mermaid, show, text_tree
from lamindb.lineage.graph import Graph, Node
from tests.lineage.pipelines import artifact, make_run

HINT = "• to render graphs, install graphviz: "


@pytest.fixture
def out(instance, monkeypatch: pytest.MonkeyPatch, capsys) -> ln.Artifact:
    """An artifact with a run, on a machine without a screen."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    make_run("a.py", writes=["out.txt"])
    capsys.readouterr()
    return artifact("out.txt")


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What a notebook was told to show: IPython is not installed in all test environments."""
    shown: list[dict[str, str]] = []

    class ZMQInteractiveShell:
        pass

    module = SimpleNamespace(
        get_ipython=ZMQInteractiveShell,
        display=SimpleNamespace(display=lambda bundle, raw: shown.append(bundle)),
    )
    monkeypatch.setitem(sys.modules, "IPython", module)
    return shown


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_an_image_in_the_cache_and_nothing_in_the_working_directory(out, dot, capsys) -> None:
    before = files(Path.cwd())
    assert out.view_lineage() is None
    path = ln.settings.cache_dir / "graphs" / f"artifact_{out.uid}.svg"
    assert capsys.readouterr().out == f"→ graph: {path}\n"
    assert "out.txt" in path.read_text()
    assert files(Path(str(ln.settings.cache_dir)) / "graphs") == {path.name}
    assert files(Path.cwd()) == before


def test_the_image_is_opened_where_there_is_a_screen(out, dot, monkeypatch) -> None:
    opened = []
    monkeypatch.setattr(show, "open_image", opened.append)
    out.view_lineage()
    assert opened == []
    monkeypatch.setenv("DISPLAY", ":0")
    out.view_lineage()
    assert [Path(path).name for path in opened] == [f"artifact_{out.uid}.svg"]


def test_text_without_graphviz(out, no_dot, capsys) -> None:
    before = files(Path.cwd())
    assert out.view_lineage() is None
    printed = capsys.readouterr().out
    assert printed.startswith(text_tree(lineage_graph(out)) + "\n" + HINT)
    assert printed.count("\n") == 3
    assert files(Path.cwd()) == before


@pytest.mark.parametrize(
    ("platform", "command"),
    [
        ("darwin", "brew install graphviz"),
        ("win32", "winget install graphviz"),
        ("linux", "apt-get install graphviz, or conda install graphviz"),
    ],
)
def test_how_to_install_graphviz(out, no_dot, capsys, monkeypatch, platform, command) -> None:
    graph = lineage_graph(out)
    monkeypatch.setattr("lamindb.lineage.show.sys", SimpleNamespace(platform=platform, modules={}))
    show.show(graph)
    assert capsys.readouterr().out.endswith(f"{HINT}{command}\n")


def test_an_inline_image_in_a_notebook(out, dot, notebook, capsys) -> None:
    before = files(Path.cwd())
    assert out.view_lineage() is None
    assert capsys.readouterr().out == ""
    [bundle] = notebook
    assert bundle["image/svg+xml"].startswith("<?xml")
    assert "out.txt" in bundle["image/svg+xml"]
    assert bundle["text/plain"] == text_tree(lineage_graph(out))
    assert files(Path.cwd()) == before


def test_mermaid_in_a_notebook_without_graphviz(out, no_dot, notebook, capsys) -> None:
    out.view_lineage()
    graph = lineage_graph(out)
    assert notebook == [{"text/vnd.mermaid": mermaid(graph), "text/plain": text_tree(graph)}]
    assert capsys.readouterr().out.startswith(HINT)


def test_a_dot_that_fails_does_not_stop_anything(out, no_dot, capsys) -> None:
    broken = Path(os.environ["PATH"]) / "dot"
    broken.write_text("#!/bin/false\n")
    broken.chmod(0o755)
    assert out.view_lineage() is None
    printed = capsys.readouterr().out
    assert printed.startswith(text_tree(lineage_graph(out)) + "\n! graphviz failed: ")


def test_too_many_nodes_to_draw(sqlite_instance, dot, capsys) -> None:
    graph = Graph("n0")
    for number in range(1001):
        graph.add(Node(f"n{number}", f"n{number}", "artifact"))
    capsys.readouterr()
    show.show(graph)
    assert capsys.readouterr().out == (
        "n0  *\n• too many to draw: 1001 nodes; pass return_graph=True to get the graph\n"
    )


def test_return_graph_writes_nothing(out, no_dot, capsys) -> None:
    before = files(Path.cwd())
    assert out.view_lineage(return_graph=True).name == f"artifact_{out.uid}"
    assert capsys.readouterr().out == ""
    assert files(Path.cwd()) == before


def test_in_a_real_notebook_kernel(sqlite_instance, dot) -> None:
    """IPython's shell of a kernel, without a front end: what is displayed arrives as data."""
    pytest.importorskip("IPython", reason="extra: IPython is not installed")
    make_run("a.py", writes=["out.txt"])
    code = """
import sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

class ZMQInteractiveShell(InteractiveShell):
    pass

shell = ZMQInteractiveShell.instance()
with capture_output(stdout=False) as captured:
    shell.run_cell("import lamindb as ln; ln.Artifact.get(key='out.txt').view_lineage()")
assert [sorted(output.data) for output in captured.outputs] == [["image/svg+xml", "text/plain"]]
"""
    result: Any = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr

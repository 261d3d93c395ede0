"""Titles and imports of Jupyter notebooks."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pytest

from lamindb.tracking.notebooks import (
    Notebook,
    check_title,
    imported_modules,
    imported_packages,
    read_notebook,
)


def notebook(path: Path, *cells: tuple[str, str | list[str]]) -> Path:
    content = [{"cell_type": kind, "metadata": {}, "source": source} for kind, source in cells]
    path.write_text(json.dumps({"cells": content, "nbformat": 4, "nbformat_minor": 5}))
    return path


def test_read(tmp_path: Path) -> None:
    path = notebook(
        tmp_path / "a.ipynb",
        ("code", "# no title\nimport os"),
        ("markdown", "## Not this"),
        ("markdown", ["Text\n", "# My [title](x). \n"]),
        ("markdown", "# Another"),
        ("raw", "# raw"),
        ("code", ["import re\n", "x = 1"]),
    )
    assert read_notebook(path) == Notebook(
        "My [title](x)", ["# no title\nimport os", "import re\nx = 1"]
    )


def test_without_title(tmp_path: Path) -> None:
    assert read_notebook(notebook(tmp_path / "a.ipynb", ("markdown", "Text"))) == Notebook(None, [])


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"cells": [1]}', '{"cells": [{}]}'])
def test_unreadable(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.ipynb"
    assert read_notebook(path) is None
    path.write_text(content)
    assert read_notebook(path) is None


def test_other_formats_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.Rmd"
    path.write_text("# Title")
    assert read_notebook(path) is None


def test_a_notebook_without_a_name() -> None:
    with pytest.raises(RuntimeError, match=r"rename the notebook 'Untitled1\.ipynb'"):
        check_title(Path("Untitled1.ipynb"))
    check_title(Path("Untitled1.py"))
    check_title(Path("My Untitled.ipynb"))


@pytest.mark.parametrize(
    ("code", "modules"),
    [
        ("import os.path, numpy as np", {"os", "numpy"}),
        ("from a.b import c\nfrom . import d\nfrom .e import f", {"a"}),
        ("%matplotlib inline\n!pip install x\nimport a", {"a"}),
        ("if True:\n    %time x\nimport a", {"a"}),
        ("def f():\n    import a", {"a"}),
        ("import a\nthis is no Python", set()),
        ("null \0 byte", set()),
    ],
)
def test_imported_modules(code: str, modules: set[str]) -> None:
    assert imported_modules(code) == modules


def test_imported_packages() -> None:
    cells = ["import os, pandas, yaml", "import django\nimport not_installed_at_all"]
    assert imported_packages(Notebook(None, cells)).split() == [
        f"Django=={version('django')}",
        f"PyYAML=={version('pyyaml')}",
        "not_installed_at_all",
        f"pandas=={version('pandas')}",
    ]
    assert imported_packages(Notebook(None, ["import os"])) == ""

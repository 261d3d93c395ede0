"""No file, class or function is too long to be read in one go."""

from __future__ import annotations

import pytest

from tests.support.processes import ROOT, run_interpreter
from tools import check_sizes


def function(name: str, lines: int, docstring_lines: int = 0) -> str:
    quotes = ['    """Title.', *["    x"] * (docstring_lines - 2), '    """']
    doc = quotes if docstring_lines else []
    return "\n".join([f"def {name}():", *doc, *["    1"] * (lines - 1)]) + "\n"


@pytest.mark.parametrize(
    ("code", "finding"),
    [
        (function("f", 60), None),
        (function("f", 61), ":1: 61 lines in function f (at most 60)"),
        (function("f", 60, docstring_lines=50), None),
        ("x = 1\nasync " + function("g", 61), ":2: 61 lines in function g (at most 60)"),
        ("class A:\n" + "    x = 1\n" * 399, None),
        ("class A:\n" + "    x = 1\n" * 400, ":1: 401 lines in class A (at most 400)"),
        (function("f", 2) + "\n" * 599, ":1: 601 lines in this file (at most 600)"),
        ("TABLE = [\n" + "    1,\n" * 5000 + "]\n", None),
    ],
)
def test_what_is_too_long(tmp_path, code, finding):
    path = tmp_path / "code.py"
    path.write_text(code)
    assert check_sizes.check([path]) == ([] if finding is None else [f"{path}{finding}"])


def test_migrations_are_exempt(tmp_path):
    path = tmp_path / "migrations" / "0001_initial.py"
    path.parent.mkdir()
    path.write_text(function("f", 100))
    assert check_sizes.check([tmp_path]) == []


def test_the_command_exits_with_1_and_names_the_place(tmp_path):
    (tmp_path / "code.py").write_text(function("f", 61))
    result = run_interpreter("-m", "tools.check_sizes", str(tmp_path), cwd=ROOT)
    assert result.returncode == 1
    assert result.stdout == f"{tmp_path}/code.py:1: 61 lines in function f (at most 60)\n"


def test_this_repository_keeps_to_the_sizes():
    assert check_sizes.check(ROOT / name for name in check_sizes.FOLDERS) == []

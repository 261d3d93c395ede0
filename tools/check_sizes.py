"""Checks that files, classes and functions stay short enough to be read in one go.

Usage: `python -m tools.check_sizes [FILE_OR_FOLDER …]` (default: the whole repository). Prints one
line per finding and exits with 1 if there is any. Docstrings of classes and functions don't
count; migrations and modules that only hold data are exempt.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

MAX_FILE_LINES = 600
MAX_CLASS_LINES = 400
MAX_FUNCTION_LINES = 60

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("lamindb", "lamin_cli", "bionty", "pertdb", "compat", "benchmarks", "tools", "tests")

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def check(paths: Iterable[Path]) -> list[str]:
    """Return one line per file, class or function that is too long.

    Parameters
    ----------
    paths
        Python files, or folders that are searched for Python files.
    """
    return [finding for path in _python_files(paths) for finding in _check_file(path)]


def _python_files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        for file in files:
            if file.suffix == ".py" and "migrations" not in file.parts:
                yield file


def _check_file(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text, filename=str(path))
    definitions = [n for n in ast.walk(tree) if isinstance(n, (ast.ClassDef, *FUNCTIONS))]
    lines = text.count("\n")
    if definitions and lines > MAX_FILE_LINES:
        yield f"{path}:1: {lines} lines in this file (at most {MAX_FILE_LINES})"
    for node in definitions:
        is_class = isinstance(node, ast.ClassDef)
        limit = MAX_CLASS_LINES if is_class else MAX_FUNCTION_LINES
        lines = _length(node)
        if lines > limit:
            kind = "class" if is_class else "function"
            yield f"{path}:{node.lineno}: {lines} lines in {kind} {node.name} (at most {limit})"


def _length(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a definition, without decorators and its own docstring."""
    docstring = 0
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is not None:
        docstring = _lines(first)
    return _lines(node) - docstring


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def main(arguments: list[str]) -> int:
    """Check the given paths and return the exit code."""
    findings = check(map(Path, arguments) if arguments else (ROOT / name for name in FOLDERS))
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

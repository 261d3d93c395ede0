"""Who may import whom: the contracts in pyproject.toml, and the only way up (ports)."""

from __future__ import annotations

import ast
import importlib

import pytest

from tests.support.processes import ROOT, run_interpreter

OWN_PACKAGES = ("lamindb", "lamin_cli", "bionty", "pertdb")


def test_import_contracts_hold():
    code = (
        "from importlinter.cli import lint_imports; exit(lint_imports(no_cache=True, no_logo=True))"
    )
    result = run_interpreter("-c", code, cwd=ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def ports() -> dict[str, str]:
    from lamindb.models.ports import PORTS

    return PORTS


def test_every_port_resolves_to_a_function(instance):
    for name, target in ports().items():
        module, _, function = target.partition(":")
        assert callable(getattr(importlib.import_module(module), function)), name


def own_imports_inside_functions(source: str) -> list[str]:
    """Line and module of each import of our own packages that isn't at the top of the file."""
    found = []
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.ImportFrom):
                names = ["lamindb" if node.level else node.module or ""]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                continue
            found += [f"{node.lineno}: {n}" for n in names if n.split(".")[0] in OWN_PACKAGES]
    return found


@pytest.mark.parametrize("package", ["lamindb", "bionty"])
def test_own_modules_are_imported_at_the_top(package):
    # lamin_cli is exempt: its commands import lamindb when they run, so that --help is quick.
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for line in own_imports_inside_functions(path.read_text())
    ]
    assert found == []


def test_imports_inside_functions_are_found():
    source = "import lamindb\ndef f():\n    import pandas\n    from lamindb.base import log\n"
    assert own_imports_inside_functions(source) == ["4: lamindb.base"]
    assert own_imports_inside_functions("def f():\n    from . import x\n") == ["2: lamindb"]

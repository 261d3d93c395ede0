"""Fixtures for tests of tracking."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import util
from pathlib import Path
from subprocess import CompletedProcess
from types import ModuleType

import pytest

from lamindb.tracking.saved_files import CI_MARKERS
from tests.support.processes import run_interpreter

Script = Callable[..., Path]


@pytest.fixture(autouse=True)
def no_cli_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the arguments of pytest, which would count as those of the tracked script."""
    monkeypatch.setattr(sys, "argv", ["pytest"])


@pytest.fixture
def at_a_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide that this is a test, in which nobody is asked to save a notebook."""
    for name in CI_MARKERS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def script(in_tmp: Path) -> Script:
    """Write a script: `script("a.py", "x = 1")`; the text may be left out."""

    def write(name: str = "train.py", code: str = "x = 1\n") -> Path:
        path = in_tmp / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
        return path

    return write


@pytest.fixture
def run_script() -> Callable[..., CompletedProcess[str]]:
    """Run a script in a fresh interpreter and expect that it ends well; returns its output."""

    def run(path: Path, *arguments: str, expect: int = 0, **options: object) -> list[str]:
        result = run_interpreter(str(path), *arguments, cwd=path.parent, **options)  # type: ignore[arg-type]
        assert result.returncode == expect, result.stderr + result.stdout
        return (result.stdout + result.stderr).splitlines()

    return run  # type: ignore[return-value]


@pytest.fixture
def load(script: Script) -> Callable[..., ModuleType]:
    """Write a module and import it anew, as a process that starts later would."""

    def load_module(
        code: str, name: str = "flows.py", module_name: str | None = None
    ) -> ModuleType:
        path = script(name, f"import lamindb as ln\n{code}")
        spec = util.spec_from_file_location(module_name or path.stem, path)
        module = util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load_module

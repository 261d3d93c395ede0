"""Lineage is the same on SQLite and on Postgres: each test runs on both."""

from __future__ import annotations

import shutil
from typing import Any

import pytest


@pytest.fixture
def instance(instance_on_both: Any) -> Any:
    """A fresh, connected instance in the working directory: its InstanceSettings."""
    return instance_on_both


@pytest.fixture
def dot() -> str:
    """Path of the program that draws, which CI installs."""
    path = shutil.which("dot")
    if path is None:
        pytest.skip("graphviz is not installed: apt-get install graphviz")
    return path


@pytest.fixture
def no_dot(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A search path without any program."""
    monkeypatch.setenv("PATH", str(tmp_path_factory.mktemp("empty")))

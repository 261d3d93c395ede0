"""Registries behave the same on SQLite and on Postgres: each test runs on both."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(params=["sqlite", "postgres"])
def instance(request: pytest.FixtureRequest) -> Any:
    """A fresh, connected instance in the working directory: its InstanceSettings."""
    name = "postgres_instance" if request.param == "postgres" else "sqlite_instance"
    return request.getfixturevalue(name)


@pytest.fixture(params=["sqlite", "postgres"])
def bionty_on_both(request: pytest.FixtureRequest) -> Any:
    """Like `instance`, with the bionty module."""
    name = "postgres_bionty_instance" if request.param == "postgres" else "bionty_instance"
    return request.getfixturevalue(name)

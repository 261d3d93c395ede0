"""Curators behave the same on SQLite and on Postgres: tests of `instance` run on both."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(params=["sqlite", "postgres"])
def instance(request: pytest.FixtureRequest) -> Any:
    """A fresh, connected instance in the working directory: its InstanceSettings."""
    return request.getfixturevalue(f"{request.param}_instance")

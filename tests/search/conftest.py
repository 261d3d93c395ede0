"""Searches find the same on SQLite and on Postgres: each test runs on both."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def instance(instance_on_both: Any) -> Any:
    """A fresh, connected instance in the working directory: its InstanceSettings."""
    return instance_on_both

"""Instances with the tables of the test data; registries are tested on SQLite and on Postgres."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bionty.source_fixtures import (  # noqa: F401
    asset_folder,
    cache_folder,
    mirror,
    no_packages,
    write_table,
)

OLDER = {("bionty.CellType", "2025-04-10")}
"""Tables that are not the default of their entity and organism."""


@pytest.fixture(autouse=True)
def assets(test_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder with tables; nothing else is asked, the network neither."""
    folder = test_data / "bionty-assets"
    monkeypatch.setenv("BIONTY_ASSETS", str(folder))
    monkeypatch.setenv("BIONTY_OFFLINE", "1")
    return folder


@pytest.fixture
def without_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ignore installed packages that bring tables."""
    from bionty.sources import load

    monkeypatch.setattr(load, "offered", lambda: [])
    monkeypatch.setattr(load, "available_offline", lambda entity=None: [])


@pytest.fixture(scope="session")
def _bionty_postgres(postgres_server: Any) -> Iterator[str]:
    """Name of a database that all tests of `bionty_postgres` share."""
    name = postgres_server.create_database()
    yield name
    postgres_server.drop_database(name)


@pytest.fixture
def bionty_postgres(in_tmp: Path, postgres_server: Any, _bionty_postgres: str) -> Iterator[Any]:
    """A fresh instance with bionty, on Postgres."""
    from django.db import connections

    import lamindb.setup

    postgres_server.wipe(_bionty_postgres)
    url = postgres_server.url(_bionty_postgres)
    lamindb.setup.init(storage="./store", name="test", modules="bionty", db=url)
    yield lamindb.setup.settings.instance
    connections.close_all()


@pytest.fixture(params=["sqlite", "postgres"])
def instance(request: pytest.FixtureRequest) -> Any:
    """A fresh, connected instance with bionty in the working directory."""
    name = "bionty_postgres" if request.param == "postgres" else "bionty_instance"
    return request.getfixturevalue(name)


@pytest.fixture
def sources(instance: Any, assets: Path) -> dict[str, Any]:
    """Sources of all tables of the test data, in use; by file name."""
    return register_sources(assets)


@pytest.fixture
def sqlite_sources(bionty_instance: Any, assets: Path) -> dict[str, Any]:
    """Like `sources`, on SQLite only: for what doesn't depend on the database."""
    return register_sources(assets)


def register_sources(assets: Path) -> dict[str, Any]:
    """Make the sources of all tables in a folder those in use."""
    import bionty as bt

    return {
        row["file"]: bt.Source(
            **{name: row[name] for name in ("entity", "organism", "name", "version")},
            currently_used=(row["entity"], row["version"]) not in OLDER,
        ).save()
        for row in json.loads((assets / "index.json").read_text())
    }

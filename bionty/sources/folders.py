"""Folders with tables: where they are cached, and where else they are looked for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from lamindb.setup.cache_dir import cache_path

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["PACKAGED_SOURCES", "Settings", "settings"]

PACKAGED_SOURCES = Path(__file__).with_name("sources.yaml")


class Settings:
    """Folders of ontology tables, as `bt.base.settings`.

    Environment variables: `BIONTY_ROOT_DIR` relocates everything; `BIONTY_ASSETS` lists further
    folders with tables, separated like those in `PATH`.

    Parameters
    ----------
    datasetdir : str or path, optional
        Folder for datasets.
    dynamicdir : str or path, optional
        Folder for cached tables.

    Examples
    --------
    >>> bt.base.settings.asset_folders = ["/data/bionty-assets"]
    """

    def __init__(
        self,
        datasetdir: str | Path | None = None,
        dynamicdir: str | Path | None = None,
    ) -> None:
        self._datasetdir = None if datasetdir is None else Path(datasetdir)
        self._dynamicdir = None if dynamicdir is None else Path(dynamicdir)
        self._asset_folders: list[Path] = []

    @property
    def root_dir(self) -> Path:
        """`BIONTY_ROOT_DIR`, else a folder in the cache folder of lamindb, which is per user."""
        root = os.environ.get("BIONTY_ROOT_DIR")
        return Path(root) if root else cache_path() / "bionty"

    @property
    def datasetdir(self) -> Path:
        """Folder for datasets; can be set."""
        return self._datasetdir or self.root_dir / "data"

    @datasetdir.setter
    def datasetdir(self, path: str | Path | None) -> None:
        self._datasetdir = None if path is None else Path(path)

    @property
    def dynamicdir(self) -> Path:
        """Folder for cached tables; can be set. It is created when a table is cached."""
        return self._dynamicdir or self.root_dir / "_dynamic"

    @dynamicdir.setter
    def dynamicdir(self, path: str | Path | None) -> None:
        self._dynamicdir = None if path is None else Path(path)

    @property
    def asset_folders(self) -> list[Path]:
        """Folders with tables that are read but not written; can be set."""
        listed = os.environ.get("BIONTY_ASSETS", "").split(os.pathsep)
        return [*self._asset_folders, *(Path(folder) for folder in listed if folder)]

    @asset_folders.setter
    def asset_folders(self, paths: str | Path | Iterable[str | Path]) -> None:
        several = [paths] if isinstance(paths, (str, Path)) else paths
        self._asset_folders = [Path(path) for path in several]

    @property
    def public_sources(self) -> Path:
        """The YAML file with the sources that a new database knows."""
        own = self.root_dir / "sources.yaml"
        return own if own.is_file() else PACKAGED_SOURCES

    @property
    def is_offline(self) -> bool:
        """Whether `BIONTY_OFFLINE` says not to try the network."""
        return os.environ.get("BIONTY_OFFLINE", "") not in ("", "0")


settings = Settings()

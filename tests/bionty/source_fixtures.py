"""Fixtures about where tables come from."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from bionty.sources import data_packages, download, load, obtaining, saying


@pytest.fixture
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of this test, which doesn't exist yet; no other folder has tables."""
    monkeypatch.setenv("BIONTY_ROOT_DIR", str(tmp_path / "bionty"))
    monkeypatch.delenv("BIONTY_ASSETS", raising=False)
    saying.said.clear()
    obtaining._failed.clear()
    obtaining._unsaved.clear()
    return tmp_path / "bionty" / "_dynamic"


@pytest.fixture
def asset_folder(cache_folder: Path, test_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with tables of the test data, which is searched behind the empty cache."""
    folder = test_data / "bionty-assets"
    monkeypatch.setenv("BIONTY_ASSETS", str(folder))
    return folder


@pytest.fixture
def no_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if no package with tables was installed, and nothing shipped with bionty."""
    for module in (load, data_packages):
        monkeypatch.setattr(module, "offered", tuple)


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and remembers what was asked for."""

    asked: list[str]
    broken: dict[str, int]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path in self.broken:
            self.send_error(self.broken[self.path])
        else:
            super().do_GET()

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


class WebServer:
    """A folder on the web: `folder`, `url`, and the paths that were asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self.broken: dict[str, int] = {}
        names = {"asked": self.asked, "broken": self.broken}
        handler = partial(type("Handler", (_Handler,), names), directory=str(folder))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    """A web server that stands in for the asset store; the network is tried."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    server = WebServer(folder)
    monkeypatch.setenv("BIONTY_MIRROR", server.url)
    monkeypatch.delenv("BIONTY_OFFLINE")
    monkeypatch.setattr(download, "_tried", {})
    yield server
    server.stop()


@pytest.fixture
def write_table() -> Callable[..., Path]:
    """Write a small table: `write_table(folder, key, names=["a"])` returns its path."""

    def write(folder: Path, key: object, names: list[str]) -> Path:
        import pandas as pd

        folder.mkdir(parents=True, exist_ok=True)
        path = folder / key.table_file  # type: ignore[attr-defined]
        index = pd.Index([f"X:{n}" for n in range(len(names))], name="ontology_id")
        frame = pd.DataFrame({"name": names, "definition": None, "synonyms": None}, index=index)
        frame["parents"] = [[] for _ in names]
        frame.to_parquet(path)
        return path

    return write

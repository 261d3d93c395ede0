"""Code that is tracked: its key, hash and text."""

from __future__ import annotations

from pathlib import Path

import pytest

import lamindb.setup
from lamindb.base.hashing import hash_file, hash_string
from lamindb.tracking.source import (
    derive_key,
    package_key,
    source_from_file,
    source_from_string,
)


@pytest.fixture
def dev_dir(instance, in_tmp: Path) -> Path:
    """Development folder of the connected instance."""
    folder = in_tmp / "project"
    folder.mkdir()
    lamindb.setup.settings.dev_dir = folder
    return folder


def test_key_in_a_development_folder(dev_dir: Path) -> None:
    assert derive_key(dev_dir / "a.py") == "a.py"
    assert derive_key(dev_dir / "scripts/deep/a.py") == "scripts/deep/a.py"


def test_key_in_the_development_folder_of_another_instance(instance, in_tmp: Path) -> None:
    marker = in_tmp / "other/.lamin/current_instance"
    marker.parent.mkdir(parents=True)
    marker.write_text("anonymous/other\n")
    assert derive_key(in_tmp / "other/scripts/a.py") == "a.py"


def test_key_outside_of_the_development_folder(
    dev_dir: Path,
    in_tmp: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(dev_dir)
    capsys.readouterr()
    assert derive_key(in_tmp / "elsewhere/a.py") == "a.py"
    assert capsys.readouterr().out == (
        f"! path {in_tmp}/elsewhere/a.py is not within the configured dev directory {dev_dir}, "
        "falling back to using filename a.py\n"
    )


def test_key_of_a_module_in_a_package() -> None:
    assert package_key("my_package.steps.clean") == "pypackages/my_package/steps/clean.py"


def test_script(instance, in_tmp: Path) -> None:
    path = in_tmp / "a.py"
    path.write_bytes("x = 'ä'\r\n".encode())
    source = source_from_file(path, None)
    assert (source.kind, source.key, source.path) == ("script", "a.py", path)
    assert source.code == "x = 'ä'\r\n"
    assert source.hash == hash_file(path).hash
    assert source_from_file(path, "my/key.py").key == "my/key.py"
    assert source_from_file(path, None, default_key="pypackages/a.py").key == "pypackages/a.py"


def test_text_that_no_database_takes(instance, in_tmp: Path) -> None:
    path = in_tmp / "a.R"
    path.write_bytes(b"x <- '\xe4\0'")
    source = source_from_file(path, None)
    assert source.code == "x <- '��'"
    assert source.hash == hash_file(path).hash


def test_missing_files(instance, in_tmp: Path) -> None:
    with pytest.raises(FileNotFoundError, match="Cannot track .*a.py: there is no such file"):
        source_from_file(in_tmp / "a.py", None)
    with pytest.raises(FileNotFoundError):
        source_from_file(in_tmp, None)
    # its kernel may run on another machine
    source = source_from_file(in_tmp / "a.ipynb", None)
    assert (source.kind, source.key, source.hash, source.code) == ("notebook", "a.ipynb", None, None)


def test_code_string() -> None:
    source = source_from_string("x = 'ä'\n", "steps/one", "function")
    assert (source.kind, source.key, source.path) == ("function", "steps/one", None)
    assert (source.code, source.hash) == ("x = 'ä'\n", hash_string("x = 'ä'\n"))

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


def test_key_in_a_development_folder(instance, in_tmp: Path) -> None:
    """The fixture made the instance in this folder."""
    assert derive_key(in_tmp / "a.py") == "a.py"
    assert derive_key(in_tmp / "scripts/deep/a.py") == "scripts/deep/a.py"


def test_key_in_a_nested_development_folder(instance, in_tmp: Path) -> None:
    (in_tmp / "project").mkdir()
    lamindb.setup.settings.dev_dir = in_tmp / "project"
    assert derive_key(in_tmp / "project/scripts/a.py") == "scripts/a.py"


def test_key_in_the_development_folder_of_another_instance(instance, in_tmp: Path) -> None:
    marker = in_tmp / "other/.lamin/current_instance"
    marker.parent.mkdir(parents=True)
    marker.write_text("anonymous/other\n")
    assert derive_key(in_tmp / "other/scripts/a.py") == "other/scripts/a.py"


def test_key_outside_of_the_development_folder(
    instance,
    in_tmp: Path,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path_factory.mktemp("elsewhere") / "a.py"
    capsys.readouterr()
    assert derive_key(path) == "a.py"
    assert capsys.readouterr().out == (
        f"! path {path} is not within the configured dev directory {in_tmp}, "
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
    with pytest.raises(FileNotFoundError, match=r"Cannot track .*a\.py: there is no such file"):
        source_from_file(in_tmp / "a.py", None)
    with pytest.raises(FileNotFoundError):
        source_from_file(in_tmp, None)
    # its kernel may run on another machine
    source = source_from_file(in_tmp / "a.ipynb", None)
    assert (source.kind, source.key, source.hash, source.code) == (
        "notebook",
        "a.ipynb",
        None,
        None,
    )


def test_code_string() -> None:
    source = source_from_string("x = 'ä'\n", "steps/one", "function")
    assert (source.kind, source.key, source.path) == ("function", "steps/one", None)
    assert (source.code, source.hash) == ("x = 'ä'\n", hash_string("x = 'ä'\n"))

"""The list of installed packages, in the format of `pip freeze`."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

import pytest

from lamindb.tracking.packages import freeze, installed_packages

COMMIT = "0123456789" * 4


def install(
    site: Path, name: str, version: str = "1.0", origin: dict[str, Any] | None = None
) -> None:
    """Leave the files that an installer leaves."""
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: x\n\nName: fake\n"
    )
    if origin is not None:
        (folder / "direct_url.json").write_text(json.dumps(origin))


def frozen(*sites: Path) -> list[str]:
    return freeze(distributions(path=[str(site) for site in sites])).splitlines()


def test_names_and_versions_sorted_regardless_of_case(tmp_path: Path) -> None:
    for name in ("zarr", "Django", "anndata", "typing_extensions", "typing-inspection"):
        install(tmp_path, name)
    install(tmp_path, "pip")
    assert frozen(tmp_path) == [
        "anndata==1.0",
        "Django==1.0",
        "typing-inspection==1.0",
        "typing_extensions==1.0",
        "zarr==1.0",
    ]


def test_what_shadows_another_version_counts(tmp_path: Path) -> None:
    install(tmp_path / "a", "my-package", "2.0")
    install(tmp_path / "b", "My.Package", "1.0")
    assert frozen(tmp_path / "a", tmp_path / "b") == ["my-package==2.0"]


def test_a_damaged_installation_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "broken-1.0.dist-info").mkdir()
    install(tmp_path, "good")
    assert frozen(tmp_path) == ["good==1.0"]


@pytest.mark.parametrize(
    ("origin", "requirement"),
    [
        (
            {
                "url": "https://github.com/a/b",
                "vcs_info": {"vcs": "git", "commit_id": COMMIT},
                "subdirectory": "python",
            },
            f"x @ git+https://github.com/a/b@{COMMIT}#subdirectory=python",
        ),
        (
            {"url": "https://host/x-1.0.tar.gz", "archive_info": {"hash": "sha256=abc"}},
            "x @ https://host/x-1.0.tar.gz#sha256=abc",
        ),
        ({"url": "file:///src/x", "dir_info": {}}, "x @ file:///src/x"),
    ],
)
def test_direct_installations(tmp_path: Path, origin: dict[str, Any], requirement: str) -> None:
    install(tmp_path, "x", origin=origin)
    assert frozen(tmp_path) == [requirement]


def repository(folder: Path, remote: str | None) -> None:
    """Lay out a git repository with one commit."""
    git = folder / ".git"
    (git / "refs/heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "refs/heads/main").write_text(f"{COMMIT}\n")
    (git / "config").write_text(f'[remote "origin"]\n\turl = {remote}\n' if remote else "[core]\n")


@pytest.mark.parametrize(
    ("remote", "below", "requirement"),
    [
        ("https://github.com/a/b.git", "", f"-e git+https://github.com/a/b.git@{COMMIT}#egg=my_x"),
        (
            "git@github.com:a/b.git",
            "python/x",
            f"-e git+ssh://git@github.com/a/b.git@{COMMIT}#egg=my_x&subdirectory=python/x",
        ),
        ("/srv/b.git", "", f"-e git+file:///srv/b.git@{COMMIT}#egg=my_x"),
        (None, "", "# Editable Git install with no remote (my-x==1.0)\n-e {folder}"),
    ],
)
def test_editable_in_a_repository(
    tmp_path: Path, remote: str | None, below: str, requirement: str
) -> None:
    source = tmp_path / "with blank"
    repository(source, remote)
    folder = source / below
    origin = {"url": folder.as_uri(), "dir_info": {"editable": True}}
    install(tmp_path / "site", "my-x", origin=origin)
    assert frozen(tmp_path / "site") == requirement.format(folder=folder).splitlines()


def test_editable_without_a_repository(tmp_path: Path) -> None:
    origin = {"url": "file:///src/x", "dir_info": {"editable": True}}
    install(tmp_path, "x", origin=origin)
    assert frozen(tmp_path) == [
        "# Editable install with no version control (x==1.0)",
        "-e /src/x",
    ]


def test_this_process_agrees_with_pip() -> None:
    if not any(d.metadata["Name"] == "pip" for d in distributions()):
        pytest.skip("n/a: pip is not installed here")
    frozen_by_pip = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "freeze", "--local"],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "", "HOME": "/"},
    ).stdout
    versions = {line for line in frozen_by_pip.splitlines() if "==" in line and line[0] != "#"}
    ours = set(installed_packages().splitlines())
    assert versions
    assert versions <= ours


def test_read_once_per_process(monkeypatch: pytest.MonkeyPatch) -> None:
    first = installed_packages()
    monkeypatch.setattr(Distribution, "read_text", lambda *_: pytest.fail("read again"))
    assert installed_packages() is first

"""What is in the repository, and what ends up in the distribution."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.processes import ROOT, run_interpreter

# Absolute paths of one machine; /tmp and /usr/lib exist everywhere.
WORK = "/work"
MACHINE_PATH = re.compile(r"(/work[/]\w|/home/(?!u/|me/|user/)\w+/|/Users/\w+/|/root/\w)")


def tracked_files() -> list[Path]:
    """Files of the working tree that git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip(f"n/a: not a git checkout ({listed.stderr.strip()})")
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


def test_no_file_names_a_path_of_one_machine():
    found = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # binary
        if path != Path(__file__):
            found += [f"{path.relative_to(ROOT)}: {m.group()}" for m in MACHINE_PATH.finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    ("text", "is_machine_path"),
    [
        (f"see {WORK}/x", True),
        ("/home/anna/data", True),
        ("/root/.venv", False),
        ("/root/projects", True),
        ("`/home/u/.lamin`", False),
        ("https://host/work", False),
        ("/tmp/x", False),
    ],
)
def test_what_counts_as_a_machine_path(text, is_machine_path):
    assert bool(MACHINE_PATH.search(text)) is is_machine_path


def test_no_file_is_larger_than_a_repository_should_carry():
    sizes = {path.relative_to(ROOT): path.stat().st_size for path in tracked_files()}
    assert {path: size for path, size in sizes.items() if size > 2_000_000} == {}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    """The distribution, built from this tree with the installed build backend."""
    out = tmp_path_factory.mktemp("wheel")
    command = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    result = run_interpreter(*command, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
    (path,) = out.glob("lamindb-*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_has_our_packages_and_nothing_else(wheel):
    top = {name.split("/")[0] for name in wheel.namelist()}
    packages = {name for name in top if not name.endswith(".dist-info")}
    assert packages == {
        "lamindb",
        "lamin_cli",
        "bionty",
        "pertdb",
        "lamindb_setup",
        "lamin_utils",
    }


def test_the_wheel_has_every_file_of_the_packages(wheel):
    suffixes = {".py", ".sql", ".gz", ".parquet", ".csv", ".json", ".typed", ".db", ".yaml"}
    sources = [path for path in tracked_files() if path.suffix in suffixes]
    packages = ("lamindb", "lamin_cli", "bionty", "pertdb", "compat")
    relative = [p.relative_to(ROOT) for p in sources if p.relative_to(ROOT).parts[0] in packages]
    expected = {str(p).removeprefix("compat/") for p in relative}
    assert expected <= set(wheel.namelist())
    assert "lamindb/py.typed" in expected


def test_the_wheel_installs_the_lamin_command(wheel):
    (name,) = [n for n in wheel.namelist() if n.endswith("entry_points.txt")]
    assert "lamin = lamin_cli.__main__:main" in wheel.read(name).decode()


def test_the_wheel_carries_version_licence_and_python_requirement(wheel):
    (name,) = [n for n in wheel.namelist() if n.endswith("METADATA")]
    metadata = wheel.read(name).decode()
    version = re.search(r'__version__ = "(.+)"', (ROOT / "lamindb" / "__init__.py").read_text())
    assert version is not None
    assert f"Version: {version.group(1)}\n" in metadata
    assert "License-Expression: Apache-2.0" in metadata
    assert "Requires-Python: >=3.10" in metadata
    assert any(n.endswith("licenses/LICENSE") for n in wheel.namelist())


def test_the_extra_all_is_the_union_of_the_optional_formats():
    if sys.version_info < (3, 11):
        pytest.skip("n/a: Python 3.10 has no TOML parser")
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    (union,) = extras["all"]
    listed = set(union.removeprefix("lamindb[").removesuffix("]").split(","))
    assert listed == set(extras) - {"all", "test", "dev"}

"""What a process that imports us does not pay for."""

from __future__ import annotations

import pytest

HEAVY = [
    "django", "numpy", "pandas", "pyarrow", "anndata", "h5py", "scipy", "IPython", "boto3",
    "botocore", "s3fs", "httpx", "pydantic", "rich", "click",
]  # fmt: skip


def imported(run_python, statement: str, **options) -> set[str]:
    """Top-level modules in memory after a statement, in a fresh interpreter."""
    code = f"{statement}\nimport sys\nprint('loaded', *{{m.split('.')[0] for m in sys.modules}})"
    result = run_python(code, **options)
    assert result.returncode == 0, result.stderr
    return set(result.stdout.splitlines()[-1].split()[1:])


def test_importing_lamindb_imports_nothing_heavy(run_python, in_tmp):
    assert imported(run_python, "import lamindb").isdisjoint(HEAVY)


def test_nor_when_an_instance_is_connected(run_python, instance):
    assert imported(run_python, "import lamindb").isdisjoint(HEAVY)


def test_listing_the_public_names_imports_nothing_heavy(run_python, in_tmp):
    assert imported(run_python, "import lamindb; dir(lamindb)").isdisjoint(HEAVY)


@pytest.mark.parametrize("statement", ["import lamin_cli", "import lamindb.errors, lamindb.base"])
def test_light_parts_stay_light(run_python, in_tmp, statement):
    assert imported(run_python, statement).isdisjoint({*HEAVY, "lamindb.models"})


def test_the_help_of_the_command_line_needs_no_django(run_python, in_tmp):
    statement = (
        "import sys; sys.argv = ['lamin', '--help']\n"
        "from lamin_cli.__main__ import main\n"
        "try: main()\nexcept SystemExit as exit: assert exit.code in (0, None)"
    )
    assert imported(run_python, statement).isdisjoint({"django", "numpy", "pandas", "pyarrow"})


def test_the_check_sees_heavy_modules(run_python, in_tmp):
    assert "numpy" in imported(run_python, "import numpy")

"""`import bionty` is cheap, and its names are complete."""

from __future__ import annotations

import json
from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

import bionty

Run = Callable[..., CompletedProcess[str]]


def test_importing_bionty_imports_neither_django_nor_pandas(run_python: Run):
    code = "import bionty, json, sys; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(run_python(code).stdout)
    assert "bionty" in loaded
    assert not {"django", "pandas", "numpy", "lamindb.models"} & set(loaded)


def test_all_names_are_there():
    assert dir(bionty) == sorted([*bionty.__all__, "__version__"])
    assert all(getattr(bionty, name) is not None for name in bionty.__all__)
    assert bionty.CellType is bionty.models.CellType


def test_full_names():
    assert bionty.CellType.__get_name_with_module__() == "bionty.CellType"
    assert bionty.models.Species.__get_name_with_module__() == "bionty.Organism"


def test_the_old_name_of_uids():
    with pytest.warns(DeprecationWarning, match=r"use bionty\.uids"):
        assert bionty.ids is bionty.uids


def test_unknown_name():
    with pytest.raises(AttributeError, match="module 'bionty' has no attribute 'Nucleus'"):
        bionty.Nucleus  # noqa: B018


@pytest.mark.parametrize(
    "order", ["import bionty.models, lamindb.models", "import lamindb.models, bionty.models"]
)
def test_the_order_of_imports_does_not_change_the_order_of_relations(run_python: Run, order: str):
    code = f"""
{order}
relations = lamindb.models.Artifact._meta.related_objects
print([r.get_accessor_name() for r in relations if r.many_to_many][:2])
"""
    assert run_python(code).stdout.splitlines()[-1] == "['users', 'runs']"

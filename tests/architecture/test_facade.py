"""The facade: every public name is listed, resolves lazily, and is visible to type checkers."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import lamindb as ln

SOURCE = Path(ln.__file__)


def test_all_lists_every_name() -> None:
    assert sorted(ln.__all__) == sorted(ln._NAMES)


def test_dir_lists_every_name_without_importing(run_python) -> None:
    result = run_python(
        "import sys, lamindb as ln\n"
        "names = dir(ln)\n"
        "assert set(ln.__all__) <= set(names), set(ln.__all__) - set(names)\n"
        "assert 'django' not in sys.modules\n"
        "assert all(not name.startswith('_') or name == '__version__' for name in names)\n"
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", ln.__all__)
def test_every_name_resolves(name: str) -> None:
    assert getattr(ln, name) is getattr(ln, name)


def test_type_checkers_see_the_same_names() -> None:
    """What stands under `if TYPE_CHECKING` mirrors the table of lazy names."""
    mirrored: set[str] = set()
    for node in ast.parse(SOURCE.read_text()).body:
        if isinstance(node, ast.If):
            for statement in ast.walk(node):
                if isinstance(statement, ast.ImportFrom) and statement.module != "typing":
                    mirrored.update(alias.asname or alias.name for alias in statement.names)
    assert mirrored == set(ln._NAMES)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Artefact'"):
        _ = ln.Artefact


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("lamindb.models.artifact", "Artifact"),
        ("lamindb.models.collection", "Collection"),
        ("lamindb.models.transform", "Transform"),
        ("lamindb.models.sqlrecord", "Registry"),
        ("lamindb.models.query_set", "BasicQuerySet"),
    ],
)
def test_clients_find_classes_by_module_path(path: str, name: str) -> None:
    cls = getattr(ln.models, name)
    assert f"{cls.__module__}.{cls.__qualname__}" == f"{path}.{name}"


def test_setup_classes_are_named_for_clients() -> None:
    for value in (ln.setup.settings, ln.setup.settings.instance, ln.setup.settings.user):
        cls = type(value)
        assert cls.__module__.startswith("lamindb.")
        assert cls.__name__.endswith("Settings")


def test_old_public_paths() -> None:
    import lamindb.core.exceptions
    import lamindb.core.subsettings

    assert lamindb.core.exceptions is ln.errors
    assert ln.core.datasets is ln.examples.datasets
    assert ln.core.datasets.small_dataset1 is ln.examples.datasets.mini_immuno.get_dataset1
    assert type(ln.settings.creation) is lamindb.core.subsettings.CreationSettings
    assert isinstance(ln.settings, ln.core.Settings)
    assert isinstance(ln.context, ln.core.Context)

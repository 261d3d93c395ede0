"""Registries by name, for code below the models."""

from __future__ import annotations

import importlib
import importlib.util
import sys

from lamindb.setup import orm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def import_models(app: str) -> None:
    """Import the models of an app, `lamindb` or a module, if that didn't happen yet."""
    name = f"{app}.models"
    if name not in sys.modules:
        importlib.import_module(app)
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name)
    orm.mount(app)


def registry(name: str, app: str = "lamindb") -> Any:
    """Unfiltered manager of a registry in the default database.

    Parameters
    ----------
    name : str
        Class name, e.g. `"Branch"`.
    app : str
        Django app label.
    """
    import_models(app)
    from django.apps import apps

    return apps.get_model(app, name)._base_manager

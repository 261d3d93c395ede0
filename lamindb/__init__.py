"""Traceable, validated, queryable datasets for biology.

>>> import lamindb as ln
>>> ln.track()  # track the current script or notebook
>>> ln.Artifact("my_file.csv", key="my_file.csv").save()
>>> ln.finish()

Importing this package imports neither Django nor numpy: names are resolved on first use.
"""

from __future__ import annotations

import sys
from importlib import import_module

from lamindb.setup import session as _session

__version__ = "2.13.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lamindb import base, core, curators, errors, examples, models, setup
    from lamindb.base.types import UNSET
    from lamindb.models import (
        Artifact,
        Branch,
        Collection,
        Feature,
        Project,
        Q,
        Record,
        Reference,
        Run,
        Schema,
        Space,
        Storage,
        Transform,
        ULabel,
        User,
    )
    from lamindb.models.bulk import save
    from lamindb.models.view import view
    from lamindb.setup.connection import connect
    from lamindb.setup.session_settings import settings
    from lamindb.storage.paths import UPath
    from lamindb.tracking.context import context, finish, track
    from lamindb.tracking.decorators import flow, step, tracked

__all__ = [
    "UNSET",
    "Artifact",
    "Branch",
    "Collection",
    "Feature",
    "Project",
    "Q",
    "Record",
    "Reference",
    "Run",
    "Schema",
    "Space",
    "Storage",
    "Transform",
    "ULabel",
    "UPath",
    "User",
    "base",
    "connect",
    "context",
    "core",
    "curators",
    "errors",
    "examples",
    "finish",
    "flow",
    "models",
    "save",
    "settings",
    "setup",
    "step",
    "track",
    "tracked",
    "view",
]

_NAMES: dict[str, str] = {
    "Artifact": "lamindb.models:Artifact",
    "Branch": "lamindb.models:Branch",
    "Collection": "lamindb.models:Collection",
    "Feature": "lamindb.models:Feature",
    "Project": "lamindb.models:Project",
    "Q": "lamindb.models:Q",
    "Record": "lamindb.models:Record",
    "Reference": "lamindb.models:Reference",
    "Run": "lamindb.models:Run",
    "Schema": "lamindb.models:Schema",
    "Space": "lamindb.models:Space",
    "Storage": "lamindb.models:Storage",
    "Transform": "lamindb.models:Transform",
    "ULabel": "lamindb.models:ULabel",
    "UNSET": "lamindb.base.types:UNSET",
    "UPath": "lamindb.storage.paths:UPath",
    "User": "lamindb.models:User",
    "base": "lamindb.base",
    "connect": "lamindb.setup.connection:connect",
    "context": "lamindb.tracking.context:context",
    "core": "lamindb.core",
    "curators": "lamindb.curators",
    "errors": "lamindb.errors",
    "examples": "lamindb.examples",
    "finish": "lamindb.tracking.context:finish",
    "flow": "lamindb.tracking.decorators:flow",
    "models": "lamindb.models",
    "save": "lamindb.models.bulk:save",
    "settings": "lamindb.setup.session_settings:settings",
    "setup": "lamindb.setup",
    "step": "lamindb.tracking.decorators:step",
    "track": "lamindb.tracking.context:track",
    "tracked": "lamindb.tracking.decorators:tracked",
    "view": "lamindb.models.view:view",
}
"""Where each public name lives: `package.module:name`, or a module."""


def __getattr__(name: str) -> Any:
    place = _NAMES.get(name)
    if place is None:
        raise AttributeError(f"module 'lamindb' has no attribute '{name}'")
    _session.auto_connect()
    module_name, _, attribute = place.partition(":")
    module = import_module(module_name)
    value = getattr(module, attribute) if attribute else module
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*_NAMES, "__version__"])


# the command line and the set-up layer decide themselves what to connect: wait for the first name
if not {"lamin_cli", "lamindb_setup"} & sys.modules.keys():
    _session.auto_connect()

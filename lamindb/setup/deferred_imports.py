"""Modules that Django imports at start-up, but that registries never use."""

from __future__ import annotations

import importlib.util
import sys

DEFERRED = ("django.forms", "sqlparse")
"""Form widgets pull in the template engine; together a third of what `django.db.models` costs."""


def defer_imports() -> None:
    """Let the modules in `DEFERRED` be executed when they are first used, if ever.

    See https://docs.python.org/3/library/importlib.html#importlib.util.LazyLoader.
    """
    for name in DEFERRED:
        if name in sys.modules:
            continue
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            continue
        spec.loader = importlib.util.LazyLoader(spec.loader)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        package, _, child = name.rpartition(".")
        if package:
            setattr(sys.modules[package], child, module)

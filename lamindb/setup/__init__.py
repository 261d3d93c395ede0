"""Which user, which instance, which database: `ln.setup`.

`ln.connect` is the function of `lamindb.setup.connection`; the facade adds `switch` and `merge`
with `extend`, because they work on records.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lamindb.base.log import logger
    from lamindb.setup import core, errors, types
    from lamindb.setup.authentication import login, logout, register
    from lamindb.setup.connection import disconnect
    from lamindb.setup.connection import disconnect as close
    from lamindb.setup.creation import init
    from lamindb.setup.deletion import delete
    from lamindb.setup.migrations import django, migrate
    from lamindb.setup.session import settings

_NAMES = {
    "close": "lamindb.setup.connection:disconnect",
    "delete": "lamindb.setup.deletion:delete",
    "disconnect": "lamindb.setup.connection:disconnect",
    "django": "lamindb.setup.migrations:django",
    "init": "lamindb.setup.creation:init",
    "logger": "lamindb.base.log:logger",
    "login": "lamindb.setup.authentication:login",
    "logout": "lamindb.setup.authentication:logout",
    "migrate": "lamindb.setup.migrations:migrate",
    "register": "lamindb.setup.authentication:register",
    "settings": "lamindb.setup.session:settings",
}
_MODULES = ("core", "errors", "types")

__all__ = [
    "close",
    "core",
    "delete",
    "disconnect",
    "django",
    "errors",
    "init",
    "logger",
    "login",
    "logout",
    "migrate",
    "register",
    "settings",
    "types",
]


def extend(names: dict[str, str]) -> None:
    """Add public names that live in a higher layer.

    Parameters
    ----------
    names : dict
        From name to `package.module:name`; imported on first use.

    Example
    -------
    >>> extend({"switch": "lamindb.changes.branches:switch"})
    """
    _NAMES.update(names)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _NAMES[name].partition(":")
    globals()[name] = value = getattr(import_module(module), attribute)
    return value


def __dir__() -> list[str]:
    return sorted([*_NAMES, *_MODULES])

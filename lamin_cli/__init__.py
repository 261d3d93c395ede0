"""The `lamin` command line, and its commands as functions for Python and R.

Example
-------
>>> import lamin_cli as lc
>>> lc.init(storage="./mydata", modules=["bionty"])
→ initialized lamindb: anonymous/mydata
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lamin_cli.instances import connect, delete
    from lamindb import __version__
    from lamindb.setup.authentication import login, logout
    from lamindb.setup.connection import disconnect
    from lamindb.setup.creation import init

__all__ = ["__version__", "connect", "delete", "disconnect", "init", "login", "logout"]

# Importing this package must not import lamindb: names are resolved on first use.
_SOURCES = {
    "__version__": "lamindb",
    "connect": "lamin_cli.instances",
    "delete": "lamin_cli.instances",
    "disconnect": "lamindb.setup.connection",
    "init": "lamindb.setup.creation",
    "login": "lamindb.setup.authentication",
    "logout": "lamindb.setup.authentication",
}


def __getattr__(name: str) -> object:
    if name not in _SOURCES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found = getattr(import_module(_SOURCES[name]), name)
    return found


def __dir__() -> list[str]:
    return __all__

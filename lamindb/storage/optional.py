"""Import packages that are not installed with lamindb itself."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["import_extra"]


def import_extra(module: str, extra: str) -> Any:
    """Import a module of an optional package.

    Parameters
    ----------
    module : str
        Name to import.
    extra : str
        Extra of lamindb that installs it.

    Returns
    -------
    module

    Raises
    ------
    ImportError
        If it is missing; says how to install it.

    Example
    -------
    >>> import_extra("json", "json").loads("1")
    1
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != module.partition(".")[0]:
            raise  # the package is there but misses one of its own
        package = module.partition(".")[0]
        raise ImportError(
            f"package {package!r} is not installed, run: pip install 'lamindb[{extra}]'",
            name=package,
        ) from error

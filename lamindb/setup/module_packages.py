"""Modules: importable packages with Django models, named in settings files and in `--modules`."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from lamindb.errors import InvalidArgument
from lamindb.setup import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

LEGACY_PREFIX = "lnschema_"
CORE = "lamindb"
DEFAULT_MODULE = "bionty"


class ModuleNotInstalled(ImportError):
    """A module that was asked for can't be imported."""


def parse_modules(modules: str | Iterable[str] | None) -> list[str]:
    """Split names of modules.

    Parameters
    ----------
    modules : str, iterable of str, or None
        Names separated by commas, with or without blanks; or a list, tuple or set.

    Returns
    -------
    list of str
        In the given order, each name once, without `lamindb` itself, dashes as underscores.

    Raises
    ------
    InvalidArgument
        If it is neither text nor a collection of texts; it is a `ValueError`.

    Example
    -------
    >>> parse_modules("bionty, pertdb")
    ['bionty', 'pertdb']
    """
    if modules is None:
        return []
    if isinstance(modules, str):
        names = modules.split(",")
    elif isinstance(modules, (list, tuple, set, frozenset)):
        names = [part for name in modules for part in _as_text(name).split(",")]
        names = sorted(names) if isinstance(modules, (set, frozenset)) else names
    else:
        names = [_as_text(modules)]
    cleaned = (name.strip().replace("-", "_") for name in names)
    return list(dict.fromkeys(name for name in cleaned if name not in ("", CORE)))


def _as_text(name: object) -> str:
    if not isinstance(name, str):
        raise InvalidArgument(
            f"modules must be names like 'bionty,pertdb' or a list of names, got {name!r}"
        )
    return name


def import_name(module: str) -> str | None:
    """Name under which the package of a module is imported, None if it isn't installed."""
    for name in (LEGACY_PREFIX + module, module):
        if name.isidentifier() and importlib.util.find_spec(name) is not None:
            return name
    return None


def is_installed(module: str) -> bool:
    """Whether a module can be imported; doesn't import it."""
    return import_name(module) is not None


def check_installed(modules: Iterable[str]) -> None:
    """Refuse modules that aren't installed.

    Raises
    ------
    ImportError
        Names the first missing one and the command that installs it.
    """
    for module in modules:
        if not is_installed(module):
            raise ModuleNotInstalled(
                f"schema module '{module}' is not installed → resolve via `pip install {module}`"
            )


def package_folder(module: str) -> Path:
    """Folder of the package of an installed module; doesn't import it."""
    check_installed([module])
    spec = importlib.util.find_spec(import_name(module) or module)
    assert spec is not None  # checked above
    locations = list(spec.submodule_search_locations or [])
    return Path(locations[0]) if locations else Path(spec.origin or "").parent


def environment_modules() -> list[str]:
    """Modules that are used while no instance is configured.

    Returns
    -------
    list of str
        From `LAMINDB_MODULES`, else from the settings file, else bionty if it is installed.
    """
    value = os.environ.get("LAMINDB_MODULES")
    if value is not None:
        return parse_modules(value)
    try:
        return parse_modules(files.read_text(files.current_modules_file()).strip())
    except FileNotFoundError:
        return [DEFAULT_MODULE] if is_installed(DEFAULT_MODULE) else []


def set_environment_modules(modules: str | Iterable[str] | None) -> None:
    """Set the modules that are used while no instance is configured.

    Parameters
    ----------
    modules : str, iterable of str, or None
        Names; None goes back to the default.

    Raises
    ------
    InvalidArgument
        If a module isn't installed; it is a `ValueError`.
    """
    if modules is None:
        files.current_modules_file().unlink(missing_ok=True)
        return
    names = parse_modules(modules)
    try:
        check_installed(names)
    except ModuleNotInstalled as error:
        raise InvalidArgument(str(error)) from error
    files.write_text(files.current_modules_file(), ",".join(names))

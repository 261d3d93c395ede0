"""Names of registries, read from the metadata that every Django model has."""

from __future__ import annotations

from typing import Any

__all__ = ["concrete_model", "get_registry_name"]

CORE_MODULE = "lamindb"


def concrete_model(obj: Any) -> Any:
    """Return the registry that has the table, for a registry, a proxy of it, or a record.

    Parameters
    ----------
    obj : registry or record
        A Django model class or instance.

    Returns
    -------
    type

    Raises
    ------
    TypeError
        If it is neither.

    Example
    -------
    >>> concrete_model(ln.ULabel(name="a"))  # doctest: +SKIP
    ULabel
    """
    meta = getattr(obj, "_meta", None)
    if meta is None:
        raise TypeError(f"expected a registry or a record, got {obj!r}")
    return meta.concrete_model


def get_registry_name(obj: Any) -> str:
    """Return the name of a registry, with its module unless that is the core.

    Parameters
    ----------
    obj : registry or record
        A Django model class or instance.

    Returns
    -------
    str

    Raises
    ------
    TypeError
        If it is neither.

    Example
    -------
    >>> get_registry_name(bt.CellType)  # doctest: +SKIP
    'bionty.CellType'
    """
    model = concrete_model(obj)
    module, name = model._meta.app_label, model.__name__
    return str(name) if module == CORE_MODULE else f"{module}.{name}"

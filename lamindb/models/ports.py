"""The only ways up: what a model method calls in the layers above.

Each port names a function as `package.module:function`; it is imported on first use.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

PORTS: dict[str, str] = {
    "link_run_input": "lamindb.tracking.inputs:link_run_input",
    "search": "lamindb.search:search",
    "similar_names": "lamindb.search:similar_names",
    "view_hierarchy": "lamindb.lineage:view_hierarchy",
}


@cache
def port(name: str) -> Callable[..., Any]:
    """Function behind a port.

    Examples
    --------
    >>> port("link_run_input")([artifact], is_run_input=None)
    """
    module, _, function = PORTS[name].partition(":")
    return getattr(import_module(module), function)

"""Whether there is a database that has the tables of a registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb.setup.modules import check_mounted
from lamindb.setup.session import require_instance

if TYPE_CHECKING:
    from django.db.models import Model

CORE = "lamindb"


def require_tables(registry: type[Model]) -> None:
    """Refuse to go on without an instance, or with one that lacks the module of a registry.

    Raises
    ------
    CurrentInstanceNotConfigured
        Nothing is connected.
    ModuleWasntConfigured
        The connected instance has no tables for this registry.
    """
    require_instance()
    if registry._meta.app_label != CORE:
        check_mounted(registry._meta.app_label)

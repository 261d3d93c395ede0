"""Classes of the setup layer, as `ln.setup.core`; names only."""

from __future__ import annotations

from lamindb.base.deprecation import deprecated
from lamindb.base.docstrings import doc_args
from lamindb.base.log import colors
from lamindb.base.suffixes import CanonicalSuffix
from lamindb.setup.instance import InstanceSettings
from lamindb.setup.migrations import django
from lamindb.setup.session import SetupSettings
from lamindb.setup.storage_root import StorageSettings
from lamindb.setup.user import UserSettings

__all__ = [
    "CanonicalSuffix",
    "InstanceSettings",
    "SetupSettings",
    "StorageSettings",
    "UserSettings",
    "colors",
    "deprecated",
    "django",
    "doc_args",
]

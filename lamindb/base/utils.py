"""Old import path of helpers for authors of registries; names only."""

from __future__ import annotations

from lamindb.base.deprecation import deprecated
from lamindb.base.descriptors import class_and_instance_method, strict_classmethod
from lamindb.base.docstrings import doc_args
from lamindb.base.registries import concrete_model, get_registry_name

__all__ = [
    "class_and_instance_method",
    "concrete_model",
    "deprecated",
    "doc_args",
    "get_registry_name",
    "strict_classmethod",
]

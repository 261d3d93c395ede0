"""Parents and children within one registry."""

from __future__ import annotations


class HasParents:
    """Methods for registries with a many-to-many field `parents`."""

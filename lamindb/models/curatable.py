"""Curation of values against a registry."""

from __future__ import annotations


class CanCurate:
    """Class methods that compare values with the names of a registry."""

    _idempotent_by_name = True

"""Old import path of what finds out which instance is meant."""

from __future__ import annotations

from lamindb.setup.connection import connect, get_owner_name_from_identifier

__all__ = ["connect", "get_owner_name_from_identifier"]

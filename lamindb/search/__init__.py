"""Approximate matches: `search` ranks records, `similar_names` tells near misses of a name."""

from __future__ import annotations

from .ranked import search
from .similar import similar_names

__all__ = ["search", "similar_names"]

"""What all link tables share."""

from __future__ import annotations


class IsLink:
    """Marks a registry whose rows link two records."""

"""Synonyms and abbreviations of a name."""

from __future__ import annotations


class HasSynonyms:
    """Methods for registries with a field `synonyms`."""


class HasAbbr:
    """Methods for registries with a field `abbr`."""

"""Old name of the sets of known suffixes."""

from __future__ import annotations

from lamindb.base.suffixes import CanonicalSuffix

__all__ = ["VALID_SUFFIXES"]


class VALID_SUFFIXES:
    """The suffixes that the product knows; the sets are those of `CanonicalSuffix`."""

    SIMPLE = CanonicalSuffix.simple_formats
    COMPOSITE = CanonicalSuffix.composite_formats
    ENCODING = CanonicalSuffix.encoding_formats

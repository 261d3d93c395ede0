"""Old public path of the types in `lamindb.base.types`: names only."""

from __future__ import annotations

from lamindb.base.types import AnyPathStr

__all__ = ["AnyPathStr"]

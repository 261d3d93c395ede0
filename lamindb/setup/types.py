"""Types in the signatures of the setup layer, as `ln.setup.types`."""

from __future__ import annotations

from typing import Literal

from lamindb.base.types import AnyPathStr

__all__ = ["AnyPathStr", "StorageType"]

StorageType = Literal["local", "s3", "gs", "hf", "http", "https"]

"""Old public path of the groups of `ln.settings`."""

from __future__ import annotations

from lamindb.setup.session_settings import AnnotationSettings, CreationSettings

__all__ = ["AnnotationSettings", "CreationSettings"]

"""Old import path of the import guard of modules."""

from __future__ import annotations

from lamindb.setup.modules import _check_instance_setup

__all__ = ["_check_instance_setup"]

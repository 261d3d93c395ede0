"""Old public path of `lamindb.errors`."""

from __future__ import annotations

import sys

from lamindb import errors

sys.modules[__name__] = errors

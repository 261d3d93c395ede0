"""Import name that older clients and R look for: aliases of the logger of lamindb.

`lamin_utils._logger` is the module `lamindb.base.log` itself, so that setting `LEVEL_TO_COLORS` or
`RESET_COLOR` on it takes effect.
"""

from __future__ import annotations

import sys

from lamindb import __version__
from lamindb.base import log as _logger
from lamindb.base.log import colors, logger

__all__ = ["__version__", "colors", "logger"]

sys.modules[f"{__name__}._logger"] = _logger

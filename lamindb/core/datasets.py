"""Old public path of `lamindb.examples.datasets`: the same module under another name."""

from __future__ import annotations

import sys

from lamindb.examples import datasets

sys.modules[__name__] = datasets

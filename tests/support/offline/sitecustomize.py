"""Blocks the network in children of the tests: Python imports this file at start-up."""

import importlib.util
from pathlib import Path

# Loaded from its file: the package `tests` must not appear in the child's sys.modules.
spec = importlib.util.spec_from_file_location(
    "_lamin_test_network", Path(__file__).parent.parent / "network.py"
)
assert spec is not None and spec.loader is not None
network = importlib.util.module_from_spec(spec)
spec.loader.exec_module(network)
network.NetworkBlock().install()

"""The reference names every command and option."""

from __future__ import annotations

import re

import click
import pytest

from tests.cli.test_main import ALL
from tests.support.processes import ROOT

REFERENCE = (ROOT / "docs/reference/cli.md").read_text("utf-8")
VISIBLE = {
    path: command
    for path, command in ALL.items()
    if path and not any(ALL[path[: i + 1]].hidden for i in range(len(path)))
}


@pytest.mark.parametrize("path", VISIBLE, ids=" ".join)
def test_commands_and_their_options_are_documented(path):
    rows = [row for row in REFERENCE.splitlines() if row.startswith(f"| `lamin {path[0]}")]
    text = "\n".join(rows)
    for name in path[1:]:
        assert re.search(rf"\b{re.escape(name)}\b", text), f"{' '.join(path)} is not documented"
    assert rows
    for parameter in VISIBLE[path].params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            assert parameter.opts[-1] in text

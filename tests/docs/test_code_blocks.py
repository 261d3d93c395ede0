"""Every ```python block of the documentation runs, in order, one process per page."""

from __future__ import annotations

import re

import pytest

from tests.support.processes import ROOT, run_interpreter

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def script_of(page: str) -> str:
    """The code blocks of a page, on the same line numbers as in the page."""
    lines: list[str] = []
    for block in BLOCK.finditer(page):
        first_line = page.count("\n", 0, block.start(1))
        lines += [""] * (first_line - len(lines)) + block.group(1).splitlines()
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_code_blocks_run(page, instance, in_tmp):
    script = in_tmp / f"{page.stem}.py"
    script.write_text(script_of(page.read_text()))
    result = run_interpreter(str(script), cwd=in_tmp)
    assert result.returncode == 0, result.stdout + result.stderr


def test_blocks_keep_their_line_numbers():
    page = "# Title\n\n```python\na = 1\n```\n\n```sh\nls\n```\n\n```python\nb = a\n```\n"
    assert script_of(page).splitlines() == ["", "", "", "a = 1", *[""] * 7, "b = a"]

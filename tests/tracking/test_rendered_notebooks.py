"""R markdown and Quarto: the code is here, the report is rendered by others."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

import lamindb as ln
from lamindb.base.hashing import hash_bytes
from lamindb.tracking.notebook_report import clean_html

PAGE = """<!DOCTYPE html>
<html><head>
<title>My analysis</title>
</head><body>
<h1 class="title">My <em>analysis</em></h1>
<h1>Another heading</h1>
<pre>## • please hit CTRL + s to save the notebook in your editor
## result</pre>
</body></html>
"""
TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"


pytestmark = pytest.mark.usefixtures("at_a_desk")


@pytest.fixture
def rmd(instance, in_tmp: Path) -> Path:
    path = in_tmp / "introduction.Rmd"
    path.write_text("---\ntitle: Introduction\n---\n```{r}\ntoken <- 'abcdefgh'\n```\n")
    return path


def aged(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() - seconds,) * 2)


def test_the_messages_of_r(rmd: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    ln.track(path=str(rmd))
    run, transform = ln.context.run, ln.context.transform
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(
        rf"→ created Transform\('{transform.uid}', key='introduction.Rmd'\), "
        rf"started new Run\('{run.uid}'\) at {TIME}",
        lines[0],
    )
    assert lines[1:] == [
        "• recommendation: to identify the notebook across renames, pass the uid: "
        f'ln$track("{transform.stem_uid}")'
    ]
    assert (transform.kind, transform.hash, run.environment) == ("notebook", None, None)
    ln.finish()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "! no html report found; to attach one, create an .html export for your .Rmd file and then "
        "run: lamin save introduction.Rmd"
    )
    assert re.fullmatch(rf"→ finished Run\('{run.uid}'\) after 0s at {TIME}", lines[-1])
    transform = ln.Transform.get(transform.uid)
    assert transform.source_code == rmd.read_text().replace("abcdefgh", "***REDACTED***")
    assert transform.hash == hash_bytes(rmd.read_bytes())
    assert ln.Run.get(run.uid).report is None


@pytest.mark.parametrize("name", ["introduction.nb.html", "introduction.html"])
def test_a_fresh_page_is_the_report(rmd: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lamindb.tracking.finishing_notebooks.JUST_NOW", 10)  # a busy machine
    ln.track(path=rmd)
    rmd.with_name(name).write_text(PAGE)
    ln.finish()
    run = ln.Run.filter().one()
    page = run.report.path.read_text()
    assert run.report.description == f"Report of run {run.uid}"
    assert run.transform.description == "My analysis"
    assert "<title>" not in page
    assert "My <em>analysis</em>" not in page
    assert "<h1>Another heading</h1>" in page
    assert "please hit" not in page
    assert "## result" in page
    assert rmd.with_name(name).read_text() == PAGE


def test_an_old_page(rmd: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = rmd.with_name("introduction.html")
    page.write_text(PAGE)
    aged(page, 60)
    ln.track(path=rmd)
    capsys.readouterr()
    assert ln.finish() == "not-saved"
    assert capsys.readouterr().out == (
        "! please hit CTRL + s to save the notebook in your editor and re-run finish()\n"
    )
    assert ln.Run.filter().one().status == "started"
    assert ln.finish() is None
    assert "! introduction.html is older than the run: skipping the report\n" in (
        capsys.readouterr().out
    )
    run = ln.Run.filter().one()
    assert (run.status, run.report) == ("completed", None)
    assert run.transform.source_code is not None


def test_a_page_that_was_rendered_after_the_warning(rmd: Path) -> None:
    page = rmd.with_name("introduction.html")
    page.write_text(PAGE)
    aged(page, 60)
    ln.track(path=rmd)
    ln.finish()
    aged(page, 10)
    ln.finish()
    assert ln.Run.filter().one().report is not None


def test_versions(rmd: Path) -> None:
    uids = []
    for code in ("a", "a", "b", "a"):
        rmd.write_text(code)
        ln.track(path=rmd)
        ln.finish()
        uids.append(ln.Run.filter().order_by("-id").first().transform.uid[-4:])
    assert uids == ["0000", "0000", "0001", "0000"]
    assert ln.Transform.filter().count() == 2


def test_quarto(instance, in_tmp: Path) -> None:
    path = in_tmp / "report.qmd"
    path.write_text("text")
    ln.track(path=path)
    ln.finish()
    assert ln.Transform.filter().one().kind == "notebook"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>text</p>", ("<p>text</p>", None)),
        ("<title></title>x", ("x", None)),
        ("<TITLE>A &amp; B</TITLE><H1 id='a'>A &amp; B</H1>x", ("x", "A & B")),
        ("<title>A</title><h1>B</h1>", ("<h1>B</h1>", "A")),
    ],
)
def test_clean_html(text: str, expected: tuple[str, str | None]) -> None:
    assert clean_html(text) == expected

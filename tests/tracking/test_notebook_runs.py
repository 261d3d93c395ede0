"""Notebooks that run in real kernels: by a person, by nbconvert and by papermill."""

from __future__ import annotations

import os
import re
import time
from importlib.metadata import version
from pathlib import Path

import pytest

import lamindb as ln
from lamindb.base.hashing import hash_string
from tests.support.notebooks import CellError, Editor, write_notebook
from tests.support.processes import run_interpreter

CELLS = (
    "# My *first* notebook.",
    "import lamindb as ln\nimport pandas\n%matplotlib?\n\nln.track()",
    "from pathlib import Path\nPath('a.txt').write_text('a')\n"
    "ln.Artifact('a.txt', key='a.txt').save()\nprint('the <result>')",
    "ln.finish()",
)
CODE = """\
# %% [markdown]
#.

# %%
import lamindb as ln
import pandas
# %matplotlib?

ln.track()

# %%
from pathlib import Path
Path('a.txt').write_text('a')
ln.Artifact('a.txt', key='a.txt').save()
print('the <result>')

# %%
ln.finish()
"""
TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"


@pytest.fixture
def notebook(instance, in_tmp: Path) -> Path:
    return write_notebook(in_tmp / "analysis.ipynb", *CELLS)


def edited(path: Path, *, answers: tuple[str, ...] = (), **env: str) -> Editor:
    """Open a notebook as a Jupyter server does; it counts as saved."""
    env = {"JPY_SESSION_NAME": str(path), "CI": "true", **env}
    return Editor(path, answers=answers, env=env)


def all_versions() -> list[ln.Transform]:
    return list(ln.Transform.filter().order_by("uid"))


# -- by a person ---------------------------------------------------------------------------------


def test_a_run_from_top_to_bottom(notebook: Path) -> None:
    with edited(notebook) as editor:
        before = editor.run(1)
        transform, run = ln.Transform.get(key="analysis.ipynb"), ln.Run.filter().one()
        # nothing but the two rows until the end
        assert ln.Artifact.objects.count() == 0
        assert (transform.hash, transform.source_code) == (None, None)
        assert (run.report, run.environment, run.finished_at) == (None, None, None)
        editor.run(2)
        after = editor.run(3)
    assert re.fullmatch(
        "→ connected lamindb: anonymous/test\n"
        rf"→ created Transform\('{transform.uid}', key='analysis.ipynb'\), "
        rf"started new Run\('{run.uid}'\) at {TIME}\n"
        rf"→ notebook imports: lamindb=={re.escape(version('lamindb'))} "
        rf"pandas=={re.escape(version('pandas'))}\n"
        "• recommendation: to identify the notebook across renames, pass the uid: "
        rf'ln.track\("{transform.stem_uid}"\)' + "\n",
        uncoloured(before),
    )
    assert re.fullmatch(
        rf"→ finished Run\('{run.uid}'\) after \d+[sm] at {TIME}\n", uncoloured(after)
    )
    transform, run = ln.Transform.get(key="analysis.ipynb"), ln.Run.filter().one()
    assert (transform.kind, transform.description) == ("notebook", "My *first* notebook")
    assert transform.source_code == CODE
    assert transform.hash == hash_string(CODE)
    assert (run.status, run._is_consecutive) == ("completed", True)
    assert run.environment.description == "requirements.txt"
    assert run.outputs.to_list("key") == ["a.txt"]
    report = run.report
    assert (report.kind, report.suffix, report.key, report.run) == (
        "__lamindb_run__",
        ".html",
        None,
        None,
    )
    assert report.description == f"Report of run {run.uid}"
    page = report.path.read_text()
    assert "the &lt;result&gt;" in page
    assert f"started new Run('{run.uid}')" in page
    assert "<h1" not in page
    assert "In&nbsp;[" not in page


def uncoloured(text: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", text)


def test_unchanged_edited_and_reverted(notebook: Path) -> None:
    """The table of versions in the manual, for notebooks."""
    with edited(notebook) as editor:
        editor.run_all()
        first = ln.Transform.filter().one()
        # unchanged: the next version is provisional
        printed = uncoloured(editor.run(1))
        assert printed.startswith(
            "→ found notebook analysis.ipynb, making new version -- anticipating changes\n"
        )
        assert [t.uid[-4:] for t in all_versions()] == ["0000", "0001"]
        printed = uncoloured(editor.run(3))
        assert f"• new latest Transform version is: {first.uid}\n" in printed
        assert all_versions() == [first]
        assert {run.transform for run in ln.Run.filter()} == {first}
        assert len({run.report.uid for run in ln.Run.filter()}) == 2
        # edited
        editor.run(1)
        editor.content.cells[2].source += "\nprint(1)"
        editor.run(3)
        first, second = all_versions()
        assert (second.uid, second.is_latest, first.is_latest) == (
            f"{first.stem_uid}0001",
            True,
            False,
        )
        assert second.source_code == CODE.replace("'the <result>')", "'the <result>')\nprint(1)")
        # reverted
        editor.content.cells[2].source = CELLS[2]
        editor.run(1)
        printed = uncoloured(editor.run(3))
        assert f"• new latest Transform version is: {second.uid}\n" in printed
        assert all_versions() == [first, second]
        assert ln.Run.filter().order_by("-id").first().transform == first
    assert [run.status for run in ln.Run.filter()] == ["completed"] * 4


def test_running_the_first_cell_again_resumes_the_run(notebook: Path) -> None:
    with edited(notebook) as editor:
        editor.run(1)
        run = ln.Run.filter().one()
        printed = uncoloured(editor.run(1))
        assert re.match(
            rf"→ loaded Transform\('{run.transform.uid}', key='analysis.ipynb'\), "
            rf"re-started Run\('{run.uid}'\) at {TIME}\n",
            printed,
        )
        assert ln.Run.filter().one().status == "restarted"
        editor.run(2)
        printed = uncoloured(editor.run(3))
    assert "! cells [(0, 2)] were not run consecutively\n" in printed
    run = ln.Run.filter().one()
    assert (run.status, run._is_consecutive) == ("completed", False)


@pytest.mark.parametrize(("answer", "status"), [("y", "completed"), ("n", "started")])
def test_cells_in_another_order_are_asked_for(notebook: Path, answer: str, status: str) -> None:
    with edited(notebook, answers=(answer, "y")) as editor:
        editor.content.cells[3].source = "reason = ln.finish(ignore_non_consecutive=False)"
        editor.run(1)
        editor.run(3)
        assert editor.questions == ["Do you still want to proceed with finishing? (y/n) "]
        assert ln.Run.filter().one().status == status
        if answer == "n":
            assert editor.execute("print(reason)")[0] == "aborted-non-consecutive\n"
            editor.save()
            editor.execute("ln.finish(ignore_non_consecutive=True)")
    run = ln.Run.filter().one()
    assert run.status == "completed"


@pytest.mark.usefixtures("at_a_desk")
def test_a_notebook_that_is_not_saved(notebook: Path) -> None:
    prompt = "please hit CTRL + s to save the notebook in your editor"
    with edited(notebook, CI="") as editor:
        editor.run(1)
        editor.execute("from lamindb.tracking import saved_files; saved_files.LONGEST_WAIT = 2")
        aged(notebook)
        printed = uncoloured(editor.run(3, save=False))
        assert printed == f"• {prompt}\n..\n! {prompt} and re-run finish()\n"
        assert ln.Run.filter().one().status == "started"
        # somebody saves
        editor.save()
        assert "→ finished Run" in uncoloured(editor.run(3, save=False))
        assert ln.Run.filter().one().report is not None
        # nobody does
        editor.run(1)
        aged(notebook)
        editor.run(3, save=False)
        printed = uncoloured(editor.run(3, save=False))
    assert printed.startswith("! the notebook was not saved: skipping source code and report\n")
    run = ln.Run.filter().order_by("-id").first()
    assert (run.status, run.report, run.transform.source_code) == ("completed", None, None)


def aged(path: Path) -> None:
    """Make a file look as if it was saved a minute ago."""
    os.utime(path, (time.time() - 60,) * 2)


@pytest.mark.usefixtures("at_a_desk")
def test_saving_while_finish_waits(notebook: Path) -> None:
    save_soon = "import threading, os; threading.Timer(1.5, os.utime, ['analysis.ipynb']).start()"
    with edited(notebook, CI="") as editor:
        editor.run(1)
        aged(notebook)
        editor.execute(save_soon)
        printed = uncoloured(editor.run(3, save=False))
    assert re.match(
        r"• please hit CTRL \+ s to save the notebook in your editor\n\.+ saved\n! cells .*\n"
        "→ finished Run",
        printed,
    )


def test_the_title_may_change_until_the_end(notebook: Path) -> None:
    with edited(notebook) as editor:
        editor.run(1)
        editor.content.cells[0].source = "# Another title"
        editor.run(3)
    assert ln.Transform.filter().one().description == "Another title"


def test_pass_the_uid(notebook: Path) -> None:
    with edited(notebook) as editor:
        editor.content.cells[1].source = "import lamindb as ln\nln.track('abcdEFGH1234')"
        printed = editor.run(1)
        assert "recommendation" not in printed
        editor.run(2)
        editor.run(3)
    renamed = notebook.rename(notebook.with_name("renamed.ipynb"))
    with edited(renamed) as editor:
        printed = uncoloured(editor.run(1))
        assert "making new version -- anticipating changes" in printed
        assert "key='renamed.ipynb'" in printed
        editor.run_all()
    assert [t.uid for t in all_versions()] == ["abcdEFGH12340000"]
    assert all_versions()[0].key == "renamed.ipynb"


def test_a_full_uid_names_one_version(notebook: Path) -> None:
    with edited(notebook) as editor:
        editor.content.cells[1].source = "import lamindb as ln\nln.track('abcdEFGH12340000')"
        editor.run_all()
        with pytest.raises(
            CellError,
            match=r"UpdateContext: ✗ re-running notebook with already-saved source code, please "
            r'update the `uid` argument in `track\(\)` to "abcdEFGH12340001"',
        ):
            editor.run(1)
        editor.content.cells[1].source = "ln.track('abcdEFGH12340001')"
        editor.run_all()
    assert [t.uid for t in all_versions()] == ["abcdEFGH12340000", "abcdEFGH12340001"]


@pytest.mark.parametrize(("answer", "uids"), [("1", ["0000", "0001"]), ("2", ["0000", "0000"])])
def test_a_renamed_notebook_is_asked_for(notebook: Path, answer: str, uids: list[str]) -> None:
    with edited(notebook) as editor:
        editor.run_all()
    other = notebook.rename(notebook.with_name("other.ipynb"))
    with edited(other, answers=(answer,)) as editor:
        editor.run(1)
        assert editor.questions == [
            "Found transform with same hash but different key: analysis.ipynb. Did you rename your "
            "notebook to other.ipynb (1) or intentionally made a copy (2)? "
        ]
    assert sorted(t.uid[-4:] for t in all_versions()) == uids


def test_an_error_in_a_cell_leaves_the_run_active(notebook: Path) -> None:
    with edited(notebook) as editor:
        editor.run(1)
        with pytest.raises(CellError, match="ZeroDivisionError"):
            editor.execute("1 / 0")
        assert ln.Run.filter().one().status == "started"
        editor.run(3)
    assert ln.Run.filter().one().status == "completed"


def test_missing_packages_are_named(notebook: Path) -> None:
    with edited(notebook) as editor:
        editor.run(1)
        editor.execute("import sys; sys.modules['jupytext'] = None")
        with pytest.raises(CellError, match=r"ImportError: jupytext .* 'lamindb\[notebooks\]'"):
            editor.run(3)
        editor.execute("del sys.modules['jupytext']")
        editor.run(3)
    assert ln.Run.filter().one().status == "completed"


def test_a_notebook_that_is_not_here(notebook: Path) -> None:
    """The kernel may run on another machine."""
    with edited(notebook) as editor:
        editor.save()
        notebook.unlink()
        printed = uncoloured(editor.execute(CELLS[1])[0])
        assert "started new Run" in printed
        assert "notebook imports" not in printed
        printed = uncoloured(editor.execute("ln.finish()")[0])
    assert printed.startswith(
        "! notebook file does not exist in compute environment\n"
        "! did *not* save source code and report -- to do so, run: lamin save analysis.ipynb\n"
        "→ finished Run("
    )
    run = ln.Run.filter().one()
    assert (run.status, run.report, run.transform.description) == ("completed", None, None)


# -- where the path is from ----------------------------------------------------------------------


def test_vs_code(notebook: Path) -> None:
    with Editor(notebook) as editor:
        editor.execute(f"__vsc_ipynb_file__ = {str(notebook)!r}")
        editor.run(1)
    assert ln.Transform.filter().one().key == "analysis.ipynb"


def test_environment_of_tests(notebook: Path) -> None:
    env = {"NBPRJ_TEST_NBPATH": str(notebook), "CI": "true"}
    with Editor(notebook, env=env) as editor:
        editor.run_all()
    assert ln.Run.filter().one().report is not None


def test_colab(notebook: Path) -> None:
    with edited(notebook, JPY_SESSION_NAME="") as editor:
        code = """
import lamindb.tracking.jupyter as jupyter
from lamindb.tracking.jupyter_servers import SessionPath
jupyter.find_session_path = lambda: SessionPath("/fileId=1a2b", "Untitled", "lab")
"""
        editor.execute(code)
        printed = uncoloured(editor.run(1))
        assert "! tracking on Google Colab is experimental\n" in printed
        assert "key='colab/notebook.ipynb'" in printed
        assert "! notebook file does not exist" in uncoloured(editor.run(3))


def test_unknown_path(notebook: Path) -> None:
    with Editor(notebook) as editor:
        with pytest.raises(CellError) as error:
            editor.run(1)
        assert str(error.value).startswith(
            "RuntimeError: failed to infer notebook path.\nfix: pass `path` to `ln.track()`"
        )
        editor.execute("ln.track(path='analysis.ipynb')")
    assert ln.Transform.filter().one().key == "analysis.ipynb"


def test_untitled(instance, in_tmp: Path) -> None:
    path = write_notebook(in_tmp / "Untitled.ipynb", *CELLS)
    with edited(path) as editor, pytest.raises(CellError, match="Please rename the notebook"):
        editor.run(1)
    assert ln.Transform.filter().count() == 0


def test_a_script_inside_of_a_notebook(notebook: Path) -> None:
    Path("train.py").write_text("import lamindb as ln\nln.track()\nln.finish()\n")
    with edited(notebook) as editor:
        editor.execute("%run train.py")
    transform = ln.Transform.filter().one()
    assert (transform.key, transform.kind) == ("train.py", "script")


def test_ipython_in_a_terminal(instance, in_tmp: Path) -> None:
    code = "import lamindb as ln; ln.track()"
    result = run_interpreter("-m", "IPython", "--no-banner", "-c", code, cwd=in_tmp)
    assert "failed to infer notebook path." in result.stdout + result.stderr
    assert ln.Transform.filter().count() == 0


# -- by programs ---------------------------------------------------------------------------------


def nbconvert(path: Path, *options: str) -> tuple[int, str]:
    arguments = ("--to", "notebook", "--execute", *options, path.name)
    result = run_interpreter("-m", "nbconvert", *arguments, cwd=path.parent, timeout=300)
    return result.returncode, result.stdout + result.stderr


def outputs_of(path: Path) -> str:
    from nbformat import read

    cells = read(path, as_version=4).cells
    outputs = [o for cell in cells if cell.cell_type == "code" for o in cell.outputs]
    return uncoloured("".join(output.get("text", "") for output in outputs))


def test_nbconvert(notebook: Path) -> None:
    for n_runs in (1, 2):
        status, output = nbconvert(notebook, "--inplace")
        assert status == 0, output
        # unchanged: the same version
        transform = ln.Transform.filter().one()
        assert ln.Run.filter().count() == n_runs
    assert (transform.key, transform.source_code) == ("analysis.ipynb", CODE)
    run = ln.Run.filter().order_by("-id").first()
    assert (run.status, run.report, run._is_consecutive) == ("completed", None, None)
    assert run.environment is not None
    printed = outputs_of(notebook)
    assert "→ to save the notebook html, run: lamin save analysis.ipynb\n" in printed
    assert f"→ loaded Transform('{transform.uid}', key='analysis.ipynb'), started new" in printed
    # edited
    write_notebook(notebook, *CELLS[:-1], "print(2)\nln.finish()")
    assert nbconvert(notebook, "--inplace")[0] == 0
    assert [t.uid[-4:] for t in all_versions()] == ["0000", "0001"]
    # reverted
    write_notebook(notebook, *CELLS)
    assert nbconvert(notebook, "--inplace")[0] == 0
    assert ln.Run.filter().order_by("-id").first().transform == transform
    # renamed: nobody is asked
    other = notebook.rename(notebook.with_name("other.ipynb"))
    assert nbconvert(other, "--inplace")[0] == 0
    assert "taking it for renamed to other.ipynb" in outputs_of(other)
    assert ln.Transform.get(transform.uid).key == "other.ipynb"


def test_nbconvert_has_to_write_to_the_notebook(notebook: Path) -> None:
    status, output = nbconvert(notebook, "--output", "other.ipynb")
    assert status == 1
    assert "nbconvert has to write to the notebook itself, please pass --inplace" in output
    assert ln.Transform.filter().count() == 0


def test_nbconvert_with_several_notebooks(notebook: Path) -> None:
    second = write_notebook(notebook.with_name("second.ipynb"), "x = 1", *CELLS[1:])
    status, output = nbconvert(second, "--inplace", notebook.name)
    assert status == 0, output
    assert [t.key for t in ln.Transform.filter().order_by("id")] == [
        "analysis.ipynb",
        "second.ipynb",
    ]


def tag_parameters(path: Path, number: int) -> None:
    """Mark the cell whose values papermill replaces."""
    from nbformat import read, write

    content = read(path, as_version=4)
    content.cells[number].metadata["tags"] = ["parameters"]
    write(content, path)


def test_papermill(notebook: Path) -> None:
    cells = ("# Title", "n = 1", "import lamindb as ln\nln.track(params={'n': n})", "ln.finish()")
    tag_parameters(write_notebook(notebook, *cells), number=1)
    for n in (1, 2):
        arguments = ("-m", "papermill", notebook.name, f"out{n}.ipynb", "-p", "n", str(n))
        result = run_interpreter(*arguments, cwd=notebook.parent, timeout=300)
        assert result.returncode == 0, result.stderr
        assert f"→ params: n={n}\n" in outputs_of(notebook.with_name(f"out{n}.ipynb"))
    transform = ln.Transform.filter().one()
    assert (transform.key, transform.description) == ("analysis.ipynb", "Title")
    assert transform.source_code.startswith("# %% [markdown]\n#\n\n# %%\nn = 1\n")
    runs = ln.Run.filter().order_by("id")
    assert [(run.status, run.params) for run in runs] == [
        ("completed", {"n": 1}),
        ("completed", {"n": 2}),
    ]


def test_papermill_as_a_library(notebook: Path) -> None:
    """The kernel can't know the path."""
    write_notebook(notebook, "import lamindb as ln\nln.track(path='analysis.ipynb')", "ln.finish()")
    code = "import papermill; papermill.execute_notebook('analysis.ipynb', 'out.ipynb')"
    for _ in range(2):
        result = run_interpreter("-c", code, cwd=notebook.parent, timeout=300)
        assert result.returncode == 0, result.stderr
    assert ln.Transform.filter().one().source_code is not None
    assert [run.status for run in ln.Run.filter()] == ["completed"] * 2


def test_no_question_without_somebody_to_answer(notebook: Path) -> None:
    """`input()` would raise an error in the notebook."""
    for name in ("analysis.ipynb", "copy.ipynb"):
        path = write_notebook(notebook.with_name(name), *CELLS)
        status, output = nbconvert(path, "--inplace")
        assert status == 0, output
    assert "taking copy.ipynb for a copy" in outputs_of(path)
    assert {t.key for t in all_versions()} == {"analysis.ipynb", "copy.ipynb"}

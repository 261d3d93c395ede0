"""Changes on disk that are undone unless everything succeeds."""

from __future__ import annotations

import pytest

from lamindb.setup.rollback import Rollback


def change(changes: Rollback, folder) -> None:
    changes.make_folder(folder / "new" / "deep")
    changes.write_text(folder / "old.txt", "changed", private=True)
    changes.write_text(folder / "new" / "x.txt", "x")
    changes.keep(folder / "gone.txt")
    (folder / "gone.txt").unlink()
    assert changes.create_text(folder / "created.txt", "created")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "old.txt").write_text("old")
    (tmp_path / "gone.txt").write_text("gone")
    return tmp_path


def test_success_keeps_everything(folder, tree):
    with Rollback() as changes:
        change(changes, folder)
    names = {path.removeprefix(f"{folder}/") for path in tree(folder)}
    assert names - {str(folder)} == {"new", "new/deep", "new/x.txt", "old.txt", "created.txt"}
    assert (folder / "old.txt").read_text() == "changed"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_failure_undoes_everything(folder, tree, error):
    before, mode = tree(folder), (folder / "old.txt").stat().st_mode
    with pytest.raises(error), Rollback() as changes:
        change(changes, folder)
        raise error
    assert tree(folder) == before
    assert (folder / "old.txt").stat().st_mode == mode


def test_what_others_put_into_a_new_folder_stays(folder):
    with pytest.raises(ValueError), Rollback() as changes:
        changes.make_folder(folder / "new")
        (folder / "new" / "theirs.txt").touch()
        raise ValueError
    assert (folder / "new" / "theirs.txt").exists()


def test_a_file_of_somebody_faster_stays(folder):
    with pytest.raises(ValueError), Rollback() as changes:
        assert not changes.create_text(folder / "old.txt", "mine")
        raise ValueError
    assert (folder / "old.txt").read_text() == "old"


def test_the_last_change_is_undone_first(folder):
    order = []
    with pytest.raises(ValueError), Rollback() as changes:
        changes.on_failure(order.append, "first")
        changes.on_failure(order.append, "second")
        raise ValueError
    assert order == ["second", "first"]

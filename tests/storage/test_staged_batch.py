"""Many files get to their places together, or none does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lamindb.storage.staged_batch import StagedBatch
from tests.support.limits import largest_file


def files_below(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_all_appear(in_tmp) -> None:
    for name in "abc":
        Path(name).write_text(f"content {name}")
    Path("store").mkdir()
    Path("store/a").write_text("earlier")
    with StagedBatch(near="store/a") as batch:
        added = [batch.add(name) for name in "abc"]
        assert [content.size for _, content in added] == [9, 9, 9]
        batch.sync()
        for number, place in enumerate(("store/a", "store/b", "store/deep/er/c")):
            batch.place(number, place)
        batch.sync_places()
    assert files_below(Path("store")) == {
        "a": "content a",
        "b": "content b",
        "deep/er/c": "content c",
    }


def test_what_is_not_placed_disappears(in_tmp) -> None:
    Path("a").write_text("a")
    with StagedBatch(near="store/a") as batch:
        batch.add("a")
        batch.sync()
    assert files_below(Path("store")) == {}


def test_a_failing_block_changes_nothing(in_tmp) -> None:
    for name in ("a", "b", "temporary"):
        Path(name).write_text(f"new {name}")
    Path("store").mkdir()
    Path("store/a").write_text("earlier")
    with pytest.raises(KeyError), StagedBatch(near="store/a") as batch:
        for name in ("a", "b"):
            batch.add(name)
        batch.add("temporary", move=True)
        assert not Path("temporary").exists()
        for number, place in enumerate(("store/a", "store/new/b", "store/temporary")):
            batch.place(number, place)
        raise KeyError
    assert files_below(Path("store")) == {"a": "earlier"}
    assert os.listdir("store") == ["a"]
    assert Path("temporary").read_text() == "new temporary"


def test_a_temporary_is_renamed(in_tmp) -> None:
    Path("temporary").write_text("content")
    inode = os.stat("temporary").st_ino
    with StagedBatch(near="store/a") as batch:
        number, content = batch.add("temporary", move=True)
        batch.place(number, "store/a")
    assert os.stat("store/a").st_ino == inode
    assert (content.size, content.hash_type) == (7, "md5")
    assert not Path("temporary").exists()


def test_a_full_disk_spares_what_was_added_before(in_tmp) -> None:
    Path("small").write_text("small")
    Path("large").write_text("x" * 100_000)
    with StagedBatch(near="store/small") as batch:
        number, _ = batch.add("small")
        with largest_file(50_000), pytest.raises(OSError, match="File too large"):
            batch.add("large")
        batch.sync()
        batch.place(number, "store/small")
    assert files_below(Path("store")) == {"small": "small"}

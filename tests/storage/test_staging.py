import pytest

from lamindb.storage import atomic
from lamindb.storage.staging import StagedCopy


class Refused(Exception):
    """The database doesn't want the row."""


@pytest.fixture(params=["file", "folder"])
def source(request, tmp_path):
    path = tmp_path / "source"
    if request.param == "file":
        path.write_text("new")
    else:
        path.mkdir()
        (path / "a.txt").write_text("new")
    return path


def content(path):
    return path.read_text() if path.is_file() else (path / "a.txt").read_text()


def put_old(target, like):
    target.parent.mkdir(parents=True)
    if like.is_file():
        target.write_text("old")
    else:
        target.mkdir()
        (target / "a.txt").write_text("old")


def test_place(tmp_path, source):
    target = tmp_path / "store" / "x"
    with StagedCopy(source, near=target) as staged:
        assert staged.content.size == 3
        assert not target.exists()
        staged.place(target)
        assert content(target) == "new"
    assert [path.name for path in target.parent.iterdir()] == ["x"]


@pytest.mark.parametrize("is_placed", [True, False])
def test_failure_leaves_nothing(tmp_path, source, is_placed):
    target = tmp_path / "store" / "deep" / "x"
    with pytest.raises(Refused), StagedCopy(source, near=str(target)) as staged:
        if is_placed:
            staged.place(str(target))
        raise Refused
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


@pytest.mark.parametrize("can_exchange", [True, False])
@pytest.mark.parametrize("is_refused", [True, False])
def test_replacing(tmp_path, source, monkeypatch, is_refused, can_exchange):
    if not can_exchange:  # as on other systems than Linux
        monkeypatch.setattr(atomic, "exchange", lambda first, second: False)
    target = tmp_path / "store" / "x"
    put_old(target, like=source)
    try:
        with StagedCopy(source, near=target) as staged:
            staged.place(target)
            assert content(target) == "new"
            if is_refused:
                raise Refused
    except Refused:
        pass
    assert content(target) == ("old" if is_refused else "new")
    assert [path.name for path in target.parent.iterdir()] == ["x"]


def test_not_placed_is_discarded(tmp_path, source):
    target = tmp_path / "store" / "x"
    with StagedCopy(source, near=target):
        pass
    assert list(target.parent.iterdir()) == []


def test_missing_source(tmp_path):
    with pytest.raises(FileNotFoundError):
        with StagedCopy(tmp_path / "missing", near=tmp_path / "store" / "x"):
            raise AssertionError("not reached")
    assert list(tmp_path.iterdir()) == []

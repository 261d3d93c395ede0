import pytest

from lamindb.storage.content import describe_path
from lamindb.storage.manifest import Manifest, ManifestEntry

A = ManifestEntry("a.txt", 1, "DMF1ucDxtqgxw5niaXcmYQ", "md5")
B = ManifestEntry("sub/b.txt", 3, "kAFQmDzST7DWlj99KOF_cg", "md5")


def test_totals_and_order():
    manifest = Manifest([B, A])
    assert manifest.entries == (A, B)
    assert (manifest.size, manifest.n_files) == (4, 2)
    assert manifest == Manifest([A, B]) != Manifest([A])
    assert len({manifest, Manifest([A, B])}) == 1
    assert repr(manifest) == "Manifest(n_files=2, size=4)"


def test_it_is_that_of_the_folder(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "sub/b.txt").write_text("abc")
    content = describe_path(tmp_path)
    assert content.manifest == Manifest([A, B])
    assert content.hash == content.manifest.folder_hash().hash


def test_changes():
    changed = A._replace(hash=B.hash)
    added = ManifestEntry("new.txt", 0, "1B2M2Y8AsgTpgAmY7PhCfg", "md5")
    changes = Manifest([A, B]).changes_to(Manifest([changed, added]))
    assert changes.added == ("new.txt",)
    assert changes.removed == ("sub/b.txt",)
    assert changes.modified == ("a.txt",)
    assert Manifest([A]).changes_to(Manifest([A])) == ((), (), ())


def test_json_round_trip():
    manifest = Manifest([A, B._replace(path="größe 🤩.txt")])
    assert Manifest.from_json(manifest.to_json()) == manifest


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": [[1]]}', '{"files": 1}'])
def test_damaged_json(text):
    with pytest.raises(ValueError, match="no manifest of a folder"):
        Manifest.from_json(text)


def test_it_cannot_be_changed():
    with pytest.raises(AttributeError, match="create a new one"):
        Manifest([A]).entries = ()

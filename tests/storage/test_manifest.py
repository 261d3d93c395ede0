import pytest

from lamindb.storage.content import describe_path
from lamindb.storage.manifest import Manifest, ManifestEntry, paths_digest

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


def test_entries_are_made_when_somebody_looks_at_them():
    calls = []
    manifest = Manifest(lambda: calls.append(1) or [B, A])
    assert calls == []
    assert manifest.entries == (A, B)
    assert manifest == Manifest([A, B])
    assert calls == [1]


@pytest.mark.parametrize(
    ("entry", "is_same"),
    [
        (B, True),
        (B._replace(hash=A.hash, hash_type="sha256"), True),
        (B._replace(size=4), False),
        (B._replace(path="sub/c.txt"), False),
        (B._replace(path="b.txt"), False),
    ],
)
def test_digest_of_paths(entry, is_same):
    digest = Manifest([A, B]).paths_digest()
    assert len(digest) == 22
    assert (Manifest([A, entry]).paths_digest() == digest) is is_same
    assert (paths_digest([(entry.path, entry.size), (A.path, A.size)]) == digest) is is_same


def test_digest_of_paths_is_not_fooled_by_their_text():
    assert paths_digest([("a", 1), ("b", 2)]) != paths_digest([("a1b", 2)])
    assert paths_digest([]) != paths_digest([("", 0)])

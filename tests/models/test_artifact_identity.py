"""The same content is the same artifact: what is recognised, and what the constructor does then."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import lamindb as ln
from lamindb.base.hashing import SMALL_FILE_SIZE, hash_file_sha1_fl


def write(name: str, text: str = "hello") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def save(name: str, text: str = "hello", **options) -> ln.Artifact:
    options.setdefault("key", name)
    return ln.Artifact(write(name, text), **options).save()


def new_run(key: str) -> ln.Run:
    return ln.Run(ln.Transform(key=key).save()).save()


# -- what is recognised


def test_any_key_storage_and_branch(instance) -> None:
    other = ln.Storage("other").save()
    branch = ln.Branch(name="dev").save()
    first = save("a.txt", storage=other, branch=branch)
    again = ln.Artifact(write("b.txt"), key="b.txt")
    assert (again, again.storage, again.branch, again.uid) == (first, other, branch, first.uid)
    assert not again._state.adding
    again.save()
    assert ln.Artifact.filter(branch=None).count() == 1


def test_the_newest_wins(instance) -> None:
    save("a.txt")
    newest = save("b.txt", skip_hash_lookup=True)
    assert ln.Artifact(write("c.txt"), key="c.txt") == newest


def test_not_in_the_trash(instance) -> None:
    first = save("a.txt")
    first.delete()
    again = ln.Artifact(write("a.txt"), key="b.txt")
    assert again._state.adding
    assert again.save() != first


def test_not_when_empty(instance) -> None:
    assert save("a.txt", "") != save("b.txt", "")
    for name in ("one/x.txt", "two/x.txt"):
        write(name, "")
    one, two = (ln.Artifact(name, key=name).save() for name in ("one", "two"))
    assert one != two


@pytest.mark.parametrize(
    ("skip_hash_lookup", "copied", "in_place"),
    [(None, True, False), (True, False, False), (False, True, True)],
)
def test_whether_to_look(instance, skip_hash_lookup, copied, in_place) -> None:
    first = save("a.txt")
    path = write("b.txt")
    found = ln.Artifact(path, key="b.txt", skip_hash_lookup=skip_hash_lookup)
    assert (found == first) is copied
    path = write(f"{instance.storage.root}/c.txt")
    found = ln.Artifact(path, skip_hash_lookup=skip_hash_lookup)
    assert (found == first) is in_place


def test_large_files_of_older_releases(instance) -> None:
    """Their hash leaves out the middle of the file, so the stored content decides."""
    size = SMALL_FILE_SIZE * 2 + 10
    for name, byte in (("a.bin", b"a"), ("b.bin", b"b")):
        with open(name, "wb") as file:
            file.truncate(size)
            file.seek(SMALL_FILE_SIZE + 5)
            file.write(byte)
    first = ln.Artifact("a.bin", key="a.bin").save()
    older = {"hash": hash_file_sha1_fl("a.bin"), "_hash_type": "sha1-fl"}
    ln.Artifact.filter(uid=first.uid).update(**older)
    assert hash_file_sha1_fl("b.bin") == older["hash"]
    assert ln.Artifact("a.bin", key="c.bin") == first
    assert ln.Artifact("b.bin", key="c.bin") != first
    Path(first.path).unlink()  # nothing to compare with
    assert ln.Artifact("b.bin", key="c.bin") == first


# -- folders


def folder(name: str, **files: str) -> str:
    for file, text in files.items():
        write(f"{name}/{file}.txt", text)
    return name


def test_folders_with_other_names_are_other_folders(instance) -> None:
    first = ln.Artifact(folder("f1", a="1", b="2"), key="my/folder").save()
    assert first._aux.keys() == {"paths"}
    assert ln.Artifact(folder("f2", a="1", b="2"), key="x") == first
    renamed = ln.Artifact(folder("f3", a="1", c="2"), key="my/other").save()
    assert renamed != first
    assert (renamed.hash, renamed._hash_type) == (first.hash, "md5-d")
    assert ln.Artifact(folder("f4", a="1", c="2"), key="x") == renamed


def test_a_renamed_file_makes_a_new_version(instance) -> None:
    """The hash of folders ignores names, but rows of one key need different hashes."""
    first = ln.Artifact(folder("f1", a="1", b="2"), key="my/folder").save()
    second = ln.Artifact(folder("f2", a="1", c="2"), key="my/folder").save()
    assert second.stem_uid == first.stem_uid
    assert second != first
    assert (second._hash_type, second.hash != first.hash) == ("md5-d-names", True)
    assert sorted(p.name for p in Path(second.path).iterdir()) == ["a.txt", "c.txt"]
    assert ln.Artifact(folder("f3", a="1", c="2"), key="my/folder") == second


def test_folders_without_a_digest_match_by_hash(instance) -> None:
    """As other programs write them; keys of `_aux` that we do not know survive."""
    first = ln.Artifact(folder("f1", a="1"), key="my/folder").save()
    ln.Artifact.filter(uid=first.uid).update(_aux={"other": 1})
    again = ln.Artifact(folder("f2", b="1"), key="my/folder").save()
    assert again == first
    assert ln.Artifact.get(first.uid)._aux["other"] == 1


# -- what it takes over


def test_messages(instance, capsys) -> None:
    save("a.txt")
    capsys.readouterr()
    again = ln.Artifact(write("b.txt"), key="b.txt", description="later", kind="x")
    assert (again.key, again.description, again.kind) == ("a.txt", "later", None)
    output = capsys.readouterr().out
    assert "→ returning artifact with same hash: Artifact(uid=" in output
    assert "to track this artifact as an input, use: ln.Artifact.get()" in output
    assert "! updated description from None to later" in output
    assert "! key a.txt on existing artifact differs from passed key b.txt" in output
    assert ln.Artifact.get(again.uid).description is None
    again.save()
    assert ln.Artifact.get(again.uid).description == "later"


def test_a_keyless_artifact_takes_a_key(instance) -> None:
    first = save("a.txt", key=None, description="no key")
    again = ln.Artifact("a.txt", key="a.txt").save()
    assert again == first
    assert ln.Artifact.get(key="a.txt") == first


def test_a_keyless_artifact_takes_no_key_with_another_suffix(instance) -> None:
    first = save("a.txt", key=None, description="no key")
    again = ln.Artifact(write("a.json"), key="a.json").save()
    assert (again, again.key, again.suffix) == (first, None, ".txt")


def test_runs(instance) -> None:
    creator, other, reader = (new_run(key) for key in ("a.py", "b.py", "c.py"))
    artifact = save("a.txt", run=creator)
    for run in (creator, other, other):
        ln.Artifact("a.txt", key="a.txt", run=run).save()
    artifact.input_of_runs.add(reader)
    ln.Artifact("a.txt", key="a.txt", run=reader).save()
    assert artifact.recreating_runs.to_list() == [other]
    assert ln.Artifact.get(artifact.uid).run == creator
    orphan = save("b.txt", "b", run=False)
    ln.Artifact("b.txt", key="b.txt", run=other).save()
    assert ln.Artifact.get(orphan.uid).run == other
    assert orphan.recreating_runs.count() == 0


def test_lost_content_is_stored_again(instance) -> None:
    first = save("a.txt")
    Path(first.path).unlink()
    again = ln.Artifact(write("b.txt"), key="new/b.txt").save()
    assert (again, again.key) == (first, "new/b.txt")
    assert ln.Artifact.get(first.uid)._aux is None
    assert ln.Artifact.get(first.uid).load() == "hello"


def test_a_file_that_was_moved_inside_its_location(instance, capsys) -> None:
    path = write(f"{instance.storage.root}/old.txt")
    first = ln.Artifact(path).save()
    moved = path.rename(path.with_name("new.txt"))
    again = ln.Artifact(moved, skip_hash_lookup=False).save()
    assert again == first
    assert "! updating previous key old.txt to new key new.txt" in capsys.readouterr().out
    found = ln.Artifact.get(first.uid)
    assert (found.key, found._key_is_virtual, found._real_key) == ("new.txt", False, None)
    assert found.load() == "hello"


def test_no_look_at_locations_that_are_not_here(instance) -> None:
    other = ln.Storage("other").save()
    first = save("a.txt", storage=other)
    for root, type_ in (("/nowhere/store", "local"), ("s3://no-such-bucket-x", "s3")):
        ln.Storage.filter(uid=other.uid).update(root=root, type=type_)
        again = ln.Artifact("a.txt", key="b.txt")
        assert (again, again.key, again._source) == (first, "a.txt", None)


def test_an_unfinished_upload_is_completed(instance) -> None:
    """As a crash leaves it: a row with the flag, no bytes."""
    first = save("a.txt")
    Path(first.path).unlink()
    ln.Artifact.filter(uid=first.uid).update(_aux={"so": 1})
    with pytest.raises(ValueError, match="was not completed"):
        ln.Artifact.get(first.uid).load()
    completed = ln.Artifact("a.txt", key="a.txt").save()
    assert completed == first
    assert ln.Artifact.get(first.uid)._aux is None
    assert completed.load() == "hello"


def test_the_object_in_memory_stays_attached(instance) -> None:
    df = pd.DataFrame({"a": [1]})
    first = ln.Artifact.from_dataframe(df, key="a.parquet").save()
    again = ln.Artifact.from_dataframe(df.copy(), key="a.parquet", description="x")
    assert again == first
    assert again.load() is not df
    assert again.load().equals(df)

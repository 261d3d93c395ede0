import hashlib
import subprocess

import pytest

from lamindb.base import hashing
from lamindb.base.hashing import SMALL_FILE_SIZE, FileHash, Hasher, hash_file

MIB = 1024 * 1024


@pytest.fixture
def large(tmp_path):
    """A sparse file just above the limit, with something in the middle."""
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.truncate(2 * SMALL_FILE_SIZE + 5)
        file.seek(SMALL_FILE_SIZE + 1)
        file.write(b"middle")
    return path


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a", "DMF1ucDxtqgxw5niaXcmYQ"),
        (b"abc", "kAFQmDzST7DWlj99KOF_cg"),
        (b"", "1B2M2Y8AsgTpgAmY7PhCfg"),
        (b"b=Feature:c=True:d=False:e=False", "kMi7B_N88uu-YnbTLDU-DA"),
    ],
)
def test_small_content(tmp_path, content, expected):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert hash_file(path) == FileHash(expected, "md5", len(content))
    assert hash_file(str(path), chunk_size=1).hash == expected
    assert hashing.hash_bytes(content) == expected
    assert hashing.hash_string(content.decode()) == expected
    assert len(expected) == hashing.HASH_LENGTH


def test_conversions():
    assert hashing.b16_to_b64("9b89c8c1acf79dba5b5341d1fff9806f") == "m4nIwaz3nbpbU0HR__mAbw"
    # S3 sends its ETag in quotes
    assert hashing.b16_to_b64('"9b89c8c1acf79dba5b5341d1fff9806f"') == "m4nIwaz3nbpbU0HR__mAbw"
    assert hashing.to_b64_str(b"\xfb\xff") == "-_8"
    assert hashing.hash_and_encode_as_b62("0" * 32)[:12] == "6FzkxtOpgftZ"


def test_limit_between_small_and_large(tmp_path):
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.truncate(SMALL_FILE_SIZE)
    assert hash_file(path).hash_type == "md5"
    with path.open("ab") as file:
        file.write(b"\0")
    assert hash_file(path).hash_type == "sha256"


def test_large_file_is_hashed_completely(large):
    before = hash_file(large)
    digest = hashlib.sha256(large.read_bytes()).digest()
    assert before == (hashing.to_b64_str(digest)[:22], "sha256", 2 * SMALL_FILE_SIZE + 5, None)
    with large.open("r+b") as file:
        file.seek(SMALL_FILE_SIZE + 1)
        file.write(b"M")
    assert hash_file(large).hash != before.hash


def test_stored_sha1_fl_is_recognised(large):
    content = large.read_bytes()
    first, last = content[: 50 * MIB], content[-50 * MIB :]
    outer = hashlib.sha1(hashlib.sha1(first).digest() + hashlib.sha1(last).digest())
    assert hashing.hash_file_sha1_fl(large) == hashing.to_b64_str(outer.digest())[:22]
    # blind for the middle, which is why it is not used any more
    with large.open("r+b") as file:
        file.seek(SMALL_FILE_SIZE + 1)
        file.write(b"M")
    assert hashing.hash_file_sha1_fl(large) == hashing.to_b64_str(outer.digest())[:22]


@pytest.mark.parametrize("size", [0, 1, MIB, SMALL_FILE_SIZE, SMALL_FILE_SIZE + 1])
@pytest.mark.parametrize("is_announced", [True, False])
def test_hasher_agrees_with_hash_file(tmp_path, size, is_announced):
    path = tmp_path / "file"
    content = bytes(size)
    path.write_bytes(content)
    hasher = Hasher(size if is_announced else None)
    for start in range(0, size, 7 * MIB):
        hasher.update(content[start : start + 7 * MIB])
    assert hasher.finish() == hash_file(path)


def test_hasher_takes_any_buffer():
    hasher = Hasher()
    for piece in (b"a", bytearray(b"b"), memoryview(b"c")):
        hasher.update(piece)
    assert hasher.finish() == FileHash("kAFQmDzST7DWlj99KOF_cg", "md5", 3)


@pytest.mark.parametrize("announced", [2, 4, SMALL_FILE_SIZE + 1])
def test_hasher_notices_a_wrong_size(announced):
    hasher = Hasher(announced)
    hasher.update(b"abc")
    with pytest.raises(ValueError, match=f"expected {announced} bytes but hashed 3"):
        hasher.finish()


def test_hasher_notices_a_file_that_outgrew_the_limit():
    hasher = Hasher(1)
    hasher.update(bytes(SMALL_FILE_SIZE + 1))
    with pytest.raises(ValueError, match="expected 1 bytes"):
        hasher.finish()


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        hash_file(tmp_path / "missing")


def test_folder():
    a, b = (FileHash(hashing.hash_bytes(x), "md5", len(x)) for x in (b"a", b"abc"))
    digests = b"".join(hashlib.md5(hash.encode()).digest() for hash in sorted([a.hash, b.hash]))
    expected = FileHash(hashing.hash_bytes(digests), "md5-d", 4, 2)
    assert hashing.hash_dir([a, b]) == hashing.hash_dir(iter([b, a])) == expected


def test_set_and_collection():
    assert hashing.hash_set({"b", "a"}) == hashing.hash_string("a:b")
    assert hashing.hash_collection(["b", "a", "a"]) == hashing.hash_string("a:b")


@pytest.mark.parametrize(
    ("value", "hashed_text"),
    [
        ({"b": 1, "a": {"d": None, "c": True}}, '{"a": {"c": true, "d": null}, "b": 1}'),
        ({}, "{}"),
        (21.6, "21.6"),
        ("text", "text"),
        (True, "True"),
        ([1, "a"], "[1, 'a']"),
        (None, "None"),
    ],
)
def test_json_value(value, hashed_text):
    assert hashing.hash_json_value(value) == hashing.hash_string(hashed_text)


def test_json_value_that_json_cannot_express():
    with pytest.raises(TypeError, match="not JSON serializable"):
        hashing.hash_json_value({"a": object()})


def test_check_value_of_a_gene_schema():
    code = "a=num:b=bionty.Gene.ensembl_gene_id:c=True:d=False:e=False"
    assert hashing.hash_string(code) == "1gocc_TJ1RU2bMwDRK-WUA"


def test_code_is_hashed_as_git_does(tmp_path):
    path = tmp_path / "script.py"
    path.write_text("print('hello')\n")
    git = subprocess.run(
        ["git", "hash-object", str(path)], capture_output=True, text=True, check=True
    )
    assert hashing.hash_code(path).hexdigest() == git.stdout.strip()

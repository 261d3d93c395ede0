from pathlib import Path

import pytest

from lamindb.base.keys import check_key, check_key_suffix, check_real_key, key_suffix
from lamindb.errors import InvalidArgument


@pytest.mark.parametrize(
    "key",
    [
        "a",
        "my_datasets/rnaseq1.parquet",
        "folder/",
        "..a/b..c/...",
        "with blank/ä.csv",
        "a:b/c.csv",
        "a~/b",
        "x" * 1024,
    ],
)
def test_clean_keys(key):
    check_key(key)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("", "The key is empty: pass a relative path like 'folder/file.csv', or no key."),
        ("a/../b", "Relative path segment '..' detected in key 'a/../b'."),
        ("../b", "Relative path segment '..' detected in key '../b'."),
        ("a/./b", "Relative path segment '.' detected in key 'a/./b'."),
        (".", "Relative path segment '.' detected in key '.'."),
        ("a\\b", "Backslashes are not allowed in key 'a\\b'. Use '/' between segments."),
        ("a\0b", "Zero characters are not allowed in key 'a\\x00b'."),
        ("/a/b", "The key '/a/b' is absolute: pass a path relative to the storage root."),
        ("~/a", "The key '~/a' is absolute: pass a path relative to the storage root."),
        ("C:/a", "The key 'C:/a' is absolute: pass a path relative to the storage root."),
        ("s3://b/a", "The key 's3://b/a' is absolute: pass a path relative to the storage root."),
        (
            "a/.lamindb/b",
            "Do not pass key that contains a managed storage path in `.lamindb/`",
        ),
    ],
)
def test_refused_keys(key, text):
    with pytest.raises(ValueError) as error:
        check_key(key)
    assert str(error.value) == text


def test_too_long_key():
    with pytest.raises(ValueError, match="1025 characters, at most 1024 are allowed: shorten 'xx"):
        check_key("x" * 1025)


@pytest.mark.parametrize("key", [None, 1, Path("a.txt")])
def test_key_is_text(key):
    with pytest.raises(TypeError, match="key has to be a string, not"):
        check_key(key)


@pytest.mark.parametrize(
    ("key", "suffix"),
    [("a.xyz", ".xyz"), ("a.csv/b", ""), ("b.csv.gz", ".csv.gz"), ("b.TSV", ".tsv")],
)
def test_key_suffix(key, suffix):
    assert key_suffix(key) == suffix
    check_key_suffix(key, suffix)


@pytest.mark.parametrize("key", ["b", "b.abc"])
def test_unknown_suffixes_have_to_agree_too(key):
    with pytest.raises(InvalidArgument):
        check_key_suffix(key, ".xyz")


@pytest.mark.parametrize(
    ("in_memory", "text"),
    [
        (False, "The passed path's suffix '.txt' must match the passed key's suffix '.csv'."),
        (True, "The passed key's suffix '.csv' must match the passed path's suffix '.txt'."),
    ],
)
def test_differing_suffix(in_memory, text):
    with pytest.raises(InvalidArgument) as error:
        check_key_suffix("b.csv", ".txt", in_memory=in_memory)
    assert str(error.value) == text


@pytest.mark.parametrize("key", ["a//b", "folder/", "a/b//"])
def test_a_real_key_names_one_place(key):
    text = f"Empty path segment detected in key '{key}', which is to be a path in storage."
    with pytest.raises(ValueError) as error:
        check_real_key(key)
    assert str(error.value) == text
    check_key(key)
    check_real_key("a/b")

"""Keys: the relative, path-like names of artifacts."""

from __future__ import annotations

from lamindb.base.suffixes import CanonicalSuffix
from lamindb.errors import InvalidArgument

__all__ = ["MAX_KEY_LENGTH", "check_key", "check_key_suffix", "check_real_key", "key_suffix"]

MAX_KEY_LENGTH = 1024
MANAGED_FOLDER = ".lamindb/"


def _is_absolute(key: str) -> bool:
    """Whether a key names a place by itself: root, home, Windows drive or URL."""
    has_drive = len(key) > 1 and key[0].isalpha() and key[1] == ":" and key[2:3] in ("", "/")
    return key.startswith(("/", "~/")) or has_drive or "://" in key


def check_key(key: str) -> None:
    """Check that a key is a clean relative path that stays inside of its storage location.

    Parameters
    ----------
    key : str
        The key of an artifact.

    Raises
    ------
    TypeError
        If the key is not a string.
    ValueError
        If the key is empty, absolute, longer than 1024 characters, contains a backslash, a zero
        character, a `.` or `..` segment, or the managed folder `.lamindb/`.

    Example
    -------
    >>> check_key("my_datasets/rnaseq1.parquet")
    >>> check_key("a/../b")
    Traceback (most recent call last):
    ValueError: Relative path segment '..' detected in key 'a/../b'.
    """
    if not isinstance(key, str):
        raise TypeError(f"key has to be a string, not {key!r}")
    if not key:
        raise ValueError(
            "The key is empty: pass a relative path like 'folder/file.csv', or no key."
        )
    if len(key) > MAX_KEY_LENGTH:
        raise ValueError(
            f"The key has {len(key)} characters, at most {MAX_KEY_LENGTH} are allowed:"
            f" shorten '{key[:60]}…'."
        )
    if "\\" in key:
        raise ValueError(f"Backslashes are not allowed in key '{key}'. Use '/' between segments.")
    if "\0" in key:
        raise ValueError(f"Zero characters are not allowed in key {key!r}.")
    if _is_absolute(key):
        raise ValueError(f"The key '{key}' is absolute: pass a path relative to the storage root.")
    for segment in key.split("/"):
        if segment in (".", ".."):
            raise ValueError(f"Relative path segment '{segment}' detected in key '{key}'.")
    if MANAGED_FOLDER in key:
        raise ValueError(
            f"Do not pass key that contains a managed storage path in `{MANAGED_FOLDER}`"
        )


def check_real_key(key: str) -> None:
    """Check that no other key means the same place in storage.

    Parameters
    ----------
    key : str
        A key that is the path of content which is going to be written.

    Raises
    ------
    ValueError
        If a segment is empty.

    Example
    -------
    >>> check_real_key("a//b")
    Traceback (most recent call last):
    ValueError: Empty path segment detected in key 'a//b', which is to be a path in storage.
    """
    if "" in key.split("/"):
        raise ValueError(
            f"Empty path segment detected in key '{key}', which is to be a path in storage."
        )


def key_suffix(key: str) -> str:
    """Return the raw suffix of a key: all known parts, or the last one if it is unknown.

    Parameters
    ----------
    key : str
        The key of an artifact.

    Returns
    -------
    str

    Example
    -------
    >>> key_suffix("reads/a.fastq.gz"), key_suffix("b.xyz"), key_suffix("b")
    ('.fastq.gz', '.xyz', '')
    """
    return CanonicalSuffix.extract_from_path(key)[1]


def check_key_suffix(key: str, suffix: str, *, in_memory: bool = False) -> None:
    """Check that a key ends like the data it names.

    Parameters
    ----------
    key : str
        The key of an artifact.
    suffix : str
        The raw suffix of the path, see `CanonicalSuffix.extract_from_path`.
    in_memory : bool
        Whether the data comes from memory: then the suffix follows from the data, and the text
        blames the key first.

    Raises
    ------
    InvalidArgument
        If the raw suffixes differ.

    Example
    -------
    >>> check_key_suffix("b.xyz", ".xyz")
    """
    found = key_suffix(key)
    if found == suffix:
        return
    sides = [f"path's suffix '{suffix}'", f"key's suffix '{found}'"]
    if in_memory:
        sides.reverse()
    raise InvalidArgument(f"The passed {sides[0]} must match the passed {sides[1]}.")

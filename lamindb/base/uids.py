"""Universal ids: random, derived from text, and versioned (stem + 4-character suffix)."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "FIRST_VERSION",
    "base26",
    "base62",
    "base62_4",
    "base62_8",
    "base62_12",
    "base62_16",
    "base62_20",
    "base62_24",
    "base64",
    "encode_base62",
    "next_suffix",
    "next_version_uid",
    "split_uid",
    "suffix_number",
    "uid_from_text",
]

BASE26 = "abcdefghijklmnopqrstuvwxyz"
BASE62 = "0123456789" + BASE26.upper() + BASE26
BASE64 = BASE62 + "_-"

SUFFIX_LENGTH = 4
FIRST_VERSION = "0" * SUFFIX_LENGTH


def _byte_table(alphabet: str) -> tuple[bytes, bytes]:
    """Table from byte to character, and the bytes to drop so that characters are equally likely."""
    size = len(alphabet)
    table = bytes(ord(alphabet[byte % size]) for byte in range(256))
    return table, bytes(range(256 - 256 % size, 256))


_TABLE_26 = _byte_table(BASE26)
_TABLE_62 = _byte_table(BASE62)
_TABLE_64 = _byte_table(BASE64)


def _random(n_char: int, byte_table: tuple[bytes, bytes]) -> str:
    """Draw characters from the operating system's CSPRNG."""
    text = ""
    while len(text) < n_char:
        # a few bytes more than needed, because some get dropped
        drawn = os.urandom(n_char - len(text) + (n_char >> 3) + 6)
        text += drawn.translate(*byte_table).decode("ascii")
    return text[:n_char]


def base26(n_char: int) -> str:
    """Draw a random string of lowercase letters.

    Parameters
    ----------
    n_char : int
        Number of characters.

    Returns
    -------
    str

    Example
    -------
    >>> len(base26(5))
    5
    """
    return _random(n_char, _TABLE_26)


def base62(n_char: int) -> str:
    """Draw a random string of digits and letters.

    Parameters
    ----------
    n_char : int
        Number of characters.

    Returns
    -------
    str

    Example
    -------
    >>> len(base62(20))
    20
    """
    return _random(n_char, _TABLE_62)


def base64(n_char: int) -> str:
    """Draw a random string of digits, letters, `_` and `-`.

    Parameters
    ----------
    n_char : int
        Number of characters.

    Returns
    -------
    str

    Example
    -------
    >>> len(base64(22))
    22
    """
    return _random(n_char, _TABLE_64)


def base62_4() -> str:
    """Draw a random base62 string of 4 characters."""
    return base62(4)


def base62_8() -> str:
    """Draw a random base62 string of 8 characters."""
    return base62(8)


def base62_12() -> str:
    """Draw a random base62 string of 12 characters."""
    return base62(12)


def base62_16() -> str:
    """Draw a random base62 string of 16 characters."""
    return base62(16)


def base62_20() -> str:
    """Draw a random base62 string of 20 characters."""
    return base62(20)


def base62_24() -> str:
    """Draw a random base62 string of 24 characters."""
    return base62(24)


def _base62_digits(number: int) -> str:
    """Write a positive number in base62."""
    digits = []
    while number:
        number, digit = divmod(number, 62)
        digits.append(BASE62[digit])
    return "".join(reversed(digits))


def encode_base62(data: bytes) -> str:
    r"""Encode bytes as base62 text.

    The bytes are read as one big-endian number. Leading zero bytes, which the number can't hold,
    are written in front as `0` and a character for their count (61 at most, then repeated).

    Parameters
    ----------
    data : bytes
        What to encode.

    Returns
    -------
    str

    Example
    -------
    >>> encode_base62(b"\x00\x00\x01")
    '021'
    """
    n_zeros = len(data) - len(data.lstrip(b"\0"))
    full, rest = divmod(n_zeros, 61)
    head = f"0{BASE62[61]}" * full + (f"0{BASE62[rest]}" if rest else "")
    return head + _base62_digits(int.from_bytes(data, "big"))


def uid_from_text(text: str, n_char: int) -> str:
    """Derive a uid from text: the first characters of base62(md5(text)).

    Parameters
    ----------
    text : str
        Text that identifies the record, say, an ontology id.
    n_char : int
        Number of characters of the uid.

    Returns
    -------
    str

    Example
    -------
    >>> uid_from_text("CL:0000084", 14) == uid_from_text("CL:0000084", 14)
    True
    """
    import hashlib  # start-up time

    digest = hashlib.md5(text.encode("utf-8"), usedforsecurity=False).digest()
    return encode_base62(digest)[:n_char]


def suffix_number(suffix: str) -> int:
    """Read a version suffix as a base62 number.

    Parameters
    ----------
    suffix : str
        The last 4 characters of a versioned uid.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If it is not made of 4 base62 characters.

    Example
    -------
    >>> suffix_number("0010")
    62
    """
    if len(suffix) != SUFFIX_LENGTH or not (suffix.isascii() and suffix.isalnum()):
        raise ValueError(
            f"{suffix!r} is not a version suffix: expected {SUFFIX_LENGTH} characters of 0-9A-Za-z"
        )
    number = 0
    for character in suffix:
        number = number * 62 + BASE62.index(character)
    return number


def next_suffix(suffix: str) -> str:
    """Return the version suffix that follows.

    Parameters
    ----------
    suffix : str
        A version suffix, e.g. `"000z"`.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the suffix is malformed, or is `zzzz`, the last one.

    Example
    -------
    >>> next_suffix("000z")
    '0010'
    """
    number = suffix_number(suffix) + 1
    if number == 62**SUFFIX_LENGTH:
        raise ValueError(
            f"no version follows suffix {suffix!r}: start a new family under a new key"
        )
    return _base62_digits(number).rjust(SUFFIX_LENGTH, "0")


def split_uid(uid: str) -> tuple[str, str]:
    """Split a versioned uid into stem and version suffix.

    Parameters
    ----------
    uid : str
        A versioned uid.

    Returns
    -------
    tuple of str
        Stem and suffix.

    Raises
    ------
    ValueError
        If the uid is too short to have both.

    Example
    -------
    >>> split_uid("HknNfVvoY5EsnxkY0001")
    ('HknNfVvoY5EsnxkY', '0001')
    """
    if len(uid) <= SUFFIX_LENGTH:
        raise ValueError(
            f"{uid!r} is not a versioned uid: expected a stem and a 4-character suffix"
        )
    return uid[:-SUFFIX_LENGTH], uid[-SUFFIX_LENGTH:]


def next_version_uid(uids: Iterable[str]) -> str:
    """Return the uid of the next version of a family.

    Parameters
    ----------
    uids : iterable of str
        The uids of the whole family, in any order: all branches, and the trash, included.

    Returns
    -------
    str
        The stem with the suffix that follows the largest one, compared as numbers.

    Raises
    ------
    ValueError
        If there are no uids, if they have several stems, or if no suffix is left.

    Example
    -------
    >>> next_version_uid(["HknNfVvoY5EsnxkY0009", "HknNfVvoY5EsnxkY0000"])
    'HknNfVvoY5EsnxkY000A'
    """
    pairs = [split_uid(uid) for uid in uids]
    stems = {stem for stem, _ in pairs}
    if len(stems) != 1:
        raise ValueError(f"expected the uids of one version family, got stems {sorted(stems)}")
    return stems.pop() + next_suffix(max((suffix for _, suffix in pairs), key=suffix_number))

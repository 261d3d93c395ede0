"""Read terms from OBO files.

A reader of our own, because files as they are published have to be readable: fastobo, and pronto
on top of it, stop at the first malformed clause (there is one in the life stages of 2025) and
can't go on behind it. Here, six clauses are read, and what is malformed is skipped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from lamindb.base.log import logger
from lamindb.errors import CorruptedOntology

from .raw_terms import Term

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["read_terms"]

_QUOTED = r'"(?P<text>(?:[^"\\]|\\.)*)"'
_END = r"\s*(?:\{.*\})?\s*(?:!.*)?$"
_DEFINITION = re.compile(rf"{_QUOTED}")
_SYNONYM = re.compile(rf"{_QUOTED}(?:\s+(?P<scope>EXACT|BROAD|NARROW|RELATED))?(?:\s|$)")
_REFERENCE = re.compile(rf"(?P<id>[^\s!{{]+){_END}")
_RELATIONSHIP = re.compile(rf"(?P<type>\S+)\s+(?P<id>[^\s!{{]+){_END}")
# a URL has percent encoding, an escaped character in it is malformed
_XREF = re.compile(rf'(?!\w+://[^\s"]*\\)\S+(?:\s+"(?:[^"\\]|\\.)*")?{_END}')
_QUALIFIERS = re.compile(r'\s*\{\w+=".*"\}$|\s+!\s.*$')
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "W": " ", "t": "\t"}
_PART_OF = ("part_of", "BFO:0000050")

# https://owlcollab.github.io/oboformat/doc/obo-syntax.html
_TAGS = frozenset(
    "id name def synonym is_a relationship is_obsolete xref is_anonymous namespace alt_id comment "
    "subset builtin property_value intersection_of union_of equivalent_to disjoint_from created_by "
    "creation_date replaced_by consider exact_synonym narrow_synonym broad_synonym related_synonym "
    "xref_analog xref_unk".split()
)


class _Reader:
    """Collects terms line by line, and what can't be read.

    Parameters
    ----------
    path : str
        Of the file, for messages.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._terms: dict[str, Term] = {}
        self._term: Term | None = None
        self._in_term = False
        self._skipped: list[str] = []

    def read(self, file: BinaryIO) -> list[Term]:
        """All terms of a file."""
        for number, line in _logical_lines(file, self._path):
            if line.startswith("["):
                self._start(line)
            elif self._in_term and line and not line.startswith("!"):
                self._clause(number, line)
        self._start("")
        if not self._terms:
            raise CorruptedOntology(f"Corrupted ontology file: {self._path} has no terms.")
        if self._skipped:
            logger.warning(
                f"skipped {len(self._skipped)} malformed or unknown clauses of {self._path}, "
                f"the first in {self._skipped[0]}"
            )
        return list(self._terms.values())

    def _start(self, header: str) -> None:
        """Begin a stanza; the one before has to have an id."""
        if self._in_term and self._term is None:
            raise CorruptedOntology(
                f"Corrupted ontology file: {self._path} ends with a term without id."
                if not header
                else f"Corrupted ontology file: {self._path} has a term without id."
            )
        self._in_term = header.startswith("[Term]")
        self._term = None

    def _clause(self, number: int, line: str) -> None:
        tag, separator, value = line.partition(":")
        value = value.strip()
        if tag == "id" and (match := _REFERENCE.match(value)):
            one = _unescaped(match["id"])
            self._term = self._terms.setdefault(one, Term(one))
        elif (
            not separator
            or tag not in _TAGS
            or self._term is None
            or not _apply(self._term, tag, value)
        ):
            self._skipped.append(f"line {number}: {line}")


def read_terms(file: BinaryIO, path: str) -> list[Term]:
    """Read the terms of an OBO file.

    Parameters
    ----------
    file : binary file
        Open for reading.
    path : str
        For messages.

    Returns
    -------
    list of Term
        Malformed and unknown clauses are skipped with one warning.

    Raises
    ------
    CorruptedOntology
        If the file is truncated or has no terms; it is a `ValueError`.
    UnicodeDecodeError
        If it isn't in UTF-8.

    Examples
    --------
    >>> with open("cl.obo", "rb") as file:  # doctest: +SKIP
    ...     terms = read_terms(file, "cl.obo")
    """
    return _Reader(path).read(file)


def _logical_lines(file: BinaryIO, path: str) -> Iterator[tuple[int, str]]:
    """Numbered lines, continued ones joined; the last one has to be complete."""
    start, pending, line = 1, "", b"\n"
    for number, line in enumerate(file, start=1):
        text = line.decode("utf-8").rstrip("\r\n")
        if text.endswith("\\") and not text.endswith("\\\\"):
            start = start if pending else number
            pending += text[:-1]
            continue
        yield (start if pending else number), (pending + text).strip()
        pending = ""
    if pending or not line.endswith(b"\n"):
        raise CorruptedOntology(
            f"Corrupted ontology file: {path} is truncated: its last line has no end."
        )


def _apply(term: Term, tag: str, value: str) -> bool:
    """Take over a clause; False if it is malformed."""
    if tag == "name":
        term.name = term.name or _unescaped(_QUALIFIERS.sub("", value))
    elif tag == "def":
        if (match := _DEFINITION.match(value)) is None:
            return False
        term.definition = term.definition or _unescaped(match["text"])
    elif tag == "synonym":
        if (match := _SYNONYM.match(value)) is None:
            return False
        if match["scope"] == "EXACT":
            term.synonyms.append(_unescaped(match["text"]))
    elif tag == "is_obsolete":
        term.is_obsolete = value.startswith("true")
    else:
        return _apply_reference(term, tag, value)
    return True


def _apply_reference(term: Term, tag: str, value: str) -> bool:
    """Take over a clause about other terms; False if it is malformed."""
    if tag == "is_a":
        if (match := _REFERENCE.match(value)) is None:
            return False
        term.parents.append(_unescaped(match["id"]))
    elif tag == "relationship":
        if (match := _RELATIONSHIP.match(value)) is None:
            return False
        if match["type"] in _PART_OF:
            term.wholes.append(_unescaped(match["id"]))
    elif tag == "xref":
        return _XREF.match(value) is not None
    return True


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), text)

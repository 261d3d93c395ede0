"""Tables from ontology files as they are published: OBO 1.2/1.4 and OWL (RDF/XML)."""

from __future__ import annotations

import gzip
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from lamindb.errors import CorruptedOntology

from . import obo, owl
from .entities import id_prefixes, includes_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pyarrow as pa

    from .keys import SourceKey
    from .raw_terms import Term

__all__ = ["named_obsolete", "parse_raw", "terms_to_arrow"]

_GZIP = b"\x1f\x8b"
_BEGINNING = 1024
_BLANK = b"\xef\xbb\xbf \t\r\n"
_OBO_BEGINNINGS = (b"format-version:", b"!", b"[Term]", b"ontology:")
_OBSOLETE = "obsolete"


def parse_raw(path: Path, key: SourceKey) -> pa.Table:
    """Parse an ontology file into the table of a source.

    Parameters
    ----------
    path : pathlib.Path
        OBO or OWL, which is told by the content; may be compressed by gzip.
    key : SourceKey
        Decides which terms are kept and whether wholes count as parents.

    Returns
    -------
    pyarrow.Table
        Terms with a name, sorted by id. Imports are not followed.

    Raises
    ------
    CorruptedOntology
        If the file is truncated, or neither OBO nor OWL; it is a `ValueError`.
    OSError
        If it can't be read.

    Examples
    --------
    >>> key = SourceKey("CellType", "all", "cl", "2022-11-25")
    >>> parse_raw(Path("cl-basic.obo"), key).column_names  # doctest: +SKIP
    ['ontology_id', 'name', 'definition', 'synonyms', 'parents']
    """
    try:
        with _opened(path) as file:
            terms = _read_terms(file, str(path))
    except (EOFError, gzip.BadGzipFile, UnicodeDecodeError) as error:
        raise CorruptedOntology(f"Corrupted ontology file: {path} ({error}).") from error
    rows = _rows(terms, id_prefixes(key.name), with_wholes=includes_parts(key.entity))
    return terms_to_arrow(rows, are_taxa=key.name == "ncbitaxon")


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """A file for reading, decompressed if it is compressed."""
    with path.open("rb") as plain:
        is_compressed = plain.read(len(_GZIP)) == _GZIP
        plain.seek(0)
        if not is_compressed:
            yield plain
            return
        with gzip.open(plain) as file:
            yield cast("BinaryIO", file)


def _read_terms(file: BinaryIO, path: str) -> list[Term]:
    """Terms of a file, in whichever format it is."""
    beginning = file.read(_BEGINNING).lstrip(_BLANK)
    file.seek(0)
    if beginning.startswith(b"<"):
        return owl.read_terms(file, path)
    if beginning.startswith(_OBO_BEGINNINGS):
        return obo.read_terms(file, path)
    raise CorruptedOntology(f"Corrupted ontology file: {path} is neither OBO nor OWL (RDF/XML).")


def _rows(
    terms: Iterable[Term], prefixes: tuple[str, ...], *, with_wholes: bool
) -> Iterator[dict[str, Any]]:
    """Rows of the terms that are kept."""
    for term in terms:
        if not term.name or (prefixes and not term.ontology_id.startswith(prefixes)):
            continue
        parents = term.parents + (term.wholes if with_wholes else [])
        yield {
            "ontology_id": term.ontology_id,
            "name": named_obsolete(term.name) if term.is_obsolete else term.name,
            "definition": term.definition,
            "synonyms": term.synonyms,
            "parents": [one for one in parents if not prefixes or one.startswith(prefixes)],
        }


def terms_to_arrow(rows: Iterable[dict[str, Any]], *, are_taxa: bool = False) -> pa.Table:
    """Make the table of an ontology: rows sorted by id, definitions in title case.

    Parameters
    ----------
    rows : iterable of dict
        With `ontology_id`, `name`, `definition`, and lists of `synonyms` and `parents`.
    are_taxa : bool
        Whether names are scientific names: then the first synonym is the name.

    Returns
    -------
    pyarrow.Table

    Examples
    --------
    >>> terms_to_arrow([]).num_rows  # doctest: +SKIP
    0
    """
    import pyarrow as pa

    ordered = sorted(rows, key=lambda row: str(row["ontology_id"]))
    names = [row["name"] for row in ordered]
    synonyms = [list(dict.fromkeys(row["synonyms"])) for row in ordered]
    columns: dict[str, Any] = {"ontology_id": [row["ontology_id"] for row in ordered]}
    if are_taxa:
        columns["name"] = [
            (others[0] if others else name).lower()
            for name, others in zip(names, synonyms, strict=True)
        ]
        columns["scientific_name"] = names
        synonyms = [others[1:] for others in synonyms]
    else:
        columns["name"] = names
    definitions = [row["definition"] for row in ordered]
    columns["definition"] = [text.title() if text else None for text in definitions]
    columns["synonyms"] = ["|".join(one) or None for one in synonyms]
    arrays = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    parents = [list(dict.fromkeys(row["parents"])) for row in ordered]
    return pa.table({**arrays, "parents": pa.array(parents, pa.list_(pa.string()))})


def named_obsolete(name: str) -> str:
    """Name of an obsolete term, which says so.

    Parameters
    ----------
    name : str
        Its label.

    Returns
    -------
    str

    Examples
    --------
    >>> named_obsolete("aged stage"), named_obsolete("OBSOLETE defensive cell")
    ('obsolete aged stage', 'OBSOLETE defensive cell')
    """
    return name if name.lower().startswith(_OBSOLETE) else f"{_OBSOLETE} {name}"

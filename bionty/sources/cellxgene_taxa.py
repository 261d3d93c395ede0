"""The NCBI Taxonomy from the package `cellxgene-ontology-guide`.

Its file is nearly a gigabyte of JSON with 1.3 million taxa. It is read as a stream, and kept are
taxa with a common name and those above them: what a user may mean by the name of an organism.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from lamindb.errors import CorruptedOntology

from .raw import terms_to_arrow
from .species import known_species

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

__all__ = ["ONLY", "read_taxa"]

ONLY = "taxa with a common name, and those above them"

_CHUNK = 1 << 24
_BETWEEN = b'},"NCBITaxon:'
_ANCESTOR = re.compile(rb'"NCBITaxon:([^"]+)":')


def read_taxa(path: Path) -> pa.Table:
    """Make the table of organisms.

    Parameters
    ----------
    path : pathlib.Path
        File of the package.

    Returns
    -------
    pyarrow.Table

    Raises
    ------
    CorruptedOntology
        If the file is damaged; it is a `ValueError`.

    Examples
    --------
    >>> read_taxa(path).column_names[:3]  # doctest: +SKIP
    ['ontology_id', 'name', 'scientific_name']
    """
    well_known = {one.taxon_id.encode() for one in known_species()}
    wanted: set[bytes] = set()
    try:
        for number, content in _taxa(path):
            if b'"synonyms":' in content or number in well_known:
                wanted.add(number)
                wanted.update(_ANCESTOR.findall(content))
        rows = [_row(number, content) for number, content in _taxa(path) if number in wanted]
    except (OSError, ValueError) as error:
        raise CorruptedOntology(f"Corrupted ontology file: {path} ({error}).") from error
    return terms_to_arrow((row for row in rows if row["name"]), are_taxa=True)


def _taxa(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """Number of each taxon, and its entry without the braces around it."""
    import pyarrow as pa

    compression = "zstd" if path.suffix == ".zst" else "gzip"
    with pa.input_stream(str(path), compression=compression) as stream:
        rest = stream.read(_CHUNK).removeprefix(b'{"NCBITaxon:')
        while chunk := stream.read(_CHUNK):
            *entries, rest = (rest + chunk).split(_BETWEEN)
            yield from map(_split, entries)
        yield from map(_split, rest.removesuffix(b"}}").split(_BETWEEN))


def _split(entry: bytes) -> tuple[bytes, bytes]:
    number, _, content = entry.partition(b'":{')
    return number, content


def _row(number: bytes, content: bytes) -> dict[str, Any]:
    """A row; the parent is the ancestor at distance 1."""
    taxon = json.loads(b"{" + content + b"}")
    return {
        "ontology_id": f"NCBITaxon:{number.decode()}",
        "name": taxon.get("label"),
        "definition": taxon.get("description"),
        "synonyms": taxon.get("synonyms") or (),
        "parents": [one for one, distance in taxon["ancestors"].items() if distance == 1],
    }

"""Tables from the package `cellxgene-ontology-guide`, which has ontologies as compressed JSON."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from lamindb.errors import CorruptedOntology

from .cellxgene_taxa import ONLY, read_taxa
from .keys import SourceKey
from .package_tables import PackageTable, package_folder, package_release
from .raw import named_obsolete, terms_to_arrow

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

__all__ = ["tables"]

PACKAGE = "cellxgene-ontology-guide"
MODULE = "cellxgene_ontology_guide"

_FILE = re.compile(r"(?P<prefix>\w+)-ontology-v?(?P<version>.+)\.json\.(?P<compression>zst|gz)")


class _Ontology(NamedTuple):
    entity: str
    organism: str
    name: str
    only: str | None = None
    is_slow: bool = False


_ONTOLOGIES = {
    "CL": _Ontology("CellType", "all", "cl"),
    "UBERON": _Ontology("Tissue", "all", "uberon"),
    "MONDO": _Ontology("Disease", "all", "mondo"),
    "EFO": _Ontology("ExperimentalFactor", "all", "efo"),
    "PATO": _Ontology("Phenotype", "all", "pato"),
    "HsapDv": _Ontology("DevelopmentalStage", "human", "hsapdv"),
    "MmusDv": _Ontology("DevelopmentalStage", "mouse", "mmusdv"),
    "HANCESTRO": _Ontology("Ethnicity", "human", "hancestro"),
    "CVCL": _Ontology("CellLine", "all", "cellosaurus", "ids and names"),
    "NCBITaxon": _Ontology("Organism", "all", "ncbitaxon", ONLY, True),
    "CHEBI": _Ontology("Drug", "all", "chebi", "ids, names, definitions and parents", True),
}


def tables() -> list[PackageTable]:
    """Tables that the package has, if it is installed.

    Returns
    -------
    list of PackageTable

    Examples
    --------
    >>> [str(table.key) for table in tables()][:1]  # doctest: +SKIP
    ['chebi 2026-01-06']
    """
    folder = package_folder(MODULE)
    if folder is None or not (folder / "data").is_dir():
        return []
    release = package_release(PACKAGE)
    found = []
    for path in sorted((folder / "data").iterdir()):
        match = _FILE.fullmatch(path.name)
        if match is None or match["prefix"] not in _ONTOLOGIES:
            continue
        ontology = _ONTOLOGIES[match["prefix"]]
        key = SourceKey(
            ontology.entity,
            ontology.organism,
            ontology.name,
            match["version"],
            provider=PACKAGE,
        )
        make = partial(_read, path)
        found.append(PackageTable(key, release, make, only=ontology.only, is_slow=ontology.is_slow))
    return found


def _read(path: Path) -> pa.Table:
    """Make a table of the terms in a file that have a label."""
    prefix, _, _ = path.name.partition("-")
    if prefix == "NCBITaxon":
        return read_taxa(path)
    terms = (
        _term(one, content, prefix)
        for one, content in _content(path).items()
        if one.startswith(prefix) and content.get("label")
    )
    return terms_to_arrow(terms)


def _content(path: Path) -> dict[str, dict[str, Any]]:
    import pyarrow as pa

    compression = "zstd" if path.suffix == ".zst" else "gzip"
    try:
        with pa.input_stream(str(path), compression=compression) as stream:
            content: dict[str, dict[str, Any]] = json.loads(stream.read())
    except (OSError, ValueError) as error:
        raise CorruptedOntology(
            f"Corrupted ontology file: {path} ({error}). Reinstall the package {PACKAGE!r}."
        ) from error
    return content


def _term(ontology_id: str, content: dict[str, Any], prefix: str) -> dict[str, Any]:
    """A row; a term's parents are the ancestors at distance 1."""
    name = content["label"]
    return {
        "ontology_id": ontology_id,
        "name": named_obsolete(name) if content.get("deprecated") else name,
        "definition": content.get("description"),
        "synonyms": content.get("synonyms") or (),
        "parents": [
            one
            for one, distance in content["ancestors"].items()
            if distance == 1 and one.startswith(prefix)
        ],
    }

"""What is particular to the tables of each kind of entity."""

from __future__ import annotations

__all__ = ["id_column", "id_prefixes", "includes_parts", "name_column"]

_IDS: dict[str, str | None] = {
    "BioSample": None,
    "CellMarker": None,
    "Gene": "ensembl_gene_id",
    "Protein": "uniprotkb_id",
}
_NAMES = {"Gene": "symbol"}
_PREFIXES = {
    "cl": "CL:",
    "uberon": "UBERON:",
    "mondo": "MONDO:",
    "efo": "EFO:",
    "hp": "HP:",
    "mp": "MP:",
    "zp": "ZP:",
    "pato": "PATO:",
    "clo": "CLO:",
    "dron": "DRON:",
    "hsapdv": "HsapDv:",
    "mmusdv": "MmusDv:",
    "hancestro": "HANCESTRO:",
}
_WITH_PARTS = ("Tissue", "DevelopmentalStage")


def id_column(entity: str) -> str | None:
    """Column with the identifier, None if only the name identifies a row.

    Examples
    --------
    >>> id_column("CellType"), id_column("Gene"), id_column("CellMarker")
    ('ontology_id', 'ensembl_gene_id', None)
    """
    return _IDS.get(entity, "ontology_id")


def name_column(entity: str) -> str:
    """Column with the name.

    Examples
    --------
    >>> name_column("CellType"), name_column("Gene")
    ('name', 'symbol')
    """
    return _NAMES.get(entity, "name")


def id_prefixes(source: str) -> tuple[str, ...]:
    """How the ids of a source's own terms begin; empty: all terms of its files are its own.

    Examples
    --------
    >>> id_prefixes("cl"), id_prefixes("go")
    (('CL:',), ())
    """
    prefix = _PREFIXES.get(source)
    return () if prefix is None else (prefix,)


def includes_parts(entity: str) -> bool:
    """Whether what a term is part of counts as its parent.

    Examples
    --------
    >>> includes_parts("Tissue"), includes_parts("CellType")
    (True, False)
    """
    return entity in _WITH_PARTS

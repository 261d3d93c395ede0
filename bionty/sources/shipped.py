"""Tables that bionty itself brings: genes of human and mouse, and well-known species.

They have less than what the sources publish, so they are used only where that is not to be had. The
gene tables are made by `tools/build_gene_tables.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .keys import SourceKey
from .package_tables import PackageTable, package_release
from .species import known_species

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FOLDER", "tables"]

PROVIDER = "bionty"
FOLDER = Path(__file__).with_name("genes")

_VERSION = "release-114"


def tables() -> list[PackageTable]:
    """Tables that are always there.

    Returns
    -------
    list of PackageTable

    Examples
    --------
    >>> [str(table.key) for table in tables()][:2]
    ['ensembl release-114 (human)', 'ensembl release-114 (mouse)']
    """
    release = package_release("lamindb")
    genes = [
        SourceKey("Gene", organism, "ensembl", _VERSION, provider=PROVIDER)
        for organism in ("human", "mouse")
    ]
    species = SourceKey("Organism", "vertebrates", "ensembl", _VERSION, provider=PROVIDER)
    return [
        *(
            PackageTable(
                key, release, parquet=FOLDER / key.table_file, only="ids, symbols and biotypes"
            )
            for key in genes
        ),
        PackageTable(species, release, _species, only=f"{len(known_species())} well-known species"),
    ]


def _species() -> pa.Table:
    import pyarrow as pa

    rows = [
        {
            "name": one.name,
            "scientific_name": one.scientific_name,
            "ontology_id": f"NCBITaxon:{one.taxon_id}",
        }
        for one in known_species()
    ]
    return pa.Table.from_pylist(rows)

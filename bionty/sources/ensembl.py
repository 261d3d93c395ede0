"""Tables made from what Ensembl publishes."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from lamindb.errors import CorruptedOntology

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

__all__ = ["read_species"]


def read_species(path: Path) -> pa.Table:
    """Read the list of species of a release, `species_Ensembl*.txt`.

    Parameters
    ----------
    path : pathlib.Path
        A table separated by tabs.

    Returns
    -------
    pyarrow.Table

    Raises
    ------
    CorruptedOntology
        If columns are missing or a row is cut off; it is a `ValueError`.

    Examples
    --------
    >>> read_species(Path("species_EnsemblVertebrates.txt")).column_names[:2]  # doctest: +SKIP
    ['name', 'scientific_name']
    """
    import pyarrow as pa

    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = [
                [value.strip() for value in row]
                for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
                if row
            ]
    except ValueError as error:  # no rows, or not UTF-8
        raise CorruptedOntology(f"Corrupted ontology file: {path} ({error}).") from error
    missing = {"#name", "species", "taxonomy_id"} - set(header)
    if missing or any(len(row) < len(header) for row in rows):
        reason = f"no column {', '.join(sorted(missing))}" if missing else "a row is cut off"
        raise CorruptedOntology(f"Corrupted ontology file: {path} ({reason}).")
    columns = {name: [row[n] or None for row in rows] for n, name in enumerate(header) if name}
    names = [name.lower() if name else None for name in columns.pop("#name")]
    species = [_scientific(name) for name in columns.pop("species")]
    taxa = [f"NCBITaxon:{taxon}" for taxon in columns.pop("taxonomy_id")]
    division = {"division": columns.pop("division")} if "division" in columns else {}
    table = {"name": names, "scientific_name": species, **division, "ontology_id": taxa, **columns}
    table.setdefault("synonyms", [None] * len(rows))
    return pa.table({name: pa.array(values, pa.string()) for name, values in table.items()})


def _scientific(species: str | None) -> str | None:
    return species.replace("_", " ").capitalize() if species else None

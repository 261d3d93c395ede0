"""Well-known species of Ensembl: names, taxa, and the letters that gene ids begin with.

Built in, because gene ids have to be understood without a table and without a network.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

__all__ = ["Species", "known_species", "species_of_gene"]

_FILE = Path(__file__).with_name("species.tsv")
# https://www.ensembl.org/info/genome/stable_ids/prefixes.html
_GENE_ID = re.compile(r"(?P<prefix>ENS[A-Z]*G|WBGene|FBgn)\d+(?:\.\d+)?")


class Species(NamedTuple):
    """A species, or a breed of one.

    Parameters
    ----------
    prefix : str
        How its gene ids begin; empty if they have no common beginning.
    name : str
        Common name in lower case.
    scientific_name : str
        Name in Latin.
    taxon_id : str
        Number in the NCBI taxonomy.

    Examples
    --------
    >>> Species("ENSG", "human", "Homo sapiens", "9606").is_breed
    False
    """

    prefix: str
    name: str
    scientific_name: str
    taxon_id: str

    @property
    def is_breed(self) -> bool:
        """Whether it is one of several breeds that share prefix and taxon with their species."""
        return " - " in self.name


@cache
def known_species() -> tuple[Species, ...]:
    """List well-known species.

    Returns
    -------
    tuple of Species
        Sorted by scientific name.

    Examples
    --------
    >>> known_species()[0].name
    'spiny chromis'
    """
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    return tuple(Species(*row) for row in rows[1:])


@cache
def _by_prefix() -> dict[str, Species]:
    return {one.prefix: one for one in known_species() if one.prefix and not one.is_breed}


def species_of_gene(ensembl_gene_id: str) -> Species | None:
    """Find the species that a gene id belongs to.

    Parameters
    ----------
    ensembl_gene_id : str
        With or without version.

    Returns
    -------
    Species or None
        The species itself where several breeds share a prefix; None if it is none of a gene, or
        of a species that isn't known.

    Examples
    --------
    >>> species_of_gene("ENSMUSG00000000001").name, species_of_gene("ENSSSCG00000000002").name
    ('mouse', 'pig')
    """
    match = _GENE_ID.fullmatch(ensembl_gene_id)
    return _by_prefix().get(match["prefix"]) if match else None

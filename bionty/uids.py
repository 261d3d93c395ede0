"""Universal ids that are a function of the content, so that a term has the same everywhere."""

from __future__ import annotations

from lamindb.base.uids import base62, uid_from_text

__all__ = ["cellmarker", "gene", "hash_id", "ontology", "protein", "source"]

ONTOLOGY_LENGTH = 14
SOURCE_LENGTH = 8
GENE_LENGTH = 12


def hash_id(input_id: str | None = None, *, n_char: int) -> str:
    """Derive a uid from text, or draw a random one.

    Parameters
    ----------
    input_id : str, optional
        What identifies the record, such as an ontology id. Random if None.
    n_char : int
        Number of characters.

    Returns
    -------
    str

    Examples
    --------
    >>> hash_id("CL:0000236", n_char=14)
    'ryEtgi1yGtAcX2'
    """
    return base62(n_char) if input_id is None else uid_from_text(input_id, n_char)


def ontology(input_id: str | None = None) -> str:
    """Derive the uid of a biological record, 14 characters.

    Parameters
    ----------
    input_id : str, optional
        Ontology id, else the name. Random if None.

    Returns
    -------
    str

    Examples
    --------
    >>> ontology("CL:0000236")
    'ryEtgi1yGtAcX2'
    """
    return hash_id(input_id, n_char=ONTOLOGY_LENGTH)


def source(input_id: str | None = None) -> str:
    """Derive the uid of a source, 8 characters.

    Parameters
    ----------
    input_id : str, optional
        Entity, name, organism and version without separators. Random if None.

    Returns
    -------
    str

    Examples
    --------
    >>> source("bionty.Diseasemondoall2023-04-04")
    'Hgw08Vk3'
    """
    return hash_id(input_id, n_char=SOURCE_LENGTH)


def gene(input_id: str | None = None) -> str:
    """Derive a uid of 12 characters, as genes had it in 1.x.

    Parameters
    ----------
    input_id : str, optional
        What identifies the gene. Random if None.

    Returns
    -------
    str

    Examples
    --------
    >>> gene("ENSG00000081059")
    '7IkHKPl0ScQR'
    """
    return hash_id(input_id, n_char=GENE_LENGTH)


protein = gene
cellmarker = gene

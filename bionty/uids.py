"""Universal ids that are a function of the content, so that a term has the same everywhere."""

from __future__ import annotations

from typing import Any

from lamindb.base.uids import base62, encode_base62, uid_from_text
from lamindb.errors import FieldValidationError

__all__ = [
    "base62",
    "cellmarker",
    "encode_base62",
    "encode_uid",
    "gene",
    "hash_id",
    "ontology",
    "protein",
    "source",
]

ONTOLOGY_LENGTH = 14
SOURCE_LENGTH = 8
GENE_LENGTH = 12
SOURCE_KEY = ("entity", "name", "organism", "version")


class NoIdentifier(FieldValidationError, AssertionError):
    """A record has nothing that its uid could be derived from."""


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


def encode_uid(registry: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Fill in the uid of a record, which is a function of its content.

    Parameters
    ----------
    registry : registry
        Registry of the record.
    kwargs : dict
        Values of its fields; an explicit `uid` stays.

    Returns
    -------
    dict
        The same dictionary.

    Raises
    ------
    FieldValidationError
        There is nothing to derive the uid from; it is an `AssertionError` too.

    Examples
    --------
    >>> encode_uid(bt.CellType, {"name": "B cell", "ontology_id": "CL:0000236"})["uid"]
    'ryEtgi1yGtAcX2'
    """
    if not kwargs.get("uid"):
        kwargs["uid"] = uid_of(registry, kwargs)
    return kwargs


def uid_of(registry: Any, values: dict[str, Any]) -> str:
    """The uid that follows from the values of a record's fields."""
    if registry.__name__ == "Source":
        return source("".join(values[name] for name in SOURCE_KEY))
    for field in registry._identifiers:
        if values.get(field):
            return ontology(values[field])
    name = values.get(registry._name_field)
    if not name:
        raise NoIdentifier(f"must provide {alternatives(registry)}")
    return ontology(name + (values["organism"].name if registry._needs_organism else ""))


def alternatives(registry: Any) -> str:
    """Fields of which one is needed, for an error text."""
    others: tuple[str, ...] = registry._identifiers
    return f"{', '.join(others)} or {registry._name_field}" if others else registry._name_field

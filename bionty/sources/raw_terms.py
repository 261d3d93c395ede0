"""What the readers of ontology files return."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Term"]


@dataclass
class Term:
    """What a file says about a class.

    Parameters
    ----------
    ontology_id : str
        CURIE, such as `"CL:0000084"`.

    Examples
    --------
    >>> Term("CL:0000084").parents
    []
    """

    ontology_id: str
    name: str | None = None
    definition: str | None = None
    synonyms: list[str] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    wholes: list[str] = field(default_factory=list)
    is_obsolete: bool = False

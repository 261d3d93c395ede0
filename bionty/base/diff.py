"""What changed between two versions of an ontology."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from .public_ontology import PublicOntology

__all__ = ["diff"]


def diff(
    ontology: PublicOntology, other: PublicOntology, **kwargs: Any
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare two versions of an ontology; see `PublicOntology.diff`.

    Raises
    ------
    ValueError
        If they are no different versions of the same source.
    """
    import pandas as pd

    _check_comparable(ontology, other)
    new, old = _text_only(ontology), _text_only(other)
    rows = pd.concat([new.reset_index(), old.reset_index()])
    only_in_one = rows.drop_duplicates(keep=False).set_index(new.index.name)
    common = new.index.intersection(old.index)
    columns = [column for column in new.columns if column in old.columns]
    changed = new.loc[common, columns].compare(old.loc[common, columns], **kwargs)
    return only_in_one, changed


def _check_comparable(ontology: PublicOntology, other: PublicOntology) -> None:
    if type(ontology) is not type(other) or ontology.entity != other.entity:
        raise ValueError("Both sources must have the same entity class.")
    if (ontology.source, ontology.organism) != (other.source, other.organism):
        raise ValueError(
            "Both sources must be versions of the same source: got "
            f"{ontology.source} ({ontology.organism}) and {other.source} ({other.organism})."
        )
    if ontology.version == other.version:
        raise ValueError("The versions must not be the same.")


def _text_only(ontology: PublicOntology) -> pd.DataFrame:
    """The table by id, each id once, without columns that hold lists."""
    frame = ontology.to_dataframe()
    table = ontology._table
    key = table.id_field or table.name_field
    if frame.index.name != key:
        frame = frame.reset_index(drop=frame.index.name is None).set_index(key)
    frame = frame[~frame.index.duplicated()]
    return frame.drop(columns=table.published.list_columns)

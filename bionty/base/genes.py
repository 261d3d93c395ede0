"""What only genes need: earlier ids, and sources of other species."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from bionty.sources.folders import settings
from bionty.sources.reading import read_parquet
from lamindb.errors import CorruptedOntology

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bionty.sources.keys import SourceKey

    from .public_ontology import PublicOntology

__all__ = ["MappingResult", "map_legacy_ids", "register_source"]

_OLD, _NEW = "old_stable_id", "new_stable_id"


class MappingResult(NamedTuple):
    """What became of earlier gene ids.

    Parameters
    ----------
    mapped : dict
        Present id by earlier id.
    ambiguous : dict
        Present ids by earlier id that became several genes.
    unmapped : list of str
        Ids that nothing is known about.

    Examples
    --------
    >>> MappingResult({}, {}, ["ENSG1"]).unmapped
    ['ENSG1']
    """

    mapped: dict[str, str]
    ambiguous: dict[str, list[str]]
    unmapped: list[str]


def map_legacy_ids(key: SourceKey, values: Iterable[str]) -> MappingResult:
    """Map gene ids of earlier releases; see `Gene.map_legacy_ids`.

    Raises
    ------
    NotImplementedError
        If there is no table of earlier ids.
    CorruptedOntology
        If the table can't be read; it is a `ValueError`.
    """
    folders = (settings.dynamicdir, *settings.asset_folders)
    paths = [folder / key.legacy_file for folder in folders]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        raise NotImplementedError(
            f"there is no table of earlier gene ids for {key}: put {key.legacy_file} into a folder "
            "that BIONTY_ASSETS lists"
        )
    arrow = read_parquet(path)
    if not {_OLD, _NEW} <= set(arrow.column_names):
        raise CorruptedOntology(
            f"Corrupted ontology file: {path} has no columns {_OLD!r} and {_NEW!r}."
        )
    present: dict[str, dict[str, None]] = {}
    for old, new in zip(arrow[_OLD].to_pylist(), arrow[_NEW].to_pylist(), strict=True):
        if new:
            present.setdefault(old, {})[new] = None
    result = MappingResult({}, {}, [])
    for value in dict.fromkeys(values):
        ids = list(present.get(value, ()))
        if not ids:
            result.unmapped.append(value)
        elif len(ids) == 1:
            result.mapped[value] = ids[0]
        else:
            result.ambiguous[value] = ids
    return result


def register_source(ontology: PublicOntology) -> Any:
    """Save the source of an ontology in the connected database."""
    # by name: registries need a database, tables don't
    registry = import_module("bionty.models").Source
    return registry(
        entity=f"bionty.{ontology.entity}",
        organism=ontology.organism,
        name=ontology.source,
        version=ontology.version,
        url=ontology._table.key.url,
    ).save()

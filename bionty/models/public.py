"""`public()`: the public ontology behind a source, read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bionty import base
from bionty.base import PublicOntology
from bionty.sources.packaged import packaged_sources
from bionty.sources.tables import table_from_dataframe
from lamindb.errors import OntologyNotAvailable

from .source_choice import get_source_record
from .tables import default_table, key_of, table_of

if TYPE_CHECKING:
    from bionty.sources.tables import OntologyTable

    from .source import Source


class StaticReference(PublicOntology):
    """The table that a user attached to a source, read like a public ontology.

    Parameters
    ----------
    source_record
        Source with a `dataframe_artifact`.

    Examples
    --------
    >>> bt.core.StaticReference(source).search("my cell state")
    """

    def __init__(self, source_record: Source) -> None:
        self.entity = key_of(source_record).entity
        self._table = table_of(source_record)


def public_ontology(registry: Any, organism: Any, source: Source | None) -> PublicOntology:
    """Public ontology of the chosen source; see `HasSource.public`."""
    chosen = get_source_record(registry, organism, source)
    if chosen.dataframe_artifact_id is not None:
        return StaticReference(chosen)
    kind: type[PublicOntology] = getattr(base, key_of(chosen).entity, PublicOntology)
    if source is None:
        return kind._from_table(default_table(chosen, creates=False)[1])
    return kind._from_table(published_table(chosen))


def published_table(source: Source) -> OntologyTable:
    """Table of a public source; a source that nobody publishes has no terms.

    Raises
    ------
    OntologyNotAvailable
        It is on no disk and cannot be downloaded.
    """
    try:
        return table_of(source)
    except OntologyNotAvailable:
        if source.url or any(one.name == source.name for one in packaged_sources()):
            raise
    import pandas as pd

    columns = pd.DataFrame({"ontology_id": [], "name": []}, dtype=object)
    return table_from_dataframe(columns, key_of(source))

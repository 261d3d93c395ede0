"""`Source.in_db`: whether the registry has all current terms of a source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.models.current import TRASH_BRANCH_ID

from .source import Source
from .terms import is_obsolete

if TYPE_CHECKING:
    from bionty.sources.tables import OntologyTable
    from lamindb.models.query_set import BasicQuerySet


def forget_completeness(rows: BasicQuerySet) -> None:
    """Sources of terms that are about to be deleted are not complete any more."""
    complete = Source.objects.using(rows.db).filter(in_db=True)
    ids = list(complete.values_list("id", flat=True))
    if not ids:
        return
    registry: Any = rows.model
    terms = registry.objects.using(rows.db).filter(pk__in=rows.order_by().values("pk"))
    affected = terms.order_by().filter(source_id__in=ids).values_list("source_id", flat=True)
    complete.filter(pk__in=list(affected.distinct())).update(in_db=False)


def note_completeness(registry: Any, source: Source, table: OntologyTable, using: str) -> None:
    """After terms were added, see whether all terms of a source are there now."""
    if source.in_db:
        return
    rows = registry.objects.using(using).filter(source_id=source.pk)
    n_rows = rows.exclude(branch_id=TRASH_BRANCH_ID).count()
    if 2 * n_rows < len(table) or n_rows < n_current(source, table):
        return
    mark_complete(source, using)


def mark_complete(source: Source, using: str) -> None:
    """Note that all terms of a source are in the registry."""
    source.in_db = True
    Source.objects.using(using).filter(pk=source.pk, in_db=False).update(in_db=True)


def n_current(source: Source, table: OntologyTable) -> int:
    """Number of terms that an import creates."""
    if source.dataframe_artifact_id is not None or table.name_field not in table.columns:
        return len(table)
    return sum(not is_obsolete(name) for name in table.records.values(table.name_field))

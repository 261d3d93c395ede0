"""Ancestors of new terms: created or restored, and linked, in a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import transaction

from lamindb.base.log import logger
from lamindb.base.registries import get_registry_name
from lamindb.base.text import listed
from lamindb.errors import OntologyNotAvailable
from lamindb.models.bulk import insert_rows
from lamindb.models.current import MAIN_BRANCH_ID, TRASH_BRANCH_ID

from .completeness import note_completeness
from .links import has_parents, insert_links
from .source import Source
from .source_choice import get_source_record
from .tables import table_of
from .terms import Terms, is_obsolete

if TYPE_CHECKING:
    from bionty.sources.tables import OntologyTable


def save_ancestors(
    registry: Any, records: list[Any], using: str, *, is_single: bool = False
) -> None:
    """Create all terms above some saved records, and link every term to its parents.

    The direct parents of a single record come first, then its other ancestors in table order; of
    a list, all ancestors come in table order. Part of the transaction that inserts the records.
    """
    if not has_parents(registry):
        return
    for source, members in by_source(registry, records, using):
        table = available_table(source, members)
        if source is not None and table is not None:
            Lineage(registry, source, table, members, using, is_single).save()
            note_completeness(registry, source, table, using)
        else:
            link_registered(registry, members, using)


def by_source(
    registry: Any, records: list[Any], using: str
) -> list[tuple[Source | None, list[Any]]]:
    """Records that have ancestors, by the source that knows these."""
    groups: dict[int | None, list[Any]] = {}
    for record in records:
        if (record.ontology_id and record.source_id) or record._parent_ids:
            groups.setdefault(record.source_id, []).append(record)
    ids = {key for key in groups if key is not None}
    sources = Source.objects.using(using).in_bulk(ids) if ids else {}
    entity = get_registry_name(registry)
    found: list[tuple[Source | None, list[Any]]] = []
    for key, members in groups.items():
        source = default_source(registry) if key is None else sources[key]
        if source is not None and source.entity != entity:
            source = None
        found.append((source, members))
    return found


def default_source(registry: Any) -> Source | None:
    """Source of parents whose children have none."""
    try:
        return get_source_record(registry)
    except ValueError:
        return None


def available_table(source: Source | None, members: list[Any]) -> OntologyTable | None:
    """Table of a source; if it is not to be had, say that ancestors are missing."""
    if source is None:
        return None
    try:
        return table_of(source)
    except OntologyNotAvailable as error:
        logger.warning(f"saved {listed(r.name for r in members)} without ancestors: {error}")
        return None


@dataclass(frozen=True)
class Lineage:
    """Some saved records and all terms above them.

    Parameters
    ----------
    registry
        Registry of the terms.
    source
        Source of the terms.
    table
        Table of the source.
    records
        Saved records.
    using
        Alias of the database.
    parents_first
        Whether direct parents come before other ancestors.
    """

    registry: Any
    source: Source
    table: OntologyTable
    records: list[Any]
    using: str
    parents_first: bool = False

    def save(self) -> None:
        """Create what is missing above the records, restore what is in the trash, and link."""
        ids = {record.ontology_id: record.pk for record in self.records if record.ontology_id}
        ids |= self._rows([one for one in self._ancestors if one not in ids])
        missing = [one for one in self._ordered if one not in ids]
        ids |= self._create(missing)
        self._warn_unknown(ids)
        insert_links(self.registry, self._pairs(ids), self.using)

    @cached_property
    def _own_parents(self) -> dict[int, list[str]]:
        """Parents of the records: those that were passed, else those in the table."""
        with_id = [r.ontology_id for r in self.records if r.ontology_id and not r._parent_ids]
        known = self.table.parents_of(with_id)
        return {
            record.pk: record._parent_ids or known.get(record.ontology_id, [])
            for record in self.records
        }

    @cached_property
    def _ancestors(self) -> list[str]:
        """Ids of all terms above the records, in table order; unknown parents behind."""
        direct = list(dict.fromkeys(one for ids in self._own_parents.values() for one in ids))
        known = [one for one in direct if one in self.table.parents_of(direct)]
        above = set(self.table.ancestors(known)) | set(known)
        first = self.table.records.positions("ontology_id").first
        return [*sorted(above, key=first.__getitem__), *(one for one in direct if one not in above)]

    @property
    def _ordered(self) -> list[str]:
        """Ids of terms to create, in order."""
        direct = [one for ids in self._own_parents.values() for one in ids]
        return list(dict.fromkeys([*(direct if self.parents_first else ()), *self._ancestors]))

    def _rows(self, ids: list[str]) -> dict[str, int]:
        """Keys of terms that exist; those in the trash are restored."""
        if not ids:
            return {}
        rows = self.registry.objects.using(self.using)
        found = rows.filter(ontology_id__one_of=set(ids)).order_by("-id")
        found = list(found.values_list("ontology_id", "id", "branch_id"))
        restore(
            self.registry, [pk for _, pk, branch in found if branch == TRASH_BRANCH_ID], self.using
        )
        return {ontology_id: pk for ontology_id, pk, _ in found}

    def _create(self, ids: list[str]) -> dict[str, int]:
        """Create terms; obsolete ones are left out."""
        terms = Terms(self.registry, self.source, self.table)
        found = terms.rows("ontology_id", ids)
        rows = [rows[0] for rows in found.values()]
        records = terms.new_records([row for row in rows if not is_obsolete(row["name"])])
        if records:
            insert_rows(self.registry, records, self.using)
        return {record.ontology_id: record.pk for record in records}

    def _pairs(self, ids: dict[str, int]) -> list[tuple[int, int]]:
        """Links of the records and of all their ancestors."""
        above = self.table.parents_of(one for one in self._ancestors if one in ids)
        parents = {ids[one]: parents for one, parents in above.items()} | self._own_parents
        return sorted(
            (child, ids[parent])
            for child, parent_ids in parents.items()
            for parent in parent_ids
            if parent in ids and ids[parent] != child
        )

    def _warn_unknown(self, ids: dict[str, int]) -> None:
        """Say which of the parents that were passed do not exist."""
        for record in self.records:
            for one in record._parent_ids or ():
                if one not in ids:
                    logger.warning(f"ontology ID {one} not found in DataFrame")


def link_parents(record: Any, using: str) -> None:
    """Link an existing record to the parents that its constructor was passed."""
    if record._parent_ids:
        save_ancestors(type(record), [record], using)
        record._parent_ids = None


def link_registered(registry: Any, records: list[Any], using: str) -> None:
    """Link records to the parents that were passed, as far as they are in the registry."""
    wanted = {one for record in records for one in record._parent_ids or ()}
    if not wanted:
        return
    rows = registry.objects.using(using).filter(ontology_id__one_of=wanted).order_by("-id")
    ids = dict(rows.values_list("ontology_id", "id"))
    for one in sorted(wanted - ids.keys()):
        logger.warning(f"ontology ID {one} not found: there is no table to look it up")
    pairs = [(r.pk, ids[one]) for r in records for one in r._parent_ids or () if one in ids]
    insert_links(registry, pairs, using)


def restore(registry: Any, ids: list[int], using: str) -> None:
    """Move terms out of the trash."""
    if ids:
        registry.objects.using(using).filter(pk__in=ids).update(branch_id=MAIN_BRANCH_ID)


def add_ontology(
    records: list[Any],
    organism: Any = None,
    source: Source | None = None,
    ignore_conflicts: bool = True,
) -> None:
    """Create the ancestors of saved records, and link every term to its parents.

    Parameters
    ----------
    records
        Saved records of one registry.
    organism
        Organism whose source is meant, where no source is passed.
    source
        Source of the ancestors; by default that of each record.
    ignore_conflicts
        Kept for callers of earlier releases; what exists already is always reused.

    Raises
    ------
    OntologyNotAvailable
        There is no table of the source.

    Examples
    --------
    >>> bt.core.add_ontology(bt.CellType.filter(source=None).to_list(), source=source)
    """
    if not records:
        return
    registry: Any = type(records[0])
    using = records[0]._state.db
    with transaction.atomic(using=using):
        if source is None and organism is None:
            save_ancestors(registry, records, using)
        elif has_parents(registry):
            chosen = get_source_record(registry, organism, source)
            Lineage(registry, chosen, table_of(chosen), records, using).save()

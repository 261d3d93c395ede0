"""Terms of public sources, for values that a registry does not have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bionty._organism import OrganismNotSet, default
from bionty.sources.species import species_of_gene
from lamindb.base.log import logger
from lamindb.base.text import listed
from lamindb.errors import OntologyNotAvailable

from .organisms import check_organism, find_or_create_organism
from .source_choice import get_source_record
from .tables import default_table, say_used, table_of
from .terms import Terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lamindb.models import SQLRecord
    from lamindb.models.public_terms import Keep

    from .source import Source

GENE_ID = "ensembl_gene_id"


@dataclass(frozen=True)
class PublicFallback:
    """Terms of the sources of a registry, for one of its fields.

    Parameters
    ----------
    registry
        Registry that lacks the values.
    field
        Field that the values are about.
    organism
        Organism or its name; of Ensembl gene ids, each tells its own.
    source
        Source to look in, by default the one in use.
    """

    registry: Any
    field: str
    organism: Any = None
    source: Source | None = None

    def known(self, values: list[Any]) -> set[Any]:
        """Those of the values that are terms of the source."""
        return {
            value
            for terms, members in self._tables(values, creates=False)
            for value in terms.known(self.field, members)
        }

    def standardized(
        self, values: list[Any], *, return_field: str, case_sensitive: bool, keep: Keep
    ) -> dict[Any, Any]:
        """By value, the field of the term it means; only for values that mean a term."""
        found: dict[Any, Any] = {}
        for terms, members in self._tables(values, creates=False):
            found |= terms.standardized(
                self.field,
                members,
                return_field=return_field,
                case_sensitive=case_sensitive,
                keep=keep,
            )
        return found

    def new_records(self, values: list[Any]) -> dict[Any, list[SQLRecord]]:
        """By value, unsaved records of the terms it means.

        Raises
        ------
        OrganismNotSet
            The registry needs an organism that is neither passed nor set.
        """
        made: dict[Any, list[SQLRecord]] = {}
        meant: dict[Any, list[SQLRecord]] = {}
        for terms, members in self._tables(values, creates=True):
            made |= records_of(terms, self.field, members)
            rest = [value for value in members if value not in made]
            meant |= records_meant(terms, self.field, rest)
        say_created(self.registry.__name__, made, self.field)
        say_created(self.registry.__name__, meant, "synonyms")
        found = made | meant
        return once_each({value: found[value] for value in values if value in found})

    def terms_for(self, value: Any) -> Terms:
        """Terms to look for one value in, to make a record of it.

        Raises
        ------
        OntologyNotAvailable
            There is no table.
        OrganismNotSet
            The registry needs an organism that is neither passed nor set.
        """
        ((organism, _),) = self._by_organism([value])
        return self._terms(organism, creates=True)

    def _tables(self, values: list[Any], *, creates: bool) -> Iterator[tuple[Terms, list[Any]]]:
        """Tables to look in, each with the values to look for; why others are left out is logged.

        Raises
        ------
        OrganismNotSet
            Records are to be created, and the organism of all of them is unknown.
        """
        groups = self._by_organism(values)
        for organism, members in groups:
            try:
                yield self._terms(organism, creates), members
            except OrganismNotSet as error:
                if creates and len(groups) == 1:
                    raise
                if creates:  # others tell their species, so that only these are wrong
                    logger.warning(f"no species is known for {listed(members)}: {error}")
                    continue
                logger.hint(f"did not look into public sources: {error}")
            except (OntologyNotAvailable, ValueError) as error:
                logger.warning(
                    f"cannot look up {self.registry.__name__} {self.field} "
                    f"{listed(members)} in a public source: {error}"
                )

    def _by_organism(self, values: list[Any]) -> list[tuple[Any, list[Any]]]:
        """Values by organism: Ensembl gene ids belong to the species of their first letters."""
        is_open = self.organism is None and self.source is None
        if not (is_open and self.registry._needs_organism and self.field == GENE_ID):
            return [(self.organism, values)]
        groups: dict[Any, list[Any]] = {}
        for value in values:
            species = species_of_gene(str(value))
            groups.setdefault(species.name if species else None, []).append(value)
        return list(groups.items())

    def _terms(self, organism: Any, creates: bool) -> Terms:
        """Table for an organism; if records are to be created, the organism is saved."""
        registry = self.registry
        if organism is None and registry._needs_organism:
            organism = self.source.organism if self.source else default.organism
        try:
            source = get_source_record(registry, organism, self.source)
        except ValueError:
            if creates and registry._needs_organism and organism is not None:
                check_organism(organism)
            raise
        if self.source is None:
            source, table = default_table(source, creates=creates)
        else:
            table = table_of(source)
        say_used(registry, source)
        owner = None
        if creates and registry._needs_organism:
            owner = find_or_create_organism(organism)
        return Terms(registry, source, table, owner)


def once_each(found: dict[Any, list[SQLRecord]]) -> dict[Any, list[SQLRecord]]:
    """The same record for all values that mean the same term."""
    first: dict[str, SQLRecord] = {}
    return {
        value: [first.setdefault(record.uid, record) for record in records]
        for value, records in found.items()
    }


def records_of(terms: Terms, field: str, values: list[Any]) -> dict[Any, list[SQLRecord]]:
    """Unsaved records whose field equals a value."""
    found = terms.rows(field, values)
    several = [value for value, rows in found.items() if len(rows) > 1]
    if several:
        plural = "" if len(several) == 1 else "s"
        logger.warning(
            f"ambiguous validation in Bionty for {len(several)} record{plural}: {listed(several)}"
        )
    records = iter(terms.new_records([row for rows in found.values() for row in rows]))
    return {value: [next(records) for _ in rows] for value, rows in found.items()}


def records_meant(terms: Terms, field: str, values: list[Any]) -> dict[Any, list[SQLRecord]]:
    """Unsaved records whose synonym, or name in another casing, is a value."""
    if not values or field != terms.registry._name_field:
        return {}
    names = terms.standardized(
        field, values, return_field=field, case_sensitive=False, keep="first"
    )
    rows = terms.rows(field, set(names.values()))
    firsts = {name: found[0] for name, found in rows.items()}
    records = dict(zip(firsts, terms.new_records(list(firsts.values())), strict=True))
    return {value: [records[name]] for value, name in names.items()}


def say_created(name: str, found: dict[Any, list[SQLRecord]], matching: str) -> None:
    """Log for which values there are new records."""
    if found:
        number = len({record.uid for records in found.values() for record in records})
        plural = "" if number == 1 else "s"
        logger.success(
            f"created {number} {name} record{plural} from Bionty matching {matching}: "
            f"{listed(found)}"
        )

"""What the registries of biological entities share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import PROTECT, AutoField, Model

from bionty._organism import OrganismNotSet, default
from bionty.uids import ontology
from lamindb.base.descriptors import strict_classmethod
from lamindb.base.fields import CharField, ForeignKey, TextField
from lamindb.models import CanCurate, HasAbbr, HasParents, HasSynonyms, SQLRecord
from lamindb.models.curated_values import curated_field
from lamindb.models.field_names import named_column
from lamindb.models.from_values import from_values

from .ancestors import link_parents
from .completeness import forget_completeness
from .constructing import construct
from .custom_sources import add_source
from .from_source import from_source
from .importing import import_source
from .inserting import insert_records
from .organisms import find_or_create_organism
from .public import public_ontology
from .public_fallback import PublicFallback
from .source_choice import check_kind, checked_source

if TYPE_CHECKING:
    import pandas as pd

    from bionty.base import PublicOntology
    from lamindb.base.fields import FieldAttr
    from lamindb.base.types import ListLike, StrField
    from lamindb.models import SQLRecordList
    from lamindb.models.public_terms import PublicTerms
    from lamindb.models.query_set import BasicQuerySet

    from .organism import Organism
    from .source import Source


class HasOntologyId(Model, HasParents):
    """Columns `name`, `ontology_id`; the registry itself adds the relation `parents`."""

    _sees_past_trash = True

    name: str = CharField(max_length=255, default=None, db_index=True)
    ontology_id: str | None = CharField(max_length=255, null=True, db_index=True)

    class Meta:
        abstract = True
        unique_together = (("name", "ontology_id"),)


class HasSource(Model):
    """Column `source`: the ontology and version that a record was taken from."""

    source: Source | None = ForeignKey("bionty.Source", PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True

    @strict_classmethod
    def from_source(
        cls: Any,
        string: str | None = None,
        *,
        organism: str | Organism | None = None,
        source: Source | None = None,
        mute: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Get the record of one term of a public source; nothing is written before `save()`.

        Records of the registry come first. Saving a record of an ontology saves its ancestors too.

        Parameters
        ----------
        string
            A name, a synonym, or a name in another casing.
        organism
            Organism or its name, where the registry or the source depends on it.
        source
            Source to look in, by default the one in use.
        mute
            Do not log.
        kwargs
            Instead of `string` one field, such as `name` or `ontology_id`, and the value that it
            has to equal.

        Returns
        -------
        The record, or a list if several terms have the value.

        Raises
        ------
        DoesNotExist
            There is no such term; the message names the nearest ones.
        InvalidArgument
            No field or several were passed.
        FieldError
            The registry has no such field.
        OrganismNotSet
            The registry needs an organism that is neither passed nor set.
        OntologyNotAvailable
            There is no table to look in, and how to get one.

        Examples
        --------
        >>> bt.CellType.from_source(name="T cell").save()
        >>> bt.Gene.from_source(symbol="TCF7", organism="human").save()
        """
        return from_source(cls, string, organism=organism, source=source, mute=mute, **kwargs)

    @strict_classmethod
    def import_source(
        cls: Any,
        source: Source | None = None,
        update_records: bool = False,
        *,
        organism: str | Organism | None = None,
        ignore_conflicts: bool = True,
    ) -> None:
        """Create records for all terms of a source, and link them to their parents.

        Parameters
        ----------
        source
            Source to import, by default the one in use.
        update_records
            Instead, move existing records to this version of their source.
        organism
            Organism or its name, where the registry or the source depends on it.
        ignore_conflicts
            Leave out terms whose identifier another record has, instead of raising.

        Raises
        ------
        TypeError
            `source` is a string.
        ValueError
            The source belongs to another registry, or there is none.
        OrganismNotSet
            The registry needs an organism that is neither passed nor set.
        OntologyNotAvailable
            There is no table of the source, and how to get one.
        IntegrityError
            Another record has the identifier of a term, and conflicts are not ignored.

        Examples
        --------
        >>> bt.CellType.import_source()
        >>> bt.Gene.import_source(organism="human")
        """
        import_source(
            cls,
            source,
            update_records=update_records,
            organism=organism,
            ignore_conflicts=ignore_conflicts,
        )

    @strict_classmethod
    def public(
        cls: Any,
        organism: str | Organism | None = None,
        source: Source | None = None,
    ) -> PublicOntology:
        """Get the public ontology itself, read-only.

        Parameters
        ----------
        organism
            Organism or its name, where the registry or the source depends on it.
        source
            Source to look in, by default the one in use.

        Raises
        ------
        ValueError
            The source belongs to another registry, or there is none.
        OrganismNotSet
            The registry needs an organism that is neither passed nor set.
        OntologyNotAvailable
            There is no table of the source, and how to get one.

        Examples
        --------
        >>> bt.CellType.public().search("gamma-delta T cell").head(2)
        """
        return public_ontology(cls, organism, source)

    @strict_classmethod
    def add_source(
        cls: Any,
        source: Source | PublicOntology | str,
        *,
        df: pd.DataFrame | None = None,
        version: str | None = None,
        organism: str | Organism | None = None,
    ) -> Source:
        """Register a source of terms, with a table of your own if you like.

        Parameters
        ----------
        source
            A source, also of another registry; a public ontology; or a name.
        df
            Table with an id or name column, and columns like those of the registry.
        version
            Version of the source.
        organism
            Organism of the source; genes, proteins and cell markers need one.

        Returns
        -------
        The saved source.

        Raises
        ------
        ValueError
            Unknown or ambiguous name, missing organism or version, or a table without terms.

        Examples
        --------
        >>> bt.CellType.add_source("inhouse", df=terms, version="1.0")
        """
        return add_source(cls, source, df=df, version=version, organism=organism)


class BioRecord(SQLRecord, HasSource, CanCurate, HasAbbr, HasSynonyms):
    """Columns `uid`, `abbr`, `synonyms`, `description` of all registries but `Source`."""

    _identifiers: ClassVar[tuple[str, ...]] = ("ontology_id",)
    _needs_organism: ClassVar[bool] = False
    _parent_ids: list[str] | None = None

    id: int = AutoField(primary_key=True)
    uid: str = CharField(max_length=14, unique=True, default=ontology)
    abbr: str | None = CharField(max_length=32, unique=True, null=True)
    synonyms: str | None = TextField(null=True, db_index=True)
    description: str | None = TextField(null=True, db_index=True)

    class Meta(SQLRecord.Meta):
        abstract = True

    def _construct(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        construct(self, args, kwargs)

    @classmethod
    def _insert_many(cls, records: list[Any], using: str, *, is_single: bool = False) -> int:
        """Insert new records and their ancestors."""
        return insert_records(cls, records, using, is_single=is_single)

    def _updated(self, using: str) -> None:
        """Link an existing record to the parents that its constructor was passed."""
        link_parents(self, using)

    @classmethod
    def _deleting(cls, rows: BasicQuerySet) -> None:
        """Sources whose terms are deleted are not complete any more."""
        forget_completeness(rows)

    @classmethod
    def require_organism(cls, field: FieldAttr | str | None = None) -> bool:
        """Whether values of a field mean nothing without an organism.

        Parameters
        ----------
        field
            Field of the registry; None: whether records need an organism.

        Examples
        --------
        >>> bt.Gene.require_organism(), bt.Gene.require_organism(bt.Gene.ensembl_gene_id)
        (True, False)
        """
        return cls._needs_organism and not (field and named_column(cls, field).unique)

    @strict_classmethod
    def from_values(
        cls: Any,
        values: ListLike,
        field: StrField | None = None,
        create: bool = False,
        organism: Organism | str | None = None,
        source: Source | None = None,
        mute: bool = False,
    ) -> SQLRecordList[Any]:
        """Get the records that values mean, each once; what is missing comes from a source.

        Parameters
        ----------
        values
            Values, or a single one. Members of nested lists count as values.
        field
            Field that the values are about; the name field by default. Synonyms are considered
            for names.
        create
            Make plain records of values that the registry lacks, without asking a source.
        organism
            Organism or its name. Ensembl gene ids tell theirs.
        source
            Source of new records, by default the one in use.
        mute
            Do not log.

        Returns
        -------
        Existing records, then new ones, both in the order of the values.

        Raises
        ------
        AttributeError
            There is no such field.
        ValueError
            The field belongs to another registry.
        OrganismNotSet
            The registry needs an organism that is neither passed nor set.

        Examples
        --------
        >>> bt.CellType.from_values(["T cell", "B cell"]).save()
        >>> bt.Gene.from_values(["ENSG00000081059"], field=bt.Gene.ensembl_gene_id).save()
        """
        check_kind(organism)
        if source is not None and cls._needs_organism:
            organism = checked_source(cls, source, organism).organism
        elif organism is None and cls.require_organism(curated_field(cls, field).name):
            organism = default.organism
        elif isinstance(organism, str) and create and cls._needs_organism:
            organism = find_or_create_organism(organism)
        return from_values(
            cls, values, field, create=create, organism=organism, source=source, mute=mute
        )

    @classmethod
    def _public_terms(cls, field: str, organism: Any, source: Any) -> PublicTerms:
        """Terms to fall back on for what the registry lacks."""
        return PublicFallback(cls, field, organism, source)

    @classmethod
    def _organism_of_terms(cls, field: str, values: list[Any], organism: Any) -> Any:
        """Organism to which terms belong, None if all count.

        Raises
        ------
        OrganismNotSet
            The terms mean nothing without an organism, and none is known.
        """
        if organism is not None or not cls.require_organism(field):
            return organism
        if default.organism is None:
            raise OrganismNotSet(
                f"`organism` is required to look up {cls.__name__} {field}: pass it, or set "
                "`bt.settings.organism`"
            )
        return default.organism

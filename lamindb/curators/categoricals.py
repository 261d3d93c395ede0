"""The terms of one column, of an index, or of identifiers: validated against registries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.base.log import logger
from lamindb.base.registries import get_registry_name
from lamindb.base.text import listed
from lamindb.base.types import UNSET
from lamindb.errors import InvalidArgument, ObjectDoesNotExist, ValidationError
from lamindb.models.annotate.resolve import Vocabulary, vocabularies
from lamindb.models.annotate.term_texts import N_LISTED
from lamindb.models.curation_messages import counted

from .calls import Calls
from .cat_manager import DataFrameCatManager
from .exported_frames import decide_by_links
from .new_terms import create_records
from .resolved_terms import ResolvedTerms, resolve_terms
from .terms_report import as_pairs, failure_of, mismatch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lamindb.base.validation import Failure
    from lamindb.models import Feature, SQLRecord

    from .engines.abc import Column, Table


__all__ = ["CatVector", "DataFrameCatManager"]


class CatVector:
    """Terms of one column, of the index, or of identifiers such as column names.

    Parameters
    ----------
    table
        Data.
    key
        Name of the feature, or `columns`, `keys`, `index`, `var_index`.
    dtype
        Categorical dtype, or the `itype` of a schema.
    feature
        Feature that the column belongs to.
    label
        Label of the column, the key by default; None means the index.
    terms
        Terms of identifiers; the table is not asked then.
    members
        Records that are meant before others of the same name.
    slot
        Slot of a composite dataset.
    fatal
        Whether terms that are not valid make the dataset invalid.
    organism, source
        Organism and public source of the terms, where the dtype does not name them.
    using
        Alias of the database.
    rename
        Exchanges identifiers in the data, a dictionary of old and new ones is passed.

    Examples
    --------
    >>> vector = CatVector(table, "perturbation", "cat[ULabel]", feature=perturbation)
    >>> vector.validate()
    >>> vector.non_validated
    ['IFNJ']
    """

    def __init__(  # noqa: PLR0913 (one object per column, made by curators)
        self,
        table: Table,
        key: str,
        dtype: str,
        *,
        feature: Feature | None = None,
        label: Any = UNSET,
        terms: list[Any] | None = None,
        members: Sequence[SQLRecord] = (),
        slot: str | None = None,
        fatal: bool = True,
        organism: Any = None,
        source: Any = None,
        using: str | None = None,
        rename: Callable[[dict[str, str]], None] | None = None,
    ) -> None:
        self.key = key
        self.feature = feature
        self.slot = slot
        self.fatal = fatal
        self.failure: Failure | None = None
        self._table = table
        self._dtype = dtype
        self._label = key if label is UNSET else label
        self._terms = terms
        self._members = members
        self._organism = organism
        self._source = source
        self._using = using
        self._rename = rename
        self._calls = Calls(key, slot)
        self._found: ResolvedTerms | None = None
        self._records: dict[Any, Any] | None = None

    # -- reading

    @property
    def values(self) -> list[Any]:
        """Distinct terms in order of appearance."""
        if self._terms is not None:
            return list(dict.fromkeys(self._terms))
        return self._column().terms()

    def _distinct(self) -> list[Any]:
        """Distinct terms in any order."""
        return self.values if self.is_identifiers else self._column().distinct_terms()

    @property
    def is_identifiers(self) -> bool:
        """Whether these are names of columns, variables or keys."""
        return self._terms is not None

    @property
    def is_validated(self) -> bool:
        """Whether `validate` found every term."""
        return self._found is not None and self.failure is None

    @property
    def has_valid(self) -> bool:
        """Whether `validate` found any term."""
        return self._resolved().has_valid

    @property
    def is_fatal(self) -> bool:
        """Whether the dataset is invalid; a name that means several records always is."""
        return self.failure is not None and (self.fatal or bool(self._resolved().ambiguous))

    @property
    def non_validated(self) -> list[str]:
        """Terms without a record, synonyms among them, in order of appearance."""
        return list(self._resolved().missing)

    @property
    def failing(self) -> list[str]:
        """Names of all terms that are not valid, also of ambiguous ones and of unfit records."""
        return [
            str(getattr(term, "name", None) or term) if hasattr(term, "_meta") else term
            for term in self._resolved().failing
        ]

    @property
    def synonyms(self) -> dict[str, str]:
        """Standard names of those non-validated terms that are synonyms or in another casing."""
        return dict(self._resolved().synonyms)

    @property
    def records(self) -> dict[Any, Any]:
        """Record by valid term, in order of appearance; read when they are asked for.

        A term of a frame that was exported from records can mean several: these are a list.
        """
        if self._records is None:
            found = self._resolved().records()
            self._records = {term: found[term] for term in self.values if term in found}
        return self._records

    @property
    def record_ids(self) -> dict[Any, list[int]]:
        """Keys of the records of valid terms by registry, in order of appearance; no query."""
        return self._resolved().record_ids(self.values)

    @property
    def vocabularies(self) -> list[Vocabulary]:
        """What the dtype allows, one per alternative."""
        return vocabularies(self._dtype, self._using)

    def _resolved(self) -> ResolvedTerms:
        """What the terms mean; nothing as long as `validate` was not called."""
        return self._found or ResolvedTerms()

    def _column(self) -> Column:
        """Column or index with the terms."""
        if self._label is not None:
            return self._table.column(self._label)
        index = self._table.index
        if index is None:
            raise InvalidArgument(f"{self._table.engine} tables have no index: '{self.key}'")
        return index

    # -- validating and mending

    def validate(self) -> None:
        """Find out which records the terms mean.

        Records of public sources are saved for terms that the registry lacks. Terms that are not
        valid do not raise: see `failure`.
        """
        self._records = self.failure = None
        try:
            self._found = resolve_terms(
                self._dtype,
                self._distinct(),
                key=self.key,
                in_order=lambda: self.values,
                members=self._members,
                organism=self._organism,
                source=self._source,
                using=self._using,
            )
            if self.feature is not None:
                decide_by_links(self._found, self.feature, self._table)
        except ObjectDoesNotExist as error:  # a type, source or organism that the dtype names
            raise ValidationError(
                f"dtype {self._dtype} of feature '{self.key}' refers to a record that does not "
                f"exist: {error}"
            ) from error
        if self._found.failing:
            self.failure = failure_of(self._found, self._calls, rows=self._failing_rows())

    def _failing_rows(self) -> tuple[int, ...]:
        """First rows with a term that is not valid."""
        return () if self.is_identifiers else self._column().rows_of(self._resolved().failing)

    def standardize(self) -> None:
        """Replace synonyms and other casings by the terms that they mean, in the data.

        Raises
        ------
        InvalidArgument
            The identifiers of this dataset cannot be exchanged.
        """
        self._ensure_validated()
        synonyms = self.synonyms
        if not synonyms:
            logger.info(f'no synonyms to standardize in "{self.key}"')
            return
        if self._terms is None:
            self._table.replace_terms(self._label, synonyms)
        else:
            if self._rename is None:
                raise InvalidArgument(f"rename the {self.key} of the dataset yourself: {synonyms}")
            self._rename(synonyms)
            self._terms = [synonyms.get(term, term) for term in self._terms]
        n = counted(len(synonyms), "synonym")
        logger.success(f'standardized {n} in "{self.key}": {as_pairs(synonyms)}')
        self.validate()

    def add_new(self, **create_kwargs: Any) -> None:
        """Create records for terms that have none, all or none of them.

        Parameters
        ----------
        **create_kwargs
            Passed to the constructor of each record.

        Raises
        ------
        ValidationError
            Synonyms have to be standardized first, or the terms cannot be names of records.
        InvalidArgument
            The records of the registry are not created from names.
        FieldValidationError
            A required field is missing, an argument is unknown, or a value is too long.
        """
        self._ensure_validated()
        found = self._resolved()
        if found.synonyms:
            raise ValidationError("Please run `.standardize()` before adding new values.")
        if not found.missing:
            logger.info(f'no new values in "{self.key}"')
            return
        problem = found.no_organism or mismatch(found.missing, found.vocabularies)
        if problem is not None:
            raise ValidationError(f"Cannot add new values of feature '{self.key}': {problem}")
        terms, first = found.missing, found.vocabularies[0]
        create_records(first, terms, found.organism, create_kwargs)
        logger.success(
            f"added {counted(len(terms), 'record')} with {get_registry_name(first.registry)} "
            f'for "{self.key}": {listed(terms, N_LISTED)}'
        )
        self.validate()

    def _ensure_validated(self) -> None:
        """Find out what the terms mean, unless that is known."""
        if self._found is None:
            self.validate()

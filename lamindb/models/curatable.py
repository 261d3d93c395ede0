"""Curation of values against a registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from lamindb.base.descriptors import strict_classmethod

from . import curation
from .from_values import from_values

if TYPE_CHECKING:
    import numpy as np

    from lamindb.base.types import ListLike, StrField

    from .inspect_result import InspectResult
    from .public_terms import PublicTerms
    from .record_list import SQLRecordList
    from .sqlrecord import SQLRecord


class CanCurate:
    """Class methods that compare values with the names of a registry."""

    _idempotent_by_name = True

    @strict_classmethod
    def validate(
        cls: Any,
        values: ListLike,
        field: StrField | None = None,
        *,
        mute: bool = False,
        organism: str | SQLRecord | None = None,
        source: SQLRecord | None = None,
        strict_source: bool = False,
    ) -> np.ndarray:
        """Check which values are terms of the registry: equal, in upper and lower case too.

        Parameters
        ----------
        values
            Values, or a single one. Members of nested lists count as values.
        field
            Field to compare with; the name field by default.
        mute
            Do not log.
        organism
            Compare with terms of this organism only: a record, or its name.
        source
            Source of the terms, a record.
        strict_source
            Compare with terms from the source only.

        Returns
        -------
        One boolean per value; for a single value its boolean. Empty values are never validated.

        Raises
        ------
        AttributeError
            There is no such field.
        TypeError
            The values are numbers and the field holds text, or the other way round.
        InvalidArgument
            The registry has no organism or no source.

        Examples
        --------
        >>> ln.ULabel.validate(["control", "contrl"])
        array([ True, False])
        """
        return curation.validate(
            cls.filter(),
            values,
            field,
            mute=mute,
            organism=organism,
            source=source,
            strict_source=strict_source,
        )

    @strict_classmethod
    def inspect(
        cls: Any,
        values: ListLike,
        field: StrField | None = None,
        *,
        mute: bool = False,
        organism: str | SQLRecord | None = None,
        source: SQLRecord | None = None,
        from_source: bool = True,
        strict_source: bool = False,
    ) -> InspectResult:
        """Check which values are terms of the registry, and find out what the others might be.

        Parameters
        ----------
        values
            Values, or a single one. Members of nested lists count as values.
        field
            Field to compare with; the name field by default. Synonyms are considered for names.
        mute
            Do not log.
        organism
            Compare with terms of this organism only: a record, or its name.
        source
            Source of the terms, a record.
        from_source
            Look for non-validated values in the public source.
        strict_source
            Compare with terms from the source only.

        Returns
        -------
        Validated and non-validated values, and the terms that synonyms stand for.

        Raises
        ------
        AttributeError
            There is no such field.
        TypeError
            The values are numbers and the field holds text, or the other way round.
        InvalidArgument
            The registry has no organism or no source.

        Examples
        --------
        >>> bt.CellType.inspect(["T cell", "T-cell", "unknown"]).synonyms_mapper
        {'T-cell': 'T cell'}
        """
        return curation.inspect(
            cls.filter(),
            values,
            field,
            mute=mute,
            organism=organism,
            source=source,
            from_source=from_source,
            strict_source=strict_source,
        )

    @strict_classmethod
    def standardize(
        cls: Any,
        values: ListLike,
        field: StrField | None = None,
        *,
        return_field: StrField | None = None,
        return_mapper: bool = False,
        case_sensitive: bool = False,
        mute: bool = False,
        from_source: bool = True,
        keep: Literal["first", "last", False] = "first",
        synonyms_field: str = "synonyms",
        organism: str | SQLRecord | None = None,
        source: SQLRecord | None = None,
        strict_source: bool = False,
    ) -> list[str] | dict[str, str]:
        """Replace synonyms and other casings with the terms of the registry.

        An equal term comes first, then one in another casing, then one that has the value as a
        synonym. Registries without synonyms leave values as they are.

        Parameters
        ----------
        values
            Values, or a single one. Members of nested lists count as values.
        field
            Field that the values are about; the name field by default.
        return_field
            Return this field of the records instead.
        return_mapper
            Return a dictionary of what changes.
        case_sensitive
            Take upper and lower case as different.
        mute
            Do not log.
        from_source
            Look for what the registry lacks in the public source.
        keep
            Which term to take if several have a synonym: the first or last in the registry, or a
            list of all (False).
        synonyms_field
            Field with synonyms, separated by `|`.
        organism
            Compare with terms of this organism only: a record, or its name.
        source
            Source of the terms, a record.
        strict_source
            Compare with terms from the source only.

        Returns
        -------
        One term per value; values without a term, and None, as they are. For a single value its
        term.

        Raises
        ------
        AttributeError
            There is no such field.
        ValueError
            `keep` is none of the three.
        TypeError
            The values are numbers and the field holds text, or the other way round.
        InvalidArgument
            The registry has no organism or no source.

        Examples
        --------
        >>> bt.CellType.standardize(["T-cell", "t cell", "unknown"])
        ['T cell', 'T cell', 'unknown']
        """
        return curation.standardize(
            cls.filter(),
            values,
            field,
            return_field=return_field,
            return_mapper=return_mapper,
            case_sensitive=case_sensitive,
            mute=mute,
            from_source=from_source,
            keep=keep,
            synonyms_field=synonyms_field,
            organism=organism,
            source=source,
            strict_source=strict_source,
        )

    @strict_classmethod
    def from_values(
        cls: Any,
        values: ListLike,
        field: StrField | None = None,
        create: bool = False,
        organism: SQLRecord | str | None = None,
        source: SQLRecord | None = None,
        mute: bool = False,
    ) -> SQLRecordList[Any]:
        """Get the records that values mean, each once.

        Parameters
        ----------
        values
            Values, or a single one. Members of nested lists count as values.
        field
            Field that the values are about; the name field by default. Synonyms are considered
            for names.
        create
            Make an unsaved record for each value without one. Values that several records have
            then get the first of them, so that there is one record per value.
        organism
            Consider records of this organism only: a record, or its name.
        source
            Public source of new records, a record.
        mute
            Do not log.

        Returns
        -------
        Records in the order of the values, existing ones before those from a public source.

        Raises
        ------
        AttributeError
            There is no such field.
        TypeError
            The values are numbers and the field holds text, or the other way round.
        FieldValidationError
            New records would lack a required field, or a value is too long.
        InvalidArgument
            The registry has no organism or no source.

        Examples
        --------
        >>> labels = ln.ULabel.from_values(["control", "treated"], create=True).save()
        """
        return from_values(
            cls, values, field, create=create, organism=organism, source=source, mute=mute
        )

    @classmethod
    def _public_terms(cls, field: str, organism: Any, source: Any) -> PublicTerms | None:
        """Terms to fall back on for what the registry lacks; registries of ontologies override."""
        return None

    @classmethod
    def _organism_of_terms(cls, field: str, values: list[Any], organism: Any) -> Any:
        """Organism to which terms belong, None if all count; registries of organisms override."""
        return organism

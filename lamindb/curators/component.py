"""Checks one table: a data frame, the observations of an AnnData, the keys of a dictionary."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from lamindb.base.dtypes import CatDtype, parse
from lamindb.base.log import logger
from lamindb.base.types import UNSET
from lamindb.base.validation import Report
from lamindb.errors import ValidationError
from lamindb.models.annotate.dataset import FeatureSet, LabelsOfFeature
from lamindb.models.artifact_validation import raise_if_any

from .abc import Curator
from .cat_manager import DataFrameCatManager
from .categoricals import CatVector
from .columns import check_table
from .engines import as_table
from .engines.abc import Table
from .expectations import (
    TEXT,
    Applicable,
    Expectations,
    applicable_features,
    expectations_of,
    is_categorical,
    names_of,
    table_rules,
)

if TYPE_CHECKING:
    from lamindb.base.dtypes import Dtype
    from lamindb.models import Feature, Schema

PANDAS = "pandas"
"""Engine whose frames users change in place, so that they are looked at anew each time."""

INDEX = "index"
"""Key of the categorical index."""


class ComponentCurator(Curator):
    """Checks one table against a schema.

    Parameters
    ----------
    dataset
        Data frame of pandas or polars, table of pyarrow, or path of a Parquet file.
    schema
        Schema of the columns.
    slot
        Where the table is in a composite dataset, for messages.
    require_saved_schema
        Whether the schema has to be saved.
    using
        Alias of the database.
    members, index
        Take the place of those of the schema.
    key
        What messages call the names of columns.
    names_only
        Whether nothing but the names of columns is checked.
    text_is_category
        Whether columns of strings pass for categorical features.
    can_mutate
        Whether terms may be standardized in the dataset.

    Attributes
    ----------
    is_coerced
        Whether validation converted values, so that the dataset is a new object.

    Examples
    --------
    >>> ComponentCurator(adata.obs, schema, slot="obs").validate()
    """

    def __init__(
        self,
        dataset: Any,
        schema: Schema,
        slot: str | None = None,
        require_saved_schema: bool = True,
        using: str | None = None,
        members: list[Feature] | None = None,
        index: Any = UNSET,
        *,
        key: str = "columns",
        names_only: bool = False,
        text_is_category: bool = False,
        can_mutate: bool = True,
    ) -> None:
        super().__init__(dataset, schema, require_saved_schema=require_saved_schema)
        self.slot = slot
        self._using = using
        self._given = (members, index)
        self._key = key
        self._names_only = names_only
        self._text_is_category = text_is_category
        self._source = dataset
        self.is_coerced = False
        self._expectations: Expectations | None = None
        self._applicable = Applicable(())
        self._table: Table | None = None
        self._structure: Report | None = None
        self._vectors: dict[str, CatVector] = {}
        self._cat = DataFrameCatManager(self._vectors, slot=slot, can_mutate=can_mutate)

    @property
    def dataset(self) -> Any:
        """The curated table; a new object if validation converted values."""
        return self._source.frame if isinstance(self._source, Table) else self._source

    @property
    def source(self) -> Any:
        """The same, but what is read from a file as a table that has read nothing yet."""
        return self._source

    @property
    def cat(self) -> DataFrameCatManager:
        """Categorical columns: which terms are not valid, and how to mend that."""
        if self._structure is None:
            self.check()
        return self._cat

    @property
    def can_change(self) -> bool:
        """Whether the user can change the table in place."""
        return not isinstance(self._source, Table)

    def look_at(self, dataset: Any) -> None:
        """Check another table from now on, which took the place of this one."""
        self._source = dataset

    # -- checks

    def check(self) -> Report:
        """Check structure and dtypes, and convert values where the schema says so; logs nothing."""
        expected = self._expected()
        table = self._source if isinstance(self._source, Table) else self._wrap(self._source)
        self._applicable = applicable_features(expected, table.labels, self.slot, self._using)
        rules = table_rules(
            expected,
            self._applicable,
            dtypes=self._dtypes(table),
            names_only=self._names_only,
        )
        checked = check_table(table, rules, slot=self.slot)
        self.is_coerced |= checked.table is not table
        self._source = self._data_of(checked.table)
        self._table = checked.table
        self._structure = Report(self._applicable.failures) + checked.report
        self._vectors.clear()
        self._vectors.update(self._new_vectors(checked.table))
        self._is_validated = False
        return self._structure

    def conclude(self) -> Report:
        """Check the terms of a table that was found to be all right, and report everything."""
        if self._structure is None:
            self.check()
        assert self._structure is not None
        report = self._structure if len(self._structure) else self.cat.validate()
        self._is_validated = not len(report)
        return report

    def validate(self) -> None:
        """Check the table: structure and dtypes first, then terms.

        Raises
        ------
        ValidationError
            Names everything that is wrong.
        """
        self.check()
        raise_if_any(self.conclude())

    def _expected(self) -> Expectations:
        if self._expectations is None:
            self._expectations = expectations_of(self._schema, *self._given)
        return self._expectations

    def _wrap(self, data: Any) -> Table:
        return as_table(data)

    def _data_of(self, table: Table) -> Any:
        """What is looked at next time: the frame of pandas, which users change in place."""
        return table.frame if table.engine == PANDAS else table

    def _dtypes(self, table: Table) -> dict[str, Dtype]:
        """Dtypes of columns that may differ from those of their features."""
        if not self._text_is_category or not self._expected().are_features:
            return {}
        once = {label for label, n in Counter(table.labels).items() if n == 1}
        return {
            feature.name: TEXT
            for feature in self._applicable
            if isinstance(parse(feature._dtype_str or "object"), CatDtype)
            and feature.name in once
            and table.column(feature.name).kind == "str"
        }

    def _new_vectors(self, table: Table) -> dict[str, CatVector]:
        """Terms to look up: names of columns, then categorical columns, then the index."""
        expected = self._expected()
        vectors: dict[str, CatVector] = {}
        common: dict[str, Any] = {"slot": self.slot, "using": self._using}
        if expected.itype is not None:
            vectors[self._key] = self._identifiers(table, common)
        if not expected.are_features or self._names_only:
            return vectors
        labels = set(names_of(table.labels))
        for feature in self._applicable:
            if feature.name in labels and is_categorical(feature):
                vectors[feature.name] = CatVector(
                    table,
                    feature.name,
                    feature._dtype_str,
                    feature=feature,
                    label=feature.name,
                    **common,
                )
        if expected.index is not None and is_categorical(expected.index):
            index, dtype = expected.index, str(expected.index._dtype_str)
            vectors[INDEX] = CatVector(table, INDEX, dtype, feature=index, label=None, **common)
        return vectors

    def _identifiers(self, table: Table, common: dict[str, Any]) -> CatVector:
        """Names of columns; those that a schema does not ask about are left out."""
        expected = self._expected()
        names = names_of(table.labels)
        if not expected.is_flexible:
            wanted = {expected.name_of(member) for member in expected.members}
            names = [name for name in names if name in wanted]
        return CatVector(
            table,
            self._key,
            f"cat[{expected.itype}]",
            terms=names,
            members=tuple(self._applicable),
            fatal=bool(self._schema.maximal_set),
            rename=self._rename,
            **common,
        )

    # -- mending

    def _rename(self, mapping: dict[str, str]) -> None:
        """Exchange names of columns of a pandas data frame in place."""
        frame = self.dataset
        frame.columns = [mapping.get(label, label) for label in frame.columns]

    def standardize(self) -> None:
        """Add missing columns and fill missing values, as the defaults of features say.

        Raises
        ------
        ValidationError
            A column is missing whose feature has no default and is not nullable.
        """
        expected = self._expected()
        if not expected.are_features:
            return
        table = self._table or self._wrap(self._source)
        labels = set(table.labels)
        for feature in expected.members:
            if feature.name not in labels:
                if expected.is_required(feature):
                    add_column(table, feature)
            elif feature.default_value is not None:
                table.fill_missing(feature.name, feature.default_value)

    # -- what was found

    def feature_set(self) -> FeatureSet | None:
        """Validated names of columns, None if the schema says nothing of them."""
        expected = self._expected()
        if expected.itype is None:
            return None
        if expected.are_features and self._table is not None:
            labels = set(self._table.labels)
            members = [feature for feature in self._applicable if feature.name in labels]
        else:
            found = self.cat[self._key].records.values()
            members = list({record.pk: record for record in found}.values())
        return FeatureSet(members, self._schema, expected.index)

    def labels(self) -> list[LabelsOfFeature]:
        """Keys of the records that are values of categorical features."""
        return [
            (vector.feature, vector.record_ids)
            for vector in self.cat.values()
            if vector.feature is not None
        ]


def add_column(table: Table, feature: Any) -> None:
    """Add the column of a feature in place, with its default value or missing values.

    Raises
    ------
    ValidationError
        The feature has no default and is not nullable.
    """
    value = feature.default_value
    if value is None and feature.nullable is False:
        raise ValidationError(
            f"Missing column {feature.name} cannot be added because is not nullable and has no "
            "default value"
        )
    table.add_filled(feature.name, parse(feature._dtype_str or "object"), value)
    logger.important(f"added column {feature.name} with fill value {value}")

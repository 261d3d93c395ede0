"""The read-only table of a public ontology."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bionty.sources.cached_files import clear_cached_files, fetch_raw_file
from bionty.sources.load import load_default_table, load_table
from bionty.sources.tables import to_dataframe
from lamindb.base.deprecation import deprecated
from lamindb.base.log import logger
from lamindb.errors import CorruptedOntology
from lamindb.models.curation_messages import quiet
from lamindb.storage.optional import import_extra

from . import diff as differences
from .choice import choose_source
from .lookup import PublicLookup
from .search import search_rows
from .standardization import standardize_values
from .validation import inspect_values, validate_values

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    import pandas as pd
    from typing_extensions import Self

    from bionty.sources.tables import OntologyTable
    from bionty.sources.terms import Keep
    from lamindb.models.inspect_result import InspectResult

__all__ = ["PublicOntology", "PublicOntologyField"]

_WITHOUT_INDEX = ("Gene", "Protein", "CellMarker", "BioSample")


class PublicOntologyField:
    """A column of a public ontology, to pass as `field`.

    Parameters
    ----------
    parent : PublicOntology
        Ontology that has the column.
    name : str
        Of the column.

    Examples
    --------
    >>> str(bt.base.CellType().ontology_id)  # doctest: +SKIP
    'ontology_id'
    """

    def __init__(self, parent: PublicOntology, name: str) -> None:
        self.parent = parent
        self.name = name

    def __repr__(self) -> str:
        return self.name


class PublicOntology:
    """A version of a public ontology, read-only.

    Columns are attributes: `ontology.name` can be passed as `field`.

    Parameters
    ----------
    source : str, optional
        Name of the source; by default the first one of the entity.
    version : str, optional
        Any version; by default the packaged one.
    organism : str, optional
        Organism of the source.
    entity : str
        What the rows are.
    include_id_prefixes, include_rel, ols_supported, filter_prefix
        Accepted for compatibility; tables are always restricted to the source's own terms.

    Raises
    ------
    ValueError
        If no source fits.
    OntologyNotAvailable
        If its table is neither on this machine nor can be downloaded; it is a `ConnectionError`.

    Examples
    --------
    >>> bt.base.CellType()  # doctest: +SKIP
    PublicOntology
    Entity: CellType
    Organism: all
    Source: cl, 2026-06-08
    #terms: 3523
    """

    def __init__(
        self,
        source: str | None = None,
        version: str | None = None,
        organism: str | None = None,
        *,
        include_id_prefixes: dict[str, list[str]] | None = None,
        include_rel: str | None = None,
        entity: str | None = None,
        ols_supported: bool = True,
        filter_prefix: bool = True,
    ) -> None:
        self.entity = entity or type(self).__name__
        key = choose_source(self.entity, organism, source, version)
        self._table = load_default_table(key) if version is None else load_table(key)

    @classmethod
    def _from_table(cls, table: OntologyTable, entity: str | None = None) -> Self:
        """Make an ontology of a table that is loaded already."""
        ontology = cls.__new__(cls)
        ontology.entity = entity or table.key.entity
        ontology._table = table
        return ontology

    @property
    def organism(self) -> str:
        """Organism of the source, `"all"` if it isn't about one."""
        return self._table.key.organism

    @property
    def source(self) -> str:
        """Short name of the source."""
        return self._table.key.name

    @property
    def version(self) -> str:
        """Version of the source."""
        return self._table.key.version

    @property
    def fields(self) -> set[str]:
        """Names of the columns."""
        return set(self._table.published.columns)

    def __getattr__(self, name: str) -> PublicOntologyField:
        # while an object is copied, it has no attributes yet
        if not name.startswith("_") and name in self._table.published.columns:
            return PublicOntologyField(self, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.fields})

    def __repr__(self) -> str:
        return (
            f"PublicOntology\nEntity: {self.entity}\nOrganism: {self.organism}\n"
            f"Source: {self.source}, {self.version}\n#terms: {self._table.n_terms}\n"
        )

    def _framed(self, positions: list[int] | None = None) -> pd.DataFrame:
        """Rows as a data frame with the index of the entity."""
        import pyarrow as pa

        arrow = self._table.published.arrow
        if positions is not None:
            arrow = arrow.take(pa.array(positions, pa.int64()))
        if self.entity in _WITHOUT_INDEX:
            return to_dataframe(arrow)
        return to_dataframe(arrow, "name" if self.entity == "Organism" else "ontology_id")

    def to_dataframe(self) -> pd.DataFrame:
        """The table as a data frame of your own.

        Returns
        -------
        pandas.DataFrame
            The ontology id is the index (of organisms the name; of genes, proteins and cell
            markers a number). Terms that the source imports from others are left out.

        Examples
        --------
        >>> bt.base.CellType().to_dataframe().loc["CL:0000084", "name"]  # doctest: +SKIP
        'T cell'
        """
        return self._framed()

    @deprecated("to_dataframe")
    def df(self) -> pd.DataFrame:
        """Old name of `to_dataframe`."""
        return self.to_dataframe()

    def search(
        self,
        string: str,
        *,
        field: PublicOntologyField | str | list[PublicOntologyField | str] | None = None,
        limit: int | None = None,
        case_sensitive: bool = False,
    ) -> pd.DataFrame:
        """Find terms that contain a text, best matches first.

        Parameters
        ----------
        string : str
            What to search; taken literally.
        field : field, str, or list of them, optional
            Columns to search; by default all that hold text.
        limit : int, optional
            At most so many terms.
        case_sensitive : bool
            Whether upper and lower case differ.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        KeyError
            If there is no such column.

        Examples
        --------
        >>> bt.base.CellType().search("gamma-delta T cell").index[0]  # doctest: +SKIP
        'CL:0000798'
        """
        rows = self._table.published
        if field is None:
            fields = rows.text_columns
        else:
            given = field if isinstance(field, (list, tuple)) else [field]
            fields = [_column(one) for one in given]
        positions = search_rows(rows, string, fields, limit=limit, case_sensitive=case_sensitive)
        return self._framed(positions)

    def lookup(self, field: PublicOntologyField | str | None = None) -> PublicLookup:
        """Terms as attributes, for auto-completion.

        Parameters
        ----------
        field : field or str, optional
            Column; the name by default.

        Returns
        -------
        PublicLookup
            Its `dict()` has the terms by the values as they are.

        Raises
        ------
        KeyError
            If there is no such column.

        Examples
        --------
        >>> bt.base.CellType().lookup().t_cell.ontology_id  # doctest: +SKIP
        'CL:0000084'
        """
        rows = self._table.published
        column = self._default_field() if field is None else _column(field)
        rows.values(column)  # raises for unknown columns, not only once an attribute is read
        return PublicLookup(rows, column, self.entity)

    def validate(
        self,
        values: Iterable[Any],
        field: PublicOntologyField | str,
        *,
        mute: bool = False,
        **kwargs: Any,
    ) -> np.ndarray:
        """Check which values are terms: exact, case-sensitive matches.

        Parameters
        ----------
        values : iterable
            What is checked.
        field : field or str
            Column to compare with.
        mute : bool
            Don't log.
        **kwargs
            Ignored, for compatibility.

        Returns
        -------
        numpy.ndarray
            One boolean per value.

        Raises
        ------
        KeyError
            If there is no such column.
        TypeError
            If numbers are compared with text.

        Examples
        --------
        >>> ontology.validate(["T cell", "T-cell"], ontology.name)  # doctest: +SKIP
        array([ True, False])
        """
        return validate_values(self._table, values, _column(field), mute=mute)

    def inspect(
        self,
        values: Iterable[Any],
        field: PublicOntologyField | str,
        *,
        standardize: bool = True,
        mute: bool = False,
        return_df: bool = False,
        **kwargs: Any,
    ) -> InspectResult | pd.DataFrame:
        """Check which values are terms, and find out what the others might be.

        Parameters
        ----------
        values : iterable
            What is checked.
        field : field or str
            Column to compare with.
        standardize : bool
            Whether to find terms by synonym and casing.
        mute : bool
            Don't log.
        return_df : bool
            Return the data frame with the column `__validated__` only.
        **kwargs
            Ignored, for compatibility.

        Returns
        -------
        InspectResult or pandas.DataFrame

        Raises
        ------
        KeyError
            If there is no such column.
        TypeError
            If numbers are compared with text.

        Examples
        --------
        >>> ontology.inspect(["T-cell"], "name").synonyms_mapper  # doctest: +SKIP
        {'T-cell': 'T cell'}
        """
        return inspect_values(
            self._table,
            values,
            _column(field),
            standardize=standardize,
            mute=mute,
            return_df=return_df,
        )

    def standardize(
        self,
        values: Iterable[Any],
        field: PublicOntologyField | str | None = None,
        *,
        return_field: PublicOntologyField | str | None = None,
        return_mapper: bool = False,
        case_sensitive: bool = False,
        mute: bool = False,
        keep: Keep = "first",
        synonyms_field: PublicOntologyField | str = "synonyms",
    ) -> dict[str, Any] | list[Any]:
        """Replace synonyms and other casings with the terms.

        Parameters
        ----------
        values : iterable
            What is replaced; a string is one value.
        field : field or str, optional
            Column that they are about; the name by default.
        return_field : field or str, optional
            Return this column of the terms instead.
        return_mapper : bool
            Return a dictionary of what changes.
        case_sensitive : bool
            Whether upper and lower case differ.
        mute : bool
            Don't log.
        keep : "first", "last" or False
            Which term to take if several have a synonym; False: a list of all.
        synonyms_field : field or str
            Column with synonyms.

        Returns
        -------
        list or dict
            One term per value; what means no term, and None, as it is.

        Raises
        ------
        AssertionError
            If there is no such column.
        ValueError
            If no field is given and the table has no name, or `keep` is something else.

        Examples
        --------
        >>> bt.base.CellType().standardize(["T-cell", "x"])  # doctest: +SKIP
        ['T cell', 'x']
        """
        return standardize_values(
            self._table,
            values,
            self._default_field() if field is None else _column(field),
            return_field=None if return_field is None else _column(return_field),
            return_mapper=return_mapper,
            case_sensitive=case_sensitive,
            mute=mute,
            keep=keep,
            synonyms_field=_column(synonyms_field),
        )

    def _default_field(self) -> str:
        for column in ("name", "symbol"):
            if column in self.fields:
                return column
        raise ValueError("Please specify a field!")

    def diff(self, compare_to: PublicOntology, **kwargs: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Compare with another version.

        Parameters
        ----------
        compare_to : PublicOntology
            Another version of the same source.
        **kwargs
            Passed to `pandas.DataFrame.compare`.

        Returns
        -------
        tuple of pandas.DataFrame
            Rows that are in one version only, new ones and both sides of modified ones; and the
            modified ones side by side. Parents are not compared.

        Raises
        ------
        ValueError
            If it is another entity, another source, or the same version.

        Examples
        --------
        >>> new, modified = bt.base.CellType().diff(bt.base.CellType(version="2025-04-10"))
        ... # doctest: +SKIP
        """
        return differences.diff(self, compare_to, **kwargs)

    def to_pronto(self, mute: bool = False) -> Any:
        """Parse the file that the source publishes with pronto.

        Parameters
        ----------
        mute : bool
            Don't log.

        Returns
        -------
        pronto.Ontology

        Raises
        ------
        ImportError
            If pronto isn't installed; says how to install it.
        OntologyNotAvailable
            If the file is neither on this machine nor can be downloaded.
        CorruptedOntology
            If pronto can't read it; it is a `ValueError`.

        Examples
        --------
        >>> bt.base.CellType().to_pronto()["CL:0000084"].name  # doctest: +SKIP
        'T cell'
        """
        pronto = import_extra("pronto", "owl")
        path = fetch_raw_file(self._table.key)
        with quiet(mute):
            logger.info(f"parsing {path.name}")
        try:
            return pronto.Ontology(str(path), import_depth=0, encoding="utf-8")
        except (SyntaxError, ValueError) as error:
            raise CorruptedOntology(
                f"Corrupted ontology file: pronto can't read {path} ({error})."
            ) from error

    def clear_cache(self) -> None:
        """Delete the cached files of this version.

        Examples
        --------
        >>> bt.base.CellType().clear_cache()  # doctest: +SKIP
        ✓ deleted cached parquet file: df_all__cl__2026-06-08__CellType.parquet
        """
        clear_cached_files(self._table.key)


def _column(field: PublicOntologyField | str | Any) -> str:
    """Name of a column that is given as a name, a field, or a field of a registry."""
    if isinstance(field, str):
        return field
    named = getattr(field, "field", field)  # fields of registries have it
    return str(getattr(named, "name", named))

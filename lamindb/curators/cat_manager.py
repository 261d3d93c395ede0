"""`curator.cat`: all terms of a dataset that are validated against registries."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lamindb.base.log import logger
from lamindb.base.validation import Report
from lamindb.errors import ValidationError

from .lookup import CatLookup

if TYPE_CHECKING:
    from lamindb.models import Feature

    from .categoricals import CatVector

IDENTIFIERS = {"columns", "keys"}
"""Keys that `non_validated` leaves out."""


class DataFrameCatManager(Mapping[str, "CatVector"]):
    """Categorical columns of a table, its column names, and its index, by key.

    Parameters
    ----------
    vectors
        Terms by key, in the order of the checks.
    slot
        Slot of a composite dataset.
    can_mutate
        Whether values of the dataset can be replaced; those of an artifact cannot.

    Examples
    --------
    >>> curator.cat.non_validated
    {'cell_type': ['B-cell', 'my cell']}
    >>> curator.cat.standardize("cell_type")
    >>> curator.cat.add_new_from("cell_type")
    """

    def __init__(
        self,
        vectors: dict[str, CatVector],
        *,
        slot: str | None = None,
        can_mutate: bool = True,
    ) -> None:
        self.slot = slot
        self._cat_vectors = vectors
        self._can_mutate = can_mutate
        self._is_checked = False

    def __getitem__(self, key: str) -> CatVector:
        try:
            return self._cat_vectors[key]
        except KeyError:
            known = ", ".join(map(repr, self._cat_vectors)) or "none"
            raise KeyError(f"no categorical '{key}' here, there are: {known}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._cat_vectors)

    def __len__(self) -> int:
        return len(self._cat_vectors)

    @property
    def categoricals(self) -> list[Feature]:
        """Features whose values are validated against registries."""
        found = (vector.feature for vector in self._cat_vectors.values())
        return [feature for feature in found if feature is not None]

    @property
    def non_validated(self) -> dict[str, list[str]]:
        """Terms that are not valid by feature; names of columns are left out.

        Raises
        ------
        ValidationError
            The dataset was not validated yet.
        """
        if not self._is_checked:
            raise ValidationError("Please run validate() first!")
        return {
            key: [str(term) for term in vector.failing]
            for key, vector in self._cat_vectors.items()
            if vector.failure is not None and key not in IDENTIFIERS
        }

    def validate(self) -> Report:
        """Find out what all terms mean, and log once what is not valid.

        Returns
        -------
        Report
            What makes the dataset invalid.
        """
        fatal = []
        for vector in self._cat_vectors.values():
            vector.validate()
            if vector.failure is None:
                continue
            if not vector.has_valid:
                logger.warning(f"no values were validated for {vector.key}!")
            logger.warning(vector.failure.error)
            if vector.is_fatal:
                fatal.append(vector.failure)
        self._is_checked = True
        return Report(fatal)

    def standardize(self, key: str) -> None:
        """Replace synonyms and other casings by the terms that they mean, in the dataset.

        Parameters
        ----------
        key
            Name of the feature.

        Raises
        ------
        KeyError
            There is no such categorical.
        RuntimeError
            The dataset is an artifact.

        Examples
        --------
        >>> curator.cat.standardize("cell_type")
        """
        vectors = self._chosen(key)
        if not self._can_mutate:
            raise RuntimeError(
                "Cannot mutate the dataset when an artifact is passed! Load it, pass the result "
                "to a new curator, standardize there, and save a new version of the artifact."
            )
        for vector in vectors:
            vector.standardize()

    def add_new_from(self, key: str, **kwargs: Any) -> None:
        """Create records for terms that have none.

        Parameters
        ----------
        key
            Name of the feature, or `columns` for features.
        **kwargs
            Passed to the constructor of each record.

        Raises
        ------
        KeyError
            There is no such categorical.
        ValidationError
            Synonyms have to be standardized first, or the terms cannot be names of records.
        InvalidArgument
            The records of the registry are not created from names.
        FieldValidationError
            A required field is missing, an argument is unknown, or a value is too long.

        Examples
        --------
        >>> curator.cat.add_new_from("cell_type")
        """
        for vector in self._chosen(key):
            vector.add_new(**kwargs)

    def lookup(self, public: bool = False) -> CatLookup:
        """Valid records by feature, for auto-completion.

        Parameters
        ----------
        public
            Look up terms of the public source, where the registry has one.

        Returns
        -------
        CatLookup

        Examples
        --------
        >>> curator.cat.lookup()["cell_type"].b_cell
        """
        return CatLookup(self._cat_vectors, public=public)

    def _chosen(self, key: str) -> list[CatVector]:
        """The vector of a key; all of them for the deprecated `all`."""
        if key != "all" or key in self._cat_vectors:
            return [self[key]]
        warnings.warn(
            "key='all' is deprecated: pass the name of a feature", DeprecationWarning, stacklevel=3
        )
        return [v for name, v in self._cat_vectors.items() if name not in IDENTIFIERS]

    def __repr__(self) -> str:
        state = "validated" if self._is_checked else "unvalidated"
        return f"{type(self).__name__}({list(self._cat_vectors)}, {state})"

"""The outcome of `inspect()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


class InspectResult:
    """Which values are validated, and what the others might mean.

    Parameters
    ----------
    validated_df
        One row per value with the column `__validated__`.
    validated
        Values that are in the registry.
    nonvalidated
        Values that are not.
    frac_validated
        Percentage of the values that are validated, 0 to 100.
    n_empty
        Number of values that were ignored because they are empty or repeated.
    n_unique
        Number of values that were looked up.

    Examples
    --------
    >>> result = ln.ULabel.inspect(["control", "contrl"])
    >>> result.non_validated
    ['contrl']
    """

    _KEYS = {
        "validated": "validated",
        "non_validated": "non_validated",
        "mapped": "validated",
        "not_mapped": "non_validated",
    }

    def __init__(
        self,
        validated_df: pd.DataFrame,
        validated: list[str],
        nonvalidated: list[str],
        frac_validated: float,
        n_empty: int,
        n_unique: int,
    ) -> None:
        self._df = validated_df
        self._validated = validated
        self._non_validated = nonvalidated
        self._frac_validated = frac_validated
        self._n_empty = n_empty
        self._n_unique = n_unique
        self._synonyms_mapper: dict[str, str] = {}

    @property
    def df(self) -> pd.DataFrame:
        """One row per value with the column `__validated__`."""
        return self._df

    @property
    def validated(self) -> list[str]:
        """Values that are in the registry, each once, in order of appearance."""
        return self._validated

    @property
    def non_validated(self) -> list[str]:
        """Values that are not in the registry, each once, in order of appearance."""
        return self._non_validated

    @property
    def frac_validated(self) -> float:
        """Percentage of the values that are validated: 0 to 100, one decimal."""
        return self._frac_validated

    @property
    def n_empty(self) -> int:
        """Number of values that were ignored because they are empty or repeated."""
        return self._n_empty

    @property
    def n_unique(self) -> int:
        """Number of values that were looked up."""
        return self._n_unique

    @property
    def synonyms_mapper(self) -> dict[str, str]:
        """Term in the registry by value, for values that are a synonym or in another casing."""
        return self._synonyms_mapper

    def __getitem__(self, key: str) -> list[str]:
        """`result["validated"]` and `result["non_validated"]`, or `mapped` and `not_mapped`."""
        if key not in self._KEYS:
            raise KeyError(f"{key!r}: choose one of {', '.join(self._KEYS)}")
        values: list[str] = getattr(self, self._KEYS[key])
        return values

    def __repr__(self) -> str:
        return (
            f"InspectResult(validated={self.validated}, non_validated={self.non_validated}, "
            f"frac_validated={self.frac_validated}, synonyms_mapper={self.synonyms_mapper})"
        )

"""What all curators have in common: a dataset, a schema, and one report of everything wrong."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from lamindb.models.artifact_validation import checked_schema

if TYPE_CHECKING:
    from lamindb.models import Artifact, Run, Schema


class Curator(ABC):
    """Checks a dataset against a schema.

    Parameters
    ----------
    dataset
        What is checked.
    schema
        What is expected.
    features
        Values of features that annotate the dataset as a whole.
    require_saved_schema
        Whether the schema has to be saved.

    Raises
    ------
    InvalidArgument
        This is no schema.
    ValueError
        The schema is not saved.

    Examples
    --------
    >>> curator = ln.curators.DataFrameCurator(df, schema)
    >>> curator.validate()
    """

    def __init__(
        self,
        dataset: Any,
        schema: Schema,
        *,
        features: dict[str, Any] | None = None,
        require_saved_schema: bool = True,
    ) -> None:
        self._schema = checked_schema(schema, require_saved=require_saved_schema)
        self._external = features
        self._artifact: Artifact | None = None
        self._is_validated = False

    @property
    @abstractmethod
    def dataset(self) -> Any:
        """The curated dataset; a new object if validation converted values."""

    @abstractmethod
    def validate(self) -> None:
        """Check the dataset.

        Raises
        ------
        ValidationError
            Names everything that is wrong; `report` has it as JSON and as data frame.
        """

    def save_artifact(
        self,
        *,
        key: str | None = None,
        description: str | None = None,
        revises: Artifact | None = None,
        run: Run | None = None,
    ) -> Artifact:
        """Save the dataset as an artifact that is annotated with what was validated.

        Parameters
        ----------
        key
            Relative path-like name.
        description
            What the dataset is.
        revises
            Previous version.
        run
            Creating run, default: the current one.

        Raises
        ------
        NotImplementedError
            This curator checks a part of a dataset.
        ValidationError
            The dataset is not valid; nothing is written.

        Examples
        --------
        >>> curator.save_artifact(key="study/cells.parquet")
        """
        raise NotImplementedError(
            "a part of a dataset cannot be saved on its own: call save_artifact() of the curator "
            "of the whole dataset"
        )

    def _slots_in_repr(self) -> str:
        return ""

    def __repr__(self) -> str:
        schema = self._schema
        name = schema.name or f"uid={schema.uid}"
        otype = f" ({schema.otype})" if schema.otype else ""
        state = "validated" if self._is_validated else "unvalidated"
        bound = f", artifact: {self._artifact.uid}" if self._artifact is not None else ""
        parts = f"{name}{otype}{self._slots_in_repr()}, {state}{bound}"
        return f"{type(self).__name__}(Schema: {parts})"

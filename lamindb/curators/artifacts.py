"""Validation of datasets in the constructors of artifacts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from lamindb.base.log import logger
from lamindb.errors import ValidationError
from lamindb.models.annotate.dataset import DatasetPlan
from lamindb.models.annotate.external import EXTERNAL_SLOT, ExternalFeatures
from lamindb.models.artifact_validation import can_validate_again, raise_if_any
from lamindb.storage.cache import cached_path, fetch
from lamindb.storage.formats import load_to_memory
from lamindb.storage.memory import is_in_memory
from lamindb.storage.stores import is_cloud

from .anndata import AnnDataCurator
from .dataframe import DataFrameCurator
from .engines import as_table
from .rewritten_anndata import can_rewrite, rewritten
from .slots import say_loading, say_streaming
from .stored_anndata import StoredAnnData, can_stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from lamindb.models import Artifact, Schema

    from .slots import SlotsCurator

CURATORS: dict[str, Callable[..., SlotsCurator]] = {
    "AnnData": AnnDataCurator,
    "DataFrame": DataFrameCurator,
}
"""By type of the datasets."""


def dataset_validation(otype: str, schema: Schema, features: Any) -> DatasetValidation:
    """Validation of a dataset that becomes an artifact.

    Parameters
    ----------
    otype
        Type of the dataset.
    schema
        Saved schema.
    features
        Values of features that annotate the dataset as a whole.

    Raises
    ------
    NotImplementedError
        Datasets of this type cannot be validated yet.
    """
    if otype not in CURATORS:
        raise NotImplementedError(
            f"This version cannot validate datasets of type {otype} yet, only "
            f"{', '.join(sorted(CURATORS))}: save the artifact without schema"
        )
    return DatasetValidation(otype, schema, features)


class DatasetValidation:
    """Check of a dataset that was passed to a constructor.

    Structure is checked before the dataset is written to a file, because values may have to be
    converted for that; terms once it is known whether the artifact exists already.

    Parameters
    ----------
    otype, schema, features
        See `dataset_validation`.
    """

    def __init__(self, otype: str, schema: Schema, features: Any) -> None:
        self._otype = otype
        self._schema = schema
        self._features = features
        self._curator: SlotsCurator | None = None
        self._is_streamed = False

    def curated(self, data: Any) -> Any:
        """Data as they are to be stored: with converted values, or the very same object.

        Parameters
        ----------
        data
            Object, or path of a file.

        Raises
        ------
        ValidationError
            The file cannot be read, or the structure is wrong; terms and everything else are in
            the same error.
        """
        is_object = is_in_memory(data)
        dataset = data if is_object else self._readable(data)
        curator = CURATORS[self._otype](dataset, self._schema, features=self._features)
        self._curator = curator
        if not curator.check():  # perhaps it cannot even be written
            self._say_reading()
            raise_if_any(curator.conclude())
        if not any(part.is_coerced for part in curator._parts()):
            return data
        if is_object or is_parquet(data):
            return curator.dataset
        if isinstance(dataset, StoredAnnData) and can_rewrite(data):
            return rewritten(dataset, curator.slots)
        if self._otype != "DataFrame":  # the tables that are left are texts without types
            logger.warning(
                f"values of {data} were coerced for validation, but the file stays as it is"
            )
        return data

    def annotate(self, artifact: Artifact) -> None:
        """Validate, and set what saving the artifact writes.

        Raises
        ------
        ValidationError
            With all that is wrong in any part of the dataset.
        """
        curator = self._curator
        assert curator is not None
        if not can_validate_again(artifact):
            external = ExternalFeatures(None, self._features)
            raise_if_any(external.check(artifact))
            artifact._annotation = external.plan(artifact)
            return
        self._conclude(curator, artifact)

    def annotate_anew(self, artifact: Artifact) -> None:
        """Validate new content of a saved artifact, and set what saving it writes.

        Labels and feature sets of the old content are replaced, external values stay.

        Raises
        ------
        ValidationError
            With all that is wrong in any part of the dataset.
        """
        assert self._curator is not None
        self._conclude(self._curator, artifact)
        plan = artifact._annotation
        assert isinstance(plan, DatasetPlan)
        plan.replaces_dataset = True

    def _conclude(self, curator: SlotsCurator, artifact: Artifact) -> None:
        self._say_reading()
        curator._artifact = artifact
        raise_if_any(curator.conclude())
        curator.annotate(artifact)

    def _say_reading(self) -> None:
        if self._is_streamed:
            say_streaming()
        else:
            say_loading()

    def _readable(self, path: Any) -> Any:
        """Tables of a file.

        Raises
        ------
        ValidationError
            This is no such file.
        """
        try:
            return self._opened(path)
        except FileNotFoundError:
            raise
        except (OSError, ValueError, KeyError) as error:
            raise ValidationError(f"{path} cannot be read as {self._otype}: {error}") from error

    def _opened(self, path: Any) -> Any:
        """Tables of a file; of an AnnData without the matrix, of Parquet column by column.

        Attributes of a data frame come with all of it only.
        """
        location = os.fspath(path) if isinstance(path, os.PathLike) else str(path)
        if self._otype == "AnnData" and can_stream(location):
            self._is_streamed = True
            return StoredAnnData(location).checked()
        if is_cloud(location):
            location = str(fetch(location, cached_path(location)))
        if self._otype == "AnnData":
            return StoredAnnData(location).checked()
        by_column = is_parquet(location) and set(self._schema.slots) <= {EXTERNAL_SLOT}
        return as_table(location) if by_column else load_to_memory(location)


def is_parquet(path: Any) -> bool:
    """Whether this is the path of a Parquet file."""
    return str(path).endswith(".parquet")

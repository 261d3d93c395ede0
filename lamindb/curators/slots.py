"""Datasets of several parts, each of which a slot of the schema names."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from django.apps import apps

from lamindb.base.log import logger
from lamindb.base.validation import Report
from lamindb.errors import InvalidArgument
from lamindb.models.annotate.external import EXTERNAL_SLOT, ExternalFeatures
from lamindb.models.artifact_typed import create
from lamindb.models.artifact_validation import can_validate_again, raise_if_any
from lamindb.models.initialization import initialize
from lamindb.storage.formats import otype_of

from .abc import Curator
from .component import ComponentCurator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lamindb.models import Artifact, Run, Schema

__all__ = ["EXTERNAL_SLOT", "SlotsCurator"]


class SlotsCurator(Curator):
    """Checks all parts of a dataset; one error names what is wrong in any of them.

    Subclasses say where the parts are: `_component`.

    Parameters
    ----------
    dataset
        The dataset, or an artifact that holds it.
    schema
        Schema with a component schema per slot.
    features
        Values of features that annotate the dataset as a whole.
    require_saved_schema
        Whether the schema has to be saved.

    Examples
    --------
    >>> curator = ln.curators.AnnDataCurator(adata, schema)
    >>> curator.slots["obs"].cat.non_validated
    """

    _otype: str
    """Type of the datasets."""

    _what: str
    """What error texts call them."""

    def __init__(
        self,
        dataset: Any,
        schema: Schema,
        *,
        features: dict[str, Any] | None = None,
        require_saved_schema: bool = True,
    ) -> None:
        super().__init__(
            dataset, schema, features=features, require_saved_schema=require_saved_schema
        )
        schemas = dict(schema.slots)
        external = schemas.pop(EXTERNAL_SLOT, None)
        self._check_schema(schemas)
        self._is_stored = is_artifact(dataset)
        if self._is_stored:
            self._artifact = dataset
            dataset = self._loaded(dataset)
        elif not self._accepts(dataset):
            raise InvalidArgument(f"dataset must be {self._what}.")
        self._dataset = dataset
        self._external_features = ExternalFeatures(external, features)
        self._slots = {slot: self._component(slot, part) for slot, part in schemas.items()}

    @property
    def slots(self) -> dict[str, ComponentCurator]:
        """Curators of the parts by slot."""
        return self._slots

    @property
    def dataset(self) -> Any:
        """The curated dataset; a new object if validation converted values."""
        return self._curated() if any(part.is_coerced for part in self._parts()) else self._dataset

    # -- what subclasses say

    @abstractmethod
    def _component(self, slot: str, schema: Schema) -> ComponentCurator:
        """Curator of the part that a slot names.

        Raises
        ------
        ValueError
            Such datasets have no such slot.
        InvalidArgument
            This dataset lacks it.
        """

    def _check_schema(self, slots: dict[str, Schema]) -> None:
        """Refuse schemas of other datasets."""
        if self._schema.otype != self._otype:
            raise InvalidArgument(f"Schema otype must be '{self._otype}'.")

    def _accepts(self, dataset: Any) -> bool:
        """Whether this is such a dataset."""
        return otype_of(dataset) == self._otype

    def _loaded(self, artifact: Artifact) -> Any:
        """Content of an artifact; reading it for validation makes it no input of a run."""
        check_otype(artifact, self._otype)
        say_loading()
        return artifact.load(is_run_input=False)

    def _curated(self) -> Any:
        """A dataset whose parts are the converted ones."""
        return self._dataset

    def _parts(self) -> Iterable[ComponentCurator]:
        """Curators of the parts in the order of the checks."""
        return self._slots.values()

    def _feature_sets(self) -> Iterable[tuple[str, ComponentCurator]]:
        """Curators of the parts by the slot under which their features are linked."""
        return self._slots.items()

    # -- checks

    def check(self) -> bool:
        """Check structure and dtypes of all parts and convert values; logs and raises nothing.

        Returns
        -------
        bool
            Whether all is right so far.
        """
        self._is_validated = False
        return not any([len(part.check()) for part in self._parts()])

    def conclude(self) -> Report:
        """Check external features, and the terms of the parts whose structure is all right."""
        report = self._external_features.check(self._artifact or unsaved_artifact())
        for part in self._parts():
            report += part.conclude()
        self._is_validated = not len(report)
        return report

    def validate(self) -> None:
        """Check all parts of the dataset.

        Raises
        ------
        ValidationError
            Names everything that is wrong; `report` has it as JSON and as data frame.

        Examples
        --------
        >>> curator.validate()
        """
        self.check()
        raise_if_any(self.conclude())

    # -- saving

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

        Returns
        -------
        Artifact
            If the dataset is an artifact, that one.

        Raises
        ------
        ValidationError
            The dataset is not valid; nothing is written.

        Examples
        --------
        >>> curator.save_artifact(key="study/cells.parquet")
        """
        self._validate_again()
        if self._is_stored and self._artifact is not None:
            artifact = self._artifact
            self.annotate(artifact)
        else:
            passed: dict[str, Any] = {"key": key, "description": description}
            passed |= {"revises": revises, "run": run, "validation": Validated(self)}
            artifact = create(artifact_registry(), self.dataset, self._otype, {}, passed)
        artifact = artifact.save()
        self._artifact = artifact
        return artifact

    def _validate_again(self) -> None:
        """Validate; in silence what was valid, but may have changed in place since then."""
        if not self._is_validated:
            self.validate()
        elif not self._is_stored and any(part.can_change for part in self._parts()):
            with logger.mute():
                self.validate()

    def annotate(self, artifact: Artifact) -> None:
        """Set what saving an artifact of this dataset writes, after validation."""
        plan = self._external_features.plan(artifact)
        for slot, part in self._feature_sets():
            feature_set = part.feature_set()
            if feature_set is not None:
                plan.feature_sets[slot] = feature_set
        for part in self._parts():
            plan.dataset_labels += part.labels()
        artifact._annotation = plan
        artifact.schema = self._schema

    def _slots_in_repr(self) -> str:
        return f", slots: {list(self.slots)}" if self.slots else ""


class Validated:
    """A dataset that its curator has validated already, for the constructor of artifacts.

    Parameters
    ----------
    curator
        The curator.
    """

    def __init__(self, curator: SlotsCurator) -> None:
        self._curator = curator

    def curated(self, data: Any) -> Any:
        """The dataset as it is."""
        return data

    def annotate(self, artifact: Artifact) -> None:
        """Set what `save` writes."""
        if can_validate_again(artifact):
            self._curator.annotate(artifact)


def artifact_registry() -> Any:
    """The registry of artifacts."""
    return apps.get_model("lamindb", "Artifact")


def unsaved_artifact() -> Any:
    """Stands for the artifact that a dataset will become."""
    artifact = artifact_registry().__new__(artifact_registry())
    initialize(artifact, {})
    return artifact


def is_artifact(dataset: Any) -> bool:
    """Whether a dataset is given as an artifact."""
    return isinstance(dataset, artifact_registry())


def check_otype(artifact: Artifact, otype: str) -> None:
    """Refuse an artifact of another type."""
    if artifact.otype != otype:
        raise InvalidArgument(
            f"Cannot load or open artifact of this type: {artifact.otype}, pass one of {otype}"
        )


def say_loading() -> None:
    """Log that content is read."""
    logger.important("loading artifact into memory for validation")


def say_streaming() -> None:
    """Log that parts of remote content are read."""
    logger.important("opened remote artifact for streaming during validation")


# -- dictionaries within datasets


def split_slot(slot: str) -> tuple[str, list[str]]:
    """Name of a slot and the keys that follow it: `uns:study:site`."""
    name, *keys = slot.split(":")
    return name, keys


def nested(data: Any, slot: str) -> Any:
    """What is under the keys of a slot in a nested dictionary.

    Parameters
    ----------
    data
        Dictionary that the first part of the slot names.
    slot
        For example `uns:study:site`.

    Raises
    ------
    InvalidArgument
        A key is missing; the text lists those that are there.

    Examples
    --------
    >>> nested({"study": {"site": {"name": "x"}}}, "uns:study:site")
    {'name': 'x'}
    """
    name, keys = split_slot(slot)
    path = name + "".join(f"['{key}']" for key in keys)
    for key in keys:
        is_dict = hasattr(data, "keys")
        if not is_dict or key not in data:
            available = list(data.keys()) if is_dict else "none (not a dict)"
            raise InvalidArgument(
                f"Schema slot '{slot}' requires keys {path} but key '{key}' not found. Available "
                f"keys at this level: {available}"
            )
        data = data[key]
    return data

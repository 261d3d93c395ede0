"""The current branch and the current space: stored as uid and name, looked up when needed."""

from __future__ import annotations

from pathlib import Path

from lamindb.base.log import logger
from lamindb.errors import InvalidArgument
from lamindb.setup import dev_dir, files, registry_lookup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lamindb.setup.instance import InstanceSettings

MAIN = ("m" * 12, "main")
ALL = ("a" * 12, "all")
DEFAULT_ID = 1
"""Primary key of the branch main and of the space all."""


class MainBranch:
    """Stands for the branch main while no instance is connected."""

    id = DEFAULT_ID
    uid, name = MAIN


class Selection:
    """The current record of one registry.

    Parameters
    ----------
    registry : str
        `"Branch"` or `"Space"`.
    default : tuple of str
        Uid and name of the record that is current if nothing else was chosen.
    """

    def __init__(self, registry: str, default: tuple[str, str]) -> None:
        self.registry = registry
        self.kind = registry.lower()
        self.default = default
        self.forget()

    def forget(self) -> None:
        """Read the settings files again on next use."""
        self._stored: tuple[str, str] | None = None
        self._id: int | None = None

    def stored(self, instance: InstanceSettings) -> tuple[str, str]:
        """Uid and name, without a query."""
        if self._stored is None:
            self._stored = dev_dir.read_selection(self._file(instance)) or self.default
        return self._stored

    def id(self, instance: InstanceSettings) -> int:
        """Primary key."""
        if self._id is None:
            self._id = (
                DEFAULT_ID
                if self.stored(instance)[0] == self.default[0]
                else self.record(instance).id
            )
        return self._id

    def record(self, instance: InstanceSettings) -> Any:
        """Record in the connected database.

        A stored uid that isn't there any more is replaced by the default.
        """
        if instance._storage is None and self.kind == "branch":
            return MainBranch()
        uid, name = self.stored(instance)
        found = registry_lookup.registry(self.registry).filter(uid=uid).first()
        if found is None:
            logger.warning(
                f"{self.kind} '{name}' does not exist any more, using '{self.default[1]}'"
            )
            self._store(instance, self.default)
            found = registry_lookup.registry(self.registry).get(uid=self.default[0])
        return found

    def set(self, instance: InstanceSettings, value: Any) -> None:
        """Choose a record, by itself, its name or its uid.

        Raises
        ------
        DoesNotExist
            If there is no such record.
        InvalidArgument
            If the record isn't saved, or if it is something else; it is a `ValueError`.
        """
        record = self._find(value) if isinstance(value, str) else value
        if type(record).__name__ != self.registry:
            raise InvalidArgument(
                f"{self.kind} must be a {self.registry}, a name or a uid, got {value!r}"
            )
        if record.pk is None or record._state.adding:
            raise InvalidArgument(f"{self.kind} '{record.name}' isn't saved: call .save() first")
        self._store(instance, (record.uid, record.name))

    def _find(self, name_or_uid: str) -> Any:
        manager = registry_lookup.registry(self.registry)
        by_name = manager.filter(name=name_or_uid).first()
        record = by_name or manager.filter(uid=name_or_uid).first()
        if record is None:
            raise manager.model.DoesNotExist(
                f"{self.registry} '{name_or_uid}' does not exist. To create and switch, run:"
                f" lamin switch -c {name_or_uid}"
                if self.kind == "branch"
                else f"{self.registry} '{name_or_uid}' does not exist."
            )
        return record

    def _store(self, instance: InstanceSettings, selected: tuple[str, str]) -> None:
        files.write_text(self._file(instance), "\n".join(selected))
        self._stored, self._id = selected, None

    def _file(self, instance: InstanceSettings) -> Path:
        folder = dev_dir.find_dev_dir(instance.slug)
        if folder is not None:
            return dev_dir.selection_path(folder, self.kind)
        name = f"current-{self.kind}--{instance.owner}--{instance.name}.txt"
        return files.settings_dir() / name

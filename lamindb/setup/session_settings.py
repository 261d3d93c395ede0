"""`ln.settings`: settings of this session; none is written to disk."""

from __future__ import annotations

from lamindb.base.git_urls import normalize_git_url
from lamindb.base.log import logger
from lamindb.setup.session import after_switch, require_instance
from lamindb.setup.session import settings as setup_settings
from lamindb.setup.storage_choice import (
    choose_local_storage,
    choose_storage,
    forget_local_storage,
    local_storage_in_use,
    local_storage_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from upath import UPath

    from lamindb.setup.storage_choice import StorageChoice
    from lamindb.setup.storage_root import StorageSettings


class CreationSettings:
    """How records are created.

    Attributes
    ----------
    search_names
        Look for a record of the same name before a new one is made.
    artifact_skip_size_hash
        Do not determine size and hash of artifacts.
    artifact_silence_missing_run_warning
        Do not warn about artifacts without a run.
    """

    search_names: bool = True
    artifact_skip_size_hash: bool = False
    artifact_silence_missing_run_warning: bool = False
    _artifact_use_virtual_keys: bool = True


class AnnotationSettings:
    """How records are annotated.

    Attributes
    ----------
    n_max_records
        More records than this are not linked automatically.
    """

    n_max_records: int = 1000


class Settings:
    """Settings of this session; none is written to disk.

    Examples
    --------
    >>> ln.settings.verbosity = "hint"
    >>> ln.settings.track_run_inputs = False
    """

    track_run_inputs: bool = True
    """Whether loading an artifact makes it an input of the current run."""

    _sync_git_repo: str | None = None
    _storage: StorageSettings | None = None

    def __init__(self) -> None:
        self._creation = CreationSettings()
        self._annotation = AnnotationSettings()

    @property
    def creation(self) -> CreationSettings:
        """How records are created."""
        return self._creation

    @property
    def annotation(self) -> AnnotationSettings:
        """How records are annotated."""
        return self._annotation

    @property
    def verbosity(self) -> str:
        """How much is logged: error, warning, success, info, hint or debug; or 0 to 5.

        Raises
        ------
        ValueError
            Unknown level.
        """
        return logger.verbosity_name

    @verbosity.setter
    def verbosity(self, value: str | int) -> None:
        logger.set_verbosity(value)

    @property
    def storage(self) -> StorageSettings | None:
        """Storage location of new artifacts in this session; that of the instance at first.

        Set it to a path, to a URL and options of its file system, or to a local path and its host:
        `("s3://bucket", {"endpoint_url": "http://localhost:9000"})`. None if no instance is
        connected.

        Raises
        ------
        ValueError
            Another instance or none manages the location.
        """
        return self._storage or setup_settings.storage

    @storage.setter
    def storage(self, value: StorageChoice) -> None:
        require_instance()
        self._storage = choose_storage(setup_settings.instance, value) or self._storage

    @property
    def local_storage(self) -> StorageSettings:
        """Local storage location of new artifacts, if the instance keeps artifacts local.

        Set it to a local path, or to a local path and its host.

        Raises
        ------
        ValueError
            The instance does not keep artifacts local, or has no location on this machine.
        """
        require_instance()
        return local_storage_of(setup_settings.instance)

    @local_storage.setter
    def local_storage(self, value: StorageChoice) -> None:
        require_instance()
        choose_local_storage(setup_settings.instance, value)

    def roots_in_use(self) -> set[str]:
        """Roots of the locations that new artifacts may go to."""
        local = local_storage_in_use(setup_settings.instance)
        locations = (setup_settings.storage, self._storage, local)
        return {location.root_as_str for location in locations if location is not None}

    def forget_storage(self) -> None:
        """Go back to the location of the instance."""
        self._storage = None
        forget_local_storage()

    @property
    def cache_dir(self) -> UPath:
        """Directory of cached files."""
        return setup_settings.cache_dir

    @property
    def instance_uid(self) -> str:
        """Uid of the connected instance."""
        return setup_settings.instance.uid

    @property
    def sync_git_repo(self) -> str | None:
        """URL of the git repository that holds the source code of tracked scripts.

        Raises
        ------
        ValueError
            Not the URL of a git repository.
        """
        url = self._sync_git_repo or setup_settings.instance.git_repo
        return normalize_git_url(url) if url else None

    @sync_git_repo.setter
    def sync_git_repo(self, value: str | None) -> None:
        self._sync_git_repo = None if value is None else normalize_git_url(value)

    def __repr__(self) -> str:
        lines = [
            "Settings",
            f"  instance: {setup_settings.instance.slug}",
            f"  storage: {getattr(self.storage, 'root_as_str', None)}",
            f"  verbosity: {self.verbosity}",
            f"  track_run_inputs: {self.track_run_inputs}",
        ]
        if self.sync_git_repo:
            lines.append(f"  sync_git_repo: {self.sync_git_repo}")
        return "\n".join(lines)


settings = Settings()
after_switch.append(settings.forget_storage)
creation = settings.creation

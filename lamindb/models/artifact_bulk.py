"""Artifacts in `ln.save`: rows in few transactions, content synced to the disk all at once."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from lamindb.storage.staged_batch import StagedBatch
from lamindb.storage.stores import is_cloud

from .artifact_changes import changes, check_unsaved
from .artifact_content import (
    Transfer,
    bring_up_to_date,
    check_can_store,
    clear_ongoing,
    is_unhashed,
    new_storage,
    set_ongoing,
    write_row,
)
from .artifact_identity import set_content
from .artifact_places import (
    STORAGE_ONGOING,
    database,
    has_auto_key,
    mark_overwritten,
    path_as_str,
)
from .artifact_save import (
    finish_save,
    link_recreating_runs,
    needs_content,
    warn_about_old_version,
    write_complete_row,
)
from .artifact_source import discard_temporary
from .artifact_upload import finish_row, keep_in_cache, remove_quietly, send, withdraw
from .bulk import insert_rows, update_batch
from .construction import check_lengths
from .saving import label_with_project, unsaved_on_failure
from .version_batch import assign_versions, lock_families, rebase_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .artifact import Artifact
    from .artifact_source import Source

N_PER_TRANSACTION = 1_000
N_PARALLEL_UPLOADS = 8
SMALL_UPLOAD = 16 * 1024 * 1024
"""Bytes up to which content is uploaded together with others, without showing how far it is."""


class SavingError(Exception):
    """Saving one of many artifacts failed.

    Attributes
    ----------
    artifact
        Which one.
    """

    def __init__(self, artifact: Artifact) -> None:
        super().__init__(artifact.uid)
        self.artifact = artifact


def save_artifacts(artifacts: list[Artifact], using: str | None) -> None:
    """Save artifacts in their order; the first failure ends it, what was saved before stays.

    Raises
    ------
    RuntimeError
        Says which artifact failed, and lists those that are stored.
    """
    stored: list[Artifact] = []
    for kind, group in groups(artifacts):
        try:
            for artifact in KINDS[kind](group, database(group[0], using)):
                stored.append(artifact)
        except SavingError as failure:
            failed, error = failure.artifact, failure.__cause__
            listed = "\n".join(f"  {done!r}" for done in stored) or "  none"
            raise RuntimeError(
                f"Saving {failed.key or failed.uid} failed: {error}\n"
                f"These artifacts are stored:\n{listed}"
            ) from error


def groups(artifacts: list[Artifact]) -> Iterator[tuple[str, list[Artifact]]]:
    """Consecutive artifacts that are saved in the same way, no two under the same key."""
    kind = ""
    group: list[Artifact] = []
    keys: set[tuple[int, str | int]] = set()
    for artifact in artifacts:
        own_kind, key = kind_of(artifact), (artifact.storage_id, artifact.key or id(artifact))
        if group and (own_kind != kind or key in keys or len(group) == N_PER_TRANSACTION):
            yield kind, group
            group, keys = [], set()
        kind = own_kind
        group.append(artifact)
        keys.add(key)
    if group:
        yield kind, group


def kind_of(artifact: Artifact) -> str:
    """How an artifact is saved: `KINDS` has the functions."""
    if artifact._annotation is not None:
        return "single"
    if needs_content(artifact):
        assert artifact._source is not None
        is_simple = artifact._state.adding and has_auto_key(artifact)
        if not is_simple or artifact._overwrite_versions or artifact._source.is_folder:
            return "single"
        if not is_cloud(path_as_str(artifact)):
            return "copy"
        return "upload" if size_of(artifact._source) <= SMALL_UPLOAD else "single"
    if artifact._state.adding:
        return "single" if new_storage(artifact) else "register"
    if artifact._replacement is not None or changes(artifact):
        return "single"
    return "update"


def size_of(source: Source) -> float:
    """Bytes of the content, as far as that is known without reading it."""
    seen = source.content or source.glance
    return math.inf if seen is None or seen.size is None else seen.size


def save_singly(group: list[Artifact], using: str) -> Iterator[Artifact]:
    """Save artifacts one after the other."""
    for artifact in group:
        try:
            artifact.save(using=using)
        except Exception as error:
            raise SavingError(artifact) from error
        yield artifact


# -- new rows


def insert(
    group: list[Artifact], using: str, write_one: Callable[[Artifact, str], bool]
) -> list[bool]:
    """Insert rows inside a transaction; if one of them exists already, one by one.

    Returns
    -------
    Per artifact whether its row is new, or what `write_one` says.
    """
    for artifact in group:
        check_lengths(artifact)
    lock_families(group, using)
    rebase_keys(group, using)
    try:
        with transaction.atomic(using=using):
            assign_versions(group, using)
            insert_rows(type(group[0]), group, using)
    except IntegrityError:
        for artifact in group:
            artifact._state.adding, artifact.pk = True, None
        return [write_one(artifact, using) for artifact in group]
    label_with_project(*group)
    return [True] * len(group)


def register(group: list[Artifact], using: str) -> Iterator[Artifact]:
    """Insert the rows of content that stays where it is."""
    try:
        for artifact in group:
            check_unsaved(artifact)
            if artifact._source is not None:
                bring_up_to_date(artifact, artifact._source)
        with unsaved_on_failure(*group), transaction.atomic(using=using):
            is_new = insert(group, using, write_row)
            new = [artifact for artifact, new in zip(group, is_new, strict=True) if new]
            mark_overwritten(new, using, wrote=False)
    except Exception:  # find out which one, and save those before it
        yield from save_singly(group, using)
        return
    for artifact in group:
        finish_save(artifact)
    yield from group


def copy(group: list[Artifact], using: str) -> Iterator[Artifact]:
    """Copy content aside, insert the rows and put everything into place in one transaction."""
    sources = [artifact._source for artifact in group]
    try:
        stored, failure = copy_together(group, using)
    except Exception:  # find out which one, and save those before it
        for artifact, source in zip(group, sources, strict=True):
            artifact._source = source
        yield from save_singly(group, using)
        return
    for artifact, source in zip(stored, sources, strict=False):
        assert source is not None
        discard_temporary(source)
        finish_save(artifact)
    yield from stored
    if failure is not None:
        raise failure


def copy_together(group: list[Artifact], using: str) -> tuple[list[Artifact], SavingError | None]:
    """Store the artifacts before the first one whose content cannot be copied.

    Returns
    -------
    Artifacts that are stored, and what kept the next one from it.
    """
    failure = None
    staged: list[Artifact] = []
    with StagedBatch(near=path_as_str(group[0])) as batch, unsaved_on_failure(*group):
        for artifact in group:
            try:
                stage(artifact, batch, using)
            except Exception as error:
                failure = SavingError(artifact)
                failure.__cause__ = error
                break
            staged.append(artifact)
        if not staged:
            return [], failure
        batch.sync()
        with transaction.atomic(using=using):
            takes_content = insert(staged, using, write_complete_row)
            for number, artifact in enumerate(staged):
                if takes_content[number]:
                    batch.place(number, path_as_str(artifact))
            batch.sync_places()
    return staged, failure


def stage(artifact: Artifact, batch: StagedBatch, using: str) -> None:
    """Copy the content of one artifact aside."""
    source = artifact._source
    assert source is not None
    check_unsaved(artifact)
    check_can_store(artifact, source, using)
    _, content = batch.add(source.path, move=source.is_temporary)
    if not is_unhashed(artifact, source):
        set_content(artifact, content)
    clear_ongoing(artifact)


# -- cloud


def upload(group: list[Artifact], using: str) -> Iterator[Artifact]:
    """Insert flagged rows in one transaction, upload several at a time, clear the flags."""
    sources = [artifact._source for artifact in group]
    try:
        for artifact in group:
            prepare_upload(artifact, using)
        with unsaved_on_failure(*group), transaction.atomic(using=using):
            insert(group, using, write_row)
    except Exception:  # find out which one, and save those before it
        for artifact, source in zip(group, sources, strict=True):
            artifact._source = source
            clear_ongoing(artifact)
        yield from save_singly(group, using)
        return
    stored, failure = send_together(group, sources, using)
    for artifact, source in zip(stored, sources, strict=False):
        assert source is not None
        keep_in_cache(artifact, source)
        discard_temporary(source)
        finish_save(artifact)
    yield from stored
    if failure is not None:
        raise failure


def prepare_upload(artifact: Artifact, using: str) -> None:
    """Check one artifact and hash its content."""
    source = artifact._source
    assert source is not None
    check_unsaved(artifact)
    check_can_store(artifact, source, using)
    bring_up_to_date(artifact, source)
    set_ongoing(artifact)


def send_together(
    group: list[Artifact], sources: list[Source | None], using: str
) -> tuple[list[Artifact], SavingError | None]:
    """Upload several at a time; the first one that fails is withdrawn with all later ones.

    Returns
    -------
    Artifacts that are stored, and what kept the next one from it.
    """
    with ThreadPoolExecutor(N_PARALLEL_UPLOADS) as pool:
        pairs = zip(group, sources, strict=True)
        futures = [pool.submit(send_one, artifact, source) for artifact, source in pairs]
        n_stored = 0
        try:
            for future in futures:
                future.result()
                n_stored += 1
            finish_rows(group, using)
        except BaseException as error:
            pool.shutdown(cancel_futures=True)
            finish_rows(group[:n_stored], using)
            for artifact, source in zip(group[n_stored:], sources[n_stored:], strict=True):
                take_back(artifact, source, using)
            if not isinstance(error, Exception):
                raise
            failure = SavingError(group[n_stored])
            failure.__cause__ = error
            return group[:n_stored], failure
    return group, None


def send_one(artifact: Artifact, source: Source | None) -> None:
    """Upload one artifact, in a thread; one that is stored already needs no upload."""
    if artifact._storage_ongoing and source is not None:
        send(artifact, source, path_as_str(artifact), Transfer(print_progress=False))


def take_back(artifact: Artifact, source: Source | None, using: str) -> None:
    """Make an artifact a new one again whose content was not, or should not be stored."""
    if not artifact._storage_ongoing:
        return
    remove_quietly(path_as_str(artifact))
    withdraw(artifact, using)
    artifact._source = source


def finish_rows(artifacts: list[Artifact], using: str) -> None:
    """Clear the flags; one statement for all that have nothing else in `_aux`."""
    flagged = [artifact for artifact in artifacts if artifact._storage_ongoing]
    plain = [artifact for artifact in flagged if artifact._aux == {STORAGE_ONGOING: 1}]
    for artifact in flagged:
        if artifact not in plain:
            finish_row(artifact, using)
    if plain:
        rows = type(plain[0]).objects.using(using)
        rows.filter(pk__in=[artifact.pk for artifact in plain]).update(_aux=None)
    for artifact in plain:
        clear_ongoing(artifact)


# -- saved ones


def update(group: list[Artifact], using: str) -> Iterator[Artifact]:
    """Update the rows of artifacts that changed in nothing that concerns their content."""
    try:
        with transaction.atomic(using=using):
            for artifact in group:
                warn_about_old_version(artifact)
                check_lengths(artifact)
            update_batch(type(group[0]), group, using)
            label_with_project(*group)
    except Exception:  # find out which one, and save those before it
        yield from save_singly(group, using)
        return
    link_recreating_runs(group)
    for artifact in group:
        finish_save(artifact)
    yield from group


KINDS: dict[str, Callable[[list[Artifact], str], Iterator[Artifact]]] = {
    "copy": copy,
    "register": register,
    "single": save_singly,
    "update": update,
    "upload": upload,
}

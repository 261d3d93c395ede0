"""One artifact per file of a folder, with a number of queries that does not grow with the files."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from lamindb.base.keys import check_key
from lamindb.base.log import logger
from lamindb.base.text import listed
from lamindb.setup.session_settings import creation
from lamindb.storage.abc import ContentInfo
from lamindb.storage.content import describe_path, glance
from lamindb.storage.formats.registry import suffix_of
from lamindb.storage.layout import join, relative_to_root
from lamindb.storage.listing import list_files
from lamindb.storage.stores import is_cloud

from .artifact_create import Decision, attach, branch_of, set_columns
from .artifact_identity import find_same_keys, take_over
from .artifact_places import storage_key
from .artifact_request import Request, check_request, resolve_run
from .artifact_source import (
    Source,
    check_exists,
    is_managed,
    location_of,
    path_of,
    storage_around,
)
from .artifact_target import target_storage
from .construction import fill_branch_and_space
from .current import TRASH_BRANCH_ID
from .record_list import SQLRecordList
from .storage_locations import default_storage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .artifact import Artifact
    from .run import Run
    from .storage import Storage


def artifacts_from_dir(
    registry: type[Artifact], path: Any, *, key: str | None, run: Run | bool | None
) -> SQLRecordList[Artifact]:
    """Artifacts for the files of a folder; see `Artifact.from_dir`."""
    request = Request(path=path, key=key, run=run)
    check_request(registry, request)
    location = folder_at(path)
    container = storage_around(join(location, "file"), default_storage())
    storage = container or target_storage(request)
    sources = list_folder(location, container)
    if not sources:
        logger.warning(f"there are no files in {location}")
        return SQLRecordList([])
    prefix = key_prefix(location, key, container, storage.root)
    files = {f"{prefix}{relative}": source for relative, source in sources.items()}
    for one in files:
        check_key(one)
    look_at(registry, files.values())
    artifacts = build(registry, drop_duplicates(files), storage, resolve_run(run))
    logger.success(
        f"created {len(artifacts)} artifacts from directory using storage {storage.root} and "
        f"key = {prefix or '/'}"
    )
    return SQLRecordList(artifacts)


# -- the files


def folder_at(path: Any) -> str:
    """Location of a folder.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        There is no folder.
    ValueError
        It is inside of a managed folder.
    """
    location = location_of(path)
    if is_managed(location):
        raise ValueError(f"Do not pass path inside the `.lamindb/` directory: {location}")
    check_exists(location)
    if not is_cloud(location) and not Path(location).is_dir():
        raise not_a_folder(location)
    return location


def not_a_folder(location: str) -> NotADirectoryError:
    """Error about a path that is a file."""
    return NotADirectoryError(
        f"{location} is a file: pass a folder, or use ln.Artifact(path) for a single file"
    )


def key_prefix(location: str, key: str | None, container: Storage | None, target: str) -> str:
    """Beginning of the keys: empty for a whole storage location, else with a slash at its end."""
    if key is not None:
        return f"{key.rstrip('/')}/"
    if container is not None:
        inside = relative_to_root(join(location, "file"), container.root)
        return inside.removesuffix("file")
    name = Path(location).name
    logger.warning(
        f"folder is outside existing storage location, will copy files from {location} to "
        f"{join(target, name)}"
    )
    return f"{name}/"


def list_folder(location: str, container: Storage | None) -> dict[str, Source]:
    """Sources by the path relative to the folder; managed folders in it are left out."""
    found = files_in_cloud(location) if is_cloud(location) else local_files(location)
    sources = {}
    for relative, content in found.items():
        if is_managed(f"/{relative}"):
            continue
        suffix, raw_suffix = suffix_of(relative)
        place = join(location, relative)
        real_key = None if container is None else relative_to_root(place, container.root)
        sources[relative] = Source(
            path_of(place),
            str(suffix),
            raw_suffix,
            storage=container,
            real_key=real_key,
            content=content,
        )
    return sources


def local_files(location: str) -> dict[str, ContentInfo | None]:
    """Relative paths of the files of a local folder."""
    return {file.key: None for file in list_files(location)}


def files_in_cloud(location: str) -> dict[str, ContentInfo | None]:
    """Relative paths of the files of a folder in the cloud, and what the listing says of them."""
    manifest = describe_path(location).manifest
    if manifest is None:
        raise not_a_folder(location)
    return {
        entry.path: ContentInfo(entry.size, entry.hash, entry.hash_type)
        for entry in manifest.entries
    }


def look_at(registry: type[Artifact], sources: Iterable[Source]) -> None:
    """Hash local files that stay where they are, and those that may be known already.

    Others are hashed while they are copied.
    """
    local = [source for source in sources if isinstance(source.path, Path)]
    if creation.artifact_skip_size_hash or not local:
        return
    for source in local:
        source.glance = glance(source.path)
    in_place = local[0].in_place
    candidates = local if in_place else [one for one in local if one.glance and one.glance.size]
    sizes = Counter(one.glance.size for one in candidates if one.glance)
    known = None if in_place else known_sizes(registry, set(sizes))
    wanted = [
        one.glance
        for one in candidates
        if one.glance and (known is None or sizes[one.glance.size] > 1 or one.glance.size in known)
    ]
    with ThreadPoolExecutor() as pool:
        contents = list(pool.map(lambda one: one.content(), wanted))
    by_path = {one.location: content for one, content in zip(wanted, contents, strict=True)}
    for source in local:
        source.content = by_path.get(str(source.path))


def known_sizes(registry: type[Artifact], sizes: set[int | None]) -> set[int | None] | None:
    """Sizes that artifacts have; None if any is possible, for other programs may leave it out."""
    rows = registry.objects.exclude(branch_id=TRASH_BRANCH_ID)
    found = rows.filter(Q(size__one_of=sizes) | Q(size__isnull=True, hash__isnull=False))
    known = set(found.values_list("size", flat=True).distinct())
    return None if None in known else known


def drop_duplicates(files: dict[str, Source]) -> dict[str, Source]:
    """The first of several files with the same content; empty files are never the same."""
    seen: dict[str, str] = {}
    kept: dict[str, Source] = {}
    dropped = []
    for key, source in files.items():
        content = source.content
        hash_ = content.hash if content is not None and content.size else None
        if hash_ is None or seen.setdefault(hash_, key) == key:
            kept[key] = source
        else:
            dropped.append(key)
    if dropped:
        logger.warning(
            "there are multiple artifact uids with the same hashes, dropping "
            f"{len(dropped)} duplicates out of {len(files)} artifacts: {listed(dropped)}"
        )
    return kept


# -- the artifacts


def build(
    registry: type[Artifact], files: dict[str, Source], storage: Storage, run: Run | None
) -> list[Artifact]:
    """Existing artifacts, new versions and new artifacts, in the order of the files."""
    existing = find_existing(registry, files, storage)
    fresh = {key: source for key, source in files.items() if key not in existing}
    columns: dict[str, Any] = {}
    fill_branch_and_space(registry, columns)
    heads = find_same_keys(registry, set(fresh), storage, branch_of(columns)) if fresh else {}
    if existing:
        logger.important(f"returning {len(existing)} artifacts with same hash")
    artifacts = []
    with logger.mute():  # one message per file is too many
        for key, source in files.items():
            artifact = existing.get(key)
            if artifact is not None:
                take_over(artifact, source, key=key, run=run)
                attach(artifact, source)
            else:
                artifact = registry.__new__(registry)
                decision = Decision(key, run, storage, dict(columns), heads.get(key))
                set_columns(artifact, Request(), source, decision)
            artifacts.append(artifact)
    return artifacts


def find_existing(
    registry: type[Artifact], files: dict[str, Source], storage: Storage
) -> dict[str, Artifact]:
    """Artifacts with the same content by key of the file; newer ones win.

    Files that stay where they are have to be at the same place, too.
    """
    keys_by_hash = {
        source.content.hash: key
        for key, source in files.items()
        if source.content is not None and source.content.hash and source.content.size
    }
    if not keys_by_hash:
        return {}
    rows = registry.objects.filter(hash__one_of=set(keys_by_hash)).select_related("storage")
    found: dict[str, Artifact] = {}
    for artifact in rows.exclude(branch_id=TRASH_BRANCH_ID).order_by("created_at", "id"):
        key = keys_by_hash[artifact.hash]
        source = files[key]
        is_there = artifact.storage_id == storage.pk and storage_key(artifact) == source.real_key
        if not source.in_place or is_there:
            found[key] = artifact
    return found

"""Instances that keep artifacts local until somebody asks for an upload."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from django.db import transaction

from lamindb.base.log import logger
from lamindb.setup.session import settings
from lamindb.setup.session_settings import settings as session_settings
from lamindb.storage.cache import keep_copy
from lamindb.storage.stores import is_cloud
from lamindb.storage.transfer import upload

from .artifact_changes import check_is_alone
from .artifact_content import write_row
from .artifact_move import remove_at
from .artifact_places import path_as_str
from .artifact_read import place_in_cache
from .artifact_upload import remove_quietly
from .storage_locations import record_of

if TYPE_CHECKING:
    from .artifact import Artifact
    from .artifact_content import Transfer


def wants_cloud(artifact: Artifact) -> bool:
    """Whether `upload=True` means anything: content is local, the instance's location is not."""
    if not settings.instance.keep_artifacts_local or is_cloud(artifact.storage.root):
        return False
    location = session_settings.storage
    return location is not None and is_cloud(location.root_as_str)


def aim_at_cloud(artifact: Artifact) -> None:
    """Change the place to an automatic one in the cloud."""
    location = session_settings.storage
    assert location is not None
    artifact.storage = record_of(location)
    artifact._key_is_virtual = True
    artifact._real_key = None


def move_to_cloud(artifact: Artifact, transfer: Transfer, using: str, **kwargs: Any) -> None:
    """Upload content that was kept local so far; the local copy goes to the cache."""
    before = copy(artifact)
    check_is_alone(before)
    old = path_as_str(before)
    aim_at_cloud(artifact)
    url = path_as_str(artifact)
    try:
        upload(old, url, print_progress=transfer.print_progress, **transfer.options)
        with transaction.atomic(using=using):
            write_row(artifact, using, **kwargs)
    except BaseException:
        for name in ("storage", "_key_is_virtual", "_real_key"):
            setattr(artifact, name, getattr(before, name))
        remove_quietly(url)
        raise
    target = place_in_cache(artifact)
    keep_copy(old, target, url)
    remove_at(old)
    logger.important(f"moved local artifact to cache: {target}")

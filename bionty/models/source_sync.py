"""Bringing the registry `Source` up to date with the packaged sources."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.db import router, transaction

from bionty.sources.packaged import PackagedSource, packaged_sources
from lamindb.base.log import logger
from lamindb.models.current import MAIN_BRANCH_ID, TRASH_BRANCH_ID

from .source import IDENTITY, Source

if TYPE_CHECKING:
    from collections.abc import Iterable

METADATA = ("description", "url", "source_website")


def sync_public_sources(update_currently_used: bool = False) -> None:
    """Add packaged sources that the registry lacks, and refresh what it says about the others.

    Parameters
    ----------
    update_currently_used
        Make the newest version of each source that is in use the used one.

    Examples
    --------
    >>> bt.core.sync_public_sources()
    ✓ synced up Source registry with the latest public sources
    """
    using = router.db_for_write(Source)
    with transaction.atomic(using=using):
        rows = {identity(row): row for row in Source.objects.using(using).order_by("id")}
        for packaged in packaged_sources():
            row = rows.get(identity(packaged))
            if row is None:
                rows[identity(packaged)] = add(packaged, rows.values())
            else:
                refresh(row, packaged)
        if update_currently_used:
            use_newest(rows.values())
    logger.success("synced up Source registry with the latest public sources")


def identity(source: Any) -> tuple[str, ...]:
    """What no two sources have in common."""
    return tuple(getattr(source, name) for name in IDENTITY)


def add(packaged: PackagedSource, rows: Iterable[Source]) -> Source:
    """Add a source; it is used by default unless another one is."""
    same = (packaged.entity, packaged.organism)
    has_default = any(row.currently_used and (row.entity, row.organism) == same for row in rows)
    row: Source = Source(
        **{name: getattr(packaged, name) for name in (*IDENTITY, *METADATA)},
        currently_used=packaged.currently_used and not has_default,
    ).save()
    logger.success(f"added new source: {row.entity}, {row.organism}, {row.name}, {row.version}")
    return row


def refresh(row: Source, packaged: PackagedSource) -> None:
    """Update what is said about a source, and take it out of the trash."""
    changes = {
        name: getattr(packaged, name)
        for name in METADATA
        if getattr(row, name) != getattr(packaged, name)
    }
    if row.branch_id == TRASH_BRANCH_ID:
        changes["branch_id"] = MAIN_BRANCH_ID
    if not changes:
        return
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()
    logger.success(f"updated source: {row.entity}, {row.organism}, {row.name}, {row.version}")


def use_newest(rows: Iterable[Source]) -> None:
    """Make the newest version of each source that is in use the used one."""
    series: dict[tuple[str, str, str], list[Source]] = {}
    for row in rows:
        series.setdefault((row.entity, row.organism, row.name), []).append(row)
    for versions in series.values():
        newest = max(versions, key=lambda row: version_order(row.version))
        if any(row.currently_used for row in versions) and not newest.currently_used:
            newest.currently_used = True
            newest.save()
            logger.success(
                f"now using {newest.name}, {newest.version} for {newest.entity}, {newest.organism}"
            )


def version_order(version: str) -> tuple[tuple[int, str], ...]:
    """Sort key of a version: numbers count as numbers."""
    parts = re.findall(r"\d+|[^\d.\-_]+", version)
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)

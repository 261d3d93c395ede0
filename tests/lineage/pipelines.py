"""Runs that read and wrote files, for tests that ask where data comes from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from typing import Any

import lamindb as ln

FIRST_START = datetime(2026, 3, 15, 20, 50, 0, 123000, tzinfo=timezone.utc)
_numbers = count()


def make_run(
    key: str, reads: Sequence[Any] = (), writes: Sequence[str] = (), minute: int = 0, **fields: Any
) -> ln.Run:
    """A run that started some minutes after 20:50, with inputs and new artifacts as outputs."""
    run = ln.Run(ln.Transform(key=key).save(), **fields).save()
    started_at = FIRST_START + timedelta(minutes=minute)
    ln.Run.objects.filter(pk=run.pk).update(started_at=started_at)
    run.refresh_from_db()
    for record in reads:
        record.input_of_runs.add(run)
    for name in writes:
        make_artifact(name, run)
    return run


def make_artifact(key: str | None, run: ln.Run | None = None, **fields: Any) -> ln.Artifact:
    """A text file as an artifact."""
    path = Path(f"content{next(_numbers)}{Path(key or '').suffix}")
    path.write_text(str(path))
    if key is None:
        fields["description"] = "without a key"
    return ln.Artifact(path, key=key, run=run or False, **fields).save()


def artifact(key: str) -> ln.Artifact:
    """The artifact with a key, on whatever branch."""
    return ln.Artifact.objects.get(key=key)


def labels(graph: Any) -> set[str]:
    """Labels of all nodes."""
    return {node.label for node in graph.nodes.values()}


def edges(graph: Any) -> list[str]:
    """Edges as `upper → lower`, in alphabetical order."""
    return sorted(
        f"{graph.nodes[upper].label} → {graph.nodes[lower].label}" for upper, lower in graph.edges
    )

"""CPU time to annotate artifacts with features and to read annotations."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.instances import new_instance
from benchmarks.registry import Workload, register

if TYPE_CHECKING:
    import lamindb as ln

LABELS = 1_000
ARTIFACTS, FEATURES = 1_000, 10
FEW_ARTIFACTS, MANY_FEATURES = 100, 100
RUNS = 9
REPEATS = 20
"""Adding and reading values is so short that this many are measured together."""


@functools.cache
def _one_artifact() -> dict[str, list[float]]:
    """Durations of what is done with the values of one artifact."""
    import lamindb as ln

    with new_instance("bionty"):
        ln.ULabel.from_values([f"label {i}" for i in range(LABELS)], create=True).save()
        for name, dtype in {
            "temperature": float,
            "n_cells": int,
            "perturbation": ln.ULabel,
        }.items():
            ln.Feature(name=name, dtype=dtype).save()
        plain, labelled = _artifacts(2)
        labelled.features.add_values({"perturbation": [f"label {i}" for i in range(LABELS)]})
        numbers = iter(range(1_000_000))

        def add() -> None:
            number = next(numbers)
            plain.features.add_values(
                {
                    "temperature": number + 0.5,
                    "n_cells": number,
                    "perturbation": f"label {number % LABELS}",
                }
            )

        assert len(labelled.features.get_values()["perturbation"]) == LABELS
        return {
            "add": _elapsed(add, repeats=REPEATS),
            "get": _elapsed(labelled.features.get_values, repeats=REPEATS),
            "describe": _elapsed(lambda: labelled.describe(return_str=True), repeats=REPEATS),
        }


@functools.cache
def _frame(artifacts: int, features: int) -> dict[str, list[float]]:
    """Durations of a frame with a value of each feature for each artifact, and of its floor."""
    import pandas as pd

    import lamindb as ln
    from lamindb.models import ArtifactJsonValue, ArtifactULabel, JsonValue

    with new_instance():
        ln.ULabel.from_values(["DMSO", "IFNG"], create=True).save()
        labels = list(ln.ULabel.filter())
        dtypes = {f"feature {i}": ln.ULabel if i % 2 else int for i in range(features)}
        ln.save([ln.Feature(name=name, dtype=dtype) for name, dtype in dtypes.items()])
        plain = list(ln.Feature.filter(dtype_as_str="int"))
        coded = list(ln.Feature.filter(dtype_as_str="cat[ULabel]"))
        hosts = _artifacts(artifacts)
        values = [
            JsonValue(feature=feature, value=i, hash=f"{i}")
            for feature in plain
            for i in range(artifacts)
        ]
        JsonValue.objects.bulk_create(values)
        links = [
            ArtifactJsonValue(artifact=hosts[value.value], jsonvalue=value) for value in values
        ]
        ArtifactJsonValue.objects.bulk_create(links)
        ArtifactULabel.objects.bulk_create(
            [
                ArtifactULabel(artifact=host, ulabel=labels[i % 2], feature=feature)
                for feature in coded
                for i, host in enumerate(hosts)
            ]
        )

        def frame() -> pd.DataFrame:
            return ln.Artifact.to_dataframe(include="features", limit=None)

        assert frame().notna().all().all()
        assert frame().shape == (artifacts, features + 2)
        return {"frame": _elapsed(frame), "floor": _elapsed(functools.partial(_floor, features))}


def _floor(features: int) -> None:
    """Read the same rows by two plain statements and pivot them."""
    import pandas as pd
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.artifact_id, v.feature_id, v.value FROM lamindb_artifactjsonvalue l "
            "JOIN lamindb_jsonvalue v ON v.id = l.jsonvalue_id"
        )
        rows = [(host, feature, json.loads(value)) for host, feature, value in cursor.fetchall()]
        cursor.execute(
            "SELECT l.artifact_id, l.feature_id, u.name FROM lamindb_artifactulabel l "
            "JOIN lamindb_ulabel u ON u.id = l.ulabel_id"
        )
        rows += cursor.fetchall()
    found = pd.DataFrame(rows, columns=["id", "feature", "value"])
    assert found.pivot(index="id", columns="feature", values="value").shape[1] == features


def _artifacts(count: int) -> list[ln.Artifact]:
    """Saved artifacts with a short file each."""
    import lamindb as ln

    artifacts = []
    for number in range(count):
        path = Path(f"{number}.txt")
        path.write_text(f"content {number}")
        artifacts.append(ln.Artifact(path, key=f"{number}.txt"))
    ln.save(artifacts)
    return artifacts


def _elapsed(step: Callable[[], object], repeats: int = 1) -> list[float]:
    """CPU seconds of one step, per run; one run warms up."""
    times = []
    for _ in range(1 + RUNS):
        start = time.process_time()
        for _ in range(repeats):
            step()
        times.append((time.process_time() - start) / repeats)
    return times[1:]


register(
    Workload("values-add", "add_values of 3 features", lambda _: _one_artifact()["add"], 0.005),
    Workload("values-get", "get_values with 1,000 labels", lambda _: _one_artifact()["get"], 0.06),
    Workload(
        "values-describe",
        "describe() with 1,000 labels",
        lambda _: _one_artifact()["describe"],
        0.06,
    ),
    Workload(
        "features-frame-floor",
        "read and pivot 1,000 × 10 annotations",
        lambda _: _frame(ARTIFACTS, FEATURES)["floor"],
    ),
    Workload(
        "features-frame",
        "to_dataframe(include='features'), 1,000 × 10",
        lambda _: _frame(ARTIFACTS, FEATURES)["frame"],
        0.5,
        floor="features-frame-floor",
    ),
    Workload(
        "features-frame-wide",
        "to_dataframe(include='features'), 100 × 100",
        lambda _: _frame(FEW_ARTIFACTS, MANY_FEATURES)["frame"],
        1.0,
    ),
)

"""An upload that fails leaves nothing of the annotations of a validated dataset behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import lamindb as ln
from tests.curators.test_artifact_schema import state
from tests.support.flaky_proxy import FlakyProxy


@pytest.fixture
def proxy(bucket, monkeypatch) -> Iterator[FlakyProxy]:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")  # so that giving up takes less time
    with FlakyProxy(bucket.endpoint_url) as proxy:
        yield proxy


@pytest.fixture
def location(instance, bucket, proxy) -> ln.Storage:
    """A location behind a network that can fail, with labels and features registered."""
    ln.Feature(name="perturbation", dtype=ln.ULabel).save()
    ln.save([ln.Feature(name=name, dtype=float) for name in ("dose", "temperature")])
    ln.save([ln.ULabel(name=name) for name in ("DMSO", "IFNG")])
    return ln.Storage(root=f"s3://{bucket.name}/data?endpoint_url={proxy.url}").save()


def frame(label: str, **columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"perturbation": pd.Categorical([label]), **columns})


@pytest.mark.parametrize("place", ["new", "with earlier content"])
def test_a_failed_upload(instance, location, proxy, place, monkeypatch) -> None:
    flexible = ln.Schema(itype=ln.Feature).save()
    options: dict[str, Any] = {"key": "a.parquet", "storage": location}
    if place != "new":
        monkeypatch.setattr(ln.settings.creation, "_artifact_use_virtual_keys", False)
        ln.Artifact.from_dataframe(frame("DMSO"), **options).save()
    artifact = ln.Artifact.from_dataframe(
        frame("IFNG", dose=[0.5]), schema=flexible, features={"temperature": 21.6}, **options
    )
    before = state(instance.storage.root)
    proxy.answer_503(times=1_000, matching="(PUT|POST) ")
    with pytest.raises(OSError):
        artifact.save()
    proxy.come_up()
    assert state(instance.storage.root) == before
    artifact.save()
    artifact = ln.Artifact.get(artifact.uid)
    assert artifact.features.get_values() == {"perturbation": "IFNG", "temperature": 21.6}
    assert artifact.features.slots["columns"].members.to_list("name") == ["perturbation", "dose"]


def test_a_failed_upload_of_replacing_content(instance, location, proxy) -> None:
    flexible = ln.Schema(itype=ln.Feature).save()
    artifact = ln.Artifact.from_dataframe(
        frame("DMSO"), key="a.parquet", schema=flexible, storage=location
    ).save()
    before = state(instance.storage.root)
    artifact.replace(frame("IFNG", dose=[0.5]))
    proxy.answer_503(times=1_000, matching="(PUT|POST) ")
    with pytest.raises(OSError):
        artifact.save()
    proxy.come_up()
    assert state(instance.storage.root) == before
    stored = ln.Artifact.get(artifact.uid)
    assert stored.features.get_values() == {"perturbation": "DMSO"}
    artifact.save()
    assert ln.Artifact.get(artifact.uid).features.get_values() == {"perturbation": "IFNG"}

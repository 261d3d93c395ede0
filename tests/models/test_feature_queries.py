"""Artifacts, runs and records are found by the values of their features."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import PurePosixPath
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.core.exceptions import FieldError

import lamindb as ln
from lamindb.errors import InvalidArgument, ValidationError
from lamindb.models import (
    ArtifactJsonValue,
    ArtifactSchema,
    ArtifactULabel,
    JsonValue,
    RecordJson,
    RecordRecord,
)


def give(artifact: ln.Artifact, **values: Any) -> None:
    """Annotate an artifact row by row."""
    for name, value in values.items():
        feature = ln.Feature.get(name=name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, ln.ULabel):
                ArtifactULabel(artifact=artifact, ulabel=one, feature=feature).save()
            else:
                stored, _ = JsonValue.get_or_create(feature, one)
                ArtifactJsonValue(artifact=artifact, jsonvalue=stored).save()


@pytest.fixture
def lab(instance: Any) -> SimpleNamespace:
    """Three artifacts with values of features of many dtypes."""
    dtypes = {"temperature": float, "n_cells": int, "note": str, "is_control": bool}
    dtypes |= {"day": date, "study": dict, "tags": list[str], "perturbation": ln.ULabel}
    features = {n: ln.Feature(name=n, dtype=d).save() for n, d in dtypes.items()}
    dmso, ifng = (ln.ULabel(name=name).save() for name in ("DMSO", "IFNG"))
    artifacts = []
    for i in range(3):
        artifacts.append(ln.Artifact.from_dataframe(frame(i), key=f"a{i}.parquet").save())
    a, b, _ = artifacts
    give(a, temperature=21.6, n_cells=3, note="was Ok", is_control=True, day="2024-12-01")
    give(a, study={"assay": {"type": "RNA-seq", "depth": 30}, "by": "Ann"}, tags=["x", "y"])
    give(a, perturbation=(dmso, ifng))
    give(b, temperature=27.0, n_cells=10, note="bad", is_control=False, day="2025-02-13")
    give(b, study={"assay": {"type": "ATAC", "depth": 3}}, tags=["y"], perturbation=dmso)
    return SimpleNamespace(**features, dmso=dmso, ifng=ifng, artifacts=artifacts)


def frame(i: int) -> Any:
    return pd.DataFrame({"x": [i]})


def found(*queries: Any, **expressions: Any) -> str:
    """Digits of the keys of the artifacts that match, in order: "02" is a0 and a2."""
    return digits(ln.Artifact.filter(*queries, **expressions))


def digits(queryset: Any) -> str:
    return "".join(sorted(key[1] for key in queryset.to_list("key")))


@pytest.mark.parametrize(
    ("expressions", "expected"),
    [
        ({"temperature": 21.6}, "0"),
        ({"temperature": 27}, "1"),  # 27.0 is stored
        ({"temperature__gt": 21.6}, "1"),
        ({"temperature__gte": 21.6}, "01"),
        ({"temperature__lt": 27}, "0"),
        ({"temperature__lte": 27}, "01"),
        ({"temperature__in": [21.6, 3]}, "0"),
        ({"temperature__in": []}, ""),
        ({"temperature__isnull": True}, "2"),
        ({"temperature__isnull": False}, "01"),
        ({"temperature": None}, "2"),
        ({"n_cells": 3.0}, "0"),
        ({"n_cells__gt": 9}, "1"),  # as a number, not as text
        ({"n_cells": "3"}, ""),
        ({"note": "was Ok"}, "0"),
        ({"note": "was ok"}, ""),
        ({"note__icontains": "OK"}, "0"),
        ({"note__gt": "bad"}, "0"),
        ({"is_control": True}, "0"),
        ({"is_control": False}, "1"),
        ({"day": date(2024, 12, 1)}, "0"),
        ({"day": "2024-12-01"}, "0"),
        ({"day__gt": date(2024, 12, 31)}, "1"),
        ({"study__by": "Ann"}, "0"),
        ({"study__assay__type": "ATAC"}, "1"),
        ({"study__assay__depth__gt": 3}, "0"),
        ({"study__assay__depth": 3.0}, "1"),
        ({"study__assay": {"depth": 3, "type": "ATAC"}}, "1"),  # whatever the order of the keys
        ({"study__missing": "Ann"}, ""),
        ({"study__by__isnull": True}, "1"),
        ({"study__assay__type__icontains": "seq"}, "0"),
        ({"tags": ["x", "y"]}, "0"),
        ({"tags__contains": "y"}, "01"),
        ({"tags__contains": "x"}, "0"),
        ({"perturbation": "DMSO"}, "01"),
        ({"perturbation__in": ["IFNG", "nothing"]}, "0"),
        ({"perturbation__startswith": "IF"}, "0"),
        ({"perturbation__name__iexact": "ifng"}, "0"),
        ({"perturbation__isnull": True}, "2"),
        ({"perturbation": None}, "2"),
        ({"perturbation": "DMSO", "temperature__gt": 25}, "1"),
        ({"key": "a0.parquet", "temperature": 21.6}, "0"),
        ({"key": "a1.parquet", "temperature": 21.6}, ""),
        ({"suffix": ".parquet", "perturbation__in": ["DMSO"], "n_cells__lt": 5}, "0"),
    ],
    ids=repr,
)
def test_keywords(lab: SimpleNamespace, expressions: dict[str, Any], expected: str) -> None:
    assert found(**expressions) == expected


def test_one_value_in_several_forms(lab: SimpleNamespace) -> None:
    """Times, dates and paths are found however they are written, lists however they are passed."""
    a = lab.artifacts[0]
    for name, dtype in {
        "moment": datetime,
        "moment_utc": "datetime64[ns, UTC]",
        "place": "path",
    }.items():
        ln.Feature(name=name, dtype=dtype).save()
    utc = datetime(2025, 10, 31, 12, tzinfo=timezone.utc)
    moment = datetime(2025, 10, 31, 12)
    a.features.add_values({"moment": moment, "moment_utc": utc, "place": "/data/x"})
    for value in (moment, "2025-10-31 12:00", "2025-10-31T12:00:00", pd.Timestamp(moment)):
        assert found(moment=value) == "0"
    for value in (utc, utc.astimezone(timezone(timedelta(hours=2))), "2025-10-31T12:00:00Z"):
        assert found(moment_utc=value) == "0"
        assert found(moment_utc__in=[value]) == "0"
    assert found(moment__gt=date(2025, 10, 31)) == "0"
    assert found(moment__icontains="2025-10") == "0"
    assert found(day=datetime(2024, 12, 1, 5)) == "0", "a time means its day"
    assert found(place="/data/x/") == found(place=PurePosixPath("/data/x")) == "0"
    assert found(n_cells__in=(n for n in (3, 4))) == found(n_cells__in=np.array([3, 4])) == "0"
    assert found(n_cells__in=pd.Series([3, 4])) == found(n_cells=np.int64(3)) == "0"
    assert found(tags=np.array(["x", "y"])) == "0"
    assert found(perturbation__in=ln.ULabel.filter(name="IFNG")) == "0"
    assert found(perturbation__in=(name for name in ["IFNG"])) == "0"


def test_elements_of_lists(lab: SimpleNamespace, capsys: Any) -> None:
    capsys.readouterr()
    assert found(tags__contains="x") == "0"
    assert "currently not supporting" not in capsys.readouterr().out, "elements are compared"
    assert found(tags__contains="Y") == ""
    assert found(tags__icontains="Y") == "01", "a part of the list as text"


def test_labels_in_the_trash_are_not_found(lab: SimpleNamespace) -> None:
    lab.ifng.delete()
    with pytest.raises(ln.ULabel.DoesNotExist, match="matching `name=IFNG`"):
        found(perturbation="IFNG")
    assert found(perturbation__startswith="IF") == ""
    lab.dmso.delete()
    assert found(perturbation__isnull=True) == "012"


def test_equally_named_labels(lab: SimpleNamespace) -> None:
    kind = ln.ULabel(name="Kind", is_type=True).save()
    twin = ln.ULabel(name="DMSO", type=kind).save()
    give(lab.artifacts[2], perturbation=twin)
    assert found(perturbation="DMSO") == "012"
    assert found(perturbation=twin) == "2"


def test_union_dtypes(bionty_on_both: Any) -> None:
    import bionty as bt

    t_cell = bt.CellType(name="T cell", ontology_id="CL:0000084").save()
    ln.ULabel(name="DMSO").save()
    union = ln.Feature(name="union", dtype=[ln.ULabel, bt.CellType]).save()
    a, b = (ln.Artifact.from_dataframe(frame(i), key=f"a{i}.parquet").save() for i in range(2))
    a.features.add_values({"union": "T cell"})
    b.features.add_values({"union": ["DMSO", "T cell"]})
    assert found(union="T cell") == found(union=t_cell) == found(union == t_cell) == "01"
    assert found(union="DMSO") == "1"
    assert found(union__isnull=False) == "01"
    with pytest.raises(
        ln.errors.ObjectDoesNotExist,
        match=r"Did not find a ULabel matching `name=x` or a bionty\.CellType matching `name=x`",
    ):
        found(union="x")


def test_relations_to_features_and_values(lab: SimpleNamespace) -> None:
    assert found(features__name="temperature") == "01"
    assert found(features__name__startswith="pert") == "01"
    assert found(features=lab.study) == found(features__in=[lab.study]) == "01"
    assert found(features__name="nothing") == ""
    ArtifactSchema(
        artifact=lab.artifacts[2], schema=ln.Schema([lab.note]).save(), slot="columns"
    ).save()
    assert found(features__name="note") == "012", "also those within datasets"
    assert found(schemas__features__name="note") == "2"
    assert found(json_values__value=27.0) == "1"
    assert found(ulabels=lab.ifng) == "0"
    assert found(ulabels__name="DMSO") == "01"
    sample = ln.Record(name="s1").save()
    sample.features.set_values({"n_cells": 1})
    assert ln.Record.filter(features__name="n_cells").one() == sample
    assert not ln.Run.filter(features__name="n_cells").exists()


def test_parameters_of_runs_are_no_features(lab: SimpleNamespace) -> None:
    transform = ln.Transform(key="t.py", kind="script").save()
    run = ln.Run(transform, params={"learning_rate": 0.02}).save()
    assert ln.Run.filter(params__learning_rate__gt=0.01).one() == run
    run.features.add_values({"n_cells": 5})
    assert ln.Run.filter(n_cells__lt=6, params__learning_rate=0.02).one() == run
    assert ln.Run.filter(lab.n_cells == 5).one() == run


def test_records_are_values_too(lab: SimpleNamespace) -> None:
    assert found(perturbation=lab.ifng) == "0"
    assert found(perturbation__in=[lab.ifng, "DMSO"]) == "01"


def test_predicates(lab: SimpleNamespace) -> None:
    assert found(lab.temperature > 25) == "1"
    assert found(lab.temperature >= 21.6, lab.perturbation == "IFNG") == "0"
    assert found(lab.perturbation == lab.ifng) == "0"
    assert found(lab.temperature < 25, suffix=".parquet") == "0"
    assert found(lab.temperature <= 27) == "01"
    assert found(lab.temperature.is_null()) == "2"
    assert found(lab.temperature.is_null(False)) == "01"
    assert found(lab.perturbation != "IFNG") == "12", "records without a value are included"


def test_predicates_combine_with_each_other_and_with_q(lab: SimpleNamespace) -> None:
    warm, control = lab.temperature > 25, lab.is_control == True  # noqa: E712
    assert found(warm | control) == "01"
    assert found(warm & control) == ""
    assert found(~warm) == "02"
    assert found(~(warm | control)) == "2"
    assert found(warm | ln.Q(key="a2.parquet")) == "12"
    assert found(ln.Q(key="a2.parquet") | warm) == "12"
    assert found(ln.Q(temperature=21.6) | ln.Q(key="a2.parquet")) == "02"
    assert found(~ln.Q(temperature=21.6) & ln.Q(perturbation="DMSO")) == "1"


def test_exclude_and_get_accept_features(lab: SimpleNamespace) -> None:
    everything = ln.Artifact.filter()
    assert digits(everything.exclude(temperature__gt=25)) == "02"
    assert digits(everything.exclude(lab.perturbation == "IFNG")) == "12"
    assert ln.Artifact.get(temperature=21.6) == lab.artifacts[0]
    assert ln.Artifact.get(lab.temperature == 21.6) == lab.artifacts[0]
    with pytest.raises(ln.Artifact.DoesNotExist):
        ln.Artifact.get(temperature=1)
    with pytest.raises(TypeError, match=r"get\(\) takes an id or a uid, or a condition, not 2\.5"):
        ln.Artifact.get(2.5)


def test_a_condition_is_one_more_subquery_not_one_more_query(
    lab: SimpleNamespace, count_queries: Any
) -> None:
    with count_queries() as queries:
        found(temperature__gt=1, n_cells__gt=1, note__icontains="a", study__by="Ann")
    assert queries.count == 2, "the features, the artifacts"


def test_order_by_feature(lab: SimpleNamespace) -> None:
    a, b, _ = lab.artifacts
    assert list(ln.Artifact.filter().order_by(lab.n_cells)) == [a, b], "3 before 10, not as text"
    assert list(ln.Artifact.filter().order_by(-lab.temperature)) == [b, a]
    assert list(ln.Artifact.filter().order_by(-lab.day, "id")) == [b, a]
    with pytest.raises(FieldError, match="Cannot order by feature 'perturbation'"):
        ln.Artifact.filter().order_by(lab.perturbation)
    with pytest.raises(FieldError, match="only supported for Artifact, Run, and Record"):
        ln.ULabel.filter().order_by(lab.n_cells)


def test_a_name_that_is_neither_field_nor_feature(lab: SimpleNamespace) -> None:
    with pytest.raises(InvalidArgument, match=r"Or fix invalid feature names: temp$"):
        found(temp=21.6)
    with pytest.raises(FieldError, match="Unknown field 'temperature'"):
        ln.ULabel.filter(temperature=21.6)
    with pytest.raises(FieldError, match="Feature predicates are only supported"):
        ln.ULabel.filter(lab.temperature > 1).count()


def test_labels_that_do_not_exist_or_have_no_order(lab: SimpleNamespace) -> None:
    with pytest.raises(
        ln.ULabel.DoesNotExist, match="Did not find a ULabel matching `name=missing`"
    ):
        found(perturbation="missing")
    with pytest.raises(NotImplementedError, match="cannot compare categorical feature"):
        found(perturbation__gt="A")
    with pytest.raises(InvalidArgument, match="cannot be a value of feature 'perturbation'"):
        found(perturbation=lab.artifacts[0])


def test_comparators_that_ignore_case_say_so(lab: SimpleNamespace, capsys: Any) -> None:
    assert found(note__contains="WAS") == "0"
    assert "currently not supporting `__contains`, using `__icontains` instead" in (
        capsys.readouterr().out
    )


def test_the_topmost_of_several_features_is_meant(lab: SimpleNamespace) -> None:
    group = ln.Feature(name="protocol", is_type=True).save()
    ln.Feature(name="temperature", dtype=int, type=group).save()
    assert found(temperature=21.6) == "0", "the feature without a type"
    other = ln.Feature(name="other", is_type=True).save()
    for kind in (group, other):
        ln.Feature(name="ph", dtype=float, type=kind).save()
    with pytest.raises(ValidationError, match="Ambiguous match for Feature 'ph': found 2 features"):
        found(ph=7)


def test_predicates_are_no_booleans(lab: SimpleNamespace) -> None:
    with pytest.raises(TypeError, match="cannot be used as booleans"):
        bool(lab.temperature > 1)
    with pytest.raises(TypeError, match="expects a bool"):
        lab.temperature.is_null("x")


def test_features_are_compared_with_features_as_records(lab: SimpleNamespace) -> None:
    same = ln.Feature.get(name="temperature")
    assert (lab.temperature == same) is True
    assert (lab.temperature != lab.n_cells) is True
    assert (lab.temperature == lab.artifacts[0]) is False
    assert len({lab.temperature, same}) == 1
    assert lab.temperature in [lab.n_cells, same]


def test_records_are_found_by_feature(lab: SimpleNamespace) -> None:
    sample, parent = ln.Record(name="s1").save(), ln.Record(name="p").save()
    link = ln.Feature(name="parent_sample", dtype=ln.Record).save()
    RecordJson(record=sample, feature=lab.study, value={"b": [1, {"c": 2.0}]}).save()
    RecordRecord(record=sample, feature=link, value=parent).save()
    assert ln.Record.filter(study={"b": [1.0, {"c": 2}]}).one() == sample
    assert ln.Record.filter(parent_sample="p").one() == sample
    assert ln.Record.filter(link == parent).one() == sample
    assert not ln.Run.filter(temperature=1).exists()

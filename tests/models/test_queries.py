"""Queries: filter, get, one, data frames, describe, with their errors and query counts."""

from __future__ import annotations

from datetime import timezone

import pandas as pd
import pytest
from django.core.exceptions import FieldError

import lamindb as ln
from lamindb.errors import InvalidArgument, MultipleObjectsReturned, ObjectDoesNotExist


@pytest.fixture
def labels(instance) -> list[ln.ULabel]:
    return [ln.ULabel(name=f"label {i}", reference=f"r{i % 2}").save() for i in range(5)]


def test_filter_by_field_and_comparator(labels) -> None:
    assert ln.ULabel.filter(name="label 3").one() == labels[3]
    assert ln.ULabel.filter(name__in=["label 1", "label 2"]).count() == 2
    assert ln.ULabel.filter(ln.Q(name="label 1") | ln.Q(name="label 4")).count() == 2
    assert ln.ULabel.filter(~ln.Q(reference="r0")).to_list("name") == ["label 1", "label 3"]
    assert ln.ULabel.filter(created_by__handle="anonymous").count() == 5
    assert ln.ULabel.filter().exclude(name="label 0").count() == 4
    assert ln.ULabel.filter().order_by("-name").first() == labels[4]


def test_get_by_id_uid_and_field(labels) -> None:
    assert ln.ULabel.get(labels[2].id) == labels[2]
    assert ln.ULabel.get(labels[2].uid) == labels[2]
    assert ln.ULabel.get(labels[2].uid[:7]) == labels[2]
    assert ln.ULabel.get(name="label 2") == labels[2]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: ln.ULabel.get(99), ln.ULabel.DoesNotExist, "No ULabel matches id=99"),
        (lambda: ln.ULabel.get("abc"), ObjectDoesNotExist, r"ULabel.get\(name='abc'\)"),
        (lambda: ln.ULabel.get(name="no"), ln.ULabel.DoesNotExist, "name='no'"),
        (lambda: ln.ULabel.get(reference="r0"), MultipleObjectsReturned, "reference='r0'"),
        (lambda: ln.ULabel.get(1.5), TypeError, "an id or a uid"),
        (lambda: ln.ULabel.filter(nam="x"), FieldError, "Available fields: .*Did you mean 'name'"),
        (lambda: ln.ULabel.get(nam="x"), FieldError, "Unknown field 'nam'"),
        (lambda: ln.Artifact.filter(siz=1), InvalidArgument, "invalid feature names: siz. Did"),
        (lambda: ln.ULabel.filter(created_by="bob"), FieldError, "created_by__handle"),
        (lambda: ln.ULabel.get(created_by="anon1"), FieldError, "created_by__handle"),
        (lambda: ln.ULabel.filter(name="no").one(), ObjectDoesNotExist, "ULabel matches name='no'"),
        (lambda: ln.ULabel.filter().one(), MultipleObjectsReturned, "More than one ULabel"),
        (lambda: ln.ULabel.filter().one_or_none(), MultipleObjectsReturned, "More than one"),
        (lambda: ln.Run.filter(status="done"), ValueError, "completed"),
        (lambda: ln.ULabel.to_dataframe(include="ulabels"), ValueError, "ulabels__name"),
        (lambda: ln.ULabel.to_dataframe(include="nam"), FieldError, "Cannot resolve keyword"),
        (lambda: ln.ULabel.to_dataframe(include="features"), InvalidArgument, "no features"),
        (lambda: ln.ULabel.filter(id="x").count(), ValueError, "expected a number"),
        (lambda: ln.ULabel.filter(name__nope="x").count(), FieldError, "Unsupported lookup"),
    ],
)
def test_wrong_queries(labels, call, error, text) -> None:
    with pytest.raises(error, match=text):
        call()


def test_branches_hide_records_by_default(labels) -> None:
    labels[0].delete()
    assert ln.ULabel.filter().count() == 4
    assert not ln.ULabel.filter(name="label 0").exists()
    assert ln.ULabel.filter(branch=None).count() == 5
    assert ln.ULabel.filter(branch_id=-1).one() == labels[0]
    assert ln.ULabel.filter(branch__name="trash").one() == labels[0]
    assert ln.ULabel.filter(ln.Q(branch_id=-1) | ln.Q(name="label 1")).count() == 2
    assert ln.ULabel.filter(uid=labels[0].uid).exists()
    assert ln.ULabel.get(labels[0].id) == labels[0]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("early", ["2020-01-01", "2020-01-01 12:00:00", "2020-01-01T12:00:00Z"])
def test_times_without_a_zone_are_utc(labels, early) -> None:
    assert ln.ULabel.filter(created_at__gt=early).count() == 5
    assert ln.ULabel.filter(created_at__lt=early).count() == 0
    with pytest.raises(ValueError, match="soon"):
        ln.ULabel.filter(created_at__gt="soon").count()


def test_data_frame_columns_and_types(labels) -> None:
    df = ln.ULabel.to_dataframe()
    assert df.columns.tolist() == (
        "uid name description reference reference_type is_locked is_type created_at branch_id "
        "created_on_id space_id created_by_id run_id type_id".split()
    )
    assert df.index.name == "id"
    assert df["name"].tolist() == [f"label {i}" for i in (4, 3, 2, 1, 0)]
    assert df["created_at"].dtype == pd.DatetimeTZDtype("ns", timezone.utc)
    assert df["is_type"].dtype == bool
    assert df["branch_id"].dtype == "int64"
    assert df["run_id"].dtype == object


def test_an_empty_data_frame_has_the_same_columns(labels) -> None:
    empty = ln.ULabel.filter(name="no").to_dataframe()
    assert empty.columns.tolist() == ln.ULabel.to_dataframe().columns.tolist()
    assert empty.index.name == "id"
    assert len(empty) == 0


def test_data_frame_is_truncated_with_a_word(instance, capsys) -> None:
    for i in range(25):
        ln.ULabel(name=str(i)).save()
    assert len(ln.ULabel.to_dataframe()) == 20
    assert "! truncated query result to limit=20 ULabel objects" in capsys.readouterr().out
    assert len(ln.ULabel.to_dataframe(limit=None)) == 25
    assert len(ln.ULabel.to_dataframe(limit=3)) == 3
    assert "truncated" not in capsys.readouterr().out


def test_include_follows_relations(labels, count_queries) -> None:
    labels[0].parents.add(labels[1], labels[2])
    with count_queries() as queries:
        df = ln.ULabel.to_dataframe(include=["created_by__handle", "parents__name", "reference"])
    assert queries.count <= 3
    assert df.columns.tolist() == [
        "uid",
        "name",
        "created_by__handle",
        "parents__name",
        "reference",
    ]
    assert df["created_by__handle"].unique().tolist() == ["anonymous"]
    assert df.loc[labels[0].id, "parents__name"] == {"label 1", "label 2"}
    assert df.loc[labels[4].id, "parents__name"] == {None}


def test_privates_on_request(labels) -> None:
    assert "_aux" in ln.ULabel.to_dataframe(include="privates").columns


def test_related_managers_have_the_same_methods(labels) -> None:
    labels[0].parents.add(labels[1])
    assert labels[0].parents.to_list("name") == ["label 1"]
    assert labels[1].children.to_dataframe()["name"].tolist() == ["label 0"]


def test_df_is_a_deprecated_alias(labels) -> None:
    with pytest.warns(DeprecationWarning, match="to_dataframe"):
        assert len(ln.ULabel.df()) == 5
    with pytest.warns(DeprecationWarning, match="to_dataframe"):
        assert len(ln.ULabel.filter().df()) == 5


def test_describe_lists_the_fields_of_a_registry(bionty_instance) -> None:
    lines = ln.Artifact.describe(return_str=True).splitlines()
    assert lines[:3] == ["Artifact", "  Simple fields", "    .uid: CharField"]
    assert "    .size: BigIntegerField" in lines
    relational = lines[lines.index("  Relational fields") + 1 :]
    assert relational[:4] == [
        "    .branch: Branch",
        "    .created_on: Branch",
        "    .space: Space",
        "    .storage: Storage",
    ]
    assert "    .ulabels: ULabel" in relational
    bionty_fields = lines[lines.index("  Bionty fields") + 1 :]
    assert "    .cell_types: bionty.CellType" in bionty_fields
    assert not any(".links_" in line or "._" in line for line in lines)


def test_describe_a_record_without_layout(labels) -> None:
    assert labels[0].describe(return_str=True) == "ULabel: label 0"

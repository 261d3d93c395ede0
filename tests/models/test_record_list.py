"""Lists of records: save, data frame, values."""

from __future__ import annotations

import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument, MultipleObjectsReturned, ObjectDoesNotExist
from lamindb.models import SQLRecordList


@pytest.fixture
def labels(instance) -> SQLRecordList[ln.ULabel]:
    """Labels b and a, saved."""
    return SQLRecordList(ln.ULabel(name=name) for name in "ba").save()


def test_a_list_behaves_like_a_list(labels) -> None:
    assert len(labels) == 2
    assert labels[0].name == "b"
    assert isinstance(labels[:1], SQLRecordList)
    assert labels[:1] == [labels[0]]
    assert isinstance(labels + labels[:1], SQLRecordList)
    assert labels + labels[:1] == [labels[0], labels[1], labels[0]]
    assert repr(labels[:1]) == f"SQLRecordList([{labels[0]!r}])"
    assert labels[1] in labels


def test_save_is_all_or_nothing_and_can_be_chained(instance) -> None:
    fine, too_long = ln.ULabel(name="a"), ln.ULabel(name="b")
    too_long.name = "x" * 151
    with pytest.raises(ValueError, match="at most 150"):
        SQLRecordList([fine, too_long]).save()
    assert ln.ULabel.filter().count() == 0
    records = SQLRecordList([fine])
    assert records.save() is records
    assert fine.pk is not None


def test_saved_records_are_updated(labels) -> None:
    labels[0].description = "changed"
    labels.save()
    assert ln.ULabel.get(name="b").description == "changed"
    assert ln.ULabel.filter().count() == 2


def test_a_data_frame_has_the_columns_of_a_query_set(labels) -> None:
    frame = labels.to_dataframe()
    expected = ln.ULabel.filter().to_dataframe(order_by="id")
    assert list(frame.columns) == list(expected.columns)
    assert frame.equals(expected)
    assert (frame.index.name, frame.index.dtype) == ("id", expected.index.dtype)
    assert list(labels[::-1].to_dataframe()["name"]) == ["a", "b"]


def test_unsaved_records_in_a_data_frame(labels) -> None:
    frame = SQLRecordList([labels[0], ln.ULabel(name="new")]).to_dataframe()
    assert list(frame["name"]) == ["b", "new"]
    assert frame.index.isna().tolist() == [False, True]
    assert list(frame.columns) == list(ln.ULabel.to_dataframe().columns)


def test_an_empty_list(instance) -> None:
    frame = SQLRecordList([]).to_dataframe()
    assert frame.empty
    assert frame.index.name == "id"
    assert SQLRecordList([]).save() == []


def test_one_registry_per_data_frame(labels) -> None:
    with pytest.raises(InvalidArgument, match="belong to ULabel, Project: make a list for each"):
        SQLRecordList([labels[0], ln.Project(name="p")]).to_dataframe()


def test_df_is_a_deprecated_alias(labels) -> None:
    with pytest.warns(DeprecationWarning, match="to_dataframe"):
        assert labels.df().equals(labels.to_dataframe())


def test_values_of_a_field(labels) -> None:
    assert labels.to_list() == [labels[0], labels[1]]
    assert labels.to_list("name") == ["b", "a"]
    assert labels.to_list("created_by__handle") == ["anonymous", "anonymous"]
    assert labels.to_list("type__name") == [None, None]
    with pytest.raises(AttributeError, match="nam"):
        labels.to_list("nam")


def test_the_only_record(labels) -> None:
    assert labels[:1].one() == labels[0]
    with pytest.raises(MultipleObjectsReturned, match="has 2 records, not one"):
        labels.one()
    with pytest.raises(ObjectDoesNotExist, match="has no record"):
        labels[:0].one()

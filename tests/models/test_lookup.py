"""`lookup()`: records as attributes."""

from __future__ import annotations

import copy

import pytest
from django.core.exceptions import FieldError

import lamindb as ln
from lamindb.models.lookup import Lookup


@pytest.fixture
def labels(instance) -> dict[str, ln.ULabel]:
    names = ["T cell", "3D", "class", "B-cell (naïve)", "dict", "count", "_x"]
    return {name: ln.ULabel(name=name).save() for name in names}


def test_values_become_attributes(labels) -> None:
    lookup = ln.ULabel.lookup()
    assert lookup.t_cell == labels["T cell"]
    assert lookup.ln_3d == labels["3D"]
    assert lookup.class_ == labels["class"]
    assert lookup.b_cell_na_ve_ == labels["B-cell (naïve)"]
    assert lookup.dict_ == labels["dict"]
    assert lookup.count == labels["count"]
    assert lookup.ln__x == labels["_x"]
    assert lookup.t_cell is lookup.t_cell


def test_dict_has_the_values_as_they_are(labels) -> None:
    found = ln.ULabel.lookup().dict()
    assert found == labels
    assert list(found) == list(labels)


def test_it_behaves_like_a_named_tuple(labels) -> None:
    lookup = ln.ULabel.lookup()
    records = tuple(labels.values())
    assert lookup._fields[:3] == ("t_cell", "ln_3d", "class_")
    assert (len(lookup), tuple(lookup), lookup[0], lookup[-2:]) == (
        7,
        records,
        records[0],
        records[-2:],
    )
    assert labels["3D"] in lookup
    assert lookup == records == ln.ULabel.lookup()
    assert lookup != records[1:]
    assert lookup._asdict()["ln_3d"] == labels["3D"]
    assert copy.copy(lookup) == lookup
    first, *_ = lookup
    assert first == labels["T cell"]


def test_names_are_completed(labels) -> None:
    assert dir(ln.ULabel.lookup()) == sorted([*ln.ULabel.lookup()._fields, "dict"])


def test_records_are_complete(instance, count_queries) -> None:
    ln.ULabel(name="T cell", description="d", is_type=True).save()
    lookup = ln.ULabel.lookup()
    with count_queries() as queries:
        label = lookup.t_cell
        assert (label.description, label.is_type, label._aux) == ("d", True, None)
        assert label.created_at.tzinfo is not None
        assert not label.get_deferred_fields()
    assert queries.count == 0
    label.description = "changed"
    label.save()
    assert ln.ULabel.get(name="T cell").description == "changed"


def test_one_query(labels, count_queries) -> None:
    with count_queries() as queries:
        lookup = ln.ULabel.lookup()
        assert lookup.t_cell.name == "T cell"
        assert len(lookup.dict()) == 7
        assert ln.ULabel.lookup(return_field="uid").t_cell == labels["T cell"].uid
    assert queries.count == 2


def test_another_field_and_the_values_of_a_field(labels) -> None:
    label = labels["T cell"]
    assert ln.ULabel.lookup("uid").dict()[label.uid] == label
    assert ln.ULabel.lookup(ln.ULabel.uid).dict()[label.uid] == label
    assert ln.ULabel.lookup(return_field=ln.ULabel.uid).t_cell == label.uid
    assert ln.ULabel.lookup("id").dict()[label.id] == label
    assert ln.ULabel.lookup(return_field="created_by_id").t_cell == label.created_by_id
    assert ln.ULabel.lookup("name", "created_at").t_cell == label.created_at


def test_empty_values_are_left_out(instance) -> None:
    ln.Record(description="no name").save()
    ln.Record(name="named", description="").save()
    assert ln.Record.lookup()._fields == ("named",)
    assert ln.Record.lookup("description")._fields == ("no_name",)
    assert ln.Record.filter(name="nobody").lookup() == ()


def test_the_default_field_of_registries_without_names(instance) -> None:
    assert ln.User.lookup().anonymous.handle == "anonymous"
    link = ln.models.ArtifactULabel
    with pytest.raises(ValueError, match="ArtifactULabel has no text field"):
        link.lookup()


def test_several_records_of_one_value(instance, capsys) -> None:
    kind = ln.ULabel(name="Kind", is_type=True).save()
    first = ln.ULabel(name="T cell").save()
    second = ln.ULabel(name="T cell", type=kind).save()
    third = ln.ULabel(name="t-cell").save()
    capsys.readouterr()

    lookup = ln.ULabel.lookup()
    assert capsys.readouterr().out == ""
    assert lookup.t_cell == first
    expected = "! 3 records are named 't_cell', returning the first: pass keep=False to get all"
    assert capsys.readouterr().out.strip() == expected
    assert lookup.t_cell == first
    assert lookup.kind == kind
    assert capsys.readouterr().out == ""

    assert lookup.dict() == {"Kind": kind, "T cell": first, "t-cell": third}
    assert "! several records for 'T cell', returning the first" in capsys.readouterr().out

    last = ln.ULabel.lookup(keep="last")
    assert (last.t_cell, last.dict()["T cell"]) == (third, second)
    everything = ln.ULabel.lookup(keep=False)
    capsys.readouterr()
    assert everything.t_cell == [first, second, third]
    assert everything.kind == kind
    assert everything.dict() == {"Kind": kind, "T cell": [first, second], "t-cell": third}
    assert capsys.readouterr().out == ""


def test_the_order_of_the_set_counts(labels) -> None:
    assert ln.ULabel.filter().order_by("-id").lookup()[0] == labels["_x"]
    assert ln.ULabel.search("cell").lookup()._fields == ("t_cell", "b_cell_na_ve_")
    assert len(ln.ULabel.filter()[:2].lookup()) == 2


def test_sets_and_related_managers(labels) -> None:
    labels["3D"].parents.add(labels["T cell"])
    assert labels["3D"].parents.lookup()._fields == ("t_cell",)
    assert ln.ULabel.filter(name__startswith="T").lookup()._fields == ("t_cell",)
    assert ln.ULabel.filter().select_related("created_by").lookup().t_cell == labels["T cell"]


def test_records_that_are_not_visible_are_left_out(labels) -> None:
    labels["T cell"].delete()
    assert not hasattr(ln.ULabel.lookup(), "t_cell")
    assert ln.ULabel.filter(branch=None).lookup().t_cell == labels["T cell"]
    assert ln.ULabel.objects.lookup().t_cell == labels["T cell"]


def test_it_is_shown_in_short() -> None:
    assert repr(Lookup(["a", "b"], [1, 2])) == "Lookup(a=1, b=2)"
    many = repr(Lookup([f"a{n}" for n in range(11)], list(range(11))))
    assert many.endswith("a9=9, ...)")


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: ln.ULabel.lookup("nam"), FieldError, "Unknown field 'nam'.*Did you mean 'name'"),
        (lambda: ln.ULabel.lookup(return_field="nam"), FieldError, "Unknown field 'nam'"),
        (lambda: ln.ULabel.lookup(ln.Record.name), FieldError, "no field of ULabel"),
        (lambda: ln.ULabel.lookup(keep="all"), ValueError, "'first', 'last' or False, not 'all'"),
        (lambda: ln.ULabel.lookup().tcell, AttributeError, "'tcell'. Did you mean 't_cell'"),
        (lambda: ln.ULabel.lookup()._private, AttributeError, "'_private'"),
        (lambda: ln.ULabel.lookup()[99], IndexError, "range"),
        (lambda: hash(ln.ULabel.lookup()), TypeError, "unhashable"),
    ],
)
def test_wrong_lookups(labels, call, error, text) -> None:
    with pytest.raises(error, match=text):
        call()

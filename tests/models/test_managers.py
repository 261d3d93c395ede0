"""Related managers, `Registry.objects` and sets of records: how to get records out of them."""

from __future__ import annotations

import pytest
from django.core.exceptions import FieldError

import lamindb as ln
from lamindb.errors import InstanceNotFoundError, MultipleObjectsReturned, ObjectDoesNotExist
from lamindb.models import BasicQuerySet, QuerySet


@pytest.fixture
def child(instance) -> ln.ULabel:
    """A label `child` with the parents `a` and `b`."""
    child = ln.ULabel(name="child").save()
    child.parents.add(ln.ULabel(name="a").save(), ln.ULabel(name="b").save())
    return child


def test_managers_have_the_methods_of_sets(child) -> None:
    assert child.parents.filter(name="a").one().name == "a"
    assert child.parents.order_by("name").first().name == "a"
    assert child.parents.order_by("name").last().name == "b"
    assert child.parents.all().order_by("-name").to_list("name") == ["b", "a"]
    assert child.parents.to_dataframe(order_by="name")["name"].tolist() == ["a", "b"]
    assert child.parents.search("b").first().name == "b"
    assert child.parents.lookup().a.name == "a"
    assert child.children.one_or_none() is None
    assert child.children.first() is None
    assert child.parents.filter(name="b").one().children.one() == child
    assert ln.ULabel.objects.count() == 3


def test_get_on_managers(child) -> None:
    parent = ln.ULabel.get(name="a")
    assert child.parents.get(name="a") == parent
    assert child.parents.get(parent.id) == parent
    assert child.parents.get(parent.uid) == parent
    assert child.parents.get(parent.uid[:6]) == parent
    assert child.parents.get(ln.Q(name="a")) == parent
    assert ln.ULabel.objects.get(ln.Q(name="a"), uid=parent.uid) == parent


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda c: c.parents.one(), MultipleObjectsReturned, "More than one ULabel"),
        (lambda c: c.parents.one_or_none(), MultipleObjectsReturned, "More than one ULabel"),
        (lambda c: c.children.one(), ObjectDoesNotExist, "No ULabel matches"),
        (lambda c: c.parents.get(), MultipleObjectsReturned, "more than one ULabel"),
        (lambda c: c.parents.get(name="c"), ln.ULabel.DoesNotExist, "does not exist"),
        (lambda c: c.parents.get(c.id), ln.ULabel.DoesNotExist, "No ULabel matches id="),
        (lambda c: c.parents.get(c.uid), ObjectDoesNotExist, "has a uid that starts with"),
        (lambda c: c.parents.get("xyz"), ObjectDoesNotExist, r"ULabel.get\(name='xyz'\)"),
        (lambda c: c.parents.filter(nam="a"), FieldError, "Cannot resolve keyword 'nam'"),
        (lambda c: ln.ULabel.filter().exclude(nam="a"), FieldError, "Did you mean 'name'"),
    ],
    ids=range(10),
)
def test_wrong_calls(child, call, error, text) -> None:
    with pytest.raises(error, match=text):
        call(child)


def test_managers_show_trashed_members(child) -> None:
    ln.ULabel.get(name="a").delete()
    assert sorted(child.parents.to_list("name")) == ["a", "b"]
    assert ln.ULabel.objects.count() == 3


def test_managers_cannot_delete_records(child) -> None:
    assert not hasattr(child.parents, "delete")
    assert not hasattr(ln.ULabel.objects, "delete")
    assert not hasattr(child.parents, "delete_rows")
    child.parents.clear()
    assert ln.ULabel.filter().count() == 3


def test_sets_say_what_they_are(child) -> None:
    empty = ln.ULabel.filter(name="no")
    assert repr(empty) == "<QuerySet []>"
    assert repr(ln.ULabel.filter(name="a")) == f"<QuerySet [{ln.ULabel.get(name='a')!r}]>"
    assert repr(ln.ULabel.objects.none()) == "<BasicQuerySet []>"
    assert repr(ln.Artifact.filter()) == "<ArtifactQuerySet []>"
    assert repr(ln.Artifact.objects.all()) == "<ArtifactBasicQuerySet []>"
    ln.save([ln.ULabel(name=f"label {n}") for n in range(20)])
    assert repr(ln.ULabel.filter()).endswith("'...(remaining elements truncated)...']>")


def test_classes_of_sets(child) -> None:
    assert type(ln.ULabel.filter()) is QuerySet
    assert type(ln.ULabel.filter().all()) is QuerySet
    assert type(child.parents.all()) is BasicQuerySet
    assert type(ln.ULabel.objects.filter(name="a")) is BasicQuerySet
    assert not hasattr(ln.ULabel, "first")


def test_messages_do_not_run_queries(child, count_queries) -> None:
    names = ln.ULabel.filter(name__in=ln.ULabel.filter().values("name"))
    with count_queries() as queries, pytest.raises(ObjectDoesNotExist) as error:
        names.filter(description="x" * 500).one()
    assert queries.count == 1
    assert "name__in=<QuerySet>" in str(error.value)
    assert len(str(error.value)) < 300


# -- the default filter on branches


@pytest.fixture
def trashed(instance) -> ln.ULabel:
    """A trashed label beside one on main."""
    ln.ULabel(name="kept").save()
    label = ln.ULabel(name="trashed").save()
    label.delete()
    return label


@pytest.mark.parametrize(
    ("queries", "expressions", "names"),
    [
        ((), {}, ["kept"]),
        ((), {"branch": None}, ["kept", "trashed"]),
        ((), {"branch_id": None}, ["kept", "trashed"]),
        ((), {"branch_id": -1}, ["trashed"]),
        ((), {"branch__name": "trash"}, ["trashed"]),
        ((), {"branch_id__in": [-1, 1]}, ["kept", "trashed"]),
        ((), {"branch__name__in": ["trash"]}, ["trashed"]),
        ((), {"space_id": 1}, ["kept"]),
        ((), {"id__gt": 0}, ["kept"]),
        ((ln.Q(id__gt=0),), {}, ["kept"]),
        ((ln.Q(branch_id=-1),), {}, ["trashed"]),
        (
            (~(ln.Q(name="no") | (ln.Q(uid="no") & ln.Q(branch__name="x"))),),
            {},
            ["kept", "trashed"],
        ),
    ],
    ids=range(12),
)
def test_what_lifts_the_default_filter(trashed, queries, expressions, names) -> None:
    assert sorted(ln.ULabel.filter(*queries, **expressions).to_list("name")) == names


def test_identifying_keywords_find_trashed_records(trashed) -> None:
    assert ln.ULabel.filter(id=trashed.id).one() == trashed
    assert ln.ULabel.filter(uid__in=[trashed.uid]).one() == trashed
    assert ln.ULabel.filter(id__in=[trashed.id]).one() == trashed
    assert ln.ULabel.get(uid=trashed.uid) == trashed
    assert ln.ULabel.get(trashed.id) == trashed
    assert ln.ULabel.get(trashed.uid) == trashed
    with pytest.raises(ln.ULabel.DoesNotExist):
        ln.ULabel.get(name="trashed")


def test_records_of_other_branches_are_hidden(instance) -> None:
    draft = ln.Branch(name="draft").save()
    ln.ULabel(name="on main").save()
    ln.setup.settings.branch = draft
    ln.ULabel(name="on draft").save()
    assert sorted(ln.ULabel.filter().to_list("name")) == ["on draft", "on main"]
    assert ln.ULabel.filter(branch=draft).one().name == "on draft"
    ln.setup.settings.branch = "main"
    assert ln.ULabel.filter().to_list("name") == ["on main"]


# -- connect


@pytest.mark.parametrize("name", [None, "default", "anonymous/test", "test"])
def test_connect_to_the_connected_instance(trashed, name) -> None:
    records = ln.ULabel.connect(name)
    assert type(records) is QuerySet
    assert records.count() == 2
    assert records.filter().one().name == "kept"
    assert records.get(trashed.uid) == trashed
    with pytest.raises(ln.ULabel.DoesNotExist):
        records.get(name="trashed")


@pytest.mark.parametrize("name", ["elsewhere", "someone/else", "https://lamin.ai/some/one"])
def test_connect_to_an_unknown_instance(instance, name) -> None:
    with pytest.raises(InstanceNotFoundError, match="is not known on this machine"):
        ln.ULabel.connect(name)


def test_connect_to_another_instance(instance) -> None:
    ln.setup.init(storage="./other", name="other")
    with pytest.raises(InstanceNotFoundError, match=r"call ln.connect\('anonymous/test'\)"):
        ln.ULabel.connect("anonymous/test")


def test_connect_to_something_else(instance) -> None:
    with pytest.raises(ValueError, match="a/b/c"):
        ln.ULabel.connect("a/b/c")

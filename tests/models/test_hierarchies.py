"""Types and parents: everything above or below a record, in one query, on visible branches."""

from __future__ import annotations

import pytest
from django.db import connection

import lamindb as ln
from lamindb.errors import InvalidArgument
from lamindb.models.initialization import initialize


def make_types(registry: type, **fields: object) -> dict[str, object]:
    """a ⊃ (b ⊃ (d ⊃ e), c): each letter is the type of what follows in brackets."""
    made: dict[str, object] = {}
    for name, type_name in [("a", None), ("b", "a"), ("d", "b"), ("e", "d"), ("c", "a")]:
        type_record = made.get(type_name)
        made[name] = registry(name=name, is_type=name != "e", type=type_record, **fields).save()
    return made


def schema_row(**values: object) -> ln.Schema:
    """A saved schema without members, which the constructor would ask for."""
    schema = ln.Schema.__new__(ln.Schema)
    initialize(schema, values)
    return schema.save()


@pytest.fixture
def types(instance) -> dict[str, ln.Record]:
    return make_types(ln.Record)


@pytest.fixture
def family(instance) -> dict[str, ln.ULabel]:
    """Two grandparents, a parent of each, one child of both parents, one grandchild."""
    labels = {
        name: ln.ULabel(name=name).save()
        for name in ("cell", "blood", "leukocyte", "lymphocyte", "T cell", "CD8 T cell")
    }
    labels["leukocyte"].parents.add(labels["cell"])
    labels["lymphocyte"].parents.add(labels["blood"])
    labels["T cell"].parents.add(labels["leukocyte"], labels["lymphocyte"])
    labels["CD8 T cell"].parents.add(labels["T cell"])
    return labels


# -- types


def test_query_types_goes_from_the_nearest_type_to_the_root(types, count_queries) -> None:
    record = ln.Record.get(name="e")
    with count_queries() as queries:
        found = record.query_types()
    assert queries.count == 1
    assert found.to_list("name") == ["d", "b", "a"]
    assert found.to_dataframe()["name"].tolist() == ["d", "b", "a"]


def test_query_types_without_a_type_asks_nothing(types, count_queries) -> None:
    with count_queries() as queries:
        assert types["a"].query_types() == []
    assert queries.count == 0


def test_query_types_of_an_unsaved_record(types) -> None:
    unsaved = ln.Record(name="new", type=types["d"])
    assert unsaved.query_types().to_list("name") == ["d", "b", "a"]


def test_members_come_breadth_first_in_one_query(types, count_queries) -> None:
    with count_queries() as queries:
        names = types["a"].query_records().to_list("name")
    assert queries.count == 1
    assert names == ["b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("depth", "names"),
    [
        (1, ["b", "c"]),
        (2, ["b", "c", "d"]),
        (2.0, ["b", "c", "d"]),
        (9, ["b", "c", "d", "e"]),
        (None, ["b", "c", "d", "e"]),
    ],
)
def test_members_down_to_a_depth(types, depth, names) -> None:
    assert types["a"].query_records(depth=depth).to_list("name") == names


@pytest.mark.parametrize("depth", [0, -1, 1.5, True])
def test_a_depth_is_a_positive_whole_number(types, depth) -> None:
    with pytest.raises(InvalidArgument, match=f"positive whole number or None, not {depth}"):
        types["a"].query_records(depth=depth)


def test_members_are_a_query_set(types) -> None:
    members = types["a"].query_records()
    assert members.filter(name__in=["c", "e"]).to_list("name") == ["c", "e"]
    assert members.exclude(is_type=True).one().name == "e"
    assert members.order_by("-name").first().name == "e"
    assert members.count() == 4
    assert members.get(name="d") == types["d"]
    assert members.to_dataframe()["name"].tolist() == ["b", "c", "d", "e"]
    assert [record.name for record in members[1:3]] == ["c", "d"]
    assert (types["d"].query_records() | members).count() == 4
    assert ln.Record.filter(type__in=types["b"].query_records()).one().name == "e"
    assert types["e"].query_records().to_list() == []


def test_members_keep_up_with_the_database(types) -> None:
    members = types["c"].query_records()
    ln.Record(name="late", type=types["c"]).save()
    assert members.to_list("name") == ["late"]


def test_the_number_of_queries_does_not_grow_with_the_levels(instance, count_queries) -> None:
    record = None
    for level in range(30):
        record = ln.ULabel(name=f"level {level}", is_type=True, type=record).save()
    with count_queries() as queries:
        above = record.query_types()
        below = above[-1].query_ulabels().to_list("name")
    assert queries.count == 2
    assert [r.name for r in above] == [f"level {n}" for n in range(28, -1, -1)]
    assert below == [f"level {n}" for n in range(1, 30)]


@pytest.mark.parametrize(
    ("registry", "method", "fields"),
    [
        (ln.Record, "query_records", {}),
        (ln.ULabel, "query_ulabels", {}),
        (ln.Feature, "query_features", {"dtype": "str"}),
        (ln.Project, "query_projects", {}),
        (ln.Reference, "query_references", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_every_registry_with_types(instance, registry, method, fields) -> None:
    records = make_types(registry, **fields)
    assert getattr(records["a"], method)().to_list("name") == ["b", "c", "d", "e"]
    assert getattr(records["a"], method)(depth=1).to_list("name") == ["b", "c"]
    assert records["e"].query_types().to_list("name") == ["d", "b", "a"]


def test_members_of_a_type_of_schemas(instance) -> None:
    kind = schema_row(uid="0" * 16, name="kind", is_type=True)
    schema = schema_row(uid="1" * 16, name="s", type=kind)
    assert kind.query_schemas().one() == schema
    assert schema.query_types().one() == kind


def test_trashed_types_end_the_way_up_and_down(types) -> None:
    ln.Record.objects.filter(name="b").update(branch_id=-1)
    assert types["e"].query_types().to_list("name") == ["d"]
    assert types["a"].query_records().to_list("name") == ["c"]


def test_types_on_the_current_branch_are_seen_only_there(types) -> None:
    branch = ln.Branch(name="draft").save()
    ln.setup.settings.branch = branch
    ln.Record(name="f", type=types["c"]).save()
    assert types["c"].query_records().to_list("name") == ["f"]
    ln.setup.settings.branch = "main"
    assert types["c"].query_records().to_list("name") == []


def assign_type_unchecked(name: str, type_record: ln.Record) -> None:
    """Write what the product refuses, and on Postgres triggers too, but old databases may hold."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
        ln.Record.objects.filter(name=name).update(type_id=type_record.id)
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = DEFAULT")


def test_a_cycle_of_types_ends(types) -> None:
    assign_type_unchecked("a", types["d"])
    looped = ln.Record.get(name="a")
    assert looped.query_types().to_list("name") == ["d", "b"]
    assert set(looped.query_records().to_list("name")) == {"b", "c", "d", "e"}
    assert set(looped.query_records(depth=100).to_list("name")) == {"b", "c", "d", "e"}
    assert types["e"].query_types().to_list("name") == ["d", "b", "a"]


def test_a_type_of_itself_ends(types) -> None:
    assign_type_unchecked("c", types["c"])
    looped = ln.Record.get(name="c")
    assert looped.query_types() == []
    assert looped.query_records().to_list() == []


# -- parents and children


def test_parents_and_children_of_all_generations(family, count_queries) -> None:
    with count_queries() as queries:
        above = family["CD8 T cell"].query_parents().to_list("name")
        below = family["cell"].query_children().to_list("name")
    assert queries.count == 2
    assert sorted(above) == ["T cell", "blood", "cell", "leukocyte", "lymphocyte"]
    assert sorted(below) == ["CD8 T cell", "T cell", "leukocyte"]


def test_relatives_are_a_query_set(family) -> None:
    above = family["CD8 T cell"].query_parents()
    assert above.filter(name__endswith="cyte").count() == 2
    assert above.get(name="cell") == family["cell"]
    assert len(above.to_dataframe()) == 5
    assert (above & family["T cell"].query_parents()).count() == 4
    assert family["cell"].query_parents().count() == 0


def test_relatives_in_the_trash_end_the_way(family) -> None:
    family["leukocyte"].delete()
    above = family["CD8 T cell"].query_parents().to_list("name")
    assert sorted(above) == ["T cell", "blood", "lymphocyte"]
    assert family["cell"].query_children().count() == 0


def test_a_cycle_of_parents_ends(family) -> None:
    link = ln.ULabel.parents.through
    child, parent = family["CD8 T cell"], family["cell"]
    link.objects.create(from_ulabel_id=parent.id, to_ulabel_id=child.id)
    assert child.query_parents().count() == 5
    assert not child.query_parents().filter(name="CD8 T cell").exists()
    assert sorted(parent.query_children().to_list("name")) == ["CD8 T cell", "T cell", "leukocyte"]


@pytest.mark.parametrize("registry", [ln.ULabel, ln.Record, ln.Project], ids=lambda r: r.__name__)
def test_every_registry_with_parents(instance, registry) -> None:
    child, parent, grandparent = (registry(name=name).save() for name in "abc")
    child.parents.add(parent)
    parent.parents.add(grandparent)
    assert sorted(child.query_parents().to_list("name")) == ["b", "c"]
    assert sorted(grandparent.query_children().to_list("name")) == ["a", "b"]


def test_parents_in_an_ontology(bionty_instance) -> None:
    import bionty as bt

    source = bt.Source.filter(entity="bionty.CellType").first()
    child = bt.CellType(name="T cell", source=source).save()
    parent = bt.CellType(name="lymphocyte", source=source).save()
    child.parents.add(parent)
    assert parent.query_children().to_list("name") == ["T cell"]


@pytest.mark.parametrize(
    "query",
    [
        lambda record: record.query_parents(),
        lambda record: record.query_children(),
        lambda record: record.query_ulabels(),
    ],
)
def test_unsaved_records_have_no_relatives(instance, query) -> None:
    with pytest.raises(ValueError, match="is not saved, please save it"):
        query(ln.ULabel(name="new", is_type=True))


# -- emoji and settings


def test_emoji(types) -> None:
    types["a"].emoji = "🧪"
    types["a"].save()
    assert ln.Record.get(name="a").emoji == "🧪"
    assert ln.Record.get(name="a")._aux == {"ei": "🧪"}
    types["a"].emoji = None
    types["a"].save()
    assert ln.Record.get(name="a").emoji is None
    assert ln.Record.get(name="a")._aux is None
    with pytest.raises(InvalidArgument, match="string or None, not 3"):
        types["a"].emoji = 3


def test_branches_have_an_emoji(instance) -> None:
    branch = ln.Branch(name="draft")
    branch.emoji = "🌱"
    branch.save()
    assert ln.Branch.get(name="draft").emoji == "🌱"


def test_members_of_a_type_in_a_single_space(types) -> None:
    ln.Record.objects.filter(name="a").update(_aux={"unknown": 1})
    type_record = ln.Record.get(name="a")
    assert type_record.settings.single_space is False
    type_record.settings.single_space = True
    assert ln.Record.get(name="a")._aux == {"unknown": 1, "ss": 1}
    assert ln.Record.get(name="a").settings.single_space is True
    space = ln.Space(name="Lab A").save()
    type_record.settings.single_space = space
    assert ln.Record.get(name="a").settings.single_space == space
    assert ln.Record.get(name="a")._aux == {"unknown": 1, "ss": space.uid}
    type_record.settings.single_space = False
    assert ln.Record.get(name="a")._aux == {"unknown": 1}
    assert repr(type_record.settings) == "SQLRecordSettings(single_space=False)"


def test_single_space_of_an_unsaved_type_is_saved_with_it(instance) -> None:
    type_record = ln.ULabel(name="t", is_type=True)
    type_record.settings.single_space = True
    type_record.save()
    assert ln.ULabel.get(name="t").settings.single_space is True


def test_only_types_have_a_single_space(types) -> None:
    with pytest.raises(AssertionError, match="is_type=True"):
        _ = types["e"].settings.single_space
    with pytest.raises(AssertionError, match="is_type=True"):
        types["e"].settings.single_space = True
    with pytest.raises(InvalidArgument, match="True, False or a saved Space, not 'Lab A'"):
        types["a"].settings.single_space = "Lab A"
    assert ln.Record.get(name="a")._aux is None
    assert repr(types["e"].settings) == "SQLRecordSettings()"

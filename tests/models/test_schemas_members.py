"""What cannot be a member, and what happens to members of saved schemas."""

from __future__ import annotations

import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument


@pytest.fixture
def features(instance) -> list[ln.Feature]:
    """Features a, b and c."""
    return [ln.Feature(name=name, dtype=str).save() for name in "abc"]


def test_an_identifier_type_leaves_features_out(features, count_queries):
    kind = ln.Feature(name="Measured", is_type=True).save()
    below = ln.Feature(name="Counted", is_type=True, type=kind).save()
    inside = [
        ln.Feature(name="dose", dtype=float, type=kind).save(),
        ln.Feature(name="cells", dtype=int, type=below).save(),
    ]
    schema = ln.Schema(inside, itype=kind).save()
    assert (schema.itype, list(schema.members)) == (f"Feature[{kind.uid}]", inside)
    assert ln.Schema(inside, itype=f"Feature[{kind.uid}]") == schema
    text = r"have to be of type 'Measured', as the itype says; these are not: a, b"
    with pytest.raises(InvalidArgument, match=text):
        ln.Schema([*inside, *features[:2]], itype=kind)
    with pytest.raises(InvalidArgument, match=text):
        schema.add(features[:2])
    assert list(ln.Schema.get(schema.id).members) == inside
    with pytest.raises(InvalidArgument, match="there is no feature type with uid 'nope'"):
        ln.Schema(itype="Feature[nope]")
    with pytest.raises(InvalidArgument, match=f"no feature type with uid '{inside[0].uid}'"):
        ln.Schema(itype=f"Feature[{inside[0].uid}]")


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda f: ln.Schema([f[0].type]), InvalidArgument, "feature types cannot be members"),
        (lambda f: ln.Schema(f, index=f[0].type), InvalidArgument, "feature types cannot be"),
        (lambda f: ln.Schema([(f[0],)]), TypeError, "features has to store feature records"),
        (lambda f: ln.Schema([("a", {})]), TypeError, "features has to store feature records"),
        (
            lambda f: ln.Schema([(f[0], {"required": True})]),
            InvalidArgument,
            r"\['required'\] of feature 'a' is no configuration: pass feature.with_config",
        ),
        (lambda f: ln.Schema(slots={}, otype="AnnData"), InvalidArgument, "Please pass features"),
        (lambda f: ln.Schema(f, name="T", is_type=True), InvalidArgument, "takes no features"),
        (lambda f: ln.Schema(itype="Feature", n_members=-2), InvalidArgument, "not -2"),
        (lambda f: ln.Schema(itype="Feature", n_members="2"), InvalidArgument, "not '2'"),
    ],
)  # fmt: skip
def test_wrong_members(features, call, error, text):
    kind = ln.Feature(name="K", is_type=True).save()
    features[0].type = kind
    with pytest.raises(error, match=text):
        call(features)
    assert ln.Schema.filter().count() == 0


def test_a_type_is_no_component(features):
    kind = ln.Schema(name="Assay", is_type=True).save()
    with pytest.raises(InvalidArgument, match="schema for obs is the type 'Assay'"):
        ln.Schema(slots={"obs": kind}, otype="AnnData")
    assert ln.Schema(name="Assay", is_type=True).save() == kind
    assert ln.Schema.get(name="Assay").hash is None


def test_none_means_the_default(features):
    schema = ln.Schema(features)
    same = ln.Schema(
        features,
        minimal_set=None,
        maximal_set=None,
        ordered_set=None,
        coerce=None,
        flexible=None,
        n_members=-1,
    )
    assert same.hash == schema.hash
    assert (same.minimal_set, same.maximal_set, same.ordered_set) == (True, False, False)
    assert ln.Schema(itype=ln.Feature, n_members=-1).hash == "kMi7B_N88uu-YnbTLDU-DA"


def test_features_beside_slots(features):
    a, b, c = features
    attributes = ln.Schema([c]).save()
    schema = ln.Schema([a, b], slots={"attrs": attributes}, otype="DataFrame").save()
    assert (list(schema.members), schema.slots) == ([a, b], {"attrs": attributes})
    assert schema.hash != ln.Schema([a, b]).hash
    assert schema.save().hash == ln.Schema.get(schema.id).save().hash


def test_slots_are_read_once(features, count_queries):
    component = ln.Schema(features).save()
    schema = ln.Schema(slots={"obs": component}, otype="AnnData").save()
    with count_queries() as queries:
        for _ in range(3):
            assert schema.slots == {"obs": component}
    assert queries.count == 1
    schema.slots.clear()
    assert schema.slots == {"obs": component}


def test_removing_the_index_or_an_optional_member(features):
    a, b, c = features
    schema = ln.Schema([b, c.with_config(optional=True)], index=a).save()
    schema.remove([a, c])
    schema.save()
    assert (list(schema.members), schema.index) == ([b], None)
    assert schema.optionals.get_uids() == []
    assert schema._aux is None
    assert schema.hash == ln.Schema([b], lookup=False).hash == ln.Schema.get(schema.id).hash


def test_members_changed_through_the_relation(features):
    a, b, c = features
    schema = ln.Schema([a, b.with_config(optional=True)]).save()
    first = schema.hash
    schema.features.remove(b)
    schema.features.add(c)
    schema.save()
    assert (list(schema.members), schema.n_members) == ([a, c], 2)
    assert schema.optionals.get_uids() == []
    assert schema.hash == ln.Schema([a, c], lookup=False).hash
    schema.features.remove(c)
    schema.add(b)
    assert schema.save().hash == first


def test_removing_all_members(features):
    schema = ln.Schema(features[:1]).save()
    first = schema.hash
    schema.remove(features[0])
    schema.save()
    assert (list(schema.members), schema.n_members) == ([], None)
    schema.features.add(features[0])
    assert schema.save().hash == first


def test_an_unsaved_schema(features):
    a, b, _ = features
    schema = ln.Schema([b, a.with_config(optional=True)])
    assert schema.optionals.get() == [a]
    assert (schema.optionals.get_uids(), schema.slots) == ([a.uid], {})
    for change in (schema.add, schema.remove):
        with pytest.raises(ValueError, match="Save the schema before you change its members"):
            change(a)
    schema.save()
    new = ln.Feature(name="new", dtype=int)
    with pytest.raises(ValueError, match="Save the features first, these are not saved: new"):
        schema.add(new)
    with pytest.raises(ValueError, match="these are not saved: new"):
        schema.index = new
    with pytest.raises(TypeError, match="index must be a Feature, got 'a'"):
        schema.index = "a"
    assert list(schema.members) == [b, a]


def test_formats(features):
    schema = ln.Schema(features, name="s").save()
    before = schema.hash
    assert schema.formats.zarr is None
    schema.formats.zarr = {"zarr_format": 3, "chunk_shape": [64, 64]}
    schema.optionals.set(features[:1])
    schema.save()
    stored = ln.Schema.get(name="s")
    assert stored.formats.zarr == {"zarr_format": 3, "chunk_shape": [64, 64]}
    assert stored.optionals.get_uids() == [features[0].uid]
    assert repr(stored.formats) == f"FormatConstraints(zarr={stored.formats.zarr})"
    with pytest.raises(TypeError, match="zarr constraints have to be a dictionary or None, not 3"):
        stored.formats.zarr = 3
    stored.formats.zarr = None
    stored.optionals.set([])
    assert stored.save().hash == before
    assert stored._aux is None


def test_a_thousand_members_take_as_many_queries_as_three(features, count_queries):
    many = ln.models.SQLRecordList(
        [ln.Feature(name=f"f{i}", dtype=float) for i in range(1000)]
    ).save()
    counts = []
    for members in (features, many):
        with count_queries() as queries:
            schema = ln.Schema(members, name=f"{len(members)} members").save()
            assert list(schema.members) == list(members)
            schema.optionals.set(members[:-1])
            schema.save()
            assert len(schema.optionals.get()) == len(members) - 1
            schema.remove(members[1:])
            schema.save()
        counts.append(queries.count)
    assert counts[0] == counts[1]

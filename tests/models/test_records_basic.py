"""Records: roles, types, cycles of types and parents."""

from __future__ import annotations

import pytest
from django.db.models import ProtectedError

import lamindb as ln
from lamindb.errors import FieldValidationError, InvalidArgument, ValidationError


@pytest.fixture
def frame(instance) -> ln.Record:
    feature = ln.Feature(name="dose", dtype=float).save()
    schema = ln.Schema([feature], name="doses").save()
    return ln.Record(name="Samples", schema=schema).save()


def test_roles(frame, capsys):
    page = ln.Record(name="Page", is_type=True).save()
    data = ln.Record(name="S-01", type=page).save()
    assert (frame.is_frame, frame.is_page, frame.is_data, frame.is_type) == (
        True,
        False,
        False,
        True,
    )
    assert (page.is_frame, page.is_page, page.is_data) == (False, True, False)
    assert (data.is_frame, data.is_page, data.is_data) == (False, False, True)
    with pytest.warns(DeprecationWarning, match="is_frame"):
        assert frame.is_sheet
    assert list(page.records.all()) == [data]


def test_schema_implies_type(instance, capsys):
    schema = ln.Schema(itype=ln.Feature).save()
    ln.Record(name="r", schema=schema)
    assert "→ passing schema, treating as type" in capsys.readouterr().out


def test_unnamed_records_are_always_new(instance):
    assert ln.Record().save() != ln.Record().save()


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda f: ln.Record("x"), ValueError, "keyword arguments only"),
        (lambda f: ln.Record(nam="x"), FieldValidationError, "Did you mean 'name'"),
        (lambda f: ln.Record(name="x", features={"a": 1}), InvalidArgument, "not supported"),
        (lambda f: ln.Record(name="x", schema=3), InvalidArgument, "has to be a Schema"),
        (
            lambda f: ln.Record(name="x", schema=ln.Schema(itype=ln.Feature)),
            InvalidArgument,
            "must be saved before use",
        ),
        (lambda f: ln.Record(name="x", type=3), ValueError, "is_type=True"),
        (lambda f: ln.Record(name="x" * 151), FieldValidationError, "at most 150"),
        (
            lambda f: ln.Record(name="s1", type=f),
            ValidationError,
            "Cannot set type to 'Samples' on Record 's1': missing required features 'dose'",
        ),
        (
            lambda f: ln.Record(name="t", type=f, is_type=True),
            ValidationError,
            "cannot be the type of another type",
        ),
    ],
)
def test_wrong_arguments(frame, call, error, text):
    n_before = ln.Record.filter().count()
    with pytest.raises(error, match=text):
        call(frame)
    assert ln.Record.filter().count() == n_before


def test_frames_without_required_features_take_records(instance):
    feature = ln.Feature(name="dose", dtype=float).save()
    schema = ln.Schema([feature.with_config(optional=True)]).save()
    frame = ln.Record(name="Samples", schema=schema).save()
    assert ln.Record(name="s1", type=frame).save().type == frame


def test_a_frame_is_no_type_of_types_when_assigned(frame):
    page = ln.Record(name="Page", is_type=True).save()
    page.type = frame
    with pytest.raises(ValidationError, match="cannot be the type of another type"):
        page.save()


@pytest.mark.parametrize("registry", [ln.ULabel, ln.Record, ln.Feature, ln.Project, ln.Reference])
def test_types_form_no_cycle(instance, registry):
    top = registry(name="top", is_type=True).save()
    middle = registry(name="middle", is_type=True, type=top).save()
    bottom = registry(name="bottom", is_type=True, type=middle).save()
    for wrong, text in [(top, "cannot be its own type"), (bottom, "would create a cycle")]:
        top.type = wrong
        with pytest.raises(ValidationError, match=text):
            top.save()
    assert registry.get(name="top").type is None
    bottom.type = top
    bottom.save()
    assert registry.get(name="bottom").type == top


def test_what_only_the_database_refuses_is_a_validation_error(instance):
    if instance.dialect != "postgresql":
        pytest.skip("n/a: only Postgres has triggers")
    kind = ln.ULabel(name="t", is_type=True).save()
    kind.settings.single_space = True
    label = ln.ULabel(name="l", type=kind, space=ln.Space(name="Lab A").save())
    with pytest.raises(ValidationError, match="space must match"):
        label.save()
    assert not ln.ULabel.filter(name="l").exists()


def test_a_label_that_is_no_type_is_no_type(instance):
    label, other = ln.ULabel(name="a").save(), ln.ULabel(name="b").save()
    label.type = other
    with pytest.raises(ValidationError, match="'b' is no type"):
        label.save()
    assert ln.ULabel.get(name="a").type is None


@pytest.mark.parametrize("registry", [ln.ULabel, ln.Record, ln.Project])
def test_parents_form_no_cycle(instance, registry):
    a, b, c = (registry(name=name).save() for name in "abc")
    b.parents.add(a)
    c.parents.add(b)
    for call in (
        lambda: a.parents.add(a),
        lambda: a.parents.add(c),
        lambda: a.parents.set([b]),
        lambda: c.children.add(a),
        lambda: c.children.add(c),
    ):
        with pytest.raises(ValidationError, match="would create a cycle"):
            call()
    assert (a.parents.count(), c.children.count()) == (0, 0)
    c.parents.add(a)
    assert set(a.children.all()) == {b, c}


def test_saving_a_label_takes_no_further_query(instance, count_queries):
    kind = ln.ULabel(name="t", is_type=True).save()
    label = ln.ULabel(name="l", type=kind).save()
    with count_queries() as queries:
        label.save()
    assert queries.count == 1


def test_types_with_members_are_protected(instance):
    kind = ln.Record(name="t", is_type=True).save()
    member = ln.Record(name="m", type=kind).save()
    with pytest.raises(ProtectedError):
        kind.delete(permanent=True)
    kind.delete()
    assert ln.Record.get(member.id).branch_id == -1
    kind.restore()
    assert (ln.Record.get(kind.id).branch_id, ln.Record.get(member.id).branch_id) == (1, -1)

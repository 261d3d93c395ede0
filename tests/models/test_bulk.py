"""`ln.save`: many records in one transaction, all or nothing, in few statements."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest
from django.db import IntegrityError

import lamindb as ln
from lamindb.errors import FieldValidationError
from lamindb.models.bulk import save


def make(*names: str, **values) -> list[ln.ULabel]:
    return [ln.ULabel(name=name, **values) for name in names]


def names_in_database() -> list[str]:
    return sorted(ln.ULabel.filter(branch=None).to_list("name"))


def is_unsaved(record: ln.ULabel) -> bool:
    return record._state.adding and record.pk is None


# -- what is written


def test_new_records_are_written_with_keys_and_times(instance) -> None:
    before = datetime.now(timezone.utc)
    labels = make("b", "a", "c", description="new")
    assert save(labels) is None
    rows = {label.name: label for label in ln.ULabel.filter()}
    assert len(rows) == 3
    for label in labels:
        row = rows[label.name]
        assert not label._state.adding
        assert (row.id, row.uid, row.description) == (label.id, label.uid, "new")
        assert row.created_at == label.created_at >= before
        assert row.updated_at == label.updated_at >= before
        assert row.created_by.handle == "anonymous"
    assert [label.id for label in labels] == sorted(label.id for label in labels)


def test_an_empty_list_and_a_generator(instance) -> None:
    save([])
    save(label for label in make("a", "b"))
    assert names_in_database() == ["a", "b"]


def test_all_kinds_of_values_survive(instance) -> None:
    transform = ln.Transform(key="t").save()
    params = [{"a": [1, None, "ü"]}, None, {}]
    runs = [ln.Run(transform=transform, params=value) for value in params]
    runs[0].finished_at = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc)
    save(runs)
    rows = [ln.Run.get(run.id) for run in runs]
    assert [row.params for row in rows] == params
    assert [row.finished_at for row in rows] == [runs[0].finished_at, None, None]
    assert {row.transform_id for row in rows} == {transform.id}
    assert ln.Run.filter(params__isnull=True).count() == 1


def test_records_of_several_registries_and_an_artifact(instance) -> None:
    Path("a.txt").write_text("content")
    artifact = ln.Artifact("a.txt", key="a.txt")
    label, project = ln.ULabel(name="a"), ln.Project(name="p")
    save([artifact, label, project])
    assert artifact.load() == "content"
    assert ln.ULabel.get(name="a") == label
    assert ln.Project.get(name="p") == project


def test_new_and_saved_records_in_one_list(instance) -> None:
    old = ln.ULabel(name="old").save()
    created, updated = old.created_at, old.updated_at
    old.description = "changed"
    old.created_at = datetime(2000, 1, 1, tzinfo=timezone.utc)
    new = ln.ULabel(name="new")
    save([new, old])
    row = ln.ULabel.get(old.id)
    assert row.description == "changed"
    assert row.created_at == created  # is never changed
    assert row.updated_at == old.updated_at > updated
    assert names_in_database() == ["new", "old"]


def test_a_record_of_which_only_some_columns_were_read(instance) -> None:
    ln.ULabel(name="a", description="kept").save()
    partial = ln.ULabel.filter().only("id", "name").one()
    partial.name = "b"
    save([partial])
    row = ln.ULabel.get(partial.id)
    assert (row.name, row.description) == ("b", "kept")


def test_a_type_saved_in_between_is_referred_to(instance) -> None:
    kind = ln.ULabel(name="Kind", is_type=True).save()
    labels = make("a", "b", type=kind)
    save(labels)
    assert sorted(ln.ULabel.filter(type=kind).to_list("name")) == ["a", "b"]
    assert labels[0].type == kind


def test_an_unsaved_related_record_is_refused(instance) -> None:
    kind = ln.ULabel(name="Kind", is_type=True)
    label = ln.ULabel(name="a")
    label.type = kind
    with pytest.raises(ValueError, match="unsaved related object 'type'"):
        save([ln.ULabel(name="b"), label])
    assert names_in_database() == []


def test_a_related_record_saved_after_the_assignment(instance) -> None:
    kind = ln.ULabel(name="Kind", is_type=True)
    label = ln.ULabel(name="a")
    label.type = kind
    kind.save()
    save([label])
    assert ln.ULabel.get(label.id).type == kind


def test_versions_of_one_key_form_a_family(instance) -> None:
    transforms = [ln.Transform(key="t.py", source_code=str(i)) for i in range(5)]
    save(transforms)
    rows = list(ln.Transform.filter(key="t.py").order_by("id"))
    assert [row.source_code for row in rows] == [str(i) for i in range(5)]
    assert len({row.stem_uid for row in rows}) == 1
    assert [row.is_latest for row in rows] == [False] * 4 + [True]


# -- names that exist


def test_the_same_name_twice_in_a_list_is_one_row(instance) -> None:
    first, second, other = make("a", "a", "b")
    save([first, second, other])
    assert names_in_database() == ["a", "b"]
    assert first == second
    assert second.uid == first.uid


def test_the_same_object_twice_in_a_list_is_one_row(instance) -> None:
    label = ln.ULabel(name="a")
    run = ln.Run(transform=ln.Transform(key="t").save())
    save([label, run, label, run])
    assert names_in_database() == ["a"]
    assert ln.Run.filter().count() == 1


def test_a_name_saved_since_the_construction_is_taken_over(instance) -> None:
    labels = make("a", "b")
    other = make("a")[0].save()
    save(labels)
    assert labels[0] == other
    assert labels[0].uid == other.uid
    assert names_in_database() == ["a", "b"]


def test_the_same_name_within_two_types_is_two_rows(instance) -> None:
    kinds = [ln.ULabel(name=name, is_type=True).save() for name in ("K", "L")]
    labels = [ln.ULabel(name="a", type=kind) for kind in [*kinds, None]]
    save(labels)
    assert len({label.id for label in labels}) == 3
    again = [ln.ULabel(name="a", type=kind) for kind in [*kinds, None]]
    assert [label.id for label in again] == [label.id for label in labels]


def test_a_name_in_the_trash_does_not_count(instance) -> None:
    trashed = ln.ULabel(name="a").save()
    trashed.delete()
    labels = make("a")
    save(labels)
    assert labels[0] != trashed
    assert names_in_database() == ["a", "a"]


def test_names_do_not_count_if_the_search_is_off(instance) -> None:
    ln.settings.creation.search_names = False
    try:
        labels = make("a", "a")
        save(labels)
    finally:
        ln.settings.creation.search_names = True
    assert names_in_database() == ["a", "a"]


def test_records_with_and_without_search_in_one_list(instance) -> None:
    searched = make("a", "b", "a")
    ln.settings.creation.search_names = False
    try:
        unsearched = make("a", "b")
    finally:
        ln.settings.creation.search_names = True
    save([*unsearched, *searched])
    assert names_in_database() == ["a", "a", "b", "b"]
    assert searched[0] == searched[2]


# -- unique conflicts


def test_an_identifier_on_main_is_taken_over(instance, capsys) -> None:
    existing = ln.ULabel(name="a", description="kept").save()
    new, clash = ln.ULabel(name="b"), ln.ULabel(name="c", uid=existing.uid)
    save([new, clash])
    assert clash == existing
    assert (clash.name, clash.description) == ("a", "kept")
    assert names_in_database() == ["a", "b"]
    assert capsys.readouterr().out.count("returning ULabel with same uid") == 1


def test_an_identifier_in_the_trash_gets_the_new_values(instance) -> None:
    existing = ln.ULabel(name="a").save()
    existing.delete()
    new, clash = ln.ULabel(name="b"), ln.ULabel(name="c", uid=existing.uid)
    save([new, clash])
    assert clash.id == existing.id
    assert ln.ULabel.get(existing.id).name == "c"
    assert ln.ULabel.get(existing.id).branch_id == 1
    assert names_in_database() == ["b", "c"]


def test_conflicts_are_skipped_on_request(instance) -> None:
    existing = ln.ULabel(name="a").save()
    labels = [ln.ULabel(name="b"), ln.ULabel(name="c", uid=existing.uid)]
    save(labels, ignore_conflicts=True)
    assert names_in_database() == ["a", "b"]
    assert [label.pk for label in labels] == [None, None]


# -- all or nothing


def broken_label() -> ln.ULabel:
    """A label that the database refuses: it refers to a user that does not exist."""
    label = ln.ULabel(name="broken")
    label.created_by_id = None
    return label


@pytest.mark.parametrize("position", [0, 1, 3])
def test_a_failure_anywhere_leaves_nothing(instance, position) -> None:
    records = [*make("a", "b"), ln.Project(name="p")]
    records.insert(position, broken_label())
    with pytest.raises(IntegrityError, match="created_by_id"):
        save(records)
    assert names_in_database() == []
    assert ln.Project.filter(branch=None).count() == 0
    assert all(is_unsaved(record) for record in records)
    save([record for record in records if record.created_by_id is not None])
    assert names_in_database() == ["a", "b"]
    assert ln.Project.filter().count() == 1


def test_a_failing_update_leaves_nothing(instance) -> None:
    first, second = [label.save() for label in make("first", "second")]
    new, double = make("new", "new")
    first.description = "changed"
    second.uid = first.uid
    with pytest.raises(IntegrityError, match="uid"):
        save([new, double, first, second])
    assert names_in_database() == ["first", "second"]
    assert ln.ULabel.get(name="first").description is None
    assert is_unsaved(new)
    assert is_unsaved(double)
    save([new, double])
    assert new == double
    assert names_in_database() == ["first", "new", "second"]


def test_a_failure_in_a_later_batch_leaves_nothing(instance) -> None:
    records = [*make("a", "b", "c"), broken_label()]
    with pytest.raises(IntegrityError):
        save(records, batch_size=2)
    assert names_in_database() == []
    assert all(is_unsaved(record) for record in records)


def test_no_artifact_is_stored_if_another_record_fails(instance) -> None:
    Path("a.txt").write_text("content")
    with pytest.raises(IntegrityError):
        save([ln.Artifact("a.txt", key="a.txt"), broken_label()])
    assert ln.Artifact.filter(branch=None).count() == 0


def test_the_first_artifact_that_fails_ends_it(instance) -> None:
    for name in "abc":
        Path(f"{name}.txt").write_text(name)
    artifacts = [ln.Artifact(f"{name}.txt", key=f"{name}.txt") for name in "abc"]
    Path("b.txt").unlink()
    with pytest.raises(RuntimeError) as error:
        save([*artifacts, ln.ULabel(name="a")])
    message = str(error.value)
    assert message.startswith("Saving b.txt failed: ")
    assert "b.txt does not exist" in message
    assert artifacts[0].uid in message.partition("These artifacts are stored:")[2]
    assert isinstance(error.value.__cause__, FileNotFoundError)
    assert ln.Artifact.filter(branch=None).to_list("key") == ["a.txt"]
    assert artifacts[0].load() == "a"
    assert names_in_database() == ["a"]
    Path("b.txt").write_text("b")
    save(artifacts)
    assert [artifact.load() for artifact in artifacts] == ["a", "b", "c"]


def test_a_failing_first_artifact_says_that_none_is_stored(instance) -> None:
    Path("a.txt").write_text("a")
    artifact = ln.Artifact("a.txt", key="a.txt")
    Path("a.txt").unlink()
    with pytest.raises(RuntimeError, match=r"These artifacts are stored:\n  none"):
        save([artifact])
    assert ln.Artifact.filter(branch=None).count() == 0


@pytest.mark.parametrize(
    ("wrong", "error", "text"),
    [
        (lambda: ln.ULabel(name="x"), ValueError, r"use record.save\(\)"),
        (lambda: [ln.ULabel(name="x"), "y"], TypeError, "takes records, not str: 'y'"),
        (lambda: [ln.ULabel(name="x"), None], TypeError, "takes records, not NoneType"),
        (lambda: [ln.ULabel], TypeError, "takes records, not Registry"),
    ],
)
def test_wrong_input_is_refused_before_anything_is_written(instance, wrong, error, text) -> None:
    with pytest.raises(error, match=text):
        save(wrong())
    assert names_in_database() == []


def test_too_long_text_is_refused_before_anything_is_written(instance, count_queries) -> None:
    label = ln.ULabel(name="a")
    label.name = "x" * 151
    with count_queries() as queries, pytest.raises(FieldValidationError, match="151 characters"):
        save([*make("b"), label])
    assert not [sql for sql in queries.statements if sql.startswith(("INSERT", "UPDATE"))]
    assert names_in_database() == []


# -- cost


@pytest.mark.parametrize("n_records", [10, 1_000])
def test_the_number_of_statements_depends_on_batches_only(
    instance, count_queries, n_records
) -> None:
    labels = make(*(f"label {i}" for i in range(n_records)))
    with count_queries() as insert:
        save(labels)
    assert insert.count <= 1 + 3
    for label in labels:
        label.description = "changed"
    with count_queries() as update:
        save(labels)
    assert update.count == 1
    assert ln.ULabel.filter(description="changed").count() == n_records


def test_ten_thousand_labels(instance, count_queries) -> None:
    labels = make(*(f"label {i}" for i in range(10_000)))
    with count_queries() as queries:
        save(labels)
    assert queries.count <= 1 + 3
    assert ln.ULabel.filter().count() == 10_000
    stored = dict(ln.ULabel.filter().values_list("id", "name"))
    assert all(stored[label.id] == label.name for label in labels)


def test_existing_names_cost_one_more_statement(instance, count_queries) -> None:
    labels = make(*(f"label {i}" for i in range(100)))
    save(make(*(f"label {i}" for i in range(100))))
    with count_queries() as queries:
        save(labels)
    assert queries.count <= 3
    assert ln.ULabel.filter().count() == 100


def test_progress_is_shown_for_several_batches_only(instance, capsys) -> None:
    ln.settings.verbosity = "info"
    save(make("a", "b", "c"))
    assert "saving" not in capsys.readouterr().out
    save(make("d", "e", "f"), batch_size=2)
    output = capsys.readouterr().out
    assert "saving ULabel records 1 to 2 of 3" in output
    assert "saving ULabel records 3 to 3 of 3" in output
    assert names_in_database() == list("abcdef")


def test_registries_that_save_more_than_a_row_are_saved_completely(instance) -> None:
    Path("a.txt").write_text("a")
    artifact = ln.Artifact("a.txt", key="a.txt").save()
    feature = ln.Feature(name="temperature", dtype=float).save()
    collection = ln.Collection([artifact], key="all")
    schema = ln.Schema([feature], name="weather")
    storage = ln.Storage(root="./more")
    save([collection, schema, storage])
    assert collection.artifacts.one() == artifact
    assert schema.features.one() == feature
    assert Path("more/.lamindb/storage_uid.txt").read_text().startswith(storage.uid)
    feature.name = "temperature_celsius"
    save([feature])
    assert "temperature" in ln.Feature.get(name="temperature_celsius").synonyms

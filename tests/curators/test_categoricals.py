"""The terms of one column: which records they mean, which are not valid, and the texts."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import lamindb as ln
from lamindb.curators.categoricals import CatVector
from lamindb.curators.engines.pandas import PandasTable
from lamindb.errors import InvalidArgument, ModuleWasntConfigured, ValidationError
from lamindb.models import ULabel
from tests.support.queries import QueryCounter


def vector(
    values: Any, dtype: str = "cat[ULabel]", key: str = "perturbation", **kwargs: Any
) -> Any:
    """A validated vector for the only column of a table."""
    series = values if isinstance(values, pd.Series) else pd.Series(pd.Categorical(values))
    made = CatVector(PandasTable(pd.DataFrame({key: series})), key, dtype, **kwargs)
    made.validate()
    return made


def objects(*values: Any) -> pd.Series:
    """A column of Python objects."""
    series = pd.Series([None] * len(values), dtype=object)
    series[:] = list(values)
    return series


def identifiers(terms: list[Any], dtype: str = "Feature", **kwargs: Any) -> Any:
    """A validated vector of column names."""
    made = CatVector(PandasTable(pd.DataFrame()), "columns", dtype, terms=terms, **kwargs)
    made.validate()
    return made


@pytest.fixture
def labels(instance: Any) -> dict[str, ULabel]:
    """Two labels."""
    return {name: ln.ULabel(name=name).save() for name in ("DMSO", "IFNG")}


# -- what is valid


def test_terms_that_have_records_are_valid(labels: dict[str, ULabel]) -> None:
    column = vector(["IFNG", None, "DMSO", "IFNG"])
    assert column.is_validated
    assert column.failure is None
    assert column.non_validated == []
    assert column.records == {"DMSO": labels["DMSO"], "IFNG": labels["IFNG"]}
    assert column.record_ids == {ln.ULabel: [labels["IFNG"].id, labels["DMSO"].id]}


def test_a_column_without_terms_is_valid(labels: dict[str, ULabel]) -> None:
    column = vector([None, None])
    assert column.is_validated
    assert column.records == {}


def test_terms_within_lists(labels: dict[str, ULabel]) -> None:
    column = vector(objects(["IFNG", "DMSO"], [], None, ["IFNH"]), "list[cat[ULabel]]")
    assert list(column.records) == ["IFNG", "DMSO"]
    assert column.non_validated == ["IFNH"]
    assert column.failure.rows == (3,)


def test_any_term_is_valid_without_a_registry(instance: Any) -> None:
    column = vector(["a", "b"], "cat[]")
    assert column.is_validated
    assert column.records == {}


def test_alternatives_are_tried_in_order(labels: dict[str, ULabel]) -> None:
    record = ln.Record(name="P53").save()
    ln.Record(name="DMSO").save()
    column = vector(["DMSO", "P53", "none"], "cat[ULabel|Record]")
    assert column.records == {"DMSO": labels["DMSO"], "P53": record}
    assert column.non_validated == ["none"]


def test_another_field_than_the_name(labels: dict[str, ULabel]) -> None:
    uid = labels["DMSO"].uid
    column = vector([uid, "DMSO"], "cat[ULabel.uid]")
    assert column.records == {uid: labels["DMSO"]}
    assert column.non_validated == ["DMSO"]


def test_filters_of_the_dtype(labels: dict[str, ULabel]) -> None:
    control = ln.ULabel(name="control", description="yes").save()
    column = vector(["control", "DMSO"], "cat[ULabel[description=yes]]")
    assert column.records == {"control": control}
    assert column.non_validated == ["DMSO"]


def test_records_in_the_trash_are_no_match(labels: dict[str, ULabel]) -> None:
    labels["DMSO"].delete()
    assert vector(["DMSO", "IFNG"]).non_validated == ["DMSO"]


def test_records_on_another_branch_are_no_match(labels: dict[str, ULabel]) -> None:
    branch = ln.Branch(name="draft").save()
    labels["DMSO"].branch = branch
    labels["DMSO"].save()
    assert vector(["DMSO"]).non_validated == ["DMSO"]
    ln.setup.settings.branch = "draft"
    assert vector(["DMSO"]).is_validated


def test_records_of_the_type_and_of_types_below_it(labels: dict[str, ULabel]) -> None:
    kind = ln.ULabel(name="Perturbation", is_type=True).save()
    below = ln.ULabel(name="Drug", is_type=True, type=kind).save()
    drug = ln.ULabel(name="aspirin", type=below).save()
    column = vector(["aspirin", "DMSO"], f"cat[ULabel[{kind.uid}]]")
    assert column.records == {"aspirin": drug}
    assert column.non_validated == ["DMSO"]


# -- several records of one name


def test_the_record_with_the_fewest_types_above_is_meant(instance: Any) -> None:
    lab = ln.Record(name="Lab", is_type=True).save()
    team = ln.Record(name="Team", is_type=True, type=lab).save()
    ln.Record(name="s1", type=team).save()
    in_lab = ln.Record(name="s1", type=lab).save()
    assert vector(["s1"], "cat[Record]").records == {"s1": in_lab}
    at_root = ln.Record(name="s1", type=None).save()
    assert vector(["s1"], "cat[Record]").records == {"s1": at_root}


def test_a_name_that_several_records_have_is_ambiguous(instance: Any) -> None:
    for name in ("LabA", "LabB"):
        kind = ln.Record(name=name, is_type=True).save()
        ln.Record(name="s1", type=kind).save()
    column = vector(["s1"], "cat[Record]", key="sample", fatal=False)
    assert column.failure.error == (
        "Ambiguous match for Record 's1': found 2 records at depth 1 (under types: "
        "['LabA', 'LabB']). For feature 'sample', pass the intended record object instead of a "
        "string."
    )
    assert column.failure.code == "AMBIGUOUS_TERM"
    assert column.failure.fix is None
    assert column.is_fatal, "nobody can say which record is meant"
    assert column.non_validated == []
    assert column.failing == ["s1"]


def test_several_records_without_type_are_ambiguous(labels: dict[str, ULabel]) -> None:
    ln.ULabel.objects.bulk_create([ln.ULabel(name="x", uid="aaaaaaaa")])
    ln.ULabel.objects.filter(uid="aaaaaaaa").update(name="DMSO")
    error = vector(["none", "DMSO"]).failure.error
    assert error == (
        "1 term not validated in feature 'perturbation': 'none'\n"
        "    → fix typos, remove non-existent values, or save terms via: "
        "curator.cat.add_new_from('perturbation')\n"
        "Ambiguous match for ULabel 'DMSO': found 2 root-level records. For feature "
        "'perturbation', pass the intended record object instead of a string."
    )


def test_what_exported_records_link_is_meant(instance: Any) -> None:
    samples = []
    for name in ("LabA", "LabB"):
        kind = ln.Record(name=name, is_type=True).save()
        samples.append(ln.Record(name="s1", type=kind).save())
    feature = ln.Feature(name="sample", dtype=ln.Record).save()
    uids = []
    for sample in samples:
        record = ln.Record(name=None).save()
        record.features.set_values({"sample": sample})
        uids.append(record.uid)
    for rows, meant in ([0], samples[0]), ([1], samples[1]), ([0, 1], samples):
        frame = pd.DataFrame(
            {
                "sample": pd.Categorical(["s1"] * len(rows)),
                "__lamindb_record_uid__": [uids[row] for row in rows],
            }
        )
        column = CatVector(PandasTable(frame), "sample", "cat[Record]", feature=feature)
        column.validate()
        assert column.is_validated
        assert column.records == {"s1": meant}
        assert column.record_ids == {ln.Record: [samples[row].id for row in rows]}
    frame["__lamindb_record_uid__"] = "another"
    column.validate()
    assert column.failing == ["s1"]


# -- records instead of strings


def test_records_in_cells_are_meant_as_they_are(labels: dict[str, ULabel]) -> None:
    column = vector(objects(labels["DMSO"], None, "IFNG"))
    assert column.is_validated
    assert set(column.records.values()) == set(labels.values())


def test_records_of_another_registry_or_type_are_refused(labels: dict[str, ULabel]) -> None:
    kind = ln.ULabel(name="Perturbation", is_type=True).save()
    other = ln.ULabel(name="Assay", is_type=True).save()
    assay = ln.ULabel(name="RNA-seq", type=other).save()
    record = ln.Record(name="P53").save()
    column = vector(objects(assay, record), f"cat[ULabel[{kind.uid}]]")
    assert column.failure.error == (
        "Expected a record of type 'Perturbation' for feature 'perturbation', but received "
        "'RNA-seq' of type 'Assay'.\n"
        "Expected a record of type 'Perturbation' for feature 'perturbation', but received "
        "'P53' of type 'Record'."
    )
    assert column.failure.code == "UNEXPECTED_RECORD"
    assert column.failing == ["RNA-seq", "P53"]


def test_records_have_to_be_saved(instance: Any) -> None:
    label = ln.ULabel(name="new")
    error = vector(objects(label)).failure.error
    assert error == f"{label!r} is not saved: save it first"


def test_many_records_in_cells_are_checked_at_once(labels: dict[str, ULabel]) -> None:
    kind = ln.ULabel(name="Batch", is_type=True).save()
    other = ln.ULabel(name="Other", is_type=True).save()
    for name, batch in [(f"b{i}", kind) for i in range(20)] + [(f"c{i}", other) for i in range(9)]:
        ln.ULabel(name=name, type=batch).save()
    dtype = f"cat[ULabel[{kind.uid}]]"
    good = objects(*ln.ULabel.filter(type=kind))
    bad = objects(*ln.ULabel.filter(type=other))
    with QueryCounter() as queries:
        assert vector(good, dtype).is_validated
    assert queries.count == 3, "type, records of the type, type again for the terms"
    with QueryCounter() as queries:
        assert len(vector(bad, dtype).failure.error.splitlines()) == 9
    assert queries.count == 5, "as before; type and types of the records for the text"


# -- texts


def test_one_unknown_term(labels: dict[str, ULabel]) -> None:
    failure = vector(["DMSO", "IFNJ", "DMSO"]).failure
    assert failure.error == (
        "1 term not validated in feature 'perturbation': 'IFNJ'\n"
        "    → fix typos, remove non-existent values, or save terms via: "
        "curator.cat.add_new_from('perturbation')"
    )
    assert (failure.group, failure.code, failure.column) == (
        "TERMS",
        "TERM_NOT_VALIDATED",
        "perturbation",
    )
    assert failure.rows == (1,)
    assert failure.values == ("IFNJ",)
    assert failure.n_failing == 1
    assert failure.suggestions == {"IFNJ": ("IFNG",)}
    assert failure.fix == "curator.cat.add_new_from('perturbation')"


def test_the_first_twenty_terms_are_listed(instance: Any) -> None:
    error = vector(objects(*[f"x{i}" for i in range(25)]), slot="obs").failure.error
    listed = ", ".join(f"'x{i}'" for i in range(20))
    assert error == (
        f"25 terms not validated in feature 'perturbation' in slot 'obs': {listed}, ...\n"
        "    → fix typos, remove non-existent values, or save terms via: "
        "curator.slots['obs'].cat.add_new_from('perturbation')"
    )


def test_a_typed_dtype_shows_the_valid_labels(labels: dict[str, ULabel]) -> None:
    kind = ln.ULabel(name="Perturbation", is_type=True).save()
    for name in ("DMSO", "IFNG"):
        ln.ULabel(name=name, type=kind).save()
    assert vector(["IFNJ"], f"cat[ULabel[{kind.uid}]]").failure.error == (
        "1 term not validated in feature 'perturbation': 'IFNJ'\n"
        "    → fix typos, remove non-existent values, or save terms via: "
        "curator.cat.add_new_from('perturbation')\n"
        "    → a valid label for subtype 'Perturbation' has to be one of ['DMSO', 'IFNG']"
    )


def test_numbers_where_text_is_expected(labels: dict[str, ULabel]) -> None:
    column = vector([1, 2])
    assert column.failure.error == (
        "2 terms not validated in feature 'perturbation': '1', '2'\n"
        "    → ULabel.name holds text, but '1', '2' are of type int: convert the values to strings"
    )
    with pytest.raises(ValidationError, match="Cannot add new values of feature 'perturbation'"):
        column.add_new()
    assert ln.ULabel.filter().count() == 2


def test_text_where_numbers_are_expected(instance: Any) -> None:
    column = vector(["a"], "cat[Project.id]")
    assert column.failure.error.startswith("1 term not validated in feature 'perturbation': 'a'")


@pytest.mark.parametrize("term", ["\0", "a\0b", "\ud800"])
def test_text_that_no_database_holds_is_not_valid(labels: dict[str, ULabel], term: str) -> None:
    assert vector(objects(term)).non_validated == [term]


def test_a_type_that_does_not_exist(instance: Any) -> None:
    with pytest.raises(ValidationError, match="dtype cat\\[ULabel\\[abcdefgh\\]\\] of feature"):
        vector(["a"], "cat[ULabel[abcdefgh]]")


def test_a_registry_of_a_module_that_the_instance_lacks(sqlite_instance: Any) -> None:
    with pytest.raises(ModuleWasntConfigured, match=r"bionty\.CellType"):
        vector(["a"], "cat[bionty.CellType]")


# -- speed


@pytest.mark.parametrize("n", [2, 200])
def test_the_number_of_queries_does_not_depend_on_the_number_of_terms(
    labels: dict[str, ULabel], n: int
) -> None:
    ln.ULabel.from_values([f"l{i}" for i in range(n)], create=True).save()
    terms = [f"l{i}" for i in range(n)]
    with QueryCounter() as queries:
        column = vector(terms)
    assert queries.count == 1
    with QueryCounter() as queries:
        assert len(column.record_ids[ln.ULabel]) == n
    assert queries.count == 0
    with QueryCounter() as queries:
        assert len(column.records) == n
        assert column.records is column.records
    assert queries.count == 1
    with QueryCounter() as queries:
        vector([*terms, *(f"unknown {i}" for i in range(n))])
    assert queries.count == 2, "terms, suggestions"


# -- identifiers


def test_names_of_columns(instance: Any) -> None:
    feature = ln.Feature(name="perturbation", dtype=ln.ULabel).save()
    columns = identifiers(["perturbation", "sample_note", "donor"], slot="obs", fatal=False)
    assert columns.records == {"perturbation": feature}
    assert not columns.is_fatal
    assert columns.failure.rows == ()
    assert columns.failure.error == (
        "2 terms not validated in feature 'columns' in slot 'obs': 'sample_note', 'donor'\n"
        "    → fix typos, remove non-existent values, or save terms via: "
        "curator.slots['obs'].cat.add_new_from('columns')"
    )


def test_members_are_meant_before_features_of_the_same_name(instance: Any) -> None:
    kind = ln.Feature(name="Study", is_type=True).save()
    ln.Feature(name="donor", dtype=str, type=None).save()
    member = ln.Feature(name="donor", dtype=str, type=kind).save()
    assert identifiers(["donor"], "cat[Feature]", members=[member]).records == {"donor": member}


@pytest.mark.parametrize("form", ["Feature[{}]", "cat[Feature[{}]]"])
def test_features_below_a_type(instance: Any, form: str) -> None:
    kind = ln.Feature(name="Study", is_type=True).save()
    member = ln.Feature(name="donor", dtype=str, type=kind).save()
    ln.Feature(name="age", dtype=int).save()
    columns = identifiers(["donor", "age", "Study"], form.format(kind.uid))
    assert columns.records == {"donor": member}
    assert columns.non_validated == ["age", "Study"]
    assert "subtype" not in columns.failure.error


def test_a_renamed_feature_is_a_synonym(instance: Any) -> None:
    feature = ln.Feature(name="sample", dtype=str).save()
    feature.name = "sample_id"
    feature.save()
    columns = identifiers(["sample", "x"])
    assert columns.synonyms == {"sample": "sample_id"}
    assert columns.failure.error == (
        "2 terms not validated in feature 'columns': 'sample', 'x'\n"
        '    1 synonym found: "sample" → "sample_id"\n'
        '    → curate synonyms via: curator.cat.standardize("columns")\n'
        "    for remaining terms:\n"
        "    → fix typos, remove non-existent values, or save terms via: "
        "curator.cat.add_new_from('columns')"
    )
    assert columns.failure.fix == 'curator.cat.standardize("columns")'
    with pytest.raises(InvalidArgument, match="rename the columns of the dataset yourself"):
        columns.standardize()


def test_identifiers_are_exchanged_by_whoever_holds_the_data(instance: Any) -> None:
    ln.Feature(name="Donor", dtype=str).save()
    frame = pd.DataFrame({"donor": ["a"]})
    columns = CatVector(
        PandasTable(frame),
        "columns",
        "Feature",
        terms=list(frame),
        rename=lambda names: frame.rename(columns=names, inplace=True),
    )
    columns.standardize()
    assert list(frame) == ["Donor"]
    assert columns.is_validated


def test_a_categorical_index(labels: dict[str, ULabel]) -> None:
    frame = pd.DataFrame({"x": [1, 2]}, index=pd.CategoricalIndex(["DMSO", "IFNJ"]))
    index = CatVector(PandasTable(frame), "index", "cat[ULabel]", label=None)
    index.validate()
    assert index.failure.error.startswith("1 term not validated in feature 'index': 'IFNJ'")
    assert index.failure.rows == (1,)

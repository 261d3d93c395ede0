"""`curator.cat`: what is logged and returned, standardize, add_new_from, lookup."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import lamindb as ln
from lamindb.curators.cat_manager import DataFrameCatManager
from lamindb.curators.categoricals import CatVector
from lamindb.curators.engines.pandas import PandasTable
from lamindb.errors import FieldValidationError, InvalidArgument, ValidationError
from tests.support.queries import QueryCounter

ADD = "    → fix typos, remove non-existent values, or save terms via: curator.cat.add_new_from"


def manager(frame: pd.DataFrame, dtypes: dict[str, str], **kwargs: Any) -> DataFrameCatManager:
    """A manager of some columns of a frame."""
    table = PandasTable(frame)
    vectors = {key: CatVector(table, key, dtype) for key, dtype in dtypes.items()}
    return DataFrameCatManager(vectors, **kwargs)


@pytest.fixture
def typo(instance: Any) -> pd.DataFrame:
    """The data frame of the tutorial, which has a typo, and what is registered."""
    for name in ("DMSO", "IFNG"):
        ln.ULabel(name=name).save()
    ln.Feature(name="perturbation", dtype=ln.ULabel).save()
    return pd.DataFrame(
        {
            "perturbation": pd.Categorical(["DMSO", "IFNJ", "DMSO"]),
            "ENSG00000153563": [1, 2, 3],
            "donor_ethnicity": [["a"], ["b"], ["c"]],
        }
    )


def test_the_tutorial(typo: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    table = PandasTable(typo)
    feature = ln.Feature.get(name="perturbation")
    cat = DataFrameCatManager(
        {
            "columns": CatVector(table, "columns", "Feature", terms=list(typo), fatal=False),
            "perturbation": CatVector(table, "perturbation", "cat[ULabel]", feature=feature),
        }
    )
    with pytest.raises(ValidationError, match=r"^Please run validate\(\) first!$"):
        _ = cat.non_validated
    capsys.readouterr()
    report = cat.validate()
    assert capsys.readouterr().out == (
        "! 2 terms not validated in feature 'columns': 'ENSG00000153563', 'donor_ethnicity'\n"
        f"{ADD}('columns')\n"
        "! 1 term not validated in feature 'perturbation': 'IFNJ'\n"
        f"{ADD}('perturbation')\n"
    )
    assert str(report) == (
        f"1 term not validated in feature 'perturbation': 'IFNJ'\n{ADD}('perturbation')"
    )
    assert cat.non_validated == {"perturbation": ["IFNJ"]}
    assert cat.categoricals == [feature]
    assert repr(cat) == "DataFrameCatManager(['columns', 'perturbation'], validated)"


def test_columns_in_a_slot(instance: Any, capsys: pytest.CaptureFixture[str]) -> None:
    ln.Feature(name="donor", dtype=str).save()
    columns = CatVector(
        PandasTable(pd.DataFrame()),
        "columns",
        "Feature",
        terms=["donor", "sample_note"],
        slot="obs",
        fatal=False,
    )
    capsys.readouterr()
    assert len(DataFrameCatManager({"columns": columns}, slot="obs").validate()) == 0
    assert capsys.readouterr().out == (
        "! 1 term not validated in feature 'columns' in slot 'obs': 'sample_note'\n"
        "    → fix typos, remove non-existent values, or save terms via: "
        "curator.slots['obs'].cat.add_new_from('columns')\n"
    )


def test_all_that_is_fatal_is_in_the_report(typo: pd.DataFrame) -> None:
    typo["batch"] = pd.Categorical(["b1", "b2", "b1"])
    report = manager(typo, {"perturbation": "cat[ULabel]", "batch": "cat[Record]"}).validate()
    assert str(report) == (
        f"1 term not validated in feature 'perturbation': 'IFNJ'\n{ADD}('perturbation')\n"
        f"2 terms not validated in feature 'batch': 'b1', 'b2'\n{ADD}('batch')"
    )
    assert [(f.column, f.rows) for f in report.failures] == [
        ("perturbation", (1,)),
        ("batch", (0, 1, 2)),
    ]


def test_it_says_when_no_term_was_valid(
    typo: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    manager(typo, {"perturbation": "cat[Record]"}).validate()
    assert capsys.readouterr().out.startswith("! no values were validated for perturbation!\n! 2 ")


# -- add_new_from


def test_records_are_created_for_unknown_terms(
    typo: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    cat = manager(typo, {"perturbation": "cat[ULabel]"})
    cat.validate()
    ln.settings.verbosity = "success"
    capsys.readouterr()
    cat.add_new_from("perturbation", description="new")
    assert capsys.readouterr().out == (
        "✓ added 1 record with ULabel for \"perturbation\": 'IFNJ'\n"
    )
    assert ln.ULabel.get(name="IFNJ").description == "new"
    assert cat.non_validated == {}
    assert len(cat.validate()) == 0
    cat.add_new_from("perturbation")
    assert ln.ULabel.filter().count() == 3


def test_new_records_get_the_type_of_the_dtype_and_fulfil_its_filters(typo: pd.DataFrame) -> None:
    kind = ln.ULabel(name="Perturbation", is_type=True).save()
    cat = manager(typo, {"perturbation": f"cat[ULabel[{kind.uid}, reference=x]]"})
    cat.add_new_from("perturbation")
    assert cat["perturbation"].is_validated
    made = ln.ULabel.filter(type=kind)
    assert set(made.to_list("name")) == {"DMSO", "IFNJ"}
    assert set(made.to_list("reference")) == {"x"}
    assert ln.ULabel.filter(name="DMSO").count() == 2, "the one of no type stays as it is"


def test_new_records_of_a_registry_with_rules(typo: pd.DataFrame) -> None:
    kind = ln.Record(name="Perturbation", is_type=True).save()
    cat = manager(typo, {"perturbation": f"cat[Record[{kind.uid}]]"})
    cat.add_new_from("perturbation")
    assert cat["perturbation"].is_validated
    assert kind.records.count() == 2


def test_new_columns_become_features(typo: pd.DataFrame) -> None:
    kind = ln.Feature(name="Study", is_type=True).save()
    table = PandasTable(typo)
    columns = CatVector(table, "columns", f"Feature[{kind.uid}]", terms=["a", "b"])
    cat = DataFrameCatManager({"columns": columns})
    cat.add_new_from("columns")
    assert set(ln.Feature.filter(type=kind).to_list("_dtype_str")) == {"cat[ULabel]"}
    more = CatVector(table, "columns", "Feature", terms=["c"])
    DataFrameCatManager({"columns": more}).add_new_from("columns", dtype=float)
    assert ln.Feature.get(name="c").dtype_as_str == "float"


def test_the_first_alternative_of_a_union_gets_new_records(typo: pd.DataFrame) -> None:
    cat = manager(typo, {"perturbation": "cat[ULabel|Record]"})
    cat.add_new_from("perturbation")
    assert cat["perturbation"].is_validated
    assert ln.ULabel.get(name="IFNJ")
    assert not ln.Record.filter().exists()


def test_wrong_arguments_create_nothing(typo: pd.DataFrame) -> None:
    cat = manager(typo, {"perturbation": "cat[ULabel]", "run": "cat[Run.uid]"})
    with pytest.raises(FieldValidationError, match="colour"):
        cat.add_new_from("perturbation", colour="red")
    typo["perturbation"] = pd.Categorical(["x", "y" * 200, "z"])
    cat = manager(typo, {"perturbation": "cat[ULabel]"})
    with pytest.raises(FieldValidationError, match="name of ULabel has 200 characters"):
        cat.add_new_from("perturbation")
    assert ln.ULabel.filter().count() == 2


def test_some_records_are_not_created_from_names(typo: pd.DataFrame) -> None:
    cat = manager(typo, {"perturbation": "cat[Run.uid]"})
    with pytest.raises(InvalidArgument, match="Run records are not created from a uid"):
        cat.add_new_from("perturbation")


def test_unknown_keys(typo: pd.DataFrame) -> None:
    cat = manager(typo, {"perturbation": "cat[ULabel]"})
    for call in (cat.add_new_from, cat.standardize, cat.__getitem__):
        with pytest.raises(KeyError, match="no categorical 'x' here, there are: 'perturbation'"):
            call("x")


def test_all_is_deprecated(typo: pd.DataFrame) -> None:
    cat = manager(typo, {"perturbation": "cat[ULabel]"})
    with pytest.warns(DeprecationWarning, match="pass the name of a feature"):
        cat.add_new_from("all")
    assert cat["perturbation"].is_validated
    with pytest.warns(DeprecationWarning, match="pass the name of a feature"):
        cat.standardize("all")


@pytest.mark.parametrize("n", [2, 2000])
def test_many_records_take_as_many_queries_as_few(instance: Any, n: int) -> None:
    cat = manager(
        pd.DataFrame({"p": pd.Categorical([f"x{i}" for i in range(n)])}), {"p": "cat[ULabel]"}
    )
    cat.validate()
    with QueryCounter() as queries:
        cat.add_new_from("p")
    assert queries.count <= 6
    assert ln.ULabel.filter().count() == n


# -- standardize


@pytest.fixture
def synonyms(instance: Any) -> pd.DataFrame:
    """References to features: the registry `Feature` is the one with synonyms in the core."""
    ln.Feature(name="B cell", dtype=str, synonyms="B-cell|B lymphocyte").save()
    ln.Feature(name="T cell", dtype=str).save()
    return pd.DataFrame(
        {
            "cell": pd.Categorical(["B-cell", "t cell", None, "B cell"]),
            "cells": [["B-cell", "T cell"], [], None, ["my cell"]],
        }
    )


def test_synonyms_and_casing_are_replaced_in_the_data(
    synonyms: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    cat = manager(synonyms, {"cell": "Feature", "cells": "Feature"})
    report = cat.validate()
    assert str(report.failures[0].error) == (
        "2 terms not validated in feature 'cell': 'B-cell', 't cell'\n"
        '    2 synonyms found: "B-cell" → "B cell", "t cell" → "T cell"\n'
        '    → curate synonyms via: curator.cat.standardize("cell")'
    )
    assert report.failures[0].fix == 'curator.cat.standardize("cell")'
    assert report.failures[0].suggestions == {"B-cell": ("B cell",), "t cell": ("T cell",)}
    with pytest.raises(ValidationError, match=r"^Please run `.standardize\(\)` before adding new"):
        cat.add_new_from("cell")
    ln.settings.verbosity = "success"
    capsys.readouterr()
    cat.standardize("cell")
    cat.standardize("cells")
    assert capsys.readouterr().out == (
        '✓ standardized 2 synonyms in "cell": "B-cell" → "B cell", "t cell" → "T cell"\n'
        '✓ standardized 1 synonym in "cells": "B-cell" → "B cell"\n'
    )
    assert synonyms["cell"].dtype == "category"
    assert synonyms["cell"].tolist() == ["B cell", "T cell", None, "B cell"] or pd.isna(
        synonyms["cell"][2]
    )
    assert synonyms["cells"].tolist() == [["B cell", "T cell"], [], None, ["my cell"]]
    assert cat.non_validated == {"cells": ["my cell"]}
    cat.add_new_from("cells", dtype=str)
    assert cat.non_validated == {}


def test_an_artifact_is_not_changed(synonyms: pd.DataFrame) -> None:
    cat = manager(synonyms, {"cell": "Feature"}, can_mutate=False)
    with pytest.raises(
        RuntimeError, match=r"^Cannot mutate the dataset when an artifact is passed"
    ):
        cat.standardize("cell")
    assert synonyms["cell"].tolist()[0] == "B-cell"


# -- lookup


def test_lookup_of_valid_records(typo: pd.DataFrame) -> None:
    kind = ln.ULabel(name="Perturbation", is_type=True).save()
    drug = ln.ULabel(name="A drug", type=kind).save()
    record = ln.Record(name="P53").save()
    cat = manager(
        typo,
        {
            "perturbation": f"cat[ULabel[{kind.uid}]]",
            "my sample": "cat[Record|ULabel]",
            "columns": "Feature",
        },
    )
    lookup = cat.lookup()
    assert lookup.perturbation.a_drug == drug
    assert lookup["perturbation"].dict() == {"A drug": drug}
    assert lookup["my sample"].p53 == record
    assert lookup["my sample"].dmso == ln.ULabel.get(name="DMSO")
    assert lookup.columns.perturbation == ln.Feature.get(name="perturbation")
    assert cat.lookup(public=True).perturbation.a_drug == drug, "there is no public source"
    assert {"perturbation", "columns"} <= set(dir(lookup))
    assert repr(lookup) == (
        "Terms of the registry for:\n  .perturbation\n  ['my sample']\n  .columns"
    )
    for ask in (lookup.__getattr__, lookup.__getitem__):
        with pytest.raises(AttributeError, match="no categorical 'perturb' to look up, there are"):
            ask("perturb")

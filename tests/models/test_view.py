"""`ln.view()`, `Registry.describe()`, and what `dir()` lists."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from django.apps import apps

import lamindb as ln

ARTIFACT_FIELDS = """\
Artifact
  Simple fields
    .uid: CharField
    .key: CharField
    .description: TextField
    .suffix: CharField
    .kind: CharField
    .otype: CharField
    .size: BigIntegerField
    .hash: CharField
    .n_files: BigIntegerField
    .n_observations: BigIntegerField
    .extra_data: JSONField
    .version_tag: CharField
    .is_latest: BooleanField
    .is_locked: BooleanField
    .created_at: DateTimeField
    .updated_at: DateTimeField
  Relational fields
    .branch: Branch
    .created_on: Branch
    .space: Space
    .storage: Storage
    .run: Run
    .schema: Schema
    .created_by: User
    .input_of_runs: Run
    .recreating_runs: Run
    .schemas: Schema
    .json_values: JsonValue
    .artifacts: Artifact
    .linked_in_records: Record
    .users: User
    .runs: Run
    .linked_by_runs: Run
    .ulabels: ULabel
    .linked_by_artifacts: Artifact
    .collections: Collection
    .records: Record
    .references: Reference
    .projects: Project
    .ablocks: ArtifactBlock
  Bionty fields
    .organisms: bionty.Organism
    .genes: bionty.Gene
    .proteins: bionty.Protein
    .cell_markers: bionty.CellMarker
    .tissues: bionty.Tissue
    .cell_types: bionty.CellType
    .diseases: bionty.Disease
    .cell_lines: bionty.CellLine
    .phenotypes: bionty.Phenotype
    .pathways: bionty.Pathway
    .experimental_factors: bionty.ExperimentalFactor
    .developmental_stages: bionty.DevelopmentalStage
    .ethnicities: bionty.Ethnicity"""


@pytest.fixture
def filled(instance) -> dict[str, Any]:
    """One saved record of most registries."""
    Path("file.txt").write_text("content")
    transform = ln.Transform(key="script.py").save()
    feature = ln.Feature(name="dose", dtype="float").save()
    artifact = ln.Artifact("file.txt", key="file.txt").save()
    return {
        "Transform": transform,
        "Run": ln.Run(transform).save(),
        "Artifact": artifact,
        "Collection": ln.Collection([artifact], key="collection").save(),
        "Feature": feature,
        "Schema": ln.Schema([feature], name="schema").save(),
        "JsonValue": ln.models.JsonValue.get_or_create(feature, 1.5)[0],
        "ULabel": ln.ULabel(name="label").save(),
        "Record": ln.Record(name="record").save(),
        "Project": ln.Project(name="project").save(),
        "Reference": ln.Reference(name="reference").save(),
        "Branch": ln.Branch(name="draft").save(),
        "Space": ln.Space.get(name="all"),
        "Storage": ln.Storage.filter().first(),
        "User": ln.User.filter().first(),
    }


def titles(text: str) -> list[str]:
    """Lines that hold nothing but the name of a registry."""
    names = {model.__name__ for model in apps.get_models()}
    return [line for line in text.splitlines() if line in names]


# -- ln.view


def test_view_shows_non_empty_registries_by_name(filled, capsys, count_queries) -> None:
    capsys.readouterr()
    with count_queries() as queries:
        ln.view()
    text = capsys.readouterr().out
    assert titles(text) == [
        "Artifact",
        "Collection",
        "Feature",
        "JsonValue",
        "Project",
        "Record",
        "Reference",
        "Run",
        "Schema",
        "Storage",
        "Transform",
        "ULabel",
    ]
    assert queries.count == 1 + 12
    assert "module" not in text
    assert repr(ln.ULabel.to_dataframe(limit=7)) in text


def test_view_names_modules_if_there_are_several(bionty_instance, capsys) -> None:
    capsys.readouterr()
    ln.view()
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == ["****************", "* module: core *", "****************", "Storage"]
    start = lines.index("* module: bionty *")
    assert lines[start - 1 : start + 3] == ["*" * 18, "* module: bionty *", "*" * 18, "Source"]


def test_view_of_chosen_modules_and_registries(bionty_instance, capsys) -> None:
    ln.ULabel(name="label").save()
    capsys.readouterr()
    ln.view(modules="core")
    assert titles(capsys.readouterr().out) == ["Storage", "ULabel"]
    ln.view(modules=["bionty"])
    assert titles(capsys.readouterr().out) == ["Source"]
    ln.view(registries=["ULabel", "Source"])
    assert titles(capsys.readouterr().out) == ["ULabel", "Source"]
    ln.view(registries="ULabel")
    text = capsys.readouterr().out
    assert titles(text) == ["ULabel"]
    assert "bionty" not in text


def test_view_skips_unknown_names_with_a_warning(bionty_instance, capsys) -> None:
    capsys.readouterr()
    ln.view(modules=["biont"])
    assert "! ignoring module 'biont': this instance has core, bionty. Did you mean 'bionty'?" in (
        text := capsys.readouterr().out
    )
    assert titles(text) == []
    ln.view(modules=["core", "pertdb"], registries="Storag")
    assert "! ignoring unknown registry 'Storag'. Did you mean 'Storage'?" in (
        text := capsys.readouterr().out
    )
    assert "! ignoring module 'pertdb'" in text
    assert titles(text) == []


def test_view_limits_rows_and_hides_what_data_frames_hide(instance, capsys) -> None:
    labels = [ln.ULabel(name=f"label {n}").save() for n in range(9)]
    trashed = ln.Project(name="trashed").save()
    trashed.delete()
    capsys.readouterr()
    ln.view()
    text = capsys.readouterr().out
    assert labels[8].uid in text and labels[2].uid in text
    assert labels[1].uid not in text
    assert "Project" not in titles(text)
    ln.view(limit=1, registries="ULabel")
    text = capsys.readouterr().out
    assert labels[8].uid in text and labels[7].uid not in text


def test_view_shows_the_dtypes_of_features(filled, capsys) -> None:
    capsys.readouterr()
    ln.view(df=pd.DataFrame({"dose": [1.5], "other": ["x"]}))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [["dose", "other"], ["float"], ["0", "1.5", "x"]]


# -- Registry.describe


def test_describe_an_artifact_registry_as_documented(bionty_instance) -> None:
    assert ln.Artifact.describe(return_str=True) == ARTIFACT_FIELDS


def test_describe_prints(instance, capsys) -> None:
    ln.ULabel.describe()
    assert capsys.readouterr().out.rstrip() == ln.ULabel.describe(return_str=True)


def test_describe_lists_values_of_records_last(bionty_instance) -> None:
    text = ln.Record.describe(return_str=True)
    own, by_module = text.split("  Bionty fields\n")
    accessors = [line.strip().partition(":")[0] for line in own.splitlines()]
    linked = [n for n, name in enumerate(accessors) if name.startswith(".linked_")]
    values = [n for n, name in enumerate(accessors) if name.startswith(".values_")]
    assert values == list(range(len(accessors) - len(values), len(accessors)))
    assert accessors[linked[-1]] == ".linked_projects"
    assert values[0] == linked[-1] + 1
    assert ".values_json: RecordJson" in text
    assert by_module.splitlines()[-1].strip() == ".values_ethnicity: bionty.RecordEthnicity"


# -- dir()


def read_all(thing: Any) -> dict[str, Any]:
    """Every public attribute that is listed; warnings are errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return {name: getattr(thing, name) for name in dir(thing) if not name.startswith("_")}


def test_attributes_of_all_registries_can_be_read(bionty_instance, capsys) -> None:
    capsys.readouterr()
    for registry in apps.get_models():
        read = read_all(registry)
        if isinstance(registry, ln.models.Registry):
            assert {"filter", "get", "to_dataframe", "describe", "connect"} <= read.keys()
    assert capsys.readouterr().out == ""


def test_attributes_of_saved_records_can_be_read(filled, capsys) -> None:
    capsys.readouterr()
    for record in filled.values():
        read = read_all(record)
        assert {"id", "save", "delete", "describe"} <= read.keys()
        relations = [f.name for f in record._meta.many_to_many if not f.name.startswith("_")]
        assert set(relations) <= read.keys()
    assert capsys.readouterr().out == ""


def test_attributes_of_unsaved_records_can_be_read(instance, capsys) -> None:
    Path("file.txt").write_text("content")
    transform = ln.Transform(key="script.py")
    feature = ln.Feature(name="dose", dtype="float")
    artifact = ln.Artifact("file.txt", key="file.txt")
    labels = [ln.ULabel(name="l"), ln.Record(name="r"), ln.Project(name="p")]
    run = ln.Run(ln.Transform(key="other.py").save())
    collection = ln.Collection([ln.Artifact("file.txt", key="other.txt").save()], key="c")
    capsys.readouterr()
    for record in (*labels, transform, feature, artifact, run, collection):
        assert {"uid", "save", "branch"} <= read_all(record).keys()
        assert "ablocks" not in dir(record)
    assert capsys.readouterr().out == ""


def test_deprecated_attributes_are_not_listed(filled) -> None:
    assert "feature_sets" not in dir(ln.Artifact)
    assert "feature_sets" not in dir(filled["Artifact"])
    assert "from_df" in dir(ln.Artifact)  # R looks it up

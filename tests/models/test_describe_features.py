"""`describe()`: features of the dataset, other features, labels."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import lamindb as ln
from lamindb.base.render import column_widths
from lamindb.models import ArtifactSchema, ArtifactULabel


@pytest.fixture
def lab(bionty_on_both: Any) -> SimpleNamespace:
    """The features, labels and the artifact of the tutorial, annotated as by validation."""
    import bionty as bt

    temperature = ln.Feature(name="temperature", dtype=float).save()
    experiment = ln.Feature(name="experiment", dtype=ln.ULabel).save()
    dmso, ifng = (ln.ULabel(name=name).save() for name in ("DMSO", "IFNG"))
    cells = [
        bt.CellType(name=name, ontology_id=ontology_id).save()
        for name, ontology_id in (
            ("T cell", "CL:0000084"),
            ("B cell", "CL:0000236"),
            ("CD8-positive, alpha-beta T cell", "CL:0000625"),
        )
    ]
    assay = bt.ExperimentalFactor(
        name="single-cell RNA sequencing", ontology_id="EFO:0008913"
    ).save()
    dtypes = {
        "perturbation": ln.ULabel,
        "cell_type_by_model": bt.CellType,
        "cell_type_by_expert": bt.CellType,
        "assay_oid": bt.ExperimentalFactor.ontology_id,
        "donor": str,
        "sample_note": str,
        "concentration": str,
        "treatment_time_h": "num",
    }
    obs = [ln.Feature(name=name, dtype=dtype).save() for name, dtype in dtypes.items()]
    artifact = ln.Artifact.from_dataframe(pd.DataFrame({"x": [1]}), key="rnaseq1.parquet").save()
    return SimpleNamespace(
        bt=bt,
        obs=obs,
        features={feature.name: feature for feature in (*obs, temperature, experiment)},
        dmso=dmso,
        ifng=ifng,
        cells=cells,
        assay=assay,
        artifact=artifact,
    )


def annotate(lab: SimpleNamespace, slot: str) -> None:
    """Write what the validation of the tutorial's dataset writes."""
    from bionty.models import ArtifactCellType, ArtifactExperimentalFactor

    artifact, features = lab.artifact, lab.features
    ArtifactSchema(artifact=artifact, schema=ln.Schema(lab.obs).save(), slot=slot).save()
    for label in (lab.dmso, lab.ifng):
        ArtifactULabel(artifact=artifact, ulabel=label, feature=features["perturbation"]).save()
    t_cell, b_cell, cd8 = lab.cells
    for name, cells in {
        "cell_type_by_expert": (cd8, b_cell),
        "cell_type_by_model": (t_cell, b_cell),
    }.items():
        for cell in cells:
            ArtifactCellType(artifact=artifact, celltype=cell, feature=features[name]).save()
    ArtifactExperimentalFactor(
        artifact=artifact, experimentalfactor=lab.assay, feature=features["assay_oid"]
    ).save()


def sections(record: Any, **options: Any) -> str:
    """What `describe()` shows below the facts and the path."""
    lines = record.describe(return_str=True, **options).splitlines()
    heads = ("Dataset features", "Features", "External features", "Labels")
    start = next((i for i, line in enumerate(lines) if line.endswith(heads)), len(lines))
    return "\n".join(lines[start:])


OBS = """\
assay_oid                      bionty.ExperimentalFactor.ontology…  EFO:0008913
cell_type_by_expert            bionty.CellType                      \
B cell, CD8-positive, alpha-beta T cell
cell_type_by_model             bionty.CellType                      B cell, T cell
concentration                  str
donor                          str
perturbation                   ULabel                               DMSO, IFNG
sample_note                    str
treatment_time_h               num"""

LABELS = """\
└── Labels
    └── .ulabels                       ULabel                               DMSO, IFNG
        .cell_types                    bionty.CellType                      \
T cell, B cell, CD8-positive, alpha-be…
        .experimental_factors          bionty.ExperimentalFactor            \
single-cell RNA sequencing"""


def below(guide: str, text: str) -> str:
    return "\n".join(guide + line for line in text.splitlines())


def test_an_artifact_without_annotations_shows_no_section(lab: SimpleNamespace) -> None:
    assert sections(lab.artifact) == ""
    assert lab.artifact.describe(return_str=True).splitlines()[-2].startswith("└── storage/path:")


def test_labels(lab: SimpleNamespace) -> None:
    experiment = ln.ULabel(name="My experiment").save()
    lab.artifact.ulabels.add(experiment)
    assert sections(lab.artifact) == (
        "└── Labels\n"
        "    └── .ulabels                       ULabel"
        "                               My experiment"
    )
    lab.artifact.cell_types.add(lab.cells[0])
    lab.artifact.features.add_values({"temperature": 21.6, "experiment": "My experiment"})
    assert sections(lab.artifact) == (
        "├── Features\n"
        "│   └── experiment                     ULabel"
        "                               My experiment\n"
        "│       temperature                    float"
        "                                21.6\n"
        "└── Labels\n"
        "    └── .ulabels                       ULabel"
        "                               My experiment\n"
        "        .cell_types                    bionty.CellType"
        "                      T cell"
    )


def test_lines_are_as_wide_as_the_columns(lab: SimpleNamespace, capsys: Any) -> None:
    lab.artifact.ulabels.add(lab.dmso)
    lab.artifact.describe()
    last = capsys.readouterr().out.splitlines()[-1]
    assert len(last) == 8 + 29 + 2 + 35 + 2 + 39


def test_features_of_a_data_frame(lab: SimpleNamespace) -> None:
    annotate(lab, "columns")
    assert sections(lab.artifact) == (
        f"├── Dataset features\n│   └── columns (8)\n{below('│       ', OBS)}\n{LABELS}"
    )


def test_features_of_a_composite_dataset(lab: SimpleNamespace) -> None:
    annotate(lab, "obs")
    organism = lab.bt.Organism(name="human", ontology_id="NCBITaxon:9606").save()
    genes = [
        lab.bt.Gene(symbol=symbol, ensembl_gene_id=gene_id, organism=organism).save()
        for symbol, gene_id in (
            ("CD8A", "ENSG00000153563"),
            ("CD4", "ENSG00000010610"),
            ("CD14", "ENSG00000170458"),
        )
    ]
    var = ln.Schema(genes, itype=lab.bt.Gene.ensembl_gene_id, dtype="num").save()
    ArtifactSchema(artifact=lab.artifact, schema=var, slot="var.T").save()
    assert sections(lab.artifact) == (
        f"├── Dataset features\n│   ├── obs (8)\n{below('│   │   ', OBS)}\n"
        "│   └── var.T (3 bionty.Gene.ensembl…\n"
        "│       CD14                           num\n"
        "│       CD4                            num\n"
        "│       CD8A                           num\n"
        f"{LABELS}"
    )


def test_features_beside_those_of_the_dataset_are_external(lab: SimpleNamespace) -> None:
    schema = ln.Schema([lab.features["donor"]]).save()
    ArtifactSchema(artifact=lab.artifact, schema=schema, slot="columns").save()
    ln.Feature(name="day", dtype=date).save()
    values = {"temperature": 21.6, "experiment": "DMSO", "day": "2025-10-31"}
    lab.artifact.features.add_values(values)
    assert sections(lab.artifact) == (
        "├── Dataset features\n"
        "│   └── columns (1)\n"
        "│       donor                          str\n"
        "├── External features\n"
        "│   └── experiment                     ULabel                               DMSO\n"
        "│       day                            date"
        "                                 2025-10-31\n"
        "│       temperature                    float                                21.6\n"
        "└── Labels\n"
        "    └── .ulabels                       ULabel                               DMSO"
    )


def test_dtypes_are_shown_for_people(lab: SimpleNamespace) -> None:
    kind = ln.ULabel(name="Perturbation", is_type=True).save()
    for name in ("a", "b"):
        ln.ULabel(name=name, type=kind).save()
    ln.Feature(name="typed", dtype=kind).save()
    ln.Feature(name="union", dtype=[lab.bt.CellType, ln.ULabel]).save()
    ln.Feature(name="several", dtype=list[ln.ULabel]).save()
    ln.Feature(name="sizes", dtype=list[int]).save()
    lab.artifact.features.add_values(
        {"typed": "a", "union": ["T cell", "DMSO"], "several": ["b", "a"], "sizes": [3, 1]}
    )
    rows = sections(lab.artifact).splitlines()[1:5]
    assert [row[8:].split() for row in rows] == [
        ["several", "list[ULabel]", "b,", "a"],
        ["typed", "ULabel[Perturbation]", "a"],
        ["union", "bionty.CellType|ULabel", "DMSO,", "T", "cell"],
        ["sizes", "list[int]", "3,", "1"],
    ]


def test_values_and_names_are_cut_after_ten(lab: SimpleNamespace) -> None:
    ln.ULabel.from_values([f"label {i:02}" for i in range(12)], create=True).save()
    lab.artifact.features.add_values({"experiment": [f"label {i:02}" for i in range(11, -1, -1)]})
    feature, _, labels = sections(lab.artifact).splitlines()[1:]
    assert "label 00, label 01, label 02, label 03…" in feature
    assert "label 00, label 01, label 02, label 03…" in labels
    short = ln.ULabel.from_values([str(i) for i in range(12)], create=True).save()
    lab.artifact.features.set_values({"experiment": list(short)})
    assert sections(lab.artifact).endswith("0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...")


def test_large_feature_sets_are_previewed(lab: SimpleNamespace, capsys: Any) -> None:
    features = [ln.Feature(name=f"f{i:03}", dtype=int).save() for i in range(105)]
    schema = ln.Schema(features).save()
    ArtifactSchema(artifact=lab.artifact, schema=schema, slot="columns").save()
    lab.artifact.features.add_values({"f104": 3})
    rows = sections(lab.artifact).splitlines()[2:]
    assert len(rows) == 100
    assert rows[-1].split()[-3:] == ["f104", "int", "3"], "rather those with values"
    assert (
        "! slot 'columns' shows 100 of 105 members: pass n_max_features to see more"
        in capsys.readouterr().out
    )
    assert len(sections(lab.artifact, n_max_features=2).splitlines()) == 4
    number_only = ln.Schema(itype=lab.bt.Gene.ensembl_gene_id, n_members=20_000).save()
    ArtifactSchema(artifact=lab.artifact, schema=number_only, slot="var.T").save()
    assert "var.T (20000 bionty.Gene.ens…" in sections(lab.artifact)


def test_trashed_labels_are_hidden(lab: SimpleNamespace) -> None:
    lab.artifact.ulabels.add(lab.dmso, lab.ifng)
    lab.dmso.delete()
    assert sections(lab.artifact).endswith(" IFNG")
    lab.ifng.delete()
    assert sections(lab.artifact) == ""


def test_records_without_a_name_are_shown_by_uid(lab: SimpleNamespace) -> None:
    nameless = ln.Record().save()
    ln.Feature(name="sample", dtype=ln.Record).save()
    lab.artifact.features.add_values({"sample": nameless})
    feature, _, labels = sections(lab.artifact).splitlines()[1:]
    assert feature.split()[-2:] == ["Record", nameless.uid]
    assert labels.split()[-3:] == [".records", "Record", nameless.uid]
    assert lab.artifact.features.get_values() == {"sample": nameless.uid}


def test_runs_records_transforms_and_collections(lab: SimpleNamespace) -> None:
    transform = ln.Transform(key="t.py", kind="script").save()
    transform.ulabels.add(lab.dmso)
    assert sections(transform).split() == ["└──", "Labels", "└──", ".ulabels", "ULabel", "DMSO"]
    run = ln.Run(transform).save()
    run.features.add_values({"temperature": 3.5})
    assert sections(run).split() == ["└──", "Features", "└──", "temperature", "float", "3.5"]
    record = ln.Record(name="s1").save()
    assert record.describe(return_str=True) == "Record: s1"
    record.features.set_values({"temperature": 3.5})
    assert record.describe(return_str=True) == (
        "Record: s1\n"
        "└── Features\n"
        "    └── temperature                    float                                3.5"
    )
    collection = ln.Collection([lab.artifact], key="c").save()
    assert sections(collection) == "", "its artifacts are no labels"
    collection.ulabels.add(lab.ifng)
    assert sections(collection).split() == ["└──", "Labels", "└──", ".ulabels", "ULabel", "IFNG"]


def test_the_number_of_queries_does_not_grow(lab: SimpleNamespace, count_queries: Any) -> None:
    annotate(lab, "columns")
    with count_queries() as few:
        lab.artifact.describe(return_str=True)
    ln.ULabel.from_values([f"label {i}" for i in range(1000)], create=True).save()
    lab.artifact.features.add_values({"experiment": [f"label {i}" for i in range(1000)]})
    with count_queries() as many:
        lab.artifact.describe(return_str=True)
    assert many.count == few.count <= 12
    with count_queries() as values:
        lab.artifact.features.get_values()
    assert values.count <= 8


def test_columns_fit_into_narrow_terminals() -> None:
    assert column_widths() == column_widths(107) == (29, 35, 39)
    assert column_widths(80 - 8) == (18, 22, 28)
    assert column_widths(106) == (29, 33, 39)
    assert min(column_widths(10)) == 6

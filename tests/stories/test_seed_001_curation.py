"""Seed 001, from "Annotate an artifact" to "Manage AnnData artifacts", as a user types it.

The ontologies are real tables from `$LAMIN_TEST_DATA`; there is no network.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.processes import run_interpreter

TRACK_AND_CREATE = """
import lamindb as ln

ln.track()
df = ln.examples.datasets.mini_immuno.get_dataset1(with_typo=True)
artifact = ln.Artifact.from_dataframe(df, key="my_datasets/rnaseq1.parquet").save()
"""

ANNOTATE = """
print("# labels")
my_experiment = ln.ULabel(name="My experiment").save()
artifact.ulabels.add(my_experiment)
artifact.describe()
print(len(ln.Artifact.filter(ulabels=my_experiment).to_dataframe()))

print("# cell type")
import bionty as bt

cell_type = bt.CellType.from_source(name="effector T cell").save()
artifact.cell_types.add(cell_type)
artifact.describe()
print(len(ln.Artifact.filter(cell_types=cell_type).to_dataframe()))
artifact.ulabels.add(my_experiment)
artifact.cell_types.add(cell_type)
artifact.ulabels.remove(my_experiment)
artifact.cell_types.remove(cell_type)

print("# features")
ln.Feature(name="temperature", dtype=float).save()
ln.Feature(name="experiment", dtype=ln.ULabel).save()
artifact.features.add_values({"temperature": 21.6, "experiment": "My experiment"})
artifact.describe()
print(len(ln.Artifact.filter(temperature=21.6).to_dataframe()))
artifact.features.remove_values(["temperature", "experiment"])
ln.Feature.get(name="temperature").delete()
ln.Feature.get(name="experiment").delete()
"""

VALIDATE = """
print("# validate")
ln.ULabel(name="DMSO").save()
ln.ULabel(name="IFNG").save()
ln.Feature(name="perturbation", dtype=ln.ULabel).save()
ln.Feature(name="cell_type_by_model", dtype=bt.CellType).save()
ln.Feature(name="cell_type_by_expert", dtype=bt.CellType).save()
ln.Feature(name="assay_oid", dtype=bt.ExperimentalFactor.ontology_id).save()
ln.Feature(name="donor", dtype=str, nullable=True).save()
ln.Feature(name="sample_note", dtype=str, nullable=True).save()
ln.Feature(name="concentration", dtype=str).save()
ln.Feature(name="treatment_time_h", dtype="num", coerce=True).save()
schema = ln.Schema(itype=ln.Feature).save()
print(schema.uid)

try:
    artifact = ln.Artifact.from_dataframe(
        df, key="my_datasets/rnaseq1.parquet", schema=schema
    )
except ln.errors.ValidationError as error:
    print("# error")
    print(str(error))

print("# new version")
df["perturbation"] = df["perturbation"].cat.rename_categories({"IFNJ": "IFNG"})
artifact = ln.Artifact.from_dataframe(
    df, key="my_datasets/rnaseq1.parquet", schema=schema
).save()
artifact.describe()
print("versions:", [uid[-4:] for uid in artifact.versions.to_dataframe()["uid"]])
print("validated with:", artifact.schema.uid)

print("# query")
frame = ln.Artifact.to_dataframe(include="features")
print(list(frame.columns), frame["perturbation"].to_list())
"""

ANNDATA = """
print("# anndata")
var_schema = ln.Schema(itype=bt.Gene.ensembl_gene_id, dtype=int).save()
anndata_schema = ln.Schema(
    otype="AnnData", slots={"obs": schema, "var.T": var_schema}
).save()

import anndata as ad

adata = ad.AnnData(df.iloc[:, :3], obs=df.iloc[:, 3:-1])
artifact = ln.Artifact.from_anndata(
    adata, key="my_datasets/my_rnaseq1.h5ad", schema=anndata_schema
).save()
artifact.describe()
feature_sets = ln.Schema.filter(genes__symbol="CD8A").all()
found = ln.Artifact.filter(feature_sets__in=feature_sets).to_dataframe()
print("measured CD8A:", found["key"].to_list())
ln.finish()
"""

NOT_REGISTERED = """\
! 4 terms not validated in feature 'columns': 'ENSG00000153563', 'ENSG00000010610', \
'ENSG00000170458', 'donor_ethnicity'
    → fix typos, remove non-existent values, or save terms via: curator.cat.add_new_from('columns')
"""
TYPO = """\
1 term not validated in feature 'perturbation': 'IFNJ'
    → fix typos, remove non-existent values, or save terms via: \
curator.cat.add_new_from('perturbation')
"""
OBS_FEATURES = """\
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


def story(test_data: Path, run_cli, *parts: str) -> dict[str, str]:
    """What a script prints, by the titles within it; run in a fresh instance."""
    init = run_cli("init", "--storage", "./lamindb-tutorial", "--modules", "bionty")
    assert init.returncode == 0, init.stderr
    Path("tutorial.py").write_text("".join(parts))
    run = run_interpreter("tutorial.py", env={"BIONTY_ASSETS": str(test_data / "bionty-assets")})
    assert run.returncode == 0, run.stderr
    lines = [line.rstrip() for line in run.stdout.splitlines()]
    pieces = re.split(r"^# (.*)\n", "\n".join(lines) + "\n", flags=re.M)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def row(name: str, kind: str, values: str) -> str:
    """Line of `describe()` with three columns."""
    indent = len(name) - len(name.lstrip("│└─ "))
    return f"{name:<{30 + indent}} {kind:<36} {values}"


def indented(text: str, prefix: str) -> str:
    return "\n".join(prefix + line for line in text.splitlines())


def check_labels(told: dict[str, str]) -> None:
    label = row("    └── .ulabels", "ULabel", "My experiment")
    assert f"└── Labels\n{label}\n1\n" in told["labels"]
    cell = row("        .cell_types", "bionty.CellType", "effector T cell")
    assert f"└── Labels\n{label}\n{cell}\n1\n" in told["cell type"]


def check_features(told: dict[str, str]) -> None:
    features = told["features"]
    assert (
        "├── Features\n"
        f"{row('│   └── experiment', 'ULabel', 'My experiment')}\n"
        f"{row('│       temperature', 'float', '21.6')}\n"
        f"└── Labels\n{row('    └── .ulabels', 'ULabel', 'My experiment')}\n1\n"
    ) in features
    assert re.search(
        r"→ moved record to trash: Feature\(uid='\w{12}', is_type=False, name='temperature', "
        r"_dtype_str='float', unit=None, .*branch_id=-1,",
        features,
    )


def check_validation(told: dict[str, str]) -> None:
    validate = told["validate"]
    same = "→ returning artifact with same hash: Artifact(uid="
    assert validate.startswith(f"0000000000000000\n{same}")
    assert "; to track this artifact as an input, use: ln.Artifact.get()\n" in validate
    warnings = f"→ loading artifact into memory for validation\n{NOT_REGISTERED}! {TYPO}"
    assert warnings in without_sources(validate)
    assert told["error"] == TYPO


def check_second_version(told: dict[str, str]) -> None:
    second = told["new version"]
    assert second.startswith(
        "→ creating new artifact version for key 'my_datasets/rnaseq1.parquet' in storage '"
    )
    assert f"→ loading artifact into memory for validation\n{NOT_REGISTERED}" in second
    assert "Artifact: my_datasets/rnaseq1.parquet (0001)" in second
    assert (
        "├── Dataset features\n│   └── columns (8)\n"
        f"{indented(OBS_FEATURES, '│       ')}\n{LABELS}\n" in second
    )
    assert "versions: ['0001', '0000']\nvalidated with: 0000000000000000" in second


def check_queries(told: dict[str, str]) -> None:
    names = ["perturbation", "donor", "sample_note", "concentration", "treatment_time_h"]
    assert (
        "→ queried for all categorical features of dtypes Record or ULabel and non-categorical "
        f"features: (5) {names}"
    ) in told["query"]
    assert "['uid', 'key', 'perturbation'] [{'" in told["query"]
    assert ", nan]" in told["query"]


def check_anndata(told: dict[str, str]) -> None:
    anndata = told["anndata"]
    assert re.search(
        r"→ returning schema with same hash: Schema\(uid='\w{16}', is_type=False, name=None, "
        r"description=None, n_members=8, coerce=None, flexible=False, itype='Feature'",
        anndata,
    )
    assert "hash: TWUlDi-V-Try1uCxWJ65nQ         size: 29.5 KB" in anndata  # as in the seed
    assert (
        "├── Dataset features\n│   ├── obs (8)\n"
        f"{indented(OBS_FEATURES, '│   │   ')}\n"
        "│   └── var.T (3 bionty.Gene.ensembl…\n"
        "│       CD14                           num\n"
        "│       CD4                            num\n"
        "│       CD8A                           num\n"
        f"{LABELS}\n"
    ) in anndata
    assert "measured CD8A: ['my_datasets/my_rnaseq1.h5ad']" in anndata


def test_the_tutorial_prints_what_the_seed_shows(in_tmp: Path, test_data: Path, run_cli) -> None:
    told = story(test_data, run_cli, TRACK_AND_CREATE, ANNOTATE, VALIDATE, ANNDATA)
    check_labels(told)
    check_features(told)
    check_validation(told)
    check_second_version(told)
    check_queries(told)
    check_anndata(told)


def without_sources(text: str) -> str:
    """Output without what is said about ontologies and records created from them."""
    return "".join(
        line + "\n"
        for line in text.splitlines()
        if "from_public" not in line and "is not available offline" not in line
    )

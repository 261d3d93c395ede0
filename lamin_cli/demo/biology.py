"""Second steps with lamindb: labels from public ontologies, and datasets that pass a schema.

Run it after `tutorial.py`, in a folder that is connected to a database with the module bionty:

    lamin init --storage ./lamindb-tutorial --modules bionty

`lamin demo` runs it step by step; a step begins at a line `# %%`.
"""
# ruff: noqa: T201, TID253
# mypy: disable-error-code="union-attr"

# %% Track this script, too
import anndata as ad

import bionty as bt
import lamindb as ln

ln.track()

# %% Take a cell type from the Cell Ontology: its ancestors come along
effector = bt.CellType.from_source(name="effector T cell").save()
print(bt.CellType.to_dataframe()[["name", "ontology_id"]])

# %% Search the public ontology
found = bt.CellType.public().search("gamma-delta T cell")
print(found[["name"]].head(2))

# %% Say which columns a dataset may have, and what is in them
ln.ULabel.from_values(["DMSO", "IFNG"], create=True).save()
ln.Feature(name="perturbation", dtype=ln.ULabel).save()
ln.Feature(name="cell_type_by_model", dtype=bt.CellType).save()
ln.Feature(name="cell_type_by_expert", dtype=bt.CellType).save()
ln.Feature(name="assay_oid", dtype=bt.ExperimentalFactor.ontology_id).save()
ln.Feature(name="concentration", dtype=str).save()
ln.Feature(name="treatment_time_h", dtype="num", coerce=True).save()
schema = ln.Schema(itype=ln.Feature).save()

# %% Validate: a typo is found before anything is written
df = ln.examples.datasets.mini_immuno.get_dataset1(with_typo=True)
try:
    ln.Artifact.from_dataframe(df, key="my_datasets/rnaseq1.parquet", schema=schema)
except ln.errors.ValidationError as error:
    print(error)
    print(error.report.to_dataframe()[["column", "values", "suggestions"]])

# %% Mend it: the dataset is validated and annotated in one go
df["perturbation"] = df["perturbation"].cat.rename_categories({"IFNJ": "IFNG"})
artifact = ln.Artifact.from_dataframe(df, key="my_datasets/rnaseq1.parquet", schema=schema)
artifact.save()
artifact.describe()

# %% Validate an AnnData: its genes are checked against Ensembl
genes = ln.Schema(itype=bt.Gene.ensembl_gene_id, dtype=int).save()
schema = ln.Schema(otype="AnnData", slots={"obs": schema, "var.T": genes}).save()
adata = ad.AnnData(df.iloc[:, :3], obs=df.iloc[:, 3:-1])
artifact = ln.Artifact.from_anndata(adata, key="my_datasets/rnaseq1.h5ad", schema=schema).save()
artifact.describe()

# %% Find datasets by what was measured and by what is in them
measured = ln.Artifact.filter(schemas__genes__symbol="CD8A")
print(measured.to_dataframe()[["uid", "key"]])
print(ln.Artifact.filter(cell_types__name="T cell").to_dataframe(include="features"))

# %% Put a cell state of your own below a cell type, and look at the hierarchy
state = bt.CellType(name="my T cell state", description="explains X").save()
state.parents.add(effector)
print(state.query_parents().to_list("name"))

# %% Finish the script
ln.finish()
